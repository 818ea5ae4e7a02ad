import type { AccessRecord } from '@datamesh/core'
import { sql } from 'kysely'
import { appendEvent, type Store } from '../store/index.ts'

type Sum = { product: string; port: string; principal: string; day: string; reads: number; rows: number; bytes: number }

export type UsageTotals = { reads: number; rows: number; bytes: number; denied: number }

/** One event per minute for the same refusal: whoever asks in a loop does not fill the log. */
const quietMs = 60_000

/**
 * Reads are summed up in memory and written every few seconds; a crash loses at most those. Refusals become events.
 */
export class Usage {
  readonly #store: Pick<Store, 'db'>
  #sums = new Map<string, Sum>()
  #refused = new Map<string, AccessRecord>()
  readonly #lastRefused = new Map<string, number>()
  /** Since the process started; the metrics show them. */
  readonly totals: UsageTotals = { reads: 0, rows: 0, bytes: 0, denied: 0 }
  #flushing: Promise<void> = Promise.resolve()

  constructor(store: Pick<Store, 'db'>) {
    this.#store = store
  }

  record(record: AccessRecord): void {
    if (record.allow) this.#add(record)
    else this.#refuse(record)
  }

  #add({ product, port, actor, at, rows, bytes }: AccessRecord): void {
    this.totals.reads += 1
    this.totals.rows += rows
    this.totals.bytes += bytes
    const key = `${product}\n${port}\n${actor}\n${Math.floor(at.getTime() / 86_400_000)}`
    const sum = this.#sums.get(key)
    const day = () => at.toISOString().slice(0, 10)
    if (sum === undefined) this.#sums.set(key, { product, port, principal: actor, day: day(), reads: 1, rows, bytes })
    else {
      sum.reads += 1
      sum.rows += rows
      sum.bytes += bytes
    }
  }

  #refuse(record: AccessRecord): void {
    this.totals.denied += 1
    const key = `${record.product}\n${record.port}\n${record.actor}\n${record.action}`
    const at = record.at.getTime()
    if (at - (this.#lastRefused.get(key) ?? Number.NEGATIVE_INFINITY) < quietMs) return
    if (this.#lastRefused.size > 10_000) this.#lastRefused.clear()
    this.#lastRefused.set(key, at)
    this.#refused.set(key, record)
  }

  /** Writes what has gathered; calls take turns. What could not be written is kept for the next time. */
  flush(): Promise<void> {
    const turn = this.#flushing.then(() => this.#write())
    this.#flushing = turn.catch(() => {})
    return turn
  }

  async #write(): Promise<void> {
    const sums = this.#sums
    const refused = this.#refused
    if (sums.size === 0 && refused.size === 0) return
    this.#sums = new Map()
    this.#refused = new Map()
    try {
      await this.#store.db.transaction().execute(async (tx) => {
        if (sums.size > 0) {
          await sql`
            insert into port_read (product, port, principal, day, reads, row_count, size_bytes)
            select s.product, s.port, s.principal, s.day, s.reads, s.rows, s.bytes
            from jsonb_to_recordset(cast(${JSON.stringify([...sums.values()])} as jsonb))
              as s (product text, port text, principal text, day date, reads bigint, rows bigint, bytes bigint)
            on conflict (product, port, principal, day) do update set
              reads = port_read.reads + excluded.reads,
              row_count = port_read.row_count + excluded.row_count,
              size_bytes = port_read.size_bytes + excluded.size_bytes`.execute(tx)
        }
        for (const { at, actor, product, port, action, because } of refused.values()) {
          await appendEvent(tx, { at, actor, type: 'data.refused', subject: product, data: { action, port, because } })
        }
      })
    } catch (error) {
      for (const [key, sum] of sums) this.#merge(key, sum)
      for (const [key, record] of refused) this.#refused.set(key, record)
      throw error
    }
  }

  #merge(key: string, sum: Sum): void {
    const now = this.#sums.get(key)
    if (now === undefined) this.#sums.set(key, sum)
    else {
      now.reads += sum.reads
      now.rows += sum.rows
      now.bytes += sum.bytes
    }
  }
}
