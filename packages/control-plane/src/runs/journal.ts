import type { RunEntry } from '@datamesh/core'
import { sql } from 'kysely'
import { json, openEar } from '../store/index.ts'
import type { QueueDeps } from './deps.ts'
import { noRun, runChannel, tell } from './rows.ts'

type Line = Omit<RunEntry, 'seq'>

/** Entries wait so long for company: one transaction for many lines. */
const gatherMs = 150

/** Writes the log of one run. Lines keep their order; `close` waits until all are stored. */
export class Journal implements AsyncDisposable {
  #run: string
  #deps: QueueDeps
  #seq: number
  #waiting: Line[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  private constructor(run: string, seq: number, deps: QueueDeps) {
    this.#run = run
    this.#seq = seq
    this.#deps = deps
  }

  /** Goes on counting where an earlier attempt of the run stopped. */
  static async open(run: string, deps: QueueDeps): Promise<Journal> {
    const row = await deps.store.db
      .selectFrom('run_log')
      .select((log) => log.fn.max('seq').as('seq'))
      .where('run_id', '=', run)
      .executeTakeFirst()
    return new Journal(run, row?.seq ?? 0, deps)
  }

  write(line: Line): void {
    this.#waiting.push(line)
    this.#timer ??= setTimeout(() => this.#flush(), gatherMs)
  }

  say(message: string): void {
    this.write({ at: this.#deps.now().toISOString(), kind: 'log', message })
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const lines = withoutOld(this.#waiting.splice(0))
    if (lines.length === 0) return
    const rows = lines.map((line) => ({
      run_id: this.#run,
      seq: ++this.#seq,
      at: line.at,
      entry: json(line),
    }))
    this.#writing = this.#writing.then(() => this.#store(rows))
  }

  /** A log that cannot be stored must not stop the build: the state says by itself that it is ill. */
  async #store(
    rows: { run_id: string; seq: number; at: string; entry: ReturnType<typeof json<Line>> }[],
  ): Promise<void> {
    try {
      await this.#deps.store.db
        .insertInto('run_log')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await tell(runChannel, this.#run, this.#deps.store.db)
    } catch {}
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#flush()
    await this.#writing
  }
}

/** Of what was told about the same step meanwhile, the last is enough. */
const withoutOld = (lines: readonly Line[]): Line[] =>
  lines.filter(
    (line, i) =>
      line.kind !== 'progress' || !lines.slice(i + 1).some((later) => later.step === line.step && later.kind !== 'log'),
  )

export const entriesAfter = async (run: string, after: number, deps: QueueDeps, limit = 1000): Promise<RunEntry[]> => {
  const rows = await deps.store.db
    .selectFrom('run_log')
    .select(['seq', 'entry'])
    .where('run_id', '=', run)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...(row.entry as Line), seq: row.seq }))
}

/** The log of a run after `after`, then live until the run is over or `signal` aborts. @throws not-found */
export async function* followRun(
  run: string,
  after: number,
  { signal, ...deps }: QueueDeps & { signal?: AbortSignal | undefined },
): AsyncGenerator<RunEntry> {
  await using ear = await openEar(deps.store, runChannel, { concerns: (payload) => payload === run, signal })
  let seq = after
  let [told, waited] = [false, false]
  while (!signal?.aborted) {
    ear.listen()
    // The state first: what is read after it cannot miss the last line of a finished run.
    const over = await isOver(run, deps)
    for (let page = await entriesAfter(run, seq, deps); page.length > 0; page = await entriesAfter(run, seq, deps))
      for (const entry of page) {
        seq = entry.seq
        told = entry.kind === 'state' && (entry.state === 'done' || entry.state === 'failed')
        yield entry
      }
    // the last line is written a moment after the state has moved
    if (over && (told || waited)) return
    if (over) waited = true
    await (over ? soon() : ear.news())
  }
}

const soon = () => new Promise<void>((resolve) => setTimeout(resolve, gatherMs * 3))

const isOver = async (run: string, deps: QueueDeps): Promise<boolean> => {
  const { rows } = await sql<{ state: string }>`select state from run where id = ${run}`.execute(deps.store.db)
  const state = rows[0]?.state
  if (state === undefined) throw noRun(run)
  return state !== 'queued' && state !== 'running'
}
