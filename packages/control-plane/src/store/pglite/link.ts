import v8 from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { Answer, Ask, Outcome, WireError, WorkerSetup } from './wire.ts'

/** An error of the database itself, with Postgres's `code` (SQLSTATE), `constraint`, … as the `pg` driver has them. */
export class StateError extends Error {
  override readonly name = 'StateError'
  readonly code?: string
  readonly severity?: string
  constructor(wire: WireError) {
    super(wire.message)
    Object.assign(this, wire)
  }
}

type Waiting = { resolve(outcome: Outcome): void; reject(error: unknown): void }
export type AskBody = Ask extends infer A ? (A extends Ask ? Omit<A, 'id'> : never) : never

/** One life of the database thread: ask it, hear notifications, end it. A new life is a new link. */
export class Link {
  ended = false
  #worker: Worker
  #waiting = new Map<number, Waiting>()
  #lastId = 0

  private constructor(worker: Worker) {
    this.#worker = worker
  }

  /** Starts the thread and opens the database in it. @throws StateError when it does not open */
  static async open(setup: WorkerSetup, on: { notify(channel: string, payload: string): void; end(link: Link): void }) {
    const worker = startWorker(setup)
    await firstAnswer(worker).catch(async (error) => {
      await worker.terminate()
      throw error
    })
    const link = new Link(worker)
    worker.on('message', (answer: Answer) => {
      if ('notify' in answer) on.notify(answer.notify, answer.payload)
      else link.#settle(answer)
    })
    worker.on('error', () => {})
    worker.on('exit', () => {
      if (link.ended) return
      link.ended = true
      on.end(link)
      link.rejectAll(new StateError({ message: 'the database thread ended' }))
    })
    return link
  }

  #settle(answer: Answer): void {
    if (!('id' in answer)) return
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('error' in answer) waiting?.reject(new StateError(answer.error))
    else waiting?.resolve(answer.outcome)
  }

  ask(body: AskBody): Promise<Outcome> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ ...body, id })
    })
  }

  /** Rejects everything that waits for an answer; the caller says why. */
  rejectAll(error: unknown): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
  }

  /** Ends the thread, whatever it is doing. Node closes the files it had open. */
  async terminate(): Promise<void> {
    this.ended = true
    await this.#worker.terminate()
  }
}

const startWorker = (setup: WorkerSetup): Worker => {
  // One function of Postgres is so large that optimising it takes 500 MB and a quarter of a second of a core, some seconds after the
  // start. Baseline code is enough: a ranked search over 10,000 products takes 5 instead of 3 ms. The flags are the process's (what
  // implies the others counts only at its start, so all three are named), but nothing else here leans on WebAssembly.
  for (const flag of ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) v8.setFlagsFromString(flag)
  const source = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
  return new Worker(new URL(source, import.meta.url), {
    workerData: setup,
    execArgv: [],
    // The database lives in WebAssembly memory; its JavaScript side is small, and V8 keeps what it is given.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
}

/** Resolves when the thread is ready. */
const firstAnswer = (worker: Worker): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const hear = (first: Answer) => {
    if ('ready' in first) resolve()
    else if ('failed' in first) reject(new StateError(first.failed))
  }
  const exited = (code: number) => reject(new StateError({ message: `its thread ended with code ${code}` }))
  worker.once('message', hear).once('error', reject).once('exit', exited)
  return promise.finally(() => worker.off('message', hear).off('error', reject).off('exit', exited))
}
