import { Worker } from 'node:worker_threads'
import type { Ask, AskOf, Outcome } from './wire.ts'

/** Evaluates Rego. Two of them: a thread of ours, and an OPA server. */
export type Engine = AsyncDisposable & {
  judge(ask: Omit<AskOf<'judge'>, 'do' | 'now'>, now: Date): Promise<Outcome['judge']>
}

/** The thread was ended because it took too long, or it died of what it was asked. */
export class EngineEnded extends Error {}

type Waiting = { resolve(outcome: never): void; reject(error: Error): void }

/** Memory of the thread; what needs more ends the thread, not the server. */
const resourceLimits = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 24, stackSizeMb: 8 }

/** One thread that is asked one thing at a time, started when it is needed and ended when an answer takes too long. */
export class RegoThread implements AsyncDisposable {
  #worker: Worker | null = null
  #waiting: (Waiting & { id: number }) | null = null
  #turn: Promise<unknown> = Promise.resolve()
  #lastId = 0
  #closed = false
  #idle: NodeJS.Timeout | undefined
  readonly #idleMs: number

  /** `idleMs`: ended when nothing was asked for so long; 0: kept. It takes a hundred MB, and half a second to begin again. */
  constructor({ idleMs = 0 }: { idleMs?: number } = {}) {
    this.#idleMs = idleMs
  }

  /** @throws EngineEnded when the deadline is over, or when the thread died */
  ask<K extends Ask['do']>(ask: AskOf<K>, deadlineMs: number): Promise<Outcome[K]> {
    const mine = this.#turn.then(() => this.#askNow(ask, deadlineMs))
    this.#turn = mine.catch(() => {})
    return mine
  }

  #askNow<K extends Ask['do']>(ask: AskOf<K>, deadlineMs: number): Promise<Outcome[K]> {
    if (this.#closed) return Promise.reject(new EngineEnded('the platform is closing'))
    clearTimeout(this.#idle)
    const worker = this.#worker ?? this.#start()
    const id = ++this.#lastId
    return new Promise<Outcome[K]>((resolve, reject) => {
      const deadline = setTimeout(() => this.#end(`it took longer than ${deadlineMs / 1000} s`), deadlineMs)
      const settle =
        <T>(how: (value: T) => void) =>
        (value: T) => {
          clearTimeout(deadline)
          this.#waiting = null
          this.#rest()
          how(value)
        }
      this.#waiting = { id, resolve: settle(resolve), reject: settle(reject) }
      worker.postMessage({ id, ask })
    })
  }

  #start(): Worker {
    const worker = new Worker(
      new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
      {
        resourceLimits,
        // a policy has no business with the environment of the platform
        env: {},
        stdout: false,
      },
    )
    worker.unref()
    worker.on('message', (told: { id: number; outcome?: never; error?: string }) => {
      if (this.#waiting?.id !== told.id) return
      if (told.error === undefined) this.#waiting.resolve(told.outcome as never)
      else this.#waiting.reject(new Error(told.error))
    })
    const gone = (why: string) => {
      if (this.#worker === worker) this.#worker = null
      this.#waiting?.reject(new EngineEnded(why))
    }
    worker.on('error', (error) => gone(memoryEnded(error) ? 'it needs too much memory' : error.message))
    worker.on('exit', () => {
      if (this.#worker === worker) gone('the thread ended')
    })
    this.#worker = worker
    return worker
  }

  #rest(): void {
    if (this.#idleMs === 0 || this.#closed) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#end('nothing was asked'), this.#idleMs).unref()
  }

  #end(why: string): void {
    const worker = this.#worker
    this.#worker = null
    this.#waiting?.reject(new EngineEnded(why))
    void worker?.terminate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = null
    this.#waiting?.reject(new EngineEnded('the platform is closing'))
    await worker?.terminate()
  }
}

const memoryEnded = (error: Error): boolean => (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY'

export type Deadlines = { batchMs: number; oneMs: number }
const usual: Deadlines = { batchMs: 20_000, oneMs: 3_000 }

/** The thread as an engine. What ends it is found by asking again one by one, and told as the error of that policy and product alone. */
export const threadEngine = (thread: RegoThread, deadlines: Deadlines = usual): Pick<Engine, 'judge'> => ({
  async judge({ policies, about }, now) {
    const at = now.toISOString()
    try {
      return await thread.ask({ do: 'judge', policies, about, now: at }, deadlines.batchMs)
    } catch (error) {
      if (!(error instanceof EngineEnded)) throw error
    }
    const found: Outcome['judge'] = []
    // a policy that ended the thread twice has had its chance: ten thousand products must not wait three seconds each
    const ended = new Map<number, { times: number; why: string }>()
    for (const { input, policies: which } of about) {
      const mine: Outcome['judge'][number] = []
      for (const i of which) mine.push(await askOne(i, input))
      found.push(mine)
    }
    return found

    async function askOne(i: number, input: string) {
      const before = ended.get(i)
      if (before !== undefined && before.times >= 2) return { hits: [], value: null, error: before.why }
      try {
        const one = await thread.ask(
          {
            do: 'judge',
            policies: [policies[i] as (typeof policies)[number]],
            about: [{ input, policies: [0] }],
            now: at,
          },
          deadlines.oneMs,
        )
        return one[0]?.[0] ?? null
      } catch (error) {
        const why = `eval_limit_error: ${error instanceof Error ? error.message : String(error)}`
        ended.set(i, { times: (before?.times ?? 0) + 1, why })
        return { hits: [], value: null, error: why }
      }
    }
  },
})
