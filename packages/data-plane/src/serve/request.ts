import type { Snapshot, TableVersion } from '@datamesh/core'
import type { Served } from '../mask/index.ts'

export type RowFormat = 'json' | 'ndjson' | 'csv' | 'parquet' | 'arrow'

export const filterOps = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'like', 'null'] as const
export type FilterOp = (typeof filterOps)[number]

/** `in` takes values separated by commas, `null` takes `true` or `false`, `like` takes a SQL pattern with `%` and `_`. */
export type Filter = { column: string; op: FilterOp; value: string }

export type Order = { column: string; descending: boolean }

/** A page: kept in memory, cached, continued by a cursor. More rows than this are a download: streamed, without a cursor to go on from. */
export const maxPageRows = 10_000
export const maxDownloadRows = 10_000_000

/** A table of at most `maxPageRows` and this size is a page, cached and shared: it takes no place from real downloads. */
const maxPageBytes = 2 * 1024 * 1024

export const limitOf = ({ limit, format, table }: Pick<RowsRequest, 'limit' | 'format' | 'table'>): number => {
  if (limit !== null) return limit
  if (format === 'json') return 100
  return table.rows <= maxPageRows && table.bytes <= maxPageBytes ? Math.max(1, table.rows) : maxDownloadRows
}

/** One page of one table of one snapshot, for somebody whose right was decided before: serving code receives the verdict, never the user. */
export type RowsRequest = {
  snapshot: Pick<Snapshot, 'id' | 'product' | 'release' | 'sequence' | 'at'>
  table: TableVersion
  select: readonly string[] | null
  filters: readonly Filter[]
  /**
   * Column and direction; null: the key. NULLs come last in both directions, ties are broken by the key and then by the row's place in the files.
   * A download (more than `maxPageRows`) without order comes in the order of the files.
   */
  order: readonly Order[] | null
  /** null: 100 rows of JSON, the whole table (up to `maxDownloadRows`) in every other format; a small one is a page all the same. */
  limit: number | null
  cursor: string | null
  format: RowFormat
  /** Add _product_name, _product_version, _domain, _publish_timestamp. */
  meta: boolean
  decision: Served
}

export type RowsReply = {
  body: Buffer | NodeJS.ReadableStream
  contentType: string
  /** Strong, with its quotes, ready for the header. */
  etag: string
  next: string | null
  /** null: not known before the last byte of a download. */
  rows: number | null
  /** `hit` when answered from the page cache. */
  cache: 'hit' | 'miss'
}

export const contentTypes: Readonly<Record<RowFormat, string>> = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.stream',
}
