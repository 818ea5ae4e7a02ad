import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ErrorCode, type ErrorFacts, errorTable, type Issue, isMeshError, MeshError } from '@datamesh/core'

/** What crosses the pipe. One job per process: `do` once, then entries, then one `done` or `failed`. */
export type ToWorker = { do: string; job: unknown }
export type FromWorker =
  | { is: 'accepted' }
  | { is: 'entry'; entry: unknown }
  | { is: 'done'; result: unknown }
  | { is: 'failed'; error: ErrorOnWire }

export type ErrorOnWire = { code: string | null; message: string; facts: unknown; issues: readonly Issue[] }

export const errorToWire = (error: unknown): ErrorOnWire =>
  isMeshError(error)
    ? { code: error.code, message: error.message, facts: error.facts, issues: error.issues }
    : { code: null, message: error instanceof Error ? error.message : String(error), facts: {}, issues: [] }

const errorFromWire = (wire: ErrorOnWire, run: string): MeshError =>
  wire.code !== null && wire.code in errorTable
    ? new MeshError(wire.code as ErrorCode, wire.facts as ErrorFacts<ErrorCode>, { issues: wire.issues })
    : new MeshError('worker-died', { run, why: wire.message })

export type Errand = {
  do: string
  job: unknown
  /** Names the work in errors. */
  run: string
  product: string
  limits: { memoryMb: number; timeoutSeconds: number }
  onEntry?: (entry: unknown) => void
}

export type Running<T> = { result: Promise<T>; cancel(): void; pid: number | undefined }

export type WorkersOptions = {
  /** The module that a process runs. */
  entry: URL
  /** Keep one process started ahead, with the engine loaded; it ends itself when nothing came for a minute. */
  spare: boolean
  idleSeconds?: number
}

/** What a process of Node and DuckDB takes before any data; the watchdog adds it to twice the engine's limit. */
const baseMb = 200
const watchEveryMs = 250

/**
 * Starts processes for jobs: one job each, killed on cancel, timeout and overuse of memory, so that neither a native crash nor a
 * query that cannot be interrupted reaches the platform. Disposing kills what still runs.
 */
export class Workers {
  readonly #options: WorkersOptions
  readonly #alive = new Set<ChildProcess>()
  #spare: ChildProcess | null = null

  constructor(options: WorkersOptions) {
    this.#options = options
  }

  /** Starts the spare process unless there is one. */
  warm(): void {
    if (this.#options.spare && this.#spare === null) {
      const child = this.#start()
      this.#spare = child
      child.once('exit', () => {
        if (this.#spare === child) this.#spare = null
      })
    }
  }

  run<T>(errand: Errand): Running<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    // A profile can wait for a process; the spare is for the next build.
    let child = errand.do === 'build' ? this.#take() : this.#start()
    let over = false
    const end = (settle: () => void): void => {
      if (over) return
      over = true
      clearTimeout(deadline)
      clearInterval(watch)
      // The process is gone before its caller goes on: whatever it wrote can be removed safely.
      const gone = () => {
        this.warm()
        settle()
      }
      if (child.exitCode !== null || child.signalCode !== null) gone()
      else {
        child.once('exit', gone)
        child.kill('SIGKILL')
      }
    }
    const fail = (error: MeshError): void => end(() => reject(error))

    const deadline = setTimeout(
      () => fail(new MeshError('build-timeout', { product: errand.product, seconds: errand.limits.timeoutSeconds })),
      errand.limits.timeoutSeconds * 1000,
    )
    const mostMb = errand.limits.memoryMb * 2 + baseMb
    const watch = setInterval(() => {
      const mb = residentMb(child.pid)
      if (mb > mostMb)
        fail(
          new MeshError('worker-died', {
            run: errand.run,
            why: `it used ${mb} MB, its limit is ${errand.limits.memoryMb} MB`,
          }),
        )
    }, watchEveryMs)

    const attach = (process: ChildProcess, retry: boolean): void => {
      let accepted = false
      let told = ''
      process.ref()
      process.channel?.ref()
      process.stderr?.on('data', (chunk: Buffer) => {
        told = (told + chunk.toString()).slice(-2000)
      })
      process.on('message', (message: FromWorker) => {
        accepted = true
        if (message.is === 'entry') errand.onEntry?.(message.entry)
        if (message.is === 'done') end(() => resolve(message.result as T))
        if (message.is === 'failed') fail(errorFromWire(message.error, errand.run))
      })
      process.once('exit', (code, signal) => {
        if (over) return
        // A spare may end itself in the very moment it is given work.
        if (!accepted && retry) {
          child = this.#start()
          attach(child, false)
          return
        }
        const how =
          signal === null
            ? `exit code ${code}`
            : `signal ${signal}${signal === 'SIGKILL' ? ' (killed from outside, or out of memory)' : ''}`
        const last = told.trim().split('\n').at(-1) ?? ''
        fail(new MeshError('worker-died', { run: errand.run, why: last === '' ? how : `${how}; ${last}` }))
      })
      process.once('error', (error) => fail(new MeshError('worker-died', { run: errand.run, why: error.message })))
      process.send({ do: errand.do, job: errand.job } satisfies ToWorker, (error) => {
        if (error && !retry) fail(new MeshError('worker-died', { run: errand.run, why: error.message }))
      })
    }
    attach(child, true)

    return {
      result: promise,
      cancel: () => fail(new MeshError('build-cancelled', { run: errand.run })),
      pid: child.pid,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#spare = null
    const ending = [...this.#alive].map(
      (child) =>
        new Promise<void>((resolve) =>
          child.exitCode === null && child.signalCode === null ? child.once('exit', () => resolve()) : resolve(),
        ),
    )
    for (const child of this.#alive) {
      child.ref()
      child.kill('SIGKILL')
    }
    await Promise.all(ending)
  }

  #take(): ChildProcess {
    const spare = this.#spare
    this.#spare = null
    return spare?.connected ? spare : this.#start()
  }

  #start(): ChildProcess {
    const entry = fileURLToPath(this.#options.entry)
    const child = fork(entry, [String(this.#options.idleSeconds ?? 60)], {
      execArgv: entry.endsWith('.ts') ? ['--conditions=mesh-source', '--disable-warning=ExperimentalWarning'] : [],
      // Nothing of the platform's environment: a job carries what its models may see.
      env: workerEnvironment(process.env),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#alive.add(child)
    child.once('exit', () => this.#alive.delete(child))
    // Until it has work: an idle spare must not keep the platform alive.
    child.unref()
    child.channel?.unref()
    ;(child.stderr as unknown as { unref?: () => void } | null)?.unref?.()
    return child
  }
}

const workerEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const passed = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SYSTEMROOT', 'LANG', 'LD_LIBRARY_PATH', 'NODE_COMPILE_CACHE']
  const kept = passed.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))
  // DuckDB's queries each hold a thread of the pool; reading files for digests needs some beside.
  return { ...Object.fromEntries(kept), TZ: 'UTC', UV_THREADPOOL_SIZE: '8' }
}

/** Resident memory of a process in MB; 0 where the system does not tell. */
const residentMb = (pid: number | undefined): number => {
  try {
    return Math.round((Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096) / 1_048_576)
  } catch {
    return 0
  }
}
