import { z } from 'zod'
import { route } from '../route.ts'
import { api, Ok } from './common.ts'

const Id = z.object({ id: z.string() })
const max = 100_000

/** One run of a text of SQL by one person; its result is kept for an hour. */
export const QueryView = z.object({
  id: z.string(),
  sql: z.string(),
  state: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  durationMs: z.number().nullable(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.number().int(),
  /** There were more rows than the limit. */
  truncated: z.boolean(),
  /** Which snapshots were read. */
  reads: z.array(
    z.object({ product: z.string(), table: z.string(), snapshot: z.string(), sequence: z.number().int() }),
  ),
  /** Columns of those that were masked for this reader. */
  masked: z.array(
    z.object({
      product: z.string(),
      table: z.string(),
      column: z.string(),
      /** How it was hidden; queries from before this was noted do not say. */
      how: z.enum(['redact', 'hash', 'truncate', 'generalise', 'tokenise']).optional(),
    }),
  ),
  /** `line` and `column` count from 1 in the text. `product`: access to it can be asked for. */
  error: z
    .object({
      code: z.string(),
      title: z.string(),
      hint: z.string(),
      line: z.number().int().nullable(),
      column: z.number().int().nullable(),
      product: z.string().nullable(),
    })
    .nullable(),
  /** Is the result still there to be read? */
  kept: z.boolean(),
})

export const SavedQuery = z.object({
  id: z.string(),
  name: z.string(),
  sql: z.string(),
  /** Seen by everybody who signs in; who runs it reads only what that reader may. */
  shared: z.boolean(),
  owner: z.string(),
  ownerName: z.string(),
  mine: z.boolean(),
  updatedAt: z.string(),
})

/** What a query can name: `domain.product` (dashes become `_`), tables of products with several as `product__table`. */
export const SqlCatalog = z.object({
  domains: z.array(
    z.object({
      name: z.string(),
      schema: z.string(),
      products: z.array(
        z.object({
          id: z.string(),
          title: z.string(),
          readable: z.boolean(),
          because: z.string(),
          tables: z.array(
            z.object({
              table: z.string(),
              /** As it is written in FROM, quoted where it must be. */
              relation: z.string(),
              columns: z.array(
                z.object({ name: z.string(), type: z.string(), masked: z.boolean(), description: z.string() }),
              ),
            }),
          ),
        }),
      ),
    }),
  ),
})

export const sqlRoutes = {
  sqlCatalog: route({
    name: 'sqlCatalog',
    method: 'get',
    path: `${api}/sql/catalog`,
    action: 'sql:query',
    tag: 'sql',
    summary: 'Tables and columns that queries can name, with what is locked or masked for me',
    reply: SqlCatalog,
    throws: [],
  }),
  runQuery: route({
    name: 'runQuery',
    method: 'post',
    path: `${api}/sql/queries`,
    action: 'sql:query',
    tag: 'sql',
    status: 202,
    summary: 'Run one SELECT over the published snapshots that I may read',
    body: z.object({
      sql: z.string().min(1).max(100_000),
      limit: z.number().int().min(1).max(max).default(max).describe('rows of the result that are kept'),
    }),
    reply: QueryView,
    throws: ['rate-limited', 'query-refused'],
  }),
  listQueries: route({
    name: 'listQueries',
    method: 'get',
    path: `${api}/sql/queries`,
    action: 'sql:query',
    tag: 'sql',
    summary: 'My queries, newest first',
    query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
    reply: z.object({ queries: z.array(QueryView) }),
    throws: [],
  }),
  getQuery: route({
    name: 'getQuery',
    method: 'get',
    path: `${api}/sql/queries/:id`,
    action: 'sql:query',
    tag: 'sql',
    summary: 'One of my queries; waits for its end up to `wait` milliseconds',
    params: Id,
    query: z.object({ wait: z.coerce.number().int().min(0).max(10_000).default(0) }),
    reply: QueryView,
    throws: ['not-found'],
  }),
  queryRows: route({
    name: 'queryRows',
    method: 'get',
    path: `${api}/sql/queries/:id/rows`,
    action: 'sql:query',
    tag: 'sql',
    summary: 'A stretch of the result, column by column',
    params: Id,
    query: z.object({
      offset: z.coerce.number().int().min(0).max(max).default(0),
      limit: z.coerce.number().int().min(1).max(max).default(1000),
    }),
    reply: z.object({ offset: z.number().int(), rows: z.number().int(), columns: z.array(z.array(z.unknown())) }),
    throws: ['not-found'],
  }),
  exportQuery: route({
    name: 'exportQuery',
    method: 'get',
    path: `${api}/sql/queries/:id/export`,
    action: 'sql:query',
    tag: 'sql',
    summary: 'The result as a file',
    params: Id,
    query: z.object({
      format: z.enum(['csv', 'parquet', 'json']).default('csv'),
      name: z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]{0,79}$/)
        .optional()
        .describe('of the file, without its ending'),
    }),
    reply: z.string(),
    streams: ['text/csv', 'application/vnd.apache.parquet', 'application/x-ndjson'],
    throws: ['not-found'],
  }),
  cancelQuery: route({
    name: 'cancelQuery',
    method: 'post',
    path: `${api}/sql/queries/:id/cancel`,
    action: 'sql:query',
    tag: 'sql',
    summary: 'Stop a query; its process is ended at once',
    params: Id,
    reply: QueryView,
    throws: ['not-found'],
  }),
  listSavedQueries: route({
    name: 'listSavedQueries',
    method: 'get',
    path: `${api}/sql/saved`,
    action: 'sql:query',
    tag: 'sql',
    summary: 'My saved queries and those that others share',
    reply: z.object({ saved: z.array(SavedQuery) }),
    throws: [],
  }),
  saveQuery: route({
    name: 'saveQuery',
    method: 'put',
    path: `${api}/sql/saved/:id`,
    action: 'sql:query',
    tag: 'sql',
    summary: 'Keep a query under a name; `new` as id makes one',
    params: Id,
    body: z.object({ name: z.string().min(1).max(200), sql: z.string().min(1).max(100_000), shared: z.boolean() }),
    reply: SavedQuery,
    throws: ['not-found'],
  }),
  deleteSavedQuery: route({
    name: 'deleteSavedQuery',
    method: 'delete',
    path: `${api}/sql/saved/:id`,
    action: 'sql:query',
    tag: 'sql',
    summary: 'Forget a saved query of mine',
    params: Id,
    reply: Ok,
    throws: ['not-found'],
  }),
}
