import { deleteSaved, listSaved, saveQuery } from '../../queries/index.ts'
import { answer } from '../answer.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'

type Names =
  | 'sqlCatalog'
  | 'runQuery'
  | 'listQueries'
  | 'getQuery'
  | 'queryRows'
  | 'exportQuery'
  | 'cancelQuery'
  | 'listSavedQueries'
  | 'saveQuery'
  | 'deleteSavedQuery'

const formats = {
  csv: { type: 'text/csv; charset=utf-8', ending: 'csv' },
  json: { type: 'application/x-ndjson; charset=utf-8', ending: 'ndjson' },
  parquet: { type: 'application/vnd.apache.parquet', ending: 'parquet' },
} as const

export const sqlHandlers = ({ queries, catalog }: HandlerDeps): Pick<Handlers, Names> => ({
  sqlCatalog({ actor }) {
    // Who looks at the tree will ask soon.
    queries.warm()
    return queries.tree(actor)
  },
  runQuery: ({ body, actor }) => queries.run(body, actor),
  listQueries: async ({ query, actor }) => ({ queries: await queries.list(actor, query.limit) }),
  getQuery: (call) => queries.get(call.params.id, call.actor, { waitMs: call.query.wait, signal: call.signal }),
  async queryRows({ params, query, actor }) {
    // The bytes as they were kept: 100,000 rows are not worth parsing to be written again.
    const body = await queries.stretch(params.id, actor, query.offset, query.limit)
    return answer({ body, headers: { 'content-type': 'application/json; charset=utf-8' } })
  },
  async exportQuery({ params, query, actor }) {
    const { type, ending } = formats[query.format]
    const body = await queries.export(params.id, actor, query.format)
    return answer({
      body,
      headers: {
        'content-type': type,
        'content-disposition': `attachment; filename="${query.name ?? params.id}.${ending}"`,
      },
    })
  },
  cancelQuery: ({ params, actor }) => queries.cancel(params.id, actor),
  listSavedQueries: async ({ actor }) => ({ saved: await listSaved(actor, catalog) }),
  saveQuery: ({ params, body, actor }) => saveQuery(params.id, body, actor, catalog),
  async deleteSavedQuery({ params, actor }) {
    await deleteSaved(params.id, actor, catalog)
    return { ok: true }
  },
})
