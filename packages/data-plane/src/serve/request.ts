import type { Decision, Snapshot, TableVersion } from '@datamesh/core'

export type RowFormat = 'json' | 'ndjson' | 'csv' | 'parquet' | 'arrow'

export type Filter = {
  column: string
  op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' | 'in' | 'like' | 'null'
  value: string
}

/** One page of one table of one snapshot, for somebody whose right was decided before: serving code receives the verdict, never the user. */
export type RowsRequest = {
  snapshot: Pick<Snapshot, 'id' | 'product' | 'release' | 'sequence' | 'at'>
  table: TableVersion
  select: readonly string[] | null
  filters: readonly Filter[]
  /** Column and direction; null: the key. */
  order: readonly { column: string; descending: boolean }[] | null
  limit: number
  cursor: string | null
  format: RowFormat
  /** Add _product_name, _product_version, _domain, _publish_timestamp. */
  meta: boolean
  decision: Pick<Decision, 'masks' | 'rowFilter'>
}

export type RowsReply = {
  body: Buffer | NodeJS.ReadableStream
  contentType: string
  etag: string
  next: string | null
  rows: number
  /** `hit` when answered from the page cache. */
  cache: 'hit' | 'miss'
}
