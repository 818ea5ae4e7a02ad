import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Bundle } from '@datamesh/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backupState, restoreState, startControlPlane } from '../src/index.ts'
import { startPostgres, type TestPostgres, whyNoPostgres } from '../src/store/testing/postgres.ts'
import { domainBundle, orders, productBundle } from './mesh.ts'

type Place = { url: string; token: string }
type Replica = Place & { process: ChildProcess }

const why = whyNoPostgres()

describe.skipIf(why)(`the platform on a PostgreSQL server${why ? ` (skipped: ${why})` : ''}`, () => {
  const root = mkdtempSync(join(tmpdir(), 'datamesh-platform-'))
  const started: ChildProcess[] = []
  let postgres: TestPostgres
  beforeAll(async () => {
    postgres = await startPostgres()
    writeFileSync(join(root, 'orders.csv'), 'id,total\n1,10.5\n2,20\n')
  })
  afterAll(async () => {
    for (const child of started) child.kill('SIGKILL')
    await postgres?.[Symbol.asyncDispose]()
    rmSync(root, { recursive: true, force: true })
  })

  const call = async (place: Place, path: string, body?: unknown) => {
    const reply = await fetch(`${place.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${place.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: reply.status, body: JSON.parse(await reply.text()) }
  }
  const apply = async (place: Place, bundle: Bundle) =>
    expect(await call(place, '/api/v1/apply', bundle)).toMatchObject({ status: 200 })
  const finished = async (place: Place, id: string) => {
    await expect
      .poll(async () => (await call(place, `/api/v1/runs/${id}`)).body.state, { timeout: 60_000, interval: 100 })
      .toMatch(/succeeded|failed|cancelled/)
    return (await call(place, `/api/v1/runs/${id}`)).body
  }
  const published = async (place: Place) => {
    const { body } = await call(place, '/api/v1/products/sales/orders/runs', {})
    const run = await finished(place, body.id)
    expect(run).toMatchObject({ state: 'succeeded' })
    return run.snapshot as string
  }
  const rowsOf = async (place: Place, query = '') =>
    (await call(place, `/api/v1/products/sales/orders/tables/orders/rows${query}`)).body

  const replica = async (options: Record<string, unknown>): Promise<Replica> => {
    const script = fileURLToPath(new URL('./replica.ts', import.meta.url))
    const given = JSON.stringify({ inputRoots: [root], leaseSeconds: 3, memoryMb: 512, threads: 1, ...options })
    const child = spawn(process.execPath, ['--conditions=mesh-source', script, given], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    started.push(child)
    const [line] = await once(createInterface({ input: child.stdout }), 'line')
    return { ...JSON.parse(line), process: child }
  }

  test('applies, publishes, is read, searched and started again; what was embedded goes on there', async () => {
    const small = join(root, 'small')
    const place = { home: small, port: 0, inputRoots: [root], log: () => {} }
    const embedded = await startControlPlane({ ...place, durable: false })
    await call(embedded, '/api/v1/domains', domainBundle('sales'))
    await apply(embedded, orders(root))
    const first = await published(embedded)
    writeFileSync(join(root, 'orders.csv'), 'id,total\n1,10.5\n2,20\n3,30\n')
    const head = await published(embedded)
    const before = await rowsOf(embedded)
    const firstPage = await rowsOf(embedded, '?limit=1')
    await embedded.close()

    const file = join(root, 'mesh.backup')
    const dbUrl = await postgres.newDatabase()
    await backupState({ url: `pglite:${join(small, 'state')}`, file })
    await restoreState({ url: dbUrl, file })
    const large = join(root, 'large')
    cpSync(join(small, 'data'), join(large, 'data'), { recursive: true })
    const moved = await startControlPlane({ ...place, home: large, dbUrl })
    expect(await rowsOf(moved)).toEqual(before)
    expect((await rowsOf(moved)).snapshot).toBe(head)
    expect((await rowsOf(moved, `?snapshot=${first}`)).data).toHaveLength(2)
    // cursors are signed by the home that gave them
    expect(
      await call(moved, `/api/v1/products/sales/orders/tables/orders/rows?cursor=${firstPage.next}`),
    ).toMatchObject({
      status: 400,
    })
    writeFileSync(join(root, 'orders.csv'), 'id,total\n7,70\n')
    await published(moved)
    await moved.close()
    const again = await startControlPlane({ ...place, home: large, dbUrl })
    expect((await rowsOf(again)).data).toEqual([{ id: '7', total: 70 }])
    expect((await call(again, '/api/v1/search?q=orders')).body.total).toBe(1)
    await again.close()
  })

  test('two servers on one state are one mesh, and what one was building when it was killed the other builds', async () => {
    const home = join(root, 'shared')
    const dbUrl = await postgres.newDatabase()
    const one = await replica({ home, dbUrl })
    const two = await replica({ home, dbUrl })
    expect(two.token).toBe(one.token)

    const events = new AbortController()
    const stream = await fetch(`${two.url}/api/v1/events?after=0`, {
      headers: { authorization: `Bearer ${two.token}` },
      signal: events.signal,
    })
    let heard = ''
    const hearing = (async () => {
      for await (const part of stream.body!.pipeThrough(new TextDecoderStream())) heard += part
    })().catch(() => {})

    await call(one, '/api/v1/domains', domainBundle('sales'))
    await apply(one, orders(root))
    await expect.poll(async () => (await call(two, '/api/v1/search?q=orders')).body.total).toBe(1)
    const head = await published(one)
    expect((await rowsOf(two)).snapshot).toBe(head)
    await expect.poll(() => heard).toContain('event: snapshot.published')

    // both ask on top of the head that they have seen
    writeFileSync(join(root, 'orders.csv'), 'id,total\n8,80\n')
    const answers = await Promise.all(
      [one, two].map((each) => call(each, '/api/v1/products/sales/orders/runs', { expecting: head })),
    )
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 409])
    const won = answers.find((answer) => answer.status === 202)!.body
    const lost = answers.find((answer) => answer.status === 409)!.body
    expect(lost).toMatchObject({ code: 'base-moved', facts: { run: won.id } })
    const { snapshot: winner } = await finished(one, won.id)
    for (const each of [one, two]) await expect.poll(async () => (await rowsOf(each)).snapshot).toBe(winner)

    // a key that is revoked at one opens nothing at the other
    const { body: key } = await call(one, '/api/v1/keys', { name: 'short' })
    const guest = { ...two, token: key.token }
    await expect.poll(async () => (await call(guest, '/api/v1/me')).status).toBe(200)
    await fetch(`${one.url}/api/v1/keys/${key.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${one.token}` },
    })
    await expect.poll(async () => (await call(guest, '/api/v1/me')).status).toBe(401)

    // only one is there to build; it dies; another finds the run
    two.process.kill('SIGTERM')
    await once(two.process, 'exit')
    await apply(
      one,
      productBundle('slow', {
        spec: '  output_ports:\n    - { name: api, type: rest }',
        model: 'select cast(sum((a.n * b.n) % 7) as bigint) as total from range(30000) a(n), range(20000) b(n)',
      }),
    )
    const { body: run } = await call(one, '/api/v1/products/sales/slow/runs', {})
    await expect.poll(async () => (await call(one, `/api/v1/runs/${run.id}`)).body.state).toBe('running')
    one.process.kill('SIGKILL')
    const three = await replica({ home, dbUrl })
    expect(await finished(three, run.id)).toMatchObject({ state: 'succeeded', attempt: 2 })
    expect((await call(three, '/api/v1/products/sales/slow/snapshots')).body.snapshots).toHaveLength(1)
    events.abort()
    await hearing
    const told = [...heard.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]))
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b))
    three.process.kill('SIGTERM')
    await once(three.process, 'exit')
    expect(readFileSync(join(home, 'token'), 'utf8').trim()).toBe(one.token)
  })
})
