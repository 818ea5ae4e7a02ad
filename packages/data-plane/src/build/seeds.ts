import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MeshError, quoteIdent, quoteText } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { describe } from '../compute/index.ts'
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
    await connection
      .run(
        `create table ${quoteIdent(seed.name)} as select * from read_csv(${quoteText(path)}, header = true, delim = ',', quote = '"', escape = '"', sample_size = -1${typed})`,
      )
      .catch((error: Error) => {
        const line = /CSV Error on Line: (\d+)/.exec(error.message)?.[1]
        const why =
          error.message.split('\n').find((text) => /^(Error|Expected|Value)/.test(text)) ??
          error.message.split('\n')[0]!
        throw new MeshError('model-failed', { model: line === undefined ? seed.path : `${seed.path}:${line}`, why })
      })
    const relation = quoteIdent(seed.name)
    loaded.push({ name: seed.name, path: seed.path, relation, columns: await describe(connection, `from ${relation}`) })
  }
  return loaded
}
