import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import type { DataKeys } from '../storage/index.ts'
import { rowCount, toldColumns, toldEnd, toldFault } from './believed.ts'
import { baseResidentMb, commandOf, type Fences, limitMemory } from './fences.ts'
import { chunkOf, frameKinds, frameReader, mostFrameBytes, readyFrame } from './frames.ts'
import type { QueryColumn, QueryEnd, QueryFault, QueryJob, QueryLimits, QueryView } from './model.ts'

export type QueryOutcome = { is: 'done'; end: QueryEnd } | { is: 'failed'; fault: QueryFault } | { is: 'cancelled' }

/** Takes the result as it comes; the process waits while `chunk` does. */
export type QuerySink = {
  columns(columns: readonly QueryColumn[]): void
  chunk(chunk: { rows: number; lengths: readonly number[]; body: Buffer }): Promise<void>
}

export type QueryErrand = { sql: string; views: readonly QueryView[]; rows: number; keys?: DataKeys }
export type RunningQuery = { outcome: Promise<QueryOutcome>; cancel(): void; pid: number | undefined }

/** `ready`: it has its engine, and its limits hold. */
type Started = { child: ChildProcess; ready: Promise<void> }

const watchEveryMs = 50
const startSeconds = 20
const spareSeconds = 300

/**
 * Runs each query in a process of its own that has never seen another one. It is killed at its end, on cancel, at the deadline, and when it
 * takes more memory or tells more than it may. One process is kept ready after the first use.
 */
export class QueryProcesses {
  readonly limits: QueryLimits
  readonly fences: Fences
  readonly #entry: URL | undefined
  readonly #alive = new Set<ChildProcess>()
  #spare: Started | null = null
  #spareTimer: NodeJS.Timeout | undefined
  #closed = false

  /** `entry`: what the process runs, where it is not the query of ours. */
  constructor(options: { limits: QueryLimits; fences: Fences; entry?: URL }) {
    this.limits = options.limits
    this.fences = options.fences
    this.#entry = options.entry
  }

