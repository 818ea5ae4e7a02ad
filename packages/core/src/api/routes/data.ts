import { z } from 'zod'
import { LineageEdge } from '../../lineage/index.ts'
import { Report, TableProfile } from '../../quality/index.ts'
import { Snapshot, TableVersion } from '../../snapshot/index.ts'
import { route } from '../route.ts'
import * as s from '../shapes.ts'
import { product, Text, table } from './common.ts'

/** Which snapshot of a product: the head unless one of these says otherwise. */
const WhichSnapshot = z.object({
  snapshot: z.string().optional().describe('snapshot id or sequence number'),
  as_of: z.string().optional().describe('ISO time: the head as it was then'),
  version: z.string().optional().describe('release: the newest snapshot of that version'),
})

const Rows = WhichSnapshot.extend({
  select: z.string().optional().describe('columns, separated by commas'),
  order: z.string().optional().describe('columns, `-` in front for descending; the key when absent'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe(
      'rows; 100 for JSON when absent, the whole table for other formats; more than 10000 is a download without cursor',
    ),
  cursor: z.string().optional().describe('opaque; from the `next` of the page before; pins its snapshot'),
  meta: z
    .enum(['true', 'false'])
    .optional()
    .describe('true: add _product_name, _product_version, _domain, _publish_timestamp'),
})
  // filters: any column name, `column=value`, or `column=op:value` with eq ne lt lte gt gte in like null; a column may be named twice
  .catchall(z.union([z.string(), z.array(z.string())]))

export const dataRoutes = {
  listSnapshots: route({
    name: 'listSnapshots',
    method: 'get',
    path: `${product}/snapshots`,
    action: 'product:read',
    tag: 'data',
    summary: 'Snapshots, newest first',
    params: s.ProductParams,
    query: s.Page,
    reply: z.object({ snapshots: z.array(s.SnapshotCard), next: z.string().nullable() }),
    throws: ['not-found'],
  }),
  getSnapshot: route({
    name: 'getSnapshot',
    method: 'get',
    path: `${product}/snapshots/:id`,
    action: 'product:read',
    tag: 'data',
    summary: 'One snapshot with report and lineage',
    params: s.ProductParams.extend({ id: z.string() }),
    reply: Snapshot.extend({
      tables: z.array(TableVersion.extend({ rows: z.number().int().nullable(), bytes: z.number().int().nullable() })),
      head: z.boolean(),
      report: Report,
      lineage: z.object({
        edges: z.array(LineageEdge),
        unknown: z.array(z.object({ model: z.string(), reason: z.string() })),
      }),
    }),
    throws: ['not-found'],
  }),
  readRows: route({
    name: 'readRows',
    method: 'get',
    path: `${table}/rows`,
    action: 'data:read',
    tag: 'data',
    summary: 'Rows of a table, page by page',
    params: s.TableParams,
    query: Rows,
    reply: z.object({
      data: z.array(z.record(z.string(), z.unknown())),
      next: z.string().nullable(),
      snapshot: z.string(),
    }),
    streams: [
      'application/json',
      'application/x-ndjson',
      'text/csv',
      'application/vnd.apache.parquet',
      'application/vnd.apache.arrow.stream',
    ],
    throws: ['not-found', 'request-invalid', 'not-acceptable', 'rate-limited'],
  }),
  getProfile: route({
    name: 'getProfile',
    method: 'get',
    path: `${table}/profile`,
    action: 'data:sample',
    tag: 'data',
    summary: 'Statistics and a masked sample',
    params: s.TableParams,
    query: WhichSnapshot,
    reply: TableProfile,
    throws: ['not-found'],
  }),
  listFiles: route({
    name: 'listFiles',
    method: 'get',
    path: `${product}/files`,
    action: 'data:read',
    tag: 'data',
    summary: 'Parquet files of a snapshot with checksums',
    params: s.ProductParams,
    query: WhichSnapshot,
    reply: s.FileList,
    throws: ['not-found'],
  }),
  getFile: route({
    name: 'getFile',
    method: 'get',
    path: `${product}/files/:snapshot/:table/:name`,
    action: 'data:read',
    tag: 'data',
    summary: 'Download one file (ranges allowed)',
    params: s.TableParams.extend({ snapshot: z.string(), name: z.string() }),
    reply: Text,
    streams: ['application/vnd.apache.parquet'],
    throws: ['not-found'],
  }),
}
