import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, rmSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { quoteText, type Snapshot, type TableVersion } from '@datamesh/core'
import { type Served, servedColumns, servedKey } from '../mask/index.ts'
import { keysIn, sealedStream, sealFile } from '../storage/index.ts'
import { unfitFilter } from './blame.ts'
import type { Engine } from './engine.ts'
import type { ServedFile } from './file.ts'
import { allFiles } from './key_range.ts'
import { parquetTable, placedIn, servedRows } from './source.ts'

/** A table of a snapshot as one reader may see it, as one Parquet file. `name` and digests are those of the masked bytes. */
export type MaskedFile = ServedFile & { name: string; rows: number }

export type MaskedFiles = {
  /** Makes it when it is not there. */
  of(snapshot: Pick<Snapshot, 'id'>, table: TableVersion, decision: Served): Promise<MaskedFile>
  /** Its name, without making it. */
  nameOf(snapshot: Pick<Snapshot, 'id'>, table: TableVersion, decision: Served): string
  evict(snapshotIds: ReadonlySet<string>): Promise<void>
  /** Copies of encrypted tables go: their keys may have been destroyed. */
  forgetSealed(): Promise<void>
}

type Place = {
  storageRoot: string
  replicaRoot: string
  maxBytes: number
  engineFor(table: TableVersion): Engine
  hold(snapshotId: string): () => void
  /** Lets the engine open the files of a table. @throws key-missing */
  unlock(table: TableVersion): Promise<void>
}

type About = { snapshot: string; rows: number; bytes: number; sha256: string }

/**
 * Masked copies are made on demand and kept by what was decided: the same verdict over the same snapshot is the same file, another reader's
 * hashes are another one. They lie among the replicas: everything here can be made again.
 */
