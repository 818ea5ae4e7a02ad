import { type Actor, MeshError } from '@datamesh/core'
import { proposeDerived, proposeFromSample, saveUpload } from '../../catalog/index.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'
import { insistOnInputs } from './inputs.ts'

/** One person brings and looks at so many samples; each costs a process, or disk. */
const uploadLimit = { requests: 30, perSeconds: 300 }
const proposalLimit = { requests: 60, perSeconds: 300 }

export const proposeHandlers = (deps: HandlerDeps): Pick<Handlers, 'upload' | 'proposeProduct' | 'proposeDerived'> => {
  const { access, catalog, rateLimiter } = deps
  const limited = (what: string, actor: string, limit: { requests: number; perSeconds: number }) => {
    const { allowed, retryAfterSeconds } = rateLimiter.take(what, `${what} ${actor}`, limit)
    if (!allowed) throw new MeshError('rate-limited', { port: what, retryAfterSeconds })
  }
  /** The route was decided in general; now it is known whose product it would be. */
  const insist = async (actor: Actor, { domain, name }: { domain: string; name: string }) => {
    const { allow, because } = await access.decideFor(actor, 'product:manage', { domain, product: `${domain}/${name}` })
    if (!allow) throw new MeshError('denied', { action: 'product:manage', because })
    limited('proposals', actor.id, proposalLimit)
  }
  return {
    async upload({ actor, query, request }) {
      limited('uploads', actor.id, uploadLimit)
      const length = Number(request.headers['content-length'] ?? Number.NaN)
      const declared = Number.isFinite(length) ? length : null
      // no body at all is an empty file
      const { id, name, bytes } = await saveUpload({ name: query.name, bytes: request.raw, declared }, actor, catalog)
      return { id, name, bytes }
    },
    async proposeProduct({ actor, body }) {
      await insist(actor, body)
      return proposeFromSample(body, actor, { ...catalog, infer: deps.infer })
    },
    async proposeDerived({ actor, body }) {
      await insist(actor, body)
      await insistOnInputs(actor, body.inputs, access)
      return proposeDerived(body, (await access.sightOf(actor)).visible, catalog)
    },
  }
}
