import { hash } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DataFile, quoteIdent, quoteText } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { describe, rowsOf } from '../compute/index.ts'
import type { InputFile } from '../input/index.ts'
import type { Storage } from '../storage/index.ts'
import type { DraftFile, DraftTable } from './draft.ts'
import type { BuildJob } from './job.ts'
import type { CompiledModel, Seed } from './project.ts'
import { carrierOf } from './types.ts'

/**
 * What a build has finished, kept beside the published files until it is published or given up, so that a retry does not do it again.
 * A table is found by everything that it was made from: its SQL and shape, what it reads, the inputs, the parent, the engine. Whatever
 * of that has changed gives another key, and the model is built anew. Of an encrypted product nothing is kept: its staged files open with a key
 * that ends with the build.
 */
export type Keeper = {
  /** Learns a model, in build order. Null: made anew each time, for it asks for the time or for chance, or reads a model that does. */
  keyOf(model: CompiledModel, shape: unknown): string | null
  /** Keeps a finished table in the background. `digest`: sha256 of a staged file by its path, when it is on disk. */
  keep(key: string, table: DraftTable, digest: (path: string) => Promise<string>): void
  /** Keeps what only other models read. Nothing, where Parquet would not give the same values back. */
  keepInner(key: string, name: string, connection: DuckDBConnection): Promise<void>
  /** A table of one of the runs to take over from, its files linked into the staging folder under names of this build. */
  take(key: string): Promise<Taken<DraftTable> | null>
  /** The same for what only models read: a SELECT. */
  takeInner(key: string): Promise<Taken<{ sql: string; rows: number }> | null>
  /** Resolves when everything is kept or given up. */
  settled(): Promise<void>
}
type Taken<T> = { made: T; from: string }

type KeptFile = { bytes: number; sha256: string; n: number }
type Kept =
  | { is: 'table'; table: Omit<DraftTable, 'files'>; files: (DataFile | (Omit<DataFile, 'path'> & { n: number }))[] }
  | { is: 'inner'; columns: { name: string; type: string }[]; rows: number; file: KeptFile }

