import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { badDay } from '../examples/aviation/bad-day.ts'
import { bin, type Running, root, shell, up } from './running.ts'

const home = mkdtempSync(join(tmpdir(), 'datamesh-e2e-'))
// what the pages write to /tmp goes here, so that two runs do not meet
const scratch = mkdtempSync(join(tmpdir(), 'datamesh-docs-'))
const args = ['--home', home, '--mesh', join(root, 'examples', 'aviation')]
let mesh: Running

beforeAll(async () => {
  mesh = await up(args)
}, 180_000)
afterAll(async () => {
  await mesh?.stop()
  for (const folder of [home, scratch]) rmSync(folder, { recursive: true, force: true })
})

const products = [
  'flight-operations/flights-fact',
  'meteorology/weather',
  'network-planning/airport-360',
  'network-planning/daily-operations',
  'passenger-insight/delay-report',
  'passenger-insight/route-performance',
  'reference/airports',
  'safety/bird-strikes',
]
const refOf = (id: string) => ({ domain: id.split('/')[0] ?? '', product: id.split('/')[1] ?? '' })

describe('the aviation mesh', () => {
  test('one command publishes every product', () => {
    expect(mesh.ready.failed).toEqual([])
    expect(mesh.ready.products.toSorted()).toEqual(products)
    expect(mesh.ready.ready_ms).toBeGreaterThan(0)
  })

  test.each(products)('%s tells what it is, proves it, and serves it through two ports', async (id) => {
    const product = await mesh.client.call('getProduct', { params: refOf(id) })
    expect(product.owner).not.toBe('')
    expect(product.description.length).toBeGreaterThan(20)
    expect(Object.keys(product.documentation)).toContain('readme')
    expect(product.sla.length).toBeGreaterThanOrEqual(2)
    expect(product.outputPorts.filter((port) => port.provisioned).length).toBeGreaterThanOrEqual(2)
    expect(product.trust.checks?.passed).toBe(product.trust.checks?.total)
    const { tables } = await mesh.client.call('getSchema', { params: refOf(id) })
    expect(tables.flatMap((table) => table.columns.filter((column) => column.description === ''))).toEqual([])
    const page = await mesh.client.call('readRows', {
      params: { ...refOf(id), table: tables[0]?.name ?? '' },
      query: { limit: 3 },
    })
    expect(page.data).toHaveLength(3)
  })

  test('all three alignments are there', async () => {
    const { domains } = await mesh.client.call('listDomains')
    expect(new Set(domains.map((domain) => domain.alignment))).toEqual(
      new Set(['source-aligned', 'aggregate-aligned', 'consumer-aligned']),
    )
    expect(domains.length).toBeGreaterThanOrEqual(4)
  })

  test('three million flights have each a key of their own', async () => {
    const { data } = await mesh.client.call('readRows', {
      params: { ...refOf('flight-operations/flights-fact'), table: 'flights_fact' },
      query: { flight_id: 'gte:2001070100001' },
    })
    expect(data.map((row) => row.flight_id)).toEqual(['1', '2', '3', '4', '5', '6'].map((n) => `200107010000${n}`))
    const snapshots = await mesh.client.call('listSnapshots', {
      params: refOf('flight-operations/flights-fact'),
      query: {},
    })
    expect(snapshots.snapshots.at(-1)?.rows).toBe(3_000_000)
  })

  test('a port that a laptop does not have is declared, with the reason', async () => {
    const product = await mesh.client.call('getProduct', { params: refOf('flight-operations/flights-fact') })
    const kafka = product.outputPorts.find((port) => port.technology === 'kafka')
    expect(kafka).toMatchObject({ provisioned: false, url: null })
    expect(kafka?.reason).toMatch(/broker/)
  })

  test('a delay of the report is followed column by column to the flights', async () => {
    const { edges } = await mesh.client.call('getLineage', {
      params: refOf('passenger-insight/delay-report'),
      query: { level: 'column', column: 'mean_delay_minutes', depth: 20 },
    })
    const sources = edges.map((edge) => `${edge.from.ref}.${edge.from.column}`)
    expect(sources).toContain('flight-operations/flights-fact#flights_fact.delay_minutes')
  })
})

describe('a bad day', () => {
  test('publishes nothing, keeps the last good snapshot, names the rows, and ends well', async () => {
    const story: string[] = []
    const told = await badDay(
      mesh.client,
      join(root, 'examples', 'aviation', 'flight-operations', 'flights-fact', 'landing'),
      (line) => story.push(line),
    )
    expect(told.refused.code).toBe('quality-failed')
    expect(told.refused.checks.toSorted()).toEqual([
      'every origin is a known airport',
      'routes are between 10 and 6,000 miles',
    ])
    expect(told.refused.samples).toBe(2)
    expect(told.afterBadDay).toBe(told.before)
    expect(told.afterMending).not.toBe(told.before)
    expect(told.added).toBe(37)
    expect(story.join('\n')).toContain('XXQ')
  })
})

describe('every command in the documentation works as written', () => {
  const pages = globSync(['README.md', 'docs/guide/*.md', 'docs/governance.md', 'examples/**/README.md'], { cwd: root })
  // these start and test the repository itself; CI runs them as they stand
  const own = new Set([
    'npm start',
    'npm test',
    'npm run bad-day',
    'npm run bench',
    'npm run test:integration',
    'npm run test:e2e',
    'npm run pictures',
    'npm run docs',
    'npm run fix',
  ])
  const commands = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((block) =>
      (block[1] ?? '')
        .replaceAll('\\\n', ' ')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('#') && !own.has(line.replace(/\s+#.*$/, '')))
        .map((line) => [page, line] as const),
    ),
  )

  test.each(commands)('%s: %s', async (_page, line) => {
    const ran = await shell(
      line.replaceAll('/tmp/', `${scratch}/`).replaceAll('npx datamesh', `"${process.execPath}" "${bin}"`),
      {
        DATAMESH_URL: mesh.url,
        DATAMESH_TOKEN: mesh.token,
        DATAMESH_HOME: home,
      },
    )
    expect(ran, `${line}\n${ran.err}`).toMatchObject({ code: 0 })
    expect(ran.out + ran.err).not.toBe('')
  })
})

describe('a second start', () => {
  test('goes on where the first stopped and publishes nothing again', async () => {
    const heads = async () =>
      Object.fromEntries(
        await Promise.all(
          products.map(async (id) => [id, (await mesh.client.call('getProduct', { params: refOf(id) })).head]),
        ),
      )
    const before = await heads()
    await mesh.stop()
    mesh = await up(args)
    expect(await heads()).toEqual(before)
    expect(mesh.ready.failed).toEqual([])
  }, 60_000)
})
