import { MeshError } from '@datamesh/core'
import {
  decideAccess,
  explainAccess,
  lastDrift,
  listAccess,
  previewAccess,
  proveAccess,
  requestAccess,
  tryConditions,
} from '../../access/index.ts'
import { productEntry } from '../../catalog/index.ts'
import { appendEvent } from '../../store/index.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'
import { decideOnAll, idOf } from './served.ts'

type Names =
  | 'requestAccess'
  | 'previewAccess'
  | 'listAccess'
  | 'decideAccess'
  | 'tryConditions'
  | 'explainAccess'
  | 'accessDrift'
  | 'detokenise'

export const accessHandlers = (deps: HandlerDeps): Pick<Handlers, Names> => {
  let proving: ReturnType<typeof proveAccess> | null = null
  /** Whoever asks while one is on its way is told that one. */
  const prove = () => {
    proving ??= proveAccess(deps).finally(() => {
      proving = null
    })
    return proving
  }
  return {
    requestAccess: async ({ actor, body }) => ({ access: await requestAccess(body, actor, deps) }),
    previewAccess: ({ actor, query }) => previewAccess(query, actor, deps),
    listAccess: async ({ actor, query }) => ({ access: await listAccess(query, actor, deps) }),
    decideAccess: ({ actor, params, body }) => decideAccess(params.id, body, actor, deps),
    tryConditions: ({ actor, params, body }) => tryConditions(params.id, body, actor, deps),
    explainAccess: ({ actor, query }) => explainAccess(query, actor, deps),
    accessDrift: ({ query }) => (query.now === 'true' ? prove() : lastDrift(deps)),

    async detokenise({ actor, params, body, resource }) {
      const { access, catalog, identity } = deps
      const product = idOf(params)
      const { head } = await productEntry(product, catalog)
      // a token does not say which table it is of
      const open = await decideOnAll(access, actor, 'data:read', resource, head?.tables ?? [])
      const { allow, because, values } = open.allow
        ? await access.detokenise(actor, resource, body.tokens)
        : { ...open, values: [] }
      const about = { at: identity.now(), actor: actor.id, action: 'data:read' as const, product, port: 'detokenise' }
      const told = values.filter((value) => value !== null).length
      await access.record({ ...about, allow, because, rows: told, bytes: 0, purpose: body.purpose, form: 'detokenise' })
      if (!allow) throw new MeshError('denied', { action: 'data:read', because })
      // before anything is given out: what is not written down is not told
      await catalog.store.db.transaction().execute((tx) =>
        appendEvent(tx, {
          type: 'data.detokenised',
          subject: product,
          actor: actor.id,
          at: about.at,
          data: { tokens: body.tokens.length, values: told, purpose: body.purpose },
        }),
      )
      return { values }
    },
  }
}