/** Functions and words that answer differently another time. Source: duckdb_functions().stability of DuckDB 1.5, and what it calls constant but is not. */
const moving =
  /\b(now|today|random|setseed|uuid|uuidv4|uuidv7|gen_random_uuid|nextval|currval|age|sleep_ms|get_current_time|get_current_timestamp|transaction_timestamp|txid_current|current_connection_id|current_query|current_query_id|current_transaction_id|current_localtime|current_localtimestamp|current_setting|getvariable|stats|write_log)\s*\(|\b(current_date|current_time|current_timestamp|localtime|localtimestamp|tablesample|using\s+sample)\b/i

export type KeeperPlace = {
  connection: DuckDBConnection
  storage: Storage
  staging: string
  files: readonly InputFile[]
  seeds: readonly Seed[]
}

/** Opened before anything is read. */
export const openKeeper = async (job: BuildJob, place: KeeperPlace): Promise<Keeper> => {
  const { storage, staging } = place
  const { product } = job
  const home = storage.keptPath(product.id, job.runId)
  const seen = await fingerprints(place.files)
  const [version] = await rowsOf(place.connection, 'select version() as version')
  const all = JSON.stringify([
    'kept/1',
    version?.version,
    place.files.map((file, i) => [file.port, file.path, seen[i]]),
    product.inputPorts.map(({ name, source }) => [name, source]),
    Object.entries(job.inputs).map(([port, snapshot]) => [port, snapshot.id]),
    Object.entries(job.verdicts ?? {}).map(([port, { masks, rowFilter, keys }]) => [port, masks, rowFilter, keys?.id]),
    place.seeds,
    [job.parent?.id ?? null, job.params.fullRefresh, job.params.vars],
    [product.access.piiColumns],
  ])
  const ground = hash('sha256', all)
  const known: { name: string; key: string | null }[] = []
  const keeping: Promise<unknown>[] = []

  /** Whole under its name, or not there. */
  const put = async (key: string, files: readonly string[], kept: () => Promise<Kept>): Promise<void> => {
    const part = join(home, `.${key}`)
    await rm(part, { recursive: true, force: true })
    await mkdir(part, { recursive: true })
    try {
      // at once: the names that the build gave them go when it ends
      for (const [n, file] of files.entries()) await link(file, join(part, `${n}.parquet`))
      const text = JSON.stringify(await kept())
      // what was read while it changed is not what its key says
      if (!same(seen, await fingerprints(place.files))) throw new Error('an input file changed meanwhile')
      await writeFile(join(part, 'kept.json'), text)
      await rename(part, join(home, key))
    } finally {
      await rm(part, { recursive: true, force: true })
    }
  }
  /** Never in the way of the build. */
  const aside = (work: Promise<void>): Promise<void> => {
    const done = work.catch(() => {})
    keeping.push(done)
    return done
  }

  const find = async <T>(key: string, use: (kept: Kept, folder: string) => Promise<T>): Promise<Taken<T> | null> => {
    // what an earlier run kept lies there in clear
    if (job.seal !== undefined) return null
    for (const from of job.keep?.reuse ?? []) {
      const folder = join(storage.keptPath(product.id, from), key)
      try {
        return { made: await use(JSON.parse(await readFile(join(folder, 'kept.json'), 'utf8')) as Kept, folder), from }
      } catch {
        // not there, or not whole any more: it is built
      }
    }
    return null
  }
  /** A kept file under a name of this build; its content is looked at before it is believed. */
  const linked = async (folder: string, name: string, { n, bytes, sha256 }: KeptFile): Promise<string> => {
    const staged = join(staging, `${name}-taken-${n}.parquet`)
    await rm(staged, { force: true })
    await link(join(folder, `${n}.parquet`), staged)
    const found = await storage.settle(staged)
    if (found.sha256 === sha256 && found.bytes === bytes) return staged
    await rm(staged, { force: true })
    throw new Error('the kept file is damaged')
  }

  return {
    keyOf(model, shape) {
      const sql = model.sql.toLowerCase()
      // by name, wherever it stands: one too many only builds again
      const reads = known.filter(({ name }) => sql.includes(name.toLowerCase()) || model.refs.includes(name))
      const fixed = !moving.test(model.sql) && reads.every(({ key }) => key !== null)
      const parts = [ground, model.sql, shape, model.name, reads.map(({ name, key }) => [name, key])]
      const key = fixed ? hash('sha256', JSON.stringify(parts)) : null
      known.push({ name: model.name, key })
      return key
    },
    keep(key, { files, ...table }, digest) {
      if (job.keep === undefined || job.seal !== undefined) return
      const fresh = files.flatMap((file) => (file.staged === null ? [] : [file.staged]))
      const described = async (): Promise<Kept> => {
        let n = 0
        const all = []
        for (const { staged, path, sha256, ...file } of files)
          all.push(
            staged === null ? { ...file, path, sha256: sha256 ?? '' } : { ...file, n: n++, sha256: await digest(path) },
          )
        return { is: 'table', table, files: all }
      }
      void aside(put(key, fresh, described))
    },
    async keepInner(key, name, connection) {
      if (job.keep === undefined || job.seal !== undefined) return
      const relation = quoteIdent(name)
      const write = async () => {
        const columns = await describe(connection, `from ${relation}`)
        if (columns.some(({ type }) => carrierOf(type) !== type)) return
        const staged = join(staging, `inner-${key}.parquet`)
        const told = await connection.run(
          `copy (from ${relation}) to ${quoteText(staged)} (format parquet, compression zstd)`,
        )
        const described = async (): Promise<Kept> => {
          const { sha256, bytes } = await storage.settle(staged)
          return { is: 'inner', columns, rows: told.rowsChanged, file: { n: 0, bytes, sha256 } }
        }
        await put(key, [staged], described)
      }
      await aside(write())
    },
    take: (key) =>
      find(key, async (kept, folder) => {
        if (kept.is !== 'table') throw new Error('not a table')
        const files: DraftFile[] = []
        for (const file of kept.files) {
          if ('path' in file) files.push({ ...file, staged: null })
          else {
            const { n, ...facts } = file
            const path = storage.dataPath(product.id, kept.table.name, job.snapshotId, n)
            files.push({ ...facts, path, sha256: null, staged: await linked(folder, kept.table.name, file) })
          }
        }
        return { ...kept.table, files }
      }),
    takeInner: (key) =>
      find(key, async (kept, folder) => {
        if (kept.is !== 'inner') throw new Error('not an inner table')
        const staged = await linked(folder, `inner-${key}`, kept.file)
        const typed = kept.columns.map(({ name, type }) => `${quoteIdent(name)}::${type} as ${quoteIdent(name)}`)
        return { sql: `select ${typed.join(', ')} from read_parquet(${quoteText(staged)})`, rows: kept.rows }
      }),
    async settled() {
      await Promise.all(keeping)
    },
  }
}

/** What changes whenever the content of a file does; the time of the last change of it cannot be set back. */
const fingerprints = (files: readonly InputFile[]): Promise<string[]> =>
  Promise.all(
    files.map(async ({ path }) => {
      const seen = await stat(path, { bigint: true }).catch(() => null)
      return seen === null ? 'gone' : [seen.dev, seen.ino, seen.size, seen.mtimeNs, seen.ctimeNs].join(':')
    }),
  )

const same = (a: readonly string[], b: readonly string[]): boolean => a.join('\n') === b.join('\n')
