import path from 'node:path'
import { MeshError } from '@datamesh/core'
import { Kysely } from 'kysely'
import { type BackupReport, backup } from './backup.ts'
import { migrate } from './migrate.ts'
import { pgliteDialect } from './pglite/dialect.ts'
import { type HostOptions, PgliteHost } from './pglite/host.ts'
import { maintain } from './pglite/maintain.ts'
import { openPostgres, serverOf } from './postgres.ts'
import type { Database } from './schema.ts'

export type StoreLog = HostOptions['log']

export type StoreOptions = {
  /** `pglite:<folder>`, `memory:` or `postgres://user@host/database`. */
  url: string
  clock: { now(): Date }
  log?: StoreLog
  /** The state cannot be used any more: say so and end the process. Called at most once; embedded only. */
  onFatal?: (error: MeshError) => void
  /** Real fsync for `pglite:`; only tests say false. */
  durable?: boolean
  /** A statement that runs longer is ended. Default 30 s. */
  statementDeadlineMs?: number
  /** Wait for the only connection, and idle time of a transaction that holds it; embedded only. Default 30 s. */
  turnDeadlineMs?: number
  /** Connections to Postgres. Default 10. */
  poolSize?: number
}

export type StoreHealth = {
  ok: boolean
  kind: 'pglite' | 'postgres'
  /** Folder or server; never a user or password. */
  where: string
  durable: boolean
  /** Round trip of a trivial statement. */
  latencyMs: number | null
  freeBytes: number | null
  /** Less than this much free disk makes `ok` false before Postgres has to stop. */
  neededBytes: number | null
  restarts: number
  problem: string | null
}

export type Store = {
  readonly db: Kysely<Database>
  readonly kind: 'pglite' | 'postgres'
  /** Calls `hear` after each NOTIFY on the channel; with an empty payload after a reconnect: look again. Resolves to "stop". */
  listen(channel: string, hear: (payload: string) => void): Promise<() => Promise<void>>
  health(): Promise<StoreHealth>
  /** Writes everything into one file, engine independent; see restore(). */
  backup(file: string): Promise<BackupReport>
  [Symbol.asyncDispose](): Promise<void>
}

/** Postgres needs room for a WAL segment or two and a checkpoint; below it stops with a PANIC. */
const neededBytes = 128 * 1024 * 1024

/**
 * Opens the place where the control plane's state lives and brings its schema up to date.
 * @throws state-locked, state-not-opened, state-not-durable, state-unreachable, state-too-old, state-newer, state-migration-changed
 */
export const openStore = async (options: StoreOptions): Promise<Store> => {
  const opened = await openUnmigrated(options)
  try {
    const applied = await migrate(opened.db, options.clock.now())
    if (applied.length > 0) options.log?.({ level: 'info', message: 'state migrated', facts: { versions: applied } })
    return opened
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}

/** Opens the engine and leaves the schema as it is: for restore(). */
export const openUnmigrated = (options: StoreOptions): Promise<Store> => {
  const { url } = options
  if (url.startsWith('pglite:') && url.length > 7) return openEmbedded(path.resolve(url.slice(7)), options)
  if (url === 'memory:') return openEmbedded(null, options)
  if (/^postgres(ql)?:\/\//.test(url)) return openServer(options)
  const scheme = /^[a-z]+:/i.exec(url)?.[0]
  throw new MeshError('state-url-invalid', {
    why: scheme ? `it starts with ${scheme}` : 'it names no kind of database',
  })
}

const quiet: StoreLog = () => {}

const openEmbedded = async (dir: string | null, options: StoreOptions): Promise<Store> => {
  const { clock, log = quiet, onFatal = () => {}, statementDeadlineMs = 30_000, turnDeadlineMs = 30_000 } = options
  const durable = dir !== null && options.durable !== false
  const now = () => clock.now()
  const host = await PgliteHost.open({
    dir,
    durable,
    statementDeadlineMs,
    turnDeadlineMs,
    onFatal,
    log,
    now,
  })
  const db = new Kysely<Database>({ dialect: pgliteDialect(host) })
  const stopMaintaining = dir === null ? () => {} : maintain(host, { log })
  return {
    db,
    kind: 'pglite',
    listen: (channel, hear) => host.listen(channel, hear),
    async health() {
      const freeBytes = host.freeBytes()
      const { latencyMs, problem } = await probe(() => host.withSession((session) => session.query('select 1')))
      const full = freeBytes !== null && freeBytes < neededBytes
      return {
        ok: problem === null && !full,
        kind: 'pglite',
        where: dir ?? 'memory',
        durable,
        latencyMs,
        freeBytes,
        neededBytes: dir === null ? null : neededBytes,
        restarts: host.restarts,
        problem: problem ?? (full ? 'the disk is nearly full' : null),
      }
    },
    backup: (file) => backup(db, file, now()),
    async [Symbol.asyncDispose]() {
      stopMaintaining()
      await host.close()
    },
  }
}

const openServer = async (options: StoreOptions): Promise<Store> => {
  const { url, clock, log = quiet, poolSize = 10, statementDeadlineMs = 30_000 } = options
  const host = await openPostgres(url, { poolSize, statementDeadlineMs, log })
  const db = new Kysely<Database>({ dialect: host.dialect })
  return {
    db,
    kind: 'postgres',
    listen: host.listen,
    async health() {
      const { latencyMs, problem } = await probe(() => db.selectFrom('migration').select('version').limit(1).execute())
      return {
        ok: problem === null,
        kind: 'postgres',
        where: serverOf(url),
        durable: true,
        latencyMs,
        freeBytes: null,
        neededBytes: null,
        restarts: 0,
        problem,
      }
    },
    backup: (file) => backup(db, file, clock.now()),
    [Symbol.asyncDispose]: () => host.close(),
  }
}

const probeMs = 5_000

const probe = async (ask: () => Promise<unknown>): Promise<{ latencyMs: number | null; problem: string | null }> => {
  const start = performance.now()
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error(`no answer within ${probeMs / 1000} s`)), probeMs).unref(),
  )
  try {
    await Promise.race([ask(), late])
    return { latencyMs: performance.now() - start, problem: null }
  } catch (error) {
    return { latencyMs: null, problem: (error as Error).message }
  }
}
