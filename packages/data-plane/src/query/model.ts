import type { BareKeys } from '../mask/index.ts'
import type { DataKeys } from '../storage/index.ts'

/** A table as a query sees it: `name` is quoted already; `columns` and `where` are SQL over the files. */
export type QueryView = {
  /** As in FROM, lower case: `schema.name`. */
  key: string
  schema: string
  name: string
  select: string
  where: string | null
  /** With what its tokens are made, when it has some. */
  tokens: Pick<BareKeys, 'id' | 'token' | 'nonce'> | null
  /** Absolute paths; none: the table is empty. */
  files: readonly string[]
  /** Ids of the data keys, file by file; null: plain. */
  under: readonly (string | null)[]
  unionByName: boolean
}

export type QueryLimits = {
  memoryMb: number
  threads: number
  /** Wall time from the job's arrival to the last row. */
  seconds: number
  rows: number
  /** Of the result as it is kept. */
  bytes: number
  /** Of one value as JSON. */
  cellBytes: number
}

export const defaultQueryLimits: QueryLimits = {
  memoryMb: 512,
  threads: 2,
  seconds: 30,
  rows: 100_000,
  bytes: 256 * 1024 * 1024,
  cellBytes: 1024 * 1024,
}

/** `keys`: data keys by id, of the files that the views read. */
export type QueryJob = { sql: string; views: readonly QueryView[]; limits: QueryLimits; keys?: DataKeys }

export type QueryColumn = { name: string; type: string }

/** `at`: bytes from the start of the text. `relation`: what was named and is not there. */
export type QueryFault = {
  is: 'refused' | 'relation' | 'failed' | 'limit'
  why: string
  at: number | null
  relation?: { catalog: string; schema: string; name: string }
}

export type QueryEnd = { rows: number; truncated: boolean; reads: readonly string[] }
