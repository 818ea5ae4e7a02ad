import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Progress } from '../build/index.ts'
import type { Workers } from '../compute/index.ts'
import { jobOf, productOf } from '../testing/product.ts'
import { build, openWorkers } from './index.ts'

let root: string
let workers: Workers
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'datamesh-process-'))
  workers = openWorkers()
})
afterEach(async () => {
  await workers[Symbol.asyncDispose]()
  await rm(root, { recursive: true, force: true })
})

/** Writes many files' worth of rows for a long time. */
const endless = {
  'models/orders.sql': 'select a.range as id, b.range as other from range(1000000000) a, range(1000) b',
}
const product = productOf()

const leftBehind = async (): Promise<string[]> => {
  const all = await readdir(root, { recursive: true, withFileTypes: true })
  return all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

const untilWriting = async (progress: readonly Progress[]): Promise<void> => {
  while (!progress.some((entry) => entry.step === 'model orders')) await delay(10)
  while ((await leftBehind()).length === 0) await delay(10)
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a build that does not end well leaves nothing', () => {
  test('when it is cancelled', async () => {
    const progress: Progress[] = []
    const { outcome, cancel } = build(jobOf(root, product, endless), {
      workers,
      onProgress: (entry) => progress.push(entry),
    })
    outcome.catch(() => {})
    await untilWriting(progress)
    cancel()
    await expect(outcome).rejects.toMatchObject({ code: 'build-cancelled' })
    expect(await leftBehind()).toEqual([])
  })

  test('when its signal aborts', async () => {
    const stop = new AbortController()
    const { outcome } = build(jobOf(root, product, endless), { workers, signal: stop.signal })
    outcome.catch(() => {})
    stop.abort()
    await expect(outcome).rejects.toMatchObject({ code: 'build-cancelled' })
    expect(await leftBehind()).toEqual([])
  })

  test('when its process is killed', async () => {
    const progress: Progress[] = []
    const { outcome, pid } = build(jobOf(root, product, endless), {
      workers,
      onProgress: (entry) => progress.push(entry),
    })
    outcome.catch(() => {})
    await untilWriting(progress)
    process.kill(pid!, 'SIGKILL')
    await expect(outcome).rejects.toMatchObject({
      code: 'worker-died',
      facts: { why: expect.stringContaining('SIGKILL') },
    })
    expect(await leftBehind()).toEqual([])
  })

  test('when its time is over', async () => {
    const job = jobOf(root, product, endless)
    const { outcome, pid } = build({ ...job, limits: { ...job.limits, timeoutSeconds: 1 } }, { workers })
    await expect(outcome).rejects.toMatchObject({ code: 'build-timeout', facts: { seconds: 1 } })
    expect(await leftBehind()).toEqual([])
    expect(isAlive(pid!)).toBe(false)
  })

  test('when its memory is used up, which names the model', async () => {
    const job = jobOf(root, product, { 'models/orders.sql': 'select list(range) as everything from range(200000000)' })
    const { outcome } = build({ ...job, limits: { ...job.limits, memoryMb: 100 } }, { workers })
    await expect(outcome).rejects.toMatchObject({
      code: 'model-out-of-memory',
      facts: { model: 'models/orders.sql', memoryMb: 100 },
    })
    expect(await leftBehind()).toEqual([])
  })

  test('when it takes memory that the engine does not count', async () => {
    // Strings of a function escape DuckDB's limit; the watchdog of the parent sees them.
    const job = jobOf(root, product, {
      'models/orders.sql': `select length(repeat('x', 2000000000 + range::int)) as n from range(4)`,
    })
    const { outcome } = build({ ...job, limits: { ...job.limits, memoryMb: 64 } }, { workers })
    await expect(outcome).rejects.toMatchObject({ code: expect.stringMatching(/worker-died|model-out-of-memory/) })
    expect(await leftBehind()).toEqual([])
  })
})

describe('a worker process', () => {
  const parent = (body: string): ChildProcess =>
    spawn(
      process.execPath,
      [
        '--conditions=mesh-source',
        '--input-type=module',
        '-e',
        `import { openWorkers, build } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}\n${body}`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )

  test('ends when its parent is killed, in the middle of a query too', async () => {
    const job = jobOf(root, product, endless)
    const mesh = parent(`
      const handle = build(${JSON.stringify(job)}, { onProgress: (e) => e.step === 'model orders' && console.log(handle.pid) })
      handle.outcome.catch(() => {})`)
    const [line] = (await once(mesh.stdout!, 'data')) as [Buffer]
    const pid = Number(line.toString().trim())
    expect(isAlive(pid)).toBe(true)
    mesh.kill('SIGKILL')
    for (let i = 0; i < 200 && isAlive(pid); i++) await delay(20)
    expect(isAlive(pid)).toBe(false)
  })

  test('that waits as a spare does not keep its parent alive', async () => {
    const mesh = parent(`openWorkers({ spare: true }).warm()`)
    const [code] = await once(mesh, 'exit')
    expect(code).toBe(0)
  })

  test('that waits as a spare ends by itself, and the next job still runs', async () => {
    await using short = openWorkers({ spare: true, idleSeconds: 0.05 })
    short.warm()
    await delay(600)
    await writeFile(join(root, 'x'), '')
    const { staged } = await build(jobOf(root, product, { 'models/orders.sql': 'select 1 as id' }), { workers: short })
      .outcome
    expect(staged.tables[0]).toMatchObject({ name: 'orders', rows: 1 })
  })

  test('sees nothing of the environment of the platform', async () => {
    process.env.DATAMESH_TEST_SECRET = 'hush'
    try {
      const { outcome, pid } = build(jobOf(root, product, endless), { workers })
      outcome.catch(() => {})
      const { readFile } = await import('node:fs/promises')
      if (process.platform === 'linux') expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toContain('hush')
    } finally {
      delete process.env.DATAMESH_TEST_SECRET
    }
  })
})
