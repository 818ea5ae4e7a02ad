import { rename, rm, writeFile } from 'node:fs/promises'
import { quoteIdent, quoteText, type TableVersion } from '@datamesh/core'
import type { Samples } from './key_range.ts'
import { position } from './reading.ts'
import { type PlacedFile, parquetTable } from './source.ts'

/** One table of one snapshot as a DuckDB file sorted by its key. `file` becomes `<file>.duckdb`, then `<file>.json` (its `Samples`) says it is whole. */
export type ReplicaJob = {
  file: string
  table: TableVersion
  files: readonly PlacedFile[]
  memoryMb: number
}

/** Every 1,024th key: a page is looked for in at most two of the engine's vectors of 2,048 rows. */
const every = 1024

/** Writes beside the final name and renames: a build that dies leaves nothing that a reader would take for a replica. */
export const buildReplica = async (job: ReplicaJob): Promise<void> => {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const draft = `${job.file}.${process.pid}.draft`
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: `${job.memoryMb}MB`,
    temp_directory: `${draft}.spill`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  try {
    const connection = await instance.connect()
    const key = job.table.key.map((name) => `${quoteIdent(name)} nulls last`)
    await connection.run(`set TimeZone = 'UTC'`)
    await connection.run(`attach ${quoteText(draft)} as replica`)
    await connection.run(`
      create table replica.rows as
      select *
      from ${parquetTable(job.table, job.files)}
      order by ${[...key, position].join(', ')}`)
    const column = job.table.key[0]
    const values: string[] = []
    if (column !== undefined) {
      const sampled = await connection.run(`
        select ${quoteIdent(column)}::varchar
        from replica.rows
        where rowid % ${every} = 0 and ${quoteIdent(column)} is not null
        order by rowid`)
      for (const [value] of await sampled.getRows()) values.push(String(value))
    }
    await connection.run('detach replica')
    await rename(draft, `${job.file}.duckdb`)
    const samples: Samples | null = column === undefined ? null : { column, every, values }
    await writeFile(`${draft}.json`, JSON.stringify(samples))
    await rename(`${draft}.json`, `${job.file}.json`)
  } finally {
    instance.closeSync()
    for (const left of [draft, `${draft}.wal`, `${draft}.spill`, `${draft}.json`])
      await rm(left, { recursive: true, force: true })
  }
}
