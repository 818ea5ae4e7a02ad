import { MeshError, type RouteName } from '@datamesh/core'
import type { Handlers } from '../handler.ts'

/** Routes of the table that are being built; each leaves this list with its handler. */
const names = [
  'sqlCatalog',
  'runQuery',
  'listQueries',
  'getQuery',
  'queryRows',
  'exportQuery',
  'cancelQuery',
  'listSavedQueries',
  'saveQuery',
  'deleteSavedQuery',
] as const satisfies readonly RouteName[]

export const pendingHandlers = (): Pick<Handlers, (typeof names)[number]> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      () => {
        throw new MeshError('not-found', { what: `answer to ${name} yet` })
      },
    ]),
  ) as unknown as Pick<Handlers, (typeof names)[number]>
