import fs from 'node:fs'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Kysely } from 'kysely'
import { syncPath } from './pglite/durable.ts'
import { inUtc, linesOf, tableShapes, tally } from './rows.ts'
import type { Database } from './schema.ts'

export type BackupReport = { file: string; sizeBytes: number; tables: Record<string, number> }

/** First line of a backup. Then per table: `{table, columns}`, its rows as arrays, `{end, rows, sha256}`; at last `{done}`. */
export type BackupHeader = {
  datameshBackup: 1
  at: string
  migrations: { version: number; name: string; checksum: string }[]
}
export type BackupMark =
  | { table: string; columns: string[] }
  | { end: string; rows: number; sha256: string }
  | { done: number }

/**
 * Writes everything that `db` holds into one gzipped file, from one snapshot of the database: writers go on meanwhile (embedded: wait).
 * The file appears when it is whole. It holds hashes of keys and personal names: readable by its owner only.
 */
export const backup = async (db: Kysely<Database>, file: string, at: Date): Promise<BackupReport> => {
  const draft = `${file}.partial`
  const gzip = createGzip({ level: 6 })
  const out = fs.createWriteStream(draft, { mode: 0o600, flush: true })
  gzip.on('error', (error) => out.destroy(error))
  out.on('error', (error) => gzip.destroy(error))
  const written = finished(gzip.pipe(out))
  written.catch(() => {})
  const write = async (line: string) => {
    if (gzip.destroyed) await written
    if (!gzip.write(`${line}\n`)) await Promise.race([new Promise((resolve) => gzip.once('drain', resolve)), written])
  }
  try {
    const tables = await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (tx) => {
        await inUtc(tx)
        const migrations = await tx
          .selectFrom('migration')
          .select(['version', 'name', 'checksum'])
          .orderBy('version')
          .execute()
        const header: BackupHeader = { datameshBackup: 1, at: at.toISOString(), migrations }
        await write(JSON.stringify(header))
        const counts: Record<string, number> = {}
        for (const shape of await tableShapes(tx)) {
          const opened: BackupMark = { table: shape.name, columns: shape.columns.map(({ name }) => name) }
          await write(JSON.stringify(opened))
          const sum = tally()
          for await (const line of linesOf(tx, shape)) {
            sum.add(line)
            await write(line)
          }
          const ended: BackupMark = { end: shape.name, ...sum.end() }
          counts[shape.name] = ended.rows
          await write(JSON.stringify(ended))
        }
        const done: BackupMark = { done: Object.keys(counts).length }
        await write(JSON.stringify(done))
        return counts
      })
    gzip.end()
    await written
    syncPath(draft)
    fs.renameSync(draft, file)
    return { file, sizeBytes: fs.statSync(file).size, tables }
  } catch (error) {
    gzip.destroy()
    out.destroy()
    fs.rmSync(draft, { force: true })
    throw error
  }
}
