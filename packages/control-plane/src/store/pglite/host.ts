import fs from 'node:fs'
import path from 'node:path'
import { MeshError } from '@datamesh/core'
import { Link, StateError } from './link.ts'
import { lockDir } from './lock.ts'
import { Turns } from './turns.ts'
import type { Outcome, WorkerSetup } from './wire.ts'

export type HostOptions = {
  /** Folder of the state; null keeps it in memory. */
  dir: string | null
  /** Real fsync. Only tests switch it off. */
  durable: boolean
  template?: string
  /** A statement that runs longer is ended, with the thread it runs in. */
  statementDeadlineMs: number
  /** How long to wait for one's turn, and how long a transaction may hold it without asking anything. */
  turnDeadlineMs: number
  /** The database cannot be used any more; the process should say so and end. Called once. */
  onFatal(error: MeshError): void
  log(entry: { level: 'info' | 'warn' | 'error'; message: string; facts: Record<string, unknown> }): void
  now(): Date
}

/** A second crash within this time is not an accident. */
const crashMemoryMs = 60_000
/** After these Postgres would hang or lie: disk full (also while extending WAL), I/O error. */
const fatalCodes = new Set(['53100', '58030'])

const isFatal = (error: unknown): boolean =>
  error instanceof StateError &&
  (error.severity === 'PANIC' || error.severity === 'FATAL' || fatalCodes.has(error.code ?? ''))

/**
 * The embedded database: Postgres in WebAssembly, in a thread of its own, on a locked directory, synced for real.
 * It keeps the seven rules that raw PGlite does not (docs/guide/state.md); every statement is asked in a `Session`, one session at a time.
 */
export class PgliteHost {
  readonly options: HostOptions
  restarts = 0
  #link: Link | null
  #unlock: () => void
  #turns: Turns
  #listeners = new Map<string, Set<(payload: string) => void>>()
  #reopening: Promise<void> | null = null
  #lastCrashAt = Number.NEGATIVE_INFINITY
  #failed: MeshError | null = null
  #closed = false

  private constructor(options: HostOptions, unlock: () => void) {
    this.options = options
    this.#unlock = unlock
    this.#link = null
    this.#turns = new Turns(options.turnDeadlineMs)
  }

  /** @throws state-locked, state-not-opened, state-not-durable */
  static async open(options: HostOptions): Promise<PgliteHost> {
    const unlock = options.dir === null ? () => {} : lockDir(options.dir)
    const host = new PgliteHost(options, unlock)
    try {
      host.#link = await host.#start()
      return host
    } catch (error) {
      unlock()
      throw error
    }
  }

  /** The database was made by this opening. */
  get created(): boolean {
    return this.#link?.created ?? false
  }
  get fsyncs(): number {
    return this.#link?.fsyncs ?? 0
  }
  get failed(): MeshError | null {
    return this.#failed
  }
  get closed(): boolean {
    return this.#closed
  }

