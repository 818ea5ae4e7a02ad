// Kills the platform and its build processes with SIGKILL at random moments while a product is published and read, and
// checks what must hold afterwards. npm run kill-test -- --rounds 50; ten rounds are part of npm test.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Client, connect } from '@datamesh/sdk'

const cli = join(import.meta.dirname, '..', 'packages', 'cli', 'src', 'main.ts')
const table = { domain: 'kill', product: 'batches', table: 'batches' }
const rowsPerBatch = 5000
/** The same as in the door of the CLI: sources are compiled once. */
const compiled = join(import.meta.dirname, '..', 'node_modules', '.cache', 'datamesh-compiled')

export type KillResult = {
  rounds: number
  serverKills: number
  workerKills: number
  acknowledged: number
  reads: number
  lost: string[]
  partial: string[]
  stuck: string[]
  leaked: string[]
}

type Platform = { process: ChildProcess; url: string; token: string }

/** Every acknowledged publish is there, no reader saw a partial snapshot, nothing is left locked, garbage is collected. */
export async function killRounds(
  rounds: number,
  say: (line: string) => void = () => undefined,
  random: () => number = Math.random,
): Promise<KillResult> {
  const root = mkdtempSync(join(tmpdir(), 'datamesh-kill-'))
  const result: KillResult = {
    rounds,
    serverKills: 0,
    workerKills: 0,
    acknowledged: 0,
    reads: 0,
    lost: [],
    partial: [],
    stuck: [],
    leaked: [],
  }
  writeMesh(root)
  let batch = 1
  let acknowledged = 0
  let platform = await start(root)
  try {
    for (let round = 1; round <= rounds; round++) {
      const client = connect({ url: platform.url, token: platform.token })
      const stop = new AbortController()
      const reading = readUntil(client, stop.signal, result)
      const publishing = publishUntil(
        client,
        stop.signal,
        () => ++batch,
        (done) => {
          acknowledged = Math.max(acknowledged, done)
          result.acknowledged++
        },
      )
      await sleep(100 + random() * 1000)
      const workers = childrenOf(platform.process.pid ?? 0)
      if (random() < 0.5 && workers.length > 0) {
        const victim = workers[Math.floor(random() * workers.length)] ?? 0
        kill(victim)
        result.workerKills++
        await sleep(200)
        stop.abort()
        await Promise.all([reading, publishing])
      } else {
        const ended = new Promise((done) => platform.process.once('exit', done))
        kill(platform.process.pid ?? 0)
        result.serverKills++
        await ended
        stop.abort()
        await Promise.all([reading, publishing])
        platform = await start(root)
      }
      const after = connect({ url: platform.url, token: platform.token })
      const head = await seen(after)
      if (head.batch < acknowledged)
        result.lost.push(`round ${round}: batch ${acknowledged} was acknowledged, the head has ${head.batch}`)
      if (head.partial) result.partial.push(`round ${round}: ${head.partial}`)
      // nothing is left locked: the next publish goes through
      const next = ++batch
      const state = await publishOnce(after, next)
      if (state !== 'succeeded') result.stuck.push(`round ${round}: the publish after the kill ended ${state}`)
      else {
        acknowledged = next
        result.acknowledged++
      }
      say(
        `round ${round}/${rounds}: head ${head.batch}, ${result.acknowledged} acknowledged, ${result.reads} reads, lost ${result.lost.length}, partial ${result.partial.length}, stuck ${result.stuck.length}`,
      )
    }
    await stopped(platform)
    platform = await start(root)
    result.leaked = await leftovers(connect({ url: platform.url, token: platform.token }), join(root, 'home', 'data'))
    return result
  } finally {
    await stopped(platform)
    rmSync(root, { recursive: true, force: true })
  }
}

function writeMesh(root: string): void {
  mkdirSync(join(root, 'batches', 'models', 'marts'), { recursive: true })
  writeFileSync(
    join(root, 'datamesh.yaml'),
    'apiVersion: datamesh/v1\nkind: Mesh\nmetadata: { name: kill }\nspec:\n  domains: [domain.yaml]\n  products: ["*/dataproduct.yaml"]\n  input_roots: ["."]\n',
  )
  writeFileSync(
    join(root, 'domain.yaml'),
    'apiVersion: datamesh/v1\nkind: Domain\nmetadata: { name: kill, description: killed on purpose }\nspec: { team: kill, alignment: source-aligned, kind: generic }\n',
  )
  writeFileSync(
    join(root, 'batches', 'models', 'marts', 'batches.sql'),
    `select i as id, cast({{ var('batch', 1) }} as integer) as batch, repeat('x', 40) || i as text from range(${rowsPerBatch}) t(i)\n`,
  )
  writeFileSync(
    join(root, 'batches', 'dataproduct.yaml'),
    `apiVersion: datamesh/v1
kind: DataProduct
metadata: { name: batches, domain: kill, owner: kill, description: every row of a snapshot carries the same batch }
spec:
  output_ports: [{ name: api, type: rest }, { name: files, type: parquet }]
  transforms: { models: models, materialization: full, retry: { attempts: 1 } }
  quality_checks: [{ type: not_null, columns: [id] }, { type: unique, columns: [id] }, { type: row_count, min: ${rowsPerBatch}, max: ${rowsPerBatch} }]
  access_control: { classification: internal }
`,
  )
}

