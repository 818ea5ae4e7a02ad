import { mkdir, rm } from 'node:fs/promises'
import type { QueryResult } from '@datamesh/data-plane'

/** `seen`: what was laid over each table that it was read from. */
export type SeenTable = { product: string; table: string; seen: string }
type Kept = { result: QueryResult; principal: string; at: number; reads: readonly SeenTable[] }

const keptMs = 3_600_000
const mostOfOne = 20
const mostBytesOfOne = 1024 ** 3
const mostBytes = 4 * 1024 ** 3

/** Results that can still be read: for an hour, twenty or 1 GB of each person, 4 GB in all; then their files go, the oldest first. */
export class Results {
  readonly #folder: string
  readonly #now: () => Date
  readonly #kept = new Map<string, Kept>()
  readonly #timer: NodeJS.Timeout

  private constructor(folder: string, now: () => Date) {
    this.#folder = folder
    this.#now = now
    this.#timer = setInterval(() => void this.#tidy(), 60_000)
    this.#timer.unref()
  }

  /** Nobody remembers what lies in the folder from before. */
  static async open(folder: string, now: () => Date): Promise<Results> {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return new Results(folder, now)
  }

  get folder(): string {
    return this.#folder
  }

  find(id: string): QueryResult | undefined {
    return this.#kept.get(id)?.result
  }

  readsOf(id: string): readonly SeenTable[] {
    return this.#kept.get(id)?.reads ?? []
  }

  /** Results that were read from a product; '': of anything. */
  async forgetOf(product: string): Promise<void> {
    for (const [id, { reads }] of [...this.#kept])
      if (product === '' || reads.some((read) => read.product === product)) await this.#forget(id)
  }

  async keep(id: string, principal: string, result: QueryResult, reads: readonly SeenTable[] = []): Promise<void> {
    this.#kept.set(id, { result, principal, at: this.#now().getTime(), reads })
    await this.#tidy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    for (const id of [...this.#kept.keys()]) await this.#forget(id)
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #tidy(): Promise<void> {
    const oldest = this.#now().getTime() - keptMs
    const seen = new Map<string, { nth: number; bytes: number }>()
    let bytes = 0
    // The newest first, so that those that are too many are the oldest.
    for (const [id, { result, principal, at }] of [...this.#kept].reverse()) {
      const before = seen.get(principal) ?? { nth: 0, bytes: 0 }
      const mine = { nth: before.nth + 1, bytes: before.bytes + result.bytes }
      seen.set(principal, mine)
      if (at < oldest || mine.nth > mostOfOne || mine.bytes > mostBytesOfOne || bytes + result.bytes > mostBytes)
        await this.#forget(id)
      else bytes += result.bytes
    }
  }

  async #forget(id: string): Promise<void> {
    const kept = this.#kept.get(id)
    this.#kept.delete(id)
    await kept?.result[Symbol.asyncDispose]()
  }
}
