import type { AuditHead } from '@datamesh/core'
import { appendAudit, fromAddress, type NewAuditEntry } from './audit.ts'
import type { Store } from './store.ts'

/** One read that was allowed, or a look at the mesh. Equal ones are told by one entry. */
export type AuditRead = Omit<NewAuditEntry, 'from' | 'data'> & {
  from: string | null
  /** What the entry tells beside the counts: equal texts are one entry. */
  data: Readonly<Record<string, string | number | undefined>>
  rows: number
  bytes: number
}

type Sum = { read: AuditRead; reads: number; rows: number; bytes: number; first: Date }
type Waiting = { entry: NewAuditEntry; times: number }

/** Different reads between two writes; more than that wait for the log. */
const mostKinds = 20_000

/**
 * Writes the audit entries that have no transaction of their own.
 *
 * `write`: one refusal or sign-in that failed; the answer is given when it is stored. Those that come while a write is under way are stored
 * together by the next one, equal ones as one entry that says how often. `read`: gathered and written every second; a crash loses that second,
 * nothing else. While the state does not take entries, `behind` turns true and no data is read: what cannot be written down is not given out.
 */
export class AuditLog {
  readonly #store: Pick<Store, 'db'>
  readonly #now: () => Date
  readonly #told: (head: AuditHead) => void
  readonly #mostBehindMs: number
  readonly #timer: NodeJS.Timeout
  #sums = new Map<string, Sum>()
  #waiting = new Map<string, Waiting>()
  #oldest = Number.POSITIVE_INFINITY
  #turn: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined

  constructor(
    store: Pick<Store, 'db'>,
    {
      now,
      told = () => {},
      everyMs = 1_000,
      mostBehindMs = 10_000,
    }: { now: () => Date; told?: (head: AuditHead) => void; everyMs?: number; mostBehindMs?: number },
  ) {
    this.#store = store
    this.#now = now
    this.#told = told
    this.#mostBehindMs = mostBehindMs
    // what was not written is kept for the next time
    this.#timer = setInterval(() => void this.flush().catch(() => {}), everyMs)
    this.#timer.unref()
  }

  get behind(): boolean {
    const now = this.#now().getTime()
    // a clock that was set back must not make a log that is behind look young
    if (now < this.#oldest && this.#sums.size > 0) this.#oldest = now
    return this.#sums.size >= mostKinds || now - this.#oldest > this.#mostBehindMs
  }

  read(read: AuditRead): void {
    const { kind, actor, action, subject, because, from, data, rows, bytes } = read
    // with lengths: what somebody writes into a name must not make two different reads one
    let key = `${kind}\n${actor.length}\n${actor}\n${action}\n${subject.length}\n${subject}\n${from}\n${because.length}\n${because}`
    for (const name in data) key += `\n${name}\n${String(data[name]).length}\n${data[name]}`
    const sum = this.#sums.get(key)
    if (sum === undefined) {
      if (this.#sums.size === 0) this.#oldest = this.#now().getTime()
      this.#sums.set(key, { read, reads: 1, rows, bytes, first: read.at })
      if (this.#sums.size === mostKinds / 2) void this.flush().catch(() => {})
      return
    }
    sum.read = read
    sum.reads += 1
    sum.rows += rows
    sum.bytes += bytes
  }

  /** Resolves when the entry is stored. @throws when it could not be: what it tells about must not happen then */
  write(entry: NewAuditEntry): Promise<void> {
    const whole = { ...entry, from: entry.from === undefined ? (fromAddress.getStore() ?? null) : entry.from }
    const { kind, actor, action, subject, because, from, data } = whole
    const key = JSON.stringify([kind, actor, action, subject, because, from, data])
    const same = this.#waiting.get(key)
    if (same === undefined) this.#waiting.set(key, { entry: whole, times: 1 })
    else same.times += 1
    return this.#written()
  }

  /** Writes what has gathered. */
  flush(): Promise<void> {
    return this.#sums.size === 0 && this.#waiting.size === 0 ? this.#turn : this.#written()
  }

  /** The write that begins after everything that is under way: it takes all that waits until then. */
  #written(): Promise<void> {
    if (this.#next === undefined) {
      const next = this.#turn.then(() => {
        this.#next = undefined
        return this.#write()
      })
      this.#next = next
      this.#turn = next.catch(() => {})
    }
    return this.#next
  }

  async #write(): Promise<void> {
    const sums = this.#sums
    const waiting = this.#waiting
    const since = this.#oldest
    this.#sums = new Map()
    this.#waiting = new Map()
    this.#oldest = Number.POSITIVE_INFINITY
    const entries: NewAuditEntry[] = []
    for (const { entry, times } of waiting.values())
      entries.push(times === 1 ? entry : { ...entry, data: { ...entry.data, times } })
    for (const { read, reads, rows, bytes, first } of sums.values()) {
      const { rows: _rows, bytes: _bytes, ...entry } = read
      const span = { first: first.toISOString(), last: read.at.toISOString() }
      const amount = read.kind === 'read' ? { reads, rows, bytes } : { times: reads }
      entries.push({ ...entry, data: { ...read.data, ...amount, ...span } })
    }
    if (entries.length === 0) return
    try {
      this.#told(await this.#store.db.transaction().execute((tx) => appendAudit(tx, entries)))
    } catch (error) {
      // who waits for a refusal is told that it failed; reads have been given out and must still be written down
      this.#oldest = Math.min(since, this.#oldest)
      for (const [key, sum] of sums) this.#keep(key, sum)
      throw error
    }
  }

  #keep(key: string, sum: Sum): void {
    const later = this.#sums.get(key)
    if (later === undefined) this.#sums.set(key, sum)
    else {
      later.reads += sum.reads
      later.rows += sum.rows
      later.bytes += sum.bytes
      later.first = sum.first
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.flush().catch(() => {})
  }
}
