import { MeshError } from '@datamesh/core'
import { proposeFromSample, saveUpload } from '../../catalog/index.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'

/** One person brings and looks at so many samples; each costs a process, or disk. */
const uploadLimit = { requests: 30, perSeconds: 300 }
const proposalLimit = { requests: 60, perSeconds: 300 }

export const proposeHandlers = (deps: HandlerDeps): Pick<Handlers, 'upload' | 'proposeProduct'> => {
  const { access, catalog, rateLimiter } = deps
  const limited = (what: string, actor: string, limit: { requests: number; perSeconds: number }) => {
    const { allowed, retryAfterSeconds } = rateLimiter.take(what, `${what} ${actor}`, limit)
    if (!allowed) throw new MeshError('rate-limited', { port: what, retryAfterSeconds })
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
      // the route was decided in general; now it is known whose product it would be
      const product = `${body.domain}/${body.name}`
      const { allow, because } = await access.decideFor(actor, 'product:manage', { domain: body.domain, product })
      if (!allow) throw new MeshError('denied', { action: 'product:manage', because })
      limited('proposals', actor.id, proposalLimit)
      return proposeFromSample(body, actor, { ...catalog, infer: deps.infer })
    },
  }
}
