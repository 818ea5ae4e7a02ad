import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getProduct } from '../src/catalog/index.ts'
import { effectiveConfig, startControlPlane } from '../src/index.ts'
import { availabilityOf, minutesMissed, quantile, withMeasurement } from '../src/observe/availability.ts'
import { openObserve } from '../src/observe/index.ts'
import { requestPublish } from '../src/runs/index.ts'
import { eventsAfter } from '../src/store/index.ts'
import { actor, anybody, clockAt, domainBundle, openMesh, orders, ordersSpec } from './mesh.ts'

describe('the front door', () => {
  const root = mkdtempSync(join(tmpdir(), 'datamesh-home-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  const home = join(root, 'home')
  const start = () => startControlPlane({ home, port: 0, durable: false, inputRoots: [root], log: () => {} })

  test('starts, serves with the key of this machine, publishes, closes, and goes on where it was', async () => {
    writeFileSync(join(root, 'orders.csv'), 'id,total\n1,10.5\n2,20\n')
    const first = await start()
    const call = async (platform: { url: string; token: string }, path: string, body?: unknown) => {
      const reply = await fetch(`${platform.url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${platform.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: reply.status, text: await reply.text() }
    }
    try {
      expect(statSync(join(home, 'token')).mode & 0o777).toBe(0o600)
      expect((await fetch(`${first.url}/api/v1/products`)).status).toBe(401)
      expect((await call(first, '/readyz')).text).toContain('"ok":true')
      await call(first, '/api/v1/domains', domainBundle('sales'))
      expect((await call(first, '/api/v1/apply', orders(root))).status).toBe(200)
      const asked = await call(first, '/api/v1/products/sales/orders/runs', {})
      expect(asked.status).toBe(202)
      const run = JSON.parse(asked.text).id as string
      expect((await call(first, `/api/v1/runs/${run}/events`)).text).toContain('event: end')
      const rows = await call(first, '/api/v1/products/sales/orders/tables/orders/rows')
      expect(JSON.parse(rows.text).data).toEqual([
        { id: '1', total: 10.5 },
        { id: '2', total: 20 },
      ])
      const { code } = await first.adminSignIn()
      const signedIn = await call(first, '/api/v1/sign-in', { code })
      expect(JSON.parse(signedIn.text).principal.id).toBe('admin')
      expect((await call(first, '/metrics')).text).toContain('datamesh_snapshot_rows{product="sales/orders"} 2')
    } finally {
      const began = performance.now()
      await first.close()
      expect(performance.now() - began).toBeLessThan(5000)
    }
    await rm(join(home, 'token'))
    const second = await start()
    try {
      expect(second.token).not.toBe(first.token)
      const rows = await call(second, '/api/v1/products/sales/orders/tables/orders/rows')
      expect(JSON.parse(rows.text).data).toHaveLength(2)
      expect((await call({ url: second.url, token: first.token }, '/api/v1/me')).status).toBe(401)
      expect(readFileSync(join(home, 'token'), 'utf8').trim()).toBe(second.token)
    } finally {
      await second.close()
    }
  }, 60_000)

  test('a second process on the same home says so', async () => {
    const first = await start()
    try {
      await expect(start()).rejects.toMatchObject({ code: 'state-locked' })
    } finally {
      await first.close()
    }
  }, 60_000)
})

describe('settings', () => {
  const home = mkdtempSync(join(tmpdir(), 'datamesh-config-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  const of = (rows: ReturnType<typeof effectiveConfig>, key: string) => rows.find((row) => row.key === key)

  test('come from flags over environment over file over defaults, with secrets hidden', () => {
    writeFileSync(join(home, 'config.yaml'), 'port: 5000\nlease_seconds: 60\n')
    const env = { DATAMESH_PORT: '6000', DATAMESH_DB: 'postgres://ada:secret@db/mesh' }
    const rows = effectiveConfig({ home, env, flags: { host: '::1' } })
    expect(of(rows, 'port')).toMatchObject({ value: 6000, source: 'DATAMESH_PORT' })
    expect(of(rows, 'leaseSeconds')).toMatchObject({ value: 60, source: join(home, 'config.yaml') })
    expect(of(rows, 'host')).toMatchObject({ value: '::1', source: 'flag' })
    expect(of(rows, 'concurrency')).toMatchObject({ value: 1, source: 'default' })
    expect(JSON.stringify(rows)).not.toContain('secret')
  })

  test('that are wrong or unknown are refused with their source', () => {
    expect(() => effectiveConfig({ home, env: { DATAMESH_PORT: 'many' } })).toThrow(/port from DATAMESH_PORT/)
    writeFileSync(join(home, 'config.yaml'), 'prot: 5000\n')
    expect(() => effectiveConfig({ home, env: {} })).toThrow(/prot.*no such setting/)
  })
})

describe('service levels', () => {
  const clock = clockAt('2026-03-01T00:00:00Z')
  let mesh: Awaited<ReturnType<typeof openMesh>>
  beforeAll(async () => {
    mesh = await openMesh({ clock })
  })
  afterAll(() => mesh[Symbol.asyncDispose]())

  test('are measured, and a breach is told once and its end once', async () => {
    await mesh.write('orders.csv', 'id,total\n1,10.5\n2,20\n')
    const spec = `${ordersSpec}\n  sla:\n    freshness: 1 hour\n    availability: "99%"\n    completeness: "99%"`
    await mesh.apply(orders(mesh.root, { spec }))
    await mesh.start()
    const publish = async () =>
      mesh.finished((await requestPublish('sales/orders', { trigger: { by: 'person' }, actor }, mesh.deps)).id)
    expect(await publish()).toMatchObject({ state: 'succeeded' })
    await using observe = openObserve({ ...mesh.deps, store: mesh.store, startedAt: clock.now() })
    const told = async () =>
      (await eventsAfter(mesh.store.db, 0, { types: ['slo.breached', 'slo.recovered'] })).map(
        (event) => `${event.type} ${(event.data as { level: string }).level}`,
      )
    await observe.measure()
    expect(await told()).toEqual([])
    clock.move(2 * 3_600_000)
    await observe.measure()
    clock.move(60_000)
    await observe.measure()
    // Nobody looked for two hours: the platform was off, and that is missing from availability.
    expect(await told()).toEqual(['slo.breached freshness', 'slo.breached availability'])
    expect(await publish()).toMatchObject({ state: 'succeeded' })
    clock.move(60_000)
    await observe.measure()
    expect(await told()).toEqual(['slo.breached freshness', 'slo.breached availability', 'slo.recovered freshness'])
  })

  test('servers that share a state count a minute once and every request of theirs', async () => {
    const levelOf = async () =>
      (await getProduct('sales/orders', anybody(), mesh.deps)).sla.find((level) => level.name === 'availability')
        ?.because
    await using one = openObserve({ ...mesh.deps, store: mesh.store, startedAt: clock.now() })
    await using other = openObserve({ ...mesh.deps, store: mesh.store, startedAt: clock.now() })
    const answered = { route: 'readRows', method: 'GET', status: 200, durationMs: 3, product: 'sales/orders' }
    const minutes = async () => Number(/^(\d+) of/.exec((await levelOf()) ?? '')?.[1])
    clock.move(20 * 60_000)
    await one.measure()
    const before = await minutes()
    for (let at = 0; at < 16; at++) {
      clock.move(59_000)
      for (const server of at % 2 === 0 ? [one, other] : [other, one]) {
        server.requestDone(answered)
        await server.measure()
      }
    }
    // written down again after a quarter of an hour; what the second server of the last round answered waits for the next minute
    expect([await minutes(), await levelOf()]).toEqual([before + 16, expect.stringContaining('31 of 31 requests')])
  })

  test('availability counts minutes without data and requests without an answer', () => {
    const now = new Date('2026-03-01T12:00:00Z')
    expect(availabilityOf({}).share).toBeNull()
    const seen = withMeasurement({}, { up: 98, down: 2, served: 9, failed: 1 }, now)
    expect(availabilityOf(seen).share).toBeCloseTo(0.98 * 0.9)
    const later = withMeasurement(seen, { up: 1 }, new Date('2026-04-15T00:00:00Z'))
    expect(availabilityOf(later).share).toBe(1)
    expect(minutesMissed(null, now)).toBe(0)
    expect(minutesMissed(new Date('2026-03-01T11:50:00Z'), now)).toBe(9)
  })

  test('a quantile is a value that was seen', () => {
    expect(quantile([], 0.95)).toBeNull()
    expect(quantile([5, 1, 3], 0.5)).toBe(3)
    expect(quantile([1, 2, 3, 4], 0.95)).toBe(4)
  })
})