export const openMaskedFiles = ({
  storageRoot,
  replicaRoot,
  maxBytes,
  engineFor,
  hold,
  unlock,
}: Place): MaskedFiles => {
  const folder = join(replicaRoot, 'masked')
  const making = new Map<string, Promise<About>>()
  let drafts = 0
  // Copies of encrypted tables are sealed with a key that ends with this process; what an earlier one left opens for nobody.
  const key = randomBytes(32)
  const sealed = new Map<string, About>()
  sweepSealed(folder)

  const nameOf: MaskedFiles['nameOf'] = (snapshot, table, decision) => {
    const about = JSON.stringify([1, snapshot.id, table.name, servedKey(decision)])
    return `masked-${createHash('sha256').update(about).digest('hex').slice(0, 32)}.parquet`
  }

  const known = async (name: string): Promise<About | null> => {
    const mine = sealed.get(name)
    if (mine !== undefined) return mine
    try {
      const about = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as About
      const { size } = await stat(join(folder, name))
      if (size !== about.bytes) return null
      // what was used last stays longest
      await utimes(join(folder, name), new Date(), new Date())
      return about
    } catch {
      return null
    }
  }

  const make = async (name: string, snapshot: string, table: TableVersion, decision: Served): Promise<About> => {
    await unlock(table)
    const engine = engineFor(table)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const draft = join(folder, `.draft-${process.pid}-${drafts++}`)
    if (decision.keys !== undefined) engine.learn(decision.keys)
    const rows = servedRows(parquetTable(table, placedIn(storageRoot, allFiles(table))), table, decision)
    const columns = servedColumns(table.columns, { masks: [], rowFilter: null })
    try {
      await engine.use('bulk', (lease) =>
        lease.turn(() =>
          lease.connection.run(
            `copy (select ${columns.join(', ')} from ${rows}) to ${quoteText(draft)} (format parquet, compression zstd)`,
          ),
        ),
      )
      const counted = await engine.use('bulk', (lease) =>
        lease.turn(() => lease.connection.runAndReadAll(`select count(*) from read_parquet(${quoteText(draft)})`)),
      )
      const about = {
        snapshot,
        rows: Number(counted.getRows()[0]?.[0]),
        bytes: (await stat(draft)).size,
        sha256: await sha256Of(draft),
      }
      if (keysIn(table.files).length > 0) {
        // the copy that is not sealed lives as long as it takes to write it
        await sealFile(draft, join(folder, `${name}${sealedEnding}`), key, name)
        sealed.set(name, about)
        await makeSealedRoom()
        return about
      }
      await rename(draft, join(folder, name))
      await writeFile(join(folder, `${name}.json`), JSON.stringify(about), { mode: 0o600 })
      await makeRoom(folder, name, maxBytes)
      return about
    } catch (error) {
      throw (await unfitFilter(error, table, decision, engine)) ?? error
    } finally {
      await rm(draft, { force: true })
    }
  }

  const forget = async (name: string): Promise<void> => {
    sealed.delete(name)
    await rm(join(folder, `${name}${sealedEnding}`), { force: true })
  }
  const makeSealedRoom = async (): Promise<void> => {
    let bytes = [...sealed.values()].reduce((sum, about) => sum + about.bytes, 0)
    for (const [name, about] of [...sealed].slice(0, -1)) {
      if (bytes <= maxBytes) return
      await forget(name)
      bytes -= about.bytes
    }
  }

  return {
    nameOf,
    async of(snapshot, table, decision) {
      const name = nameOf(snapshot, table, decision)
      let about = await known(name)
      if (about === null) {
        const release = hold(snapshot.id)
        const made = making.get(name) ?? make(name, snapshot.id, table, decision)
        making.set(name, made)
        about = await made.finally(() => {
          making.delete(name)
          release()
        })
      }
      if (sealed.has(name)) {
        const { bytes, sha256, rows } = about
        const file = join(folder, `${name}${sealedEnding}`)
        const stream: MaskedFile['stream'] = (range) => sealedStream(file, key, name, bytes, range)
        return { name, path: file, rows, bytes, sha256, ...plainHead(sha256), stream }
      }
      const path = join(folder, name)
      return {
        name,
        path,
        rows: about.rows,
        bytes: about.bytes,
        sha256: about.sha256,
        ...plainHead(about.sha256),
        stream: (range) => createReadStream(path, { highWaterMark: 256 * 1024, ...(range ?? {}) }),
      }
    },
    async forgetSealed() {
      for (const name of [...sealed.keys()]) await forget(name)
    },
    async evict(snapshotIds) {
      for (const [name, { snapshot }] of sealed) if (snapshotIds.has(snapshot)) await forget(name)
      for (const name of await described(folder)) {
        const about = await known(name)
        if (about === null || snapshotIds.has(about.snapshot)) await remove(folder, name)
      }
    },
  }
}

const sealedEnding = '.sealed'
const plainHead = (sha256: string) => ({
  etag: `"${sha256.slice(0, 32)}"`,
  contentType: 'application/vnd.apache.parquet',
})

const sweepSealed = (folder: string): void => {
  for (const name of namesIn(folder))
    if (name.endsWith(sealedEnding) || name.startsWith('.draft-')) rmSync(join(folder, name), { force: true })
}

/** Of a folder that may not be there. */
export const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])

const described = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -5)] : []))

const remove = async (folder: string, name: string): Promise<void> => {
  await rm(join(folder, `${name}.json`), { force: true })
  await rm(join(folder, name), { force: true })
}

/** The oldest go first; a reader who has one open keeps reading it. */
const makeRoom = async (folder: string, keep: string, maxBytes: number): Promise<void> => {
  const all = await Promise.all(
    (await described(folder)).map(async (name) => ({ name, at: await stat(join(folder, name)).catch(() => null) })),
  )
  let bytes = all.reduce((sum, { at }) => sum + (at?.size ?? 0), 0)
  for (const { name, at } of all.sort((a, b) => (a.at?.mtimeMs ?? 0) - (b.at?.mtimeMs ?? 0))) {
    if (bytes <= maxBytes) return
    if (name === keep) continue
    await remove(folder, name)
    bytes -= at?.size ?? 0
  }
}

const sha256Of = async (file: string): Promise<string> => {
  const digest = createHash('sha256')
  for await (const part of createReadStream(file)) digest.update(part as Buffer)
  return digest.digest('hex')
}
