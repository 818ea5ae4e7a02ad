import { quoteText } from '@datamesh/core'

/** `key`: id of the data key that its content is encrypted with. Absent: it is plain Parquet. */
export type KeyedFile = { path: string; key?: string | undefined }

/** Data keys by id, 32 bytes each as base64. Only ever in memory: over a pipe to a process of ours, never in its arguments or environment. */
export type DataKeys = Readonly<Record<string, string>>

/** Files one after the other that one key opens: the engine takes one key for all files of a call. */
export const runsOf = <T extends KeyedFile>(files: readonly T[]): T[][] => {
  const runs: T[][] = []
  for (const file of files) {
    const last = runs.at(-1)
    if (last !== undefined && last[0]?.key === file.key) last.push(file)
    else runs.push([file])
  }
  return runs
}

/** `, encryption_config = …` for a call of read_parquet or an option list of COPY; empty for plain files. Names a key, never holds one. */
export const underKey = (key: string | undefined): string =>
  key === undefined ? '' : `, encryption_config = {footer_key: ${quoteText(key)}}`

/**
 * Files as a relation, in their order, whichever of them are encrypted and by what. `byName`: files may lack a column. `options` as written in
 * read_parquet, with a comma first.
 *
 * The engine ends itself over `union_by_name` of encrypted files (DuckDB 1.5: a reader is made anew without its key): there every file is a
 * call of its own. For the same reason its cache of footers must be off where encrypted files are read.
 */
export const readParquet = (files: readonly KeyedFile[], byName: boolean, options = ''): string => {
  const several = byName && files.length > 1
  const runs = runsOf(files).flatMap((run) =>
    several && run[0]?.key !== undefined ? run.map((file) => [file]) : [run],
  )
  const calls = runs.map((run) => {
    const union = several && run.length > 1 ? ', union_by_name = true' : ''
    return `read_parquet([${run.map(({ path }) => quoteText(path)).join(', ')}]${options}${union}${underKey(run[0]?.key)})`
  })
  return calls.length === 1
    ? (calls[0] as string)
    : `(${calls.map((call) => `select * from ${call}`).join(' union all by name ')})`
}

/** Statements that let an engine open files under these keys. What they hold is told to nobody: the engine has no way to ask for it. */
export const keyStatements = (keys: DataKeys): string[] =>
  Object.entries(keys).map(([id, key]) => `pragma add_parquet_key(${quoteText(id)}, ${quoteText(key)})`)

/** The keys that a table needs. */
export const keysIn = (files: readonly KeyedFile[]): string[] => [
  ...new Set(files.flatMap(({ key }) => (key === undefined ? [] : [key]))),
]
