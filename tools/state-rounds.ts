import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { openStore, type Store } from '../packages/control-plane/src/store/index.ts'

// What state-kill.ts and state-power-cut.ts share: a writer in a process of its own, and the proof after it died.

export type Writer = {
  process: ChildProcess
  /** Ids whose commit was acknowledged, in order. */
  acknowledged: number[]
  opened: Promise<void>
  ended: Promise<void>
  /** What it complained of. */
  said: string[]
}

export const startWriter = (dir: string, firstId: number, durable = true): Writer => {
  const program = fileURLToPath(new URL('./state-writer.ts', import.meta.url))
  const process_ = spawn(
    process.execPath,
    ['--conditions=mesh-source', program, dir, String(firstId), durable ? 'durable' : 'fast'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const acknowledged: number[] = []
  const said: string[] = []
  const { promise: opened, resolve: isOpen } = Promise.withResolvers<void>()
  createInterface({ input: process_.stdout }).on('line', (line) => {
    if (line === 'open') isOpen()
    else if (/^\d+$/.test(line)) acknowledged.push(Number(line))
  })
  process_.stderr.on('data', (data) => said.push(String(data)))
  const ended = new Promise<void>((resolve) =>
    process_.once('close', () => {
      isOpen()
      resolve()
    }),
  )
  return { process: process_, acknowledged, opened, ended, said }
}

export type Proof = { openMs: number; stored: number; lost: number; torn: boolean }

/** Opens the state as the platform would and looks for every acknowledged id. @throws when it does not open */
export const prove = async (dir: string, acknowledged: ReadonlySet<number>): Promise<Proof> => {
  const start = performance.now()
  await using store = await openStore({ url: `pglite:${dir}`, clock: { now: () => new Date() } })
  const openMs = performance.now() - start
  const ids = await idsOf(store)
  const stored = new Set(ids)
  const [counter] = (
    await sql<{ n: number }>`select (value)::int as n from setting where key = 'counter'`.execute(store.db)
  ).rows
  const viaIndex = await sql<{
    n: number
  }>`select count(*) as n from setting where key like 'row-%' and key >= 'row-'`.execute(store.db)
  const lost = [...acknowledged].filter((id) => !stored.has(id)).length
  const torn = (counter?.n ?? 0) !== stored.size || viaIndex.rows[0]?.n !== stored.size
  return { openMs, stored: stored.size, lost, torn }
}

const idsOf = async ({ db }: Store): Promise<number[]> => {
  const { rows } = await sql<{
    id: number
  }>`select (value ->> 'id')::int as id from setting where key like 'row-%'`.execute(db)
  return rows.map(({ id }) => id)
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
export const between = (low: number, high: number): number => low + Math.random() * (high - low)
export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
