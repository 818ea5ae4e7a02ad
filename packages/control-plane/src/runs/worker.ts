import { isMeshError } from '@datamesh/core'
import type { RunDeps } from './deps.ts'
import { performProfile, performPublish } from './perform.ts'
import { type Claim, claimNext, giveBack, recoverLost, renewLeases } from './queue.ts'
import { queueChannel, runChannel } from './rows.ts'
import { runSchedules } from './timetable.ts'

type Going = {
  claim: Claim
  handle: { cancel(): void } | null
  cancelled: boolean
  closing: boolean
  done: Promise<void>
}

/** How often it looks by itself; told by NOTIFY it looks at once. */
const lookEveryMs = 2000

/**
 * Takes runs from the queue and performs them, at most `concurrency` at a time. Its runs carry a lease that it renews; a worker that
 * dies loses them to the next one. Closing cancels the builds and gives their runs back unharmed.
 */
export class RunWorker implements AsyncDisposable {
  #deps: RunDeps
  #going = new Map<string, Going>()
  #timers: NodeJS.Timeout[] = []
  #stops: (() => Promise<void>)[] = []
  #closed = false
  #looking: Promise<void> | null = null
  #again = false

  private constructor(deps: RunDeps) {
    this.#deps = deps
  }

  /** `alone`: no other process uses this state, so every running run found now is an orphan. */
  static async start(deps: RunDeps, { alone }: { alone: boolean }): Promise<RunWorker> {
    const worker = new RunWorker(deps)
    const recovered = await recoverLost({ all: alone }, deps)
    if (recovered > 0) deps.log({ level: 'warn', message: 'runs recovered', facts: { runs: recovered } })
    worker.#stops.push(await deps.store.listen(queueChannel, () => worker.look()))
    worker.#stops.push(await deps.store.listen(runChannel, (id) => worker.#heard(id)))
    worker.#timers.push(setInterval(() => worker.look(), lookEveryMs))
    worker.#timers.push(setInterval(() => worker.#renew(), (deps.limits.leaseSeconds * 1000) / 3))
    worker.look()
    return worker
  }

  get running(): number {
    return this.#going.size
  }

  /** Looks for schedules that are due, runs that were lost and runs to begin. Calls while it looks make it look once more. */
  look(): void {
    if (this.#closed) return
    this.#again = true
    this.#looking ??= this.#lookUntilQuiet().finally(() => {
      this.#looking = null
    })
  }

  async #lookUntilQuiet(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false
      try {
        await runSchedules(this.#deps)
        while (!this.#closed && this.#going.size < this.#deps.limits.concurrency) {
          const claim = await claimNext(this.#deps)
          if (!claim) break
          this.#begin(claim)
        }
      } catch (error) {
        this.#deps.log({ level: 'error', message: 'queue not read', facts: { error: String(error) } })
      }
    }
  }

  #begin(claim: Claim): void {
    const going: Going = { claim, handle: null, cancelled: false, closing: false, done: Promise.resolve() }
    const onHandle = (handle: { cancel(): void }) => {
      going.handle = handle
      if (going.cancelled || going.closing) handle.cancel()
    }
    const perform = claim.row.kind === 'profile' ? performProfile : performPublish
    going.done = perform(claim, onHandle, this.#whileOpen(going))
      .catch((error) => {
        // A run that was taken over or given back is somebody else's to end.
        if (going.closing || (isMeshError(error) && error.code === 'run-lost')) return
        const facts = { runId: claim.run.id, error: String(error) }
        this.#deps.log({ level: 'error', message: 'run not ended', facts })
      })
      .finally(() => {
        this.#going.delete(claim.run.id)
        this.look()
      })
    this.#going.set(claim.run.id, going)
  }

  /** A build that ends because we close is neither failed nor cancelled: its run is given back by `close`. */
  #whileOpen(going: Going): RunDeps {
    const { store } = this.#deps
    return {
      ...this.#deps,
      get store() {
        if (going.closing) throw closingDown
        return store
      },
    }
  }

  async #heard(run: string): Promise<void> {
    if (run === '' || this.#going.has(run)) await this.#renew()
  }

  async #renew(): Promise<void> {
    if (this.#closed) return
    try {
      if (this.#going.size > 0) {
        const mine = await renewLeases(this.#deps)
        for (const [id, going] of this.#going) {
          const state = mine.get(id)
          // Not ours any more (another worker took it over, or it has just ended): what the build still does is for nothing.
          if (state === undefined || state.cancel) {
            going.cancelled = true
            going.handle?.cancel()
          }
        }
      }
      if ((await recoverLost({ all: false }, this.#deps)) > 0) this.look()
    } catch (error) {
      this.#deps.log({ level: 'error', message: 'leases not renewed', facts: { error: String(error) } })
    }
  }

  /** Waits until nothing runs and nothing can begin; for tests and for `up --once`. */
  async idle(): Promise<void> {
    do {
      await this.#looking
      await Promise.all([...this.#going.values()].map((going) => going.done))
    } while (this.#looking || this.#going.size > 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const timer of this.#timers) clearInterval(timer)
    await this.#looking
    const going = [...this.#going.values()]
    for (const each of going) {
      each.closing = true
      each.handle?.cancel()
    }
    await Promise.all(going.map((each) => each.done))
    for (const { claim } of going)
      await giveBack(claim.run.id, this.#deps).catch(() => {
        // It had ended by itself a moment before.
      })
    for (const stop of this.#stops) await stop()
  }
}

const closingDown = new Error('the platform is closing')