  async #start(): Promise<Link> {
    const { dir, durable, template } = this.options
    const setup: WorkerSetup = { dir, durable, template: template ?? null }
    try {
      return await Link.open(setup, {
        notify: (channel, payload) => this.#notify(channel, payload),
        end: (link) => this.#crashed(link, 'its thread ended'),
      })
    } catch (error) {
      const where = dir ?? 'memory'
      if (error instanceof StateError && error.code === 'NOSYNC')
        throw new MeshError('state-not-durable', { dir: where })
      throw new MeshError('state-not-opened', { where, why: whyNotOpened(dir, error as Error) }, { cause: error })
    }
  }

  /** Waits for its turn. The caller must `release()`. @throws state-busy, state-closed, state-failed */
  async session(): Promise<Session> {
    const release = await this.#turns.take()
    try {
      await this.#reopening
      if (this.#failed) throw this.#failed
      if (this.#closed || !this.#link) throw new MeshError('state-closed', {})
      return new Session(this, this.#link, release)
    } catch (error) {
      release()
      throw error
    }
  }

  async withSession<T>(use: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.session()
    try {
      return await use(session)
    } finally {
      await session.release()
    }
  }

  /** One statement of a session. A deadline or a broken disk ends the thread and starts the next. */
  async run(link: Link, ask: Parameters<Link['ask']>[0], deadlineMs: number): Promise<Outcome> {
    if (link.ended) throw new MeshError('state-restarted', {})
    const seconds = deadlineMs / 1000
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new MeshError('state-deadline', { seconds }))
        this.#restart(link, 'a statement passed its deadline')
      }, deadlineMs)
    })
    try {
      return await Promise.race([link.ask(ask), late])
    } catch (error) {
      if (isFatal(error)) this.#crashed(link, (error as Error).message)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  #crashed(link: Link, why: string): void {
    if (this.#closed || link !== this.#link) return
    const now = this.options.now().getTime()
    const again = now - this.#lastCrashAt < crashMemoryMs
    this.#lastCrashAt = now
    if (again) {
      link.rejectAll(new MeshError('state-restarted', {}))
      void link.terminate()
      this.#fail(why)
    } else this.#restart(link, why)
  }

  #restart(link: Link, why: string): void {
    if (this.#closed || link !== this.#link) return
    if (this.#reopening) return this.#fail(why)
    this.restarts++
    this.options.log({ level: 'error', message: 'database thread restarts', facts: { why, dir: this.options.dir } })
    link.ended = true
    link.rejectAll(new MeshError('state-restarted', {}))
    if (this.options.dir === null) {
      // A database in memory ends with its thread: a new empty one would answer as if it were the old.
      void link.terminate()
      return this.#fail(why)
    }
    this.#reopening = this.#reopen(link).finally(() => {
      this.#reopening = null
    })
  }

  async #reopen(link: Link): Promise<void> {
    try {
      await link.terminate()
      const next = await this.#start()
      this.#link = next
      for (const channel of this.#listeners.keys()) await next.ask({ do: 'exec', sql: listenTo(channel) })
      // What was said meanwhile is lost: an empty payload means "look again".
      for (const channel of this.#listeners.keys()) this.#notify(channel, '')
    } catch (error) {
      this.#fail((error as Error).message)
    }
  }

  #fail(why: string): void {
    if (this.#failed || this.#closed) return
    this.#failed = new MeshError('state-failed', { why })
    this.options.log({ level: 'error', message: 'database cannot be used', facts: { why, dir: this.options.dir } })
    this.options.onFatal(this.#failed)
  }

  #notify(channel: string, payload: string): void {
    for (const hear of this.#listeners.get(channel) ?? []) hear(payload)
  }

  async listen(channel: string, hear: (payload: string) => void): Promise<() => Promise<void>> {
    const hearers = this.#listeners.get(channel) ?? new Set()
    if (hearers.size === 0) {
      this.#listeners.set(channel, hearers)
      await this.withSession((session) => session.exec(listenTo(channel)))
    }
    hearers.add(hear)
    return async () => {
      hearers.delete(hear)
    }
  }

  /** Bytes free for the state's file system; null in memory. */
  freeBytes(): number | null {
    if (this.options.dir === null) return null
    const { bavail, bsize } = fs.statfsSync(this.options.dir)
    return bavail * bsize
  }

  /** Waits for the running transaction, writes a checkpoint, lets go of the directory. */
  async close(): Promise<void> {
    if (this.#closed) return
    const release = await this.#turns.take().catch(() => () => {})
    await this.#reopening
    this.#closed = true
    this.#turns.end()
    try {
      if (this.#link && !this.#link.ended) {
        const late = new Promise((resolve) => setTimeout(resolve, 10_000).unref())
        await Promise.race([this.#link.ask({ do: 'close' }).catch(() => {}), late])
      }
      await this.#link?.terminate()
    } finally {
      release()
      this.#unlock()
    }
  }
}

const listenTo = (channel: string): string => `listen "${channel.replaceAll('"', '""')}"`

/** PGlite says "failed to initialize properly" to everything; a directory of another Postgres major is the likely reason. */
const whyNotOpened = (dir: string | null, error: Error): string => {
  const file = dir && path.join(dir, 'pg', 'PG_VERSION')
  const major = file && fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : null
  return major !== null && major !== '18' ? `it was made by Postgres ${major}, this program has 18` : error.message
}

/** One caller's turn at the only connection. Not for two callers at once. */
export class Session {
  #host: PgliteHost
  #link: Link
  #give: () => void
  #idle: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  #gone: MeshError | null = null
  #open = false
  #broken = false

  constructor(host: PgliteHost, link: Link, give: () => void) {
    this.#host = host
    this.#link = link
    this.#give = give
  }

  query(
    sql: string,
    params: readonly unknown[] = [],
    deadlineMs = this.#host.options.statementDeadlineMs,
  ): Promise<Outcome> {
    return this.#ask({ do: 'query', sql, params }, deadlineMs)
  }
  exec(sql: string, deadlineMs = this.#host.options.statementDeadlineMs): Promise<Outcome> {
    return this.#ask({ do: 'exec', sql }, deadlineMs)
  }
  /** The data directory as a tar, to start other databases from. */
  async dump(): Promise<Uint8Array> {
    const { rows } = await this.#ask({ do: 'dump' }, 60_000)
    return new Uint8Array(rows[0] as ArrayBuffer)
  }

  /** Statements of one session run one after the other, so that each deadline counts from its own start. */
  async #ask(ask: Parameters<Link['ask']>[0], deadlineMs: number): Promise<Outcome> {
    if (this.#gone) throw this.#gone
    clearTimeout(this.#idle)
    const mine = this.#last.then(() => this.#host.run(this.#link, ask, deadlineMs))
    this.#last = mine.then(
      () => this.#watch(),
      () => {
        this.#broken = this.#open
        this.#watch()
      },
    )
    return mine
  }

  /** A transaction that asks nothing for long holds up everybody: it is rolled back and its turn ends. */
  #watch(): void {
    clearTimeout(this.#idle)
    if (!this.#open || this.#gone) return
    const ms = this.#host.options.turnDeadlineMs
    this.#idle = setTimeout(() => void this.release(new MeshError('state-busy', { seconds: ms / 1000 })), ms).unref()
  }

  async begin(sql = 'begin'): Promise<void> {
    await this.query(sql)
    this.#open = true
    this.#watch()
  }
  /** True when it was stored; false when an earlier error had already undone the transaction. */
  async commit(): Promise<boolean> {
    await this.#last
    const stored = !this.#broken
    await this.query(stored ? 'commit' : 'rollback')
    this.#open = false
    return stored
  }
  async rollback(): Promise<void> {
    await this.query('rollback')
    this.#open = false
  }
  /** The errors before this point have been undone by `rollback to savepoint`. */
  mended(): void {
    this.#broken = false
  }

  async release(because: MeshError = new MeshError('state-closed', {})): Promise<void> {
    if (this.#gone) return
    this.#gone = because
    clearTimeout(this.#idle)
    await this.#last
    if (this.#open && !this.#link.ended)
      await this.#host
        .run(this.#link, { do: 'query', sql: 'rollback', params: [] }, this.#host.options.statementDeadlineMs)
        .catch(() => {}) // The thread is gone, and the transaction with it.
    this.#give()
  }
}
