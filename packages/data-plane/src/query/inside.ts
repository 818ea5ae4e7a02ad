import { openSync } from 'node:fs'
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBResult,
  type DuckDBType,
  StatementType,
} from '@duckdb/node-api'
import { offerTokens } from '../mask/index.ts'
import { keyStatements, readParquet } from '../storage/index.ts'
import { columnEncoder, TooLarge } from './cells.ts'
import { type Chunk, frameBytes, mostFrameBytes } from './frames.ts'
import type { QueryColumn, QueryEnd, QueryJob, QueryView } from './model.ts'
import { Fault, relationsOf } from './rules.ts'
import { faultOfEngine } from './told.ts'

const descriptors = process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd'
/** Nobody: what this user may write to is nothing of ours. */
const nobody = 65_534

/** An engine that has done its first steps, so that the query finds it warm. */
export const warmEngine = async (memoryMb: number): Promise<DuckDBConnection> => {
  const instance = await DuckDBInstance.create(':memory:', {
    // Here and not later: the engine reserves addresses for as much as it may use.
    memory_limit: `${memoryMb}MB`,
    threads: '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_persistent_secrets: 'false',
    errors_as_json: 'true',
  })
  const connection = await instance.connect()
  await (await serialising(connection, 'select 1')).run()
  return connection
}

/**
 * Files are opened for reading by the user who may; after that the process is nobody, and the engine knows them by number only: it cannot
 * write to them, and a text that names a path reaches nothing.
 */
export const openFiles = (views: readonly QueryView[]): Map<string, string> => {
  const opened = new Map<string, string>()
  for (const path of views.flatMap((view) => view.files))
    if (!opened.has(path)) {
      try {
        opened.set(path, `${descriptors}/${openSync(path, 'r')}`)
      } catch {
        throw new Fault({ is: 'failed', why: 'a snapshot of it has just been removed; run it again', at: null })
      }
    }
  return opened
}

export const becomeNobody = (): void => {
  if (process.getuid?.() !== 0) return
  process.setgroups?.([])
  process.setgid?.(nobody)
  process.setuid?.(nobody)
  if (process.getuid?.() === 0) throw new Error('this process may not give up its rights')
}

const viewSql = (view: QueryView, opened: ReadonlyMap<string, string>): string => {
  const files = view.files.map((path, at) => ({ path: opened.get(path) ?? '', key: view.under[at] ?? undefined }))
  const source =
    files.length === 0 ? '' : ` from ${readParquet(files, view.unionByName, ', hive_partitioning = false')}`
  const where = view.files.length === 0 ? ' where false' : view.where === null ? '' : ` where (${view.where}\n)`
  // Through a view the engine may evaluate the query's own conditions before the policy's, on rows that the policy hides.
  const kind = view.where === null ? 'view' : 'table'
  return `create ${kind} ${view.schema}.${view.name} as select ${view.select}${source}${where}`
}

/** Views first, then the bars; from here on nothing that a text says can loosen them. */
export const lockDown = async (
  connection: DuckDBConnection,
  { views, limits, keys }: QueryJob,
  opened: ReadonlyMap<string, string>,
): Promise<void> => {
  const run = (sql: string) => connection.run(sql)
  await run(`set TimeZone = 'UTC'`)
  await run(`set threads = ${limits.threads}`)
  await run(`set temp_directory = ''`)
  if (opened.size > 0) await run(`set allowed_paths = [${[...opened.values()].map((path) => `'${path}'`).join(', ')}]`)
  for (const statement of keyStatements(keys ?? {})) await run(statement)
  await run('set enable_external_access = false')
  for (const schema of new Set(views.map((view) => view.schema))) await run(`create schema ${schema}`)
  const tokens = new Map(views.flatMap(({ tokens: keys }) => (keys === null ? [] : [[keys.id, keys] as const])))
  if (tokens.size > 0) await offerTokens(connection, (id) => tokens.get(id))
  for (const view of views) await run(viewSql(view, opened))
  await run('set lock_configuration = true')
}

