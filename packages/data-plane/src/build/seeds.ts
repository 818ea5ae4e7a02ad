import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MeshError, quoteIdent, quoteText } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { describe, rowsOf } from '../compute/index.ts'
import type { Seed } from './project.ts'

export type LoadedSeed = { name: string; path: string; relation: string; columns: { name: string; type: string }[] }

/** Seeds come as texts of the release; each becomes a table with its file's name, types as configured or detected. */
export const loadSeeds = async (
  seeds: readonly Seed[],
  { connection, staging }: { connection: DuckDBConnection; staging: string },
): Promise<LoadedSeed[]> => {
  const loaded: LoadedSeed[] = []
  for (const seed of seeds) {
    const path = join(staging, `seed-${seed.name}.csv`)
    await writeFile(path, seed.text)
    const types = Object.entries(seed.columnTypes).map(([name, type]) => `${quoteText(name)}: ${quoteText(type)}`)
    const typed = types.length > 0 ? `, types = {${types.join(', ')}}` : ''
    const read = (more: string) =>
      `select * from read_csv(${quoteText(path)}, header = true, delim = ',', quote = '"', escape = '"'${more})`
    await connection
      .run(`create table ${quoteIdent(seed.name)} as ${read(`, sample_size = -1${typed}`)}`)
      .catch(async (error: Error) => {
        const { line, why } =
          (await firstReject(connection, read, seed.text).catch(() => null)) ?? whyOf(error, path, seed.path)
        throw new MeshError('model-failed', { model: line === null ? seed.path : `${seed.path}:${line}`, why })
      })
    const relation = quoteIdent(seed.name)
    loaded.push({ name: seed.name, path: seed.path, relation, columns: await describe(connection, `from ${relation}`) })
  }
  return loaded
}

type Reject = { line: string | null; why: string }

/** Where the sniffer gives up it names no line, so the seed is read as text once more, with the lines that do not fit put aside. */
const firstReject = async (
  connection: DuckDBConnection,
  read: (more: string) => string,
  text: string,
): Promise<Reject | null> => {
  const header = text.split('\n', 1)[0]!.replaceAll(/"[^"]*"/g, '')
  const columns = header.split(',').map((_, n) => `c${n}: 'VARCHAR'`)
  const tables = "store_rejects = true, rejects_table = 'seed_errors', rejects_scan = 'seed_scans'"
  await connection.run(
    `create or replace temp table seed_rows as ${read(`, auto_detect = false, columns = {${columns.join(', ')}}, ${tables}`)}`,
  )
  const [first] = await rowsOf(connection, 'select line, error_message as why from seed_errors order by line limit 1')
  return first === undefined ? null : { line: String(first.line), why: String(first.why) }
}

const whyOf = ({ message }: Error, path: string, shown: string): Reject => {
  const lines = message.replaceAll(path, shown).split('\n')
  const why = lines.find((text) => /^(Error|Expected|Value)/.test(text)) ?? lines[0]!
  return { line: /CSV Error on Line: (\d+)/.exec(message)?.[1] ?? null, why }
}
