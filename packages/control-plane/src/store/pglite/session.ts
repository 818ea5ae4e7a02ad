import { MeshError } from '@datamesh/core'
import type { AskBody } from './link.ts'
import type { Outcome } from './wire.ts'

/** What the host lends for one turn: the thread that was alive when the turn began, and no other. */
export type Turn = {
  run(ask: AskBody, deadlineMs: number): Promise<Outcome>
  isGone(): boolean
  give(): void
  statementDeadlineMs: number
  turnDeadlineMs: number
}

/** One caller's turn at the only connection. Not for two callers at once. */
export class Session {
  #turn: Turn
  #idle: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  #gone: MeshError | null = null
  #open = false
  #broken = false

  constructor(turn: Turn) {
    this.#turn = turn
  }

  query(sql: string, params: readonly unknown[] = [], deadlineMs = this.#turn.statementDeadlineMs): Promise<Outcome> {
    return this.#ask({ do: 'query', sql, params }, deadlineMs)
  }
  exec(sql: string, deadlineMs = this.#turn.statementDeadlineMs): Promise<Outcome> {
    return this.#ask({ do: 'exec', sql }, deadlineMs)
  }
  /** Statements of one session run one after the other, so that each deadline counts from its own start. */
  async #ask(ask: AskBody, deadlineMs: number): Promise<Outcome> {
    if (this.#gone) throw this.#gone
    clearTimeout(this.#idle)
    const mine = this.#last.then(() => this.#turn.run(ask, deadlineMs))
    this.#last = mine.then(
      () => this.#watch(),
      () => {
        this.#broken = this.#open
        // The transaction went with the thread: nobody should wait for its owner to notice.
        if (this.#turn.isGone()) this.#leave(new MeshError('state-restarted', {}))
        else this.#watch()
      },
    )
    return mine
  }

  /** A transaction that asks nothing for long holds up everybody: it is rolled back and its turn ends. */
  #watch(): void {
    clearTimeout(this.#idle)
    if (!this.#open || this.#gone) return
    const ms = this.#turn.turnDeadlineMs
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
  /** Also when the thread is gone: then there is nothing left to undo. */
  async rollback(): Promise<void> {
    if (!this.#turn.isGone()) await this.query('rollback')
    this.#open = false
  }
  /** The errors before this point have been undone by `rollback to savepoint`. */
  mended(): void {
    this.#broken = false
  }

  async release(because: MeshError = new MeshError('state-closed', {})): Promise<void> {
    if (this.#gone) return
    this.#gone = because
    await this.#last
    // Should this fail, the thread is gone, and the transaction with it.
    if (this.#open && !this.#turn.isGone())
      await this.#turn.run({ do: 'query', sql: 'rollback', params: [] }, this.#turn.statementDeadlineMs).catch(() => {})
    this.#leave(because)
  }

  #leave(because: MeshError): void {
    clearTimeout(this.#idle)
    this.#gone ??= because
    this.#turn.give()
  }
}