async function start(root: string): Promise<Platform> {
  const child = spawn(
    process.execPath,
    [
      '--conditions=mesh-source',
      '--disable-warning=ExperimentalWarning',
      cli,
      '--json',
      '--home',
      join(root, 'home'),
      'up',
      '--port',
      '0',
      '--mesh',
      root,
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { NODE_COMPILE_CACHE: compiled, ...process.env } },
  )
  let noise = ''
  child.stderr?.on('data', (text) => {
    noise = (noise + text).slice(-4000)
  })
  const line = await new Promise<string>((tell, fail) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', tell)
    child.once('exit', (code) => fail(new Error(`the platform did not start: exit ${code}\n${noise}`)))
  })
  const ready = JSON.parse(line) as { url: string; token: string }
  return { process: child, url: ready.url, token: ready.token }
}

const stopped = (platform: Platform): Promise<void> =>
  new Promise((done) => {
    if (platform.process.exitCode !== null || platform.process.signalCode !== null) return done()
    platform.process.once('exit', () => done())
    platform.process.kill('SIGTERM')
  })

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it ended by itself between the look and the shot
  }
}

/** Build processes: children of the platform. Linux only. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => {
      try {
        return Number(readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]) === pid
      } catch {
        return false
      }
    })
}

/** The batch of the head, and whether its rows disagree or are not all there. */
async function seen(client: Client): Promise<{ batch: number; partial: string | null }> {
  const batches = new Set<number>()
  let rows = 0
  for await (const row of client.rows('kill/batches', 'batches', { select: ['id', 'batch'], pageSize: 1000 })) {
    batches.add(Number(row.batch))
    rows++
  }
  const partial =
    batches.size !== 1 || rows !== rowsPerBatch ? `${rows} rows of batches ${[...batches].join(', ')}` : null
  return { batch: Math.max(...batches), partial }
}

async function readUntil(client: Client, signal: AbortSignal, result: KillResult): Promise<void> {
  while (!signal.aborted) {
    try {
      const { partial } = await seen(client)
      result.reads++
      if (partial) result.partial.push(partial)
      // a reader that never rests takes a core from what it watches
      await sleep(30)
    } catch {
      // the platform is down: that is what this is about
      await sleep(20)
    }
  }
}

async function publishUntil(
  client: Client,
  signal: AbortSignal,
  next: () => number,
  acknowledge: (batch: number) => void,
): Promise<void> {
  while (!signal.aborted) {
    const batch = next()
    try {
      if ((await publishOnce(client, batch)) === 'succeeded') acknowledge(batch)
    } catch {
      await sleep(20)
    }
  }
}

/** Publishes a batch and waits for the answer; only `succeeded` is an acknowledgement. */
async function publishOnce(client: Client, batch: number): Promise<string> {
  const run = await client.call('publish', { params: table, body: { vars: { batch } } })
  for (const until = Date.now() + 30_000; Date.now() < until; await sleep(40)) {
    const { state } = await client.call('getRun', { params: { id: run.id } })
    if (!['queued', 'running'].includes(state)) return state
  }
  return 'stuck'
}

/** Files on disk that no kept snapshot names. Collection runs after a start; it gets a moment. */
async function leftovers(client: Client, data: string): Promise<string[]> {
  const onDisk = () =>
    readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.parquet'))
  const until = Date.now() + 15_000
  for (;;) {
    const { snapshots } = await client.call('listSnapshots', { params: table, query: { limit: 1000 } })
    const kept = new Set(snapshots.map((snapshot) => snapshot.id))
    const stray = onDisk().filter((file) => ![...kept].some((id) => file.includes(id)))
    if (stray.length === 0 || Date.now() > until) return stray
    await sleep(250)
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '50' } } })
  const result = await killRounds(Number(values.rounds), (line) => console.log(line))
  console.log(JSON.stringify(result, null, 2))
  process.exitCode =
    result.lost.length + result.partial.length + result.stuck.length + result.leaked.length === 0 ? 0 : 1
}
