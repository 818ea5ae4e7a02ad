import fs from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { MeshError } from '@datamesh/core'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { BackupHeader, BackupMark } from './backup.ts'
import { checksumOf, migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { continueIdentities, insertLines, inUtc, linesOf, type TableShape, tableShapes, tally } from './rows.ts'
import type { Database } from './schema.ts'
import { openUnmigrated, type StoreOptions } from './store.ts'

export type RestoreReport = { file: string; takenAt: string; tables: Record<string, number> }

/**
 * Reads a backup into an empty state: another folder, or the Postgres of production. All rows or none: the file is proved whole first, and
 * what was stored is read again and compared before the commit. The schema is brought to the backup's version, filled, then to today's.
 * @throws backup-damaged, restore-not-empty, state-newer, and what openStore throws
 */
export const restore = async (file: string, target: StoreOptions): Promise<RestoreReport> => {
  const { header, sums } = await prove(file)
  const store = await openUnmigrated(target)
  try {
    const now = target.clock.now()
    const then = migrations.filter(({ version }) => header.migrations.some((one) => one.version === version))
    await migrate(store.db, now, await atLeast(store.db, then))
    await store.db.transaction().execute((tx) => fill(tx, file, sums))
    await migrate(store.db, now)
    return {
      file,
      takenAt: header.at,
      tables: Object.fromEntries([...sums].map(([name, { rows }]) => [name, rows])),
    }
  } finally {
    await store[Symbol.asyncDispose]()
  }
}

type Sums = Map<string, { rows: number; sha256: string; columns: string[] }>

/** A target that is already at a later version (an empty, migrated state) is fine when the backup's columns are all there. */
const atLeast = async (db: Kysely<Database>, then: typeof migrations): Promise<typeof migrations> => {
  const { rows } = await sql<{ there: boolean }>`select to_regclass('migration') is not null as there`.execute(db)
  return rows[0]?.there ? migrations : then
}

const damaged = (file: string, why: string, cause?: unknown) =>
  new MeshError('backup-damaged', { file, why }, { cause })

async function* read(file: string): AsyncGenerator<string> {
  if (!fs.existsSync(file)) throw new MeshError('file-not-found', { file })
  const source = fs.createReadStream(file)
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  try {
    yield* createInterface({ input: source.pipe(gunzip), crlfDelay: Number.POSITIVE_INFINITY })
  } finally {
    source.destroy()
    gunzip.destroy()
  }
}

/** Reads the whole file once: every table's count and checksum, and the mark at the end. */
const prove = async (file: string): Promise<{ header: BackupHeader; sums: Sums }> => {
  const sums: Sums = new Map()
  let header: BackupHeader | null = null
  let columns: string[] = []
  let sum = tally()
  let done = -1
  try {
    for await (const line of read(file)) {
      if (line.startsWith('[')) sum.add(line)
      else if (header === null) {
        header = JSON.parse(line) as BackupHeader
        if (header.datameshBackup !== 1) throw damaged(file, 'it is not a backup of Datamesh')
      } else {
        const mark = JSON.parse(line) as BackupMark
        if ('table' in mark) {
          columns = mark.columns
          sum = tally()
        } else if ('end' in mark) {
          const { rows, sha256 } = sum.end()
          if (rows !== mark.rows || sha256 !== mark.sha256)
            throw damaged(file, `the rows of ${mark.end} are not the ones that were saved`)
          sums.set(mark.end, { rows, sha256, columns })
        } else done = mark.done
      }
    }
  } catch (error) {
    if (error instanceof MeshError) throw error
    throw damaged(file, (error as Error).message, error)
  }
  if (!header) throw damaged(file, 'it is empty')
  if (done !== sums.size) throw damaged(file, 'its end is missing')
  for (const { version, name, checksum } of header.migrations) {
    const known = migrations.find((one) => one.version === version)
    if (!known)
      throw new MeshError('state-newer', { state: header.migrations.at(-1)!.version, program: migrations.length })
    if (checksumOf(known) !== checksum)
      throw new MeshError('state-migration-changed', { migration: `${version} ${name}` })
  }
  return { header, sums }
}

const fill = async (tx: Transaction<Database>, file: string, sums: Sums): Promise<void> => {
  await inUtc(tx)
  await sql`set constraints all deferred`.execute(tx)
  const shapes = new Map((await tableShapes(tx)).map((shape) => [shape.name, shape]))
  for (const { name } of shapes.values()) {
    const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(tx)
    if (rows.length > 0) throw new MeshError('restore-not-empty', { table: name })
  }
  let shape: TableShape | undefined
  let waiting: string[] = []
  for await (const line of read(file)) {
    if (line.startsWith('[')) {
      waiting.push(line)
      if (waiting.length < 200) continue
    }
    if (shape) await insertLines(tx, shape, waiting)
    waiting = []
    if (line.startsWith('{"table"')) {
      const mark = JSON.parse(line) as { table: string; columns: string[] }
      shape = asSaved(file, mark, shapes.get(mark.table))
    }
  }
  for (const [name, saved] of sums) {
    const stored = asSaved(file, { table: name, columns: saved.columns }, shapes.get(name))
    const sum = tally()
    for await (const line of linesOf(tx, stored)) sum.add(line)
    const { rows, sha256 } = sum.end()
    if (rows !== saved.rows || sha256 !== saved.sha256)
      throw damaged(file, `the stored rows of ${name} differ from the saved ones`)
    await continueIdentities(tx, stored)
  }
}

/** The target's table with the columns the backup has, in its order. */
const asSaved = (
  file: string,
  saved: { table: string; columns: readonly string[] },
  shape?: TableShape,
): TableShape => {
  const columns = saved.columns.map((name) => shape?.columns.find((column) => column.name === name))
  if (!shape || columns.includes(undefined)) throw damaged(file, `this program has no such table ${saved.table}`)
  return { ...shape, columns: columns as TableShape['columns'] }
}