  /** Starts a process ahead, unless there is one; it goes when nobody wants it for some minutes. */
  warm(): void {
    if (this.#closed) return
    clearTimeout(this.#spareTimer)
    this.#spareTimer = setTimeout(() => {
      this.#spare?.child.kill('SIGKILL')
      this.#spare = null
    }, spareSeconds * 1000)
    this.#spareTimer.unref()
    if (this.#spare !== null) return
    const started = this.#start()
    this.#spare = started
    started.child.once('exit', () => {
      if (this.#spare === started) this.#spare = null
    })
  }

  run(errand: QueryErrand, sink: QuerySink): RunningQuery {
    const { promise, resolve } = Promise.withResolvers<QueryOutcome>()
    const { child, ready } = this.#take()
    let outcome: QueryOutcome | null = null
    const end = (how: QueryOutcome): void => {
      outcome ??= how
      child.kill('SIGKILL')
    }
    const fail = (is: QueryFault['is'], why: string): void => end({ is: 'failed', fault: { is, why, at: null } })

    const { seconds, memoryMb } = this.limits
    const { sql, views, rows, keys = {} } = errand
    const job: QueryJob = { sql, views, keys, limits: { ...this.limits, rows } }
    let deadline = setTimeout(() => fail('failed', 'no process could be started for it'), startSeconds * 1000)
    const begun = () => {
      clearTimeout(deadline)
      deadline = setTimeout(() => fail('limit', `it took longer than ${seconds} s`), seconds * 1000)
      send(child, job)
    }
    const watch = setInterval(() => {
      if (residentMb(child.pid) > this.mostMb)
        fail('limit', `it needs more than the ${memoryMb} MB that a query may use`)
    }, watchEveryMs)
    const gone = new Promise<string>((settle) => {
      if (child.exitCode !== null || child.signalCode !== null) settle(String(child.signalCode ?? child.exitCode))
      child.once('error', (error) => settle(error.message))
      child.once('exit', (code, signal) => settle(String(signal ?? code)))
    })
    child.ref()
    ;(child.stdio[3] as unknown as { ref?(): void } | null)?.ref?.()

    const listen = async (): Promise<void> => {
      // A process of ours keeps to the limits by itself; this is for one that does not.
      const reader = frameReader(mostFrameBytes)
      let told = 0
      let columns = -1
      const counted = rowCount(errand.rows)
      for await (const part of child.stdio[3] as Readable) {
        told += (part as Buffer).length
        if (told > this.limits.bytes + 16 * 1_048_576) throw new RangeError('it told more than a result may have')
        for (const { kind, payload } of reader.push(part as Buffer)) {
          if (outcome !== null) return
          if (kind === frameKinds.columns) {
            if (columns >= 0) throw new RangeError('columns for a second time')
            const named = toldColumns(payload)
            columns = named.length
            sink.columns(named)
          } else if (kind === frameKinds.chunk) {
            const chunk = chunkOf(payload)
            if (chunk.lengths.length !== columns) throw new RangeError('a chunk of other columns')
            counted(chunk.rows)
            await sink.chunk(chunk)
          } else if (kind === frameKinds.end) end({ is: 'done', end: toldEnd(payload) })
          else if (kind === frameKinds.failed) end({ is: 'failed', fault: toldFault(payload) })
          else throw new RangeError(`a frame of kind ${kind}`)
        }
      }
    }
    const heard = ready
      .then(listen)
      .catch((error: unknown) => fail('failed', `its result cannot be kept: ${messageOf(error)}`))
    void ready.then(begun, () => {})

    void Promise.all([gone, heard]).then(([how]) => {
      clearTimeout(deadline)
      clearInterval(watch)
      this.warm()
      resolve(outcome ?? { is: 'failed', fault: endOf(how, memoryMb) })
    })
    return { outcome: promise, cancel: () => end({ is: 'cancelled' }), pid: child.pid }
  }

  /** Memory of one process at most. */
  get mostMb(): number {
    return this.limits.memoryMb + baseResidentMb
  }

  /** Ids of the processes that are there now. */
  get pids(): number[] {
    return [...this.#alive].flatMap((child) => child.pid ?? [])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#spareTimer)
    await Promise.all(
      [...this.#alive].map(
        (child) =>
          new Promise<void>((resolve) => {
            child.ref()
            child.once('exit', () => resolve())
            child.kill('SIGKILL')
          }),
      ),
    )
  }

  #take(): Started {
    const spare = this.#spare
    this.#spare = null
    return spare !== null && spare.child.exitCode === null && spare.child.signalCode === null ? spare : this.#start()
  }

  #start(): Started {
    const [command, ...args] = commandOf(this.fences, this.limits, this.#entry)
    const child = spawn(command, args, {
      cwd: '/',
      // No secret can leak from an environment that is empty.
      env: { TZ: 'UTC', UV_THREADPOOL_SIZE: '4' },
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    })
    this.#alive.add(child)
    child.once('exit', () => this.#alive.delete(child))
    child.once('error', () => this.#alive.delete(child))
    // It may be gone before it has taken its job; that is heard as its end.
    child.stdin?.on('error', () => {})
    // A process that waits for work must not keep the platform alive.
    child.unref()
    for (const pipe of [child.stdin, child.stdio[3]]) (pipe as unknown as { unref?(): void } | null)?.unref?.()
    const ready = isReady(child).then(() => limitMemory(child.pid as number, this.fences, this.limits))
    // Without its limit it does not get a job. Who waits for it hears of it by its end.
    ready.catch(() => child.kill('SIGKILL'))
    return { child, ready }
  }
}

/** Its first frame, with nothing in it. */
const isReady = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    const out = child.stdio[3] as Readable
    const look = () => {
      if (out.read(readyFrame.length) === null) return
      out.off('readable', look)
      resolve()
    }
    out.on('readable', look)
    child.once('exit', (code, signal) => reject(new Error(`ended (${signal ?? code}) before it was ready`)))
    child.once('error', reject)
  })

const send = (child: ChildProcess, job: QueryJob): void => {
  const body = Buffer.from(JSON.stringify(job))
  const head = Buffer.alloc(4)
  head.writeUInt32BE(body.length)
  const stdin = child.stdin as Writable & { ref?(): void }
  stdin.ref?.()
  stdin.write(Buffer.concat([head, body]))
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Signals with which the engine and V8 end themselves when the system gives them no more memory. */
const outOfMemory = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL', '134', '133'])

const endOf = (how: string, memoryMb: number): QueryFault => {
  const told = (is: QueryFault['is'], why: string): QueryFault => ({ is, why, at: null })
  if (outOfMemory.has(how))
    return told('limit', `its process gave up, most likely for want of memory: a query may use ${memoryMb} MB`)
  if (how === 'SIGXCPU') return told('limit', 'it used up the CPU time of a query')
  if (how === 'SIGSEGV')
    return told('limit', 'its process ran out of stack: something in it is nested deeper than the engine can go')
  return told('failed', `its process was ended (${how})`)
}

/** Resident memory of a process in MB; 0 where the system does not tell. */
const residentMb = (pid: number | undefined): number => {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096) / 1_048_576
  } catch {
    return 0
  }
}
