import { type Actor, MeshError } from '@datamesh/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SignedIn } from '../identity/index.ts'
import { keepSession, sessionOf } from './cookie.ts'
import { fromOurPages, tokenOf } from './guard.ts'

export type Doors = {
  /** The actor behind a token, null when it opens nothing (any more). Called for every request: answers from memory when it can. */
  authenticate(token: string): Actor | null | Promise<Actor | null>
  /**
   * The same for the secret in a browser's cookie; `renewedForMs`: the cookie is to be sent again, good for so long. `look`: is it there, and
   * nothing else; its end does not move.
   */
  session(secret: string, how?: 'look'): SignedIn | null | Promise<SignedIn | null>
}

/** An Authorization header wins; a cookie counts where there is none. */
const cookieOf = (request: FastifyRequest): string | null =>
  request.headers.authorization === undefined ? sessionOf(request) : null

/** Every request but those of open routes: who is it? @throws unauthenticated, denied */
export const authenticated =
  (doors: Doors) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const secret = cookieOf(request)
    if (secret !== null) return byCookie(secret, doors, request, reply)
    const token = tokenOf(request.headers.authorization)
    if (token === null) throw new MeshError('unauthenticated', { why: 'no token was sent' })
    request.actor = await doors.authenticate(token)
    if (request.actor === null)
      throw new MeshError('unauthenticated', { why: 'the token is not valid, or not any more' })
  }

const byCookie = async (secret: string, doors: Doors, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
  if (request.method !== 'GET' && request.method !== 'HEAD' && !fromOurPages(request.headers)) {
    const because = 'a signed-in browser changes something only from our own pages'
    throw new MeshError('denied', { action: request.method, because })
  }
  const signedIn = await doors.session(secret)
  if (signedIn === null) throw new MeshError('unauthenticated', { why: 'the session is over' })
  request.actor = signedIn.actor
  if (signedIn.renewedForMs !== null) keepSession(reply, secret, signedIn.renewedForMs)
}

/**
 * Aborts soon after whoever opened a stream has signed out, lost the key or got other roles: a stream was decided about when it began and may
 * be open for days. The reader comes back by itself and is decided about anew.
 */
export const untilSignedOut = (
  doors: Doors,
  request: FastifyRequest,
  reply: FastifyReply,
  lookEveryMs: number,
): AbortSignal => {
  const over = new AbortController()
  const timer = setInterval(() => {
    // a state that does not answer ends no stream
    isStill(doors, request).then(
      (still) => still || over.abort(),
      () => {},
    )
  }, lookEveryMs)
  timer.unref()
  reply.raw.once('close', () => clearInterval(timer))
  return over.signal
}

const isStill = async (doors: Doors, request: FastifyRequest): Promise<boolean> => {
  const secret = cookieOf(request)
  const actor =
    secret === null
      ? await doors.authenticate(tokenOf(request.headers.authorization) ?? '')
      : ((await doors.session(secret, 'look'))?.actor ?? null)
  return JSON.stringify(actor) === JSON.stringify(request.actor)
}
