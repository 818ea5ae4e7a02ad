import { z } from 'zod'
import { Report } from '../quality/index.ts'

/** One column of a published table. `id` is assigned once per column name and never reused (Iceberg and Delta need it). `type` is DuckDB's. */
export const Column = z.object({
  id: z.number().int(),
  name: z.string(),
  type: z.string(),
  nullable: z.boolean(),
  description: z.string().default(''),
  pii: z.boolean().default(false),
  classification: z.enum(['public', 'internal', 'confidential', 'restricted']).optional(),
})
export type Column = z.infer<typeof Column>

/** What the writer said about a column of a file. `min`/`max` are texts as DuckDB prints them; exact except for strings, which are cut at 256 bytes. */
export const ColumnStats = z.object({
  nulls: z.number().int(),
  min: z.string().optional(),
  max: z.string().optional(),
})
export type ColumnStats = z.infer<typeof ColumnStats>

/** One immutable Parquet file. `path` is relative to the storage root of the product's domain. */
export const DataFile = z.object({
  path: z.string(),
  rows: z.number().int(),
  bytes: z.number().int(),
  sha256: z.string(),
  /** Id of the data key that the file is encrypted with; absent: plain Parquet. */
  key: z.string().optional(),
  /** Of an encrypted file: HMAC-SHA-256 of its content under that key. The same rows give the same, though no byte of two files is equal. */
  content: z.string().optional(),
  stats: z.record(z.string(), ColumnStats),
})
export type DataFile = z.infer<typeof DataFile>

export const TableVersion = z.object({
  name: z.string(),
  columns: z.array(Column),
  /** Highest column id ever given in this table, so that the id of a dropped column is not given again. Absent: the highest of `columns`. */
  lastColumnId: z.number().int().optional(),
  /** Columns that identify a row and give the paging order; empty: order of files and rows. */
  key: z.array(z.string()),
  files: z.array(DataFile),
  rows: z.number().int(),
  bytes: z.number().int(),
})
export type TableVersion = z.infer<typeof TableVersion>

export const Mode = z.enum(['full', 'append', 'merge'])
export type Mode = z.infer<typeof Mode>

/** A product input pinned for the length of one build. */
export const PinnedInput = z.object({
  port: z.string(),
  product: z.string(),
  snapshot: z.string(),
  sequence: z.number().int(),
})
export type PinnedInput = z.infer<typeof PinnedInput>

/** One immutable version of a product's data. */
export const Snapshot = z.object({
  id: z.string(),
  product: z.string(),
  release: z.string(),
  sequence: z.number().int(),
  parent: z.string().nullable(),
  mode: Mode,
  tables: z.array(TableVersion),
  inputs: z.array(PinnedInput),
  runId: z.string(),
  at: z.iso.datetime(),
})
export type Snapshot = z.infer<typeof Snapshot>

/** What a build hands over for commit: data already durable in its final place, proof beside it, nothing visible yet. */
export const StagedSnapshot = Snapshot.omit({ sequence: true, at: true }).extend({ report: Report })
export type StagedSnapshot = z.infer<typeof StagedSnapshot>
