import { decideAccess, listAccess, requestAccess } from '../../access/index.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'

type Names = 'requestAccess' | 'listAccess' | 'decideAccess'

export const accessHandlers = (deps: HandlerDeps): Pick<Handlers, Names> => ({
  requestAccess: async ({ actor, body }) => ({ access: await requestAccess(body, actor, deps) }),
  listAccess: async ({ actor, query }) => ({ access: await listAccess(query, actor, deps) }),
  decideAccess: ({ actor, params, body }) => decideAccess(params.id, body, actor, deps),
})
