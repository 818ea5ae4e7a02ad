import fs from 'node:fs'
import path from 'node:path'
import { MeshError } from '@datamesh/core'
import { createDatabase } from './create.ts'
import { type AskBody, Link, StateError } from './link.ts'
import { lockDir } from './lock.ts'
import { Session } from './session.ts'
import { Turns } from './turns.ts'
import type { Outcome, WorkerSetup } from './wire.ts'

export type HostOptions = {
  /** Folder of the state; null keeps it in memory. */
  dir: string | null
  /** Real fsync. Only tests switch it off. */
  durable: boolean
  /** A statement that runs longer is ended, with the thread it runs in. */
  statementDeadlineMs: number
  /** How long to wait for one's turn, and how long a transaction may hold it without asking anything. */
  turnDeadlineMs: number
  /** The database cannot be used any more; the process should say so and end. Called once. */
  onFatal(error: MeshError): void
  log(entry: { level: 'info' | 'warn' | 'error'; message: string; facts: Record<string, unknown> }): void
  now(): Date
}

/** One WAL segment: without room for it Postgres does not start. */
const smallestDisk = 16 * 2 ** 20
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

  get failed(): MeshError | null {
    return this.#failed
  }
  get closed(): boolean {
    return this.#closed
  }

  async #start(): Promise<Link> {
    const { dir, durable } = this.options
    const setup: WorkerSetup = { dir, durable }
    try {
      if (dir !== null) await createDatabase(dir, durable)
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
      const link = this.#link
      const { statementDeadlineMs, turnDeadlineMs } = this.options
      return new Session({
        run: (ask, deadlineMs) => this.#run(link, ask, deadlineMs),
        isGone: () => link.ended,
        give: release,
        statementDeadlineMs,
        turnDeadlineMs,
      })
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
  async #run(link: Link, ask: AskBody, deadlineMs: number): Promise<Outcome> {
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
    if (this.#reopening) {
      this.#fail(why)
      return
    }
    this.restarts++
    this.options.log({ level: 'error', message: 'database thread restarts', facts: { why, dir: this.options.dir } })
    link.ended = true
    link.rejectAll(new MeshError('state-restarted', {}))
    if (this.options.dir === null) {
      // A database in memory ends with its thread: a new empty one would answer as if it were the old.
      void link.terminate()
      this.#fail(why)
      return
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

/** PGlite says "failed to initialize properly" or "Aborted()" to everything: a full disk and another Postgres major are the likely reasons. */
const whyNotOpened = (dir: string | null, error: Error): string => {
  if (dir === null) return error.message
  const { bavail, bsize } = fs.statfsSync(dir)
  if (bavail * bsize < smallestDisk) return 'the disk is full'
  const file = path.join(dir, 'pg', 'PG_VERSION')
  const major = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : '18'
  if (major === '') return 'its files were not written to the end'
  return major === '18' ? error.message : `it was made by Postgres ${major}, this program has 18`
}