export type Tell = { columns(columns: readonly QueryColumn[]): void; chunk(chunk: Chunk): void }

/** Runs the one query of this process. @throws Fault */
export const runQuery = async (connection: DuckDBConnection, job: QueryJob, tell: Tell): Promise<QueryEnd> => {
  try {
    const opened = openFiles(job.views)
    becomeNobody()
    await lockDown(connection, job, opened)
    return await answerQuery(connection, job, tell)
  } catch (error) {
    throw error instanceof Fault ? error : new Fault(faultOfEngine(error, job.limits.memoryMb))
  }
}

/** Looks at the text with an engine that is locked down, and runs it when nothing speaks against it. @throws Fault */
export const answerQuery = async (connection: DuckDBConnection, job: QueryJob, tell: Tell): Promise<QueryEnd> => {
  try {
    const serialised = await (await serialising(connection, job.sql)).run()
    const tree = String((await serialised.getRows())[0]?.[0])
    const reads = relationsOf(tree, new Set(job.views.map((view) => view.key)))
    const statements = await connection.extractStatements(job.sql)
    if (statements.count !== 1) throw new Fault({ is: 'refused', why: 'it is not one statement', at: null })
    const statement = await statements.prepare(0)
    if (statement.statementType !== StatementType.SELECT || statement.parameterCount > 0)
      throw new Fault({ is: 'refused', why: 'it is not one SELECT', at: null })
    const result = await statement.stream()
    return { ...(await rowsOf(result, job, tell)), reads: [...reads] }
  } catch (error) {
    if (error instanceof Fault) throw error
    if (error instanceof TooLarge) throw new Fault({ is: 'limit', why: error.message, at: null })
    throw new Fault(faultOfEngine(error, job.limits.memoryMb))
  }
}

const serialising = async (connection: DuckDBConnection, sql: string) => {
  const statement = await connection.prepare('select json_serialize_sql($1::varchar)::varchar')
  statement.bindVarchar(1, sql)
  return statement
}

/** Names and types are kept with the query for as long as its text is: 900 stars over one long name are 18 MB. */
const mostColumnBytes = 1024 * 1024

const columnsOf = (result: DuckDBResult, types: readonly DuckDBType[]): QueryColumn[] => {
  let bytes = 0
  return types.map((each, at) => {
    const column = { name: result.columnName(at), type: String(each) }
    bytes += column.name.length + column.type.length + 20
    if (bytes > mostColumnBytes) throw new TooLarge('the names and types of its columns are longer than 1 MB')
    return column
  })
}

/** What one frame holds at most; rows that are large go in smaller frames. */
const chunkCells = 100_000

export const rowsOf = async (
  result: DuckDBResult,
  { limits }: QueryJob,
  tell: Tell,
): Promise<{ rows: number; truncated: boolean }> => {
  const types = result.columnTypes()
  tell.columns(columnsOf(result, types))
  const encode = columnEncoder(types, limits.cellBytes)
  let step = Math.max(1, Math.floor(chunkCells / Math.max(1, types.length)))
  let rows = 0
  let bytes = 0
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return { rows, truncated: false }
    for (let from = 0; from < chunk.rowCount; ) {
      if (rows >= limits.rows) return { rows, truncated: true }
      const to = Math.min(chunk.rowCount, from + step, from + limits.rows - rows)
      // A text of JavaScript is not one of bytes: four times as many at most, all within the most that a frame may have.
      const columns = encode(chunk, from, to, to - from === 1 ? mostFrameBytes / 4 : frameBytes)
      if (columns === null) {
        if (to - from === 1) throw new TooLarge(`one row is larger than ${mostFrameBytes / 4 / 1_048_576} MB`)
        step = Math.ceil((to - from) / 4)
        continue
      }
      bytes += columns.reduce((sum, column) => sum + column.length, 0)
      if (bytes > limits.bytes) return { rows, truncated: true }
      tell.chunk({ rows: to - from, columns })
      rows += to - from
      from = to
    }
  }
}
