import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '@datamesh/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { datamesh, folder, type Up, up } from './program.ts'

/** A team on its first day: a mesh of its own, one platform for the whole file, every command as it is typed. */

const here = folder()
const root = join(here.path, 'mesh')
const place = { cwd: root }
const data = join(root, 'sales', 'orders', 'data', 'sample.csv')
const dm = (...args: string[]) => datamesh(place, ...args)
const json = async (...args: string[]) => {
  const ran = await dm('--json', ...args)
  return JSON.parse(ran.out)
}
let platform: Up

/** Follows sales/orders; empty as long as nothing was returned. */
const refundsManifest = `apiVersion: datamesh/v1
kind: DataProduct
metadata: { name: refunds, domain: sales, owner: sales-team, version: 1.0.0, description: Orders below zero }
spec:
  input_ports:
    - { name: orders, type: product, product: sales/orders }
  output_ports:
    - { name: api, type: rest }
  transforms: { models: models, schedule: on_input }
  schema:
    fields:
      - { name: id, type: bigint, nullable: false, description: of the order }
`
const refunds = join(root, 'sales', 'refunds')
const bump = (folder: string, from: string, to: string) => {
  const file = join(folder, 'dataproduct.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace(`version: ${from}`, `version: ${to}`))
}

beforeAll(async () => {
  await datamesh({ cwd: here.path }, 'init', 'mesh')
  mkdirSync(join(refunds, 'models'), { recursive: true })
  writeFileSync(join(refunds, 'dataproduct.yaml'), refundsManifest)
  writeFileSync(
    join(refunds, 'models', 'refunds.sql'),
    "select id from {{ source('orders', 'orders') }} where amount < 0\n",
  )
  const tested = await dm('test', 'sales/orders')
  expect(tested).toMatchObject({ code: 0 })
  expect(tested.out).toMatch(/(\d+) of \1 checks passed/)
  platform = await up(place)
})
afterAll(async () => {
  await platform?.stop()
  here[Symbol.dispose]()
})

test('up says on one line where it is, and has published the mesh of the folder', () => {
  expect(platform.lines).toHaveLength(1)
  expect(platform.ready).toMatchObject({ products: ['sales/orders', 'sales/refunds'], failed: [] })
  expect(platform.ready.ready_ms).toBeGreaterThan(0)
})

test('a first start builds each product once', async () => {
  const { runs } = await json('runs')
  expect(runs.map((run: { product: string; state: string }) => [run.product, run.state])).toEqual([
    ['sales/refunds', 'succeeded'],
    ['sales/orders', 'succeeded'],
  ])
})

test('a second platform on the same folder is told where the first one is', async () => {
  const ran = await dm('up', '--port', '0')
  expect(ran.code).toBe(1)
  expect(ran.err).toContain(platform.ready.url)
})

describe.concurrent('reading', () => {
  test('a table is for people, CSV and JSON are for programs', async () => {
    const [table, csv, rows] = await Promise.all([
      dm('read', 'orders', '--order', 'id'),
      dm('read', 'sales/orders', '--format', 'csv', '--select', 'id,amount', '--order', '-id', '--limit', '1'),
      json('read', 'sales/orders', '--where', 'amount=gt:100'),
    ])
    expect(table.out).toMatch(/^id {2}customer_email {5}amount/)
    expect(table.out).toContain('sales/orders · orders · 3 rows · snapshot snap_')
    expect(table.out).not.toContain('\u001b')
    expect(csv.out).toBe('id,amount\n3,129.99\n')
    expect(rows.data).toEqual([expect.objectContaining({ id: '3', amount: 129.99 })])
  })

  test('Parquet goes into a file, and a column that is not there is named', async () => {
    const file = join(here.path, 'orders.parquet')
    const [written, wrong] = await Promise.all([
      dm('read', 'sales/orders', '--format', 'parquet', '--output', file),
      dm('read', 'sales/orders', '--select', 'amuont'),
    ])
    expect(written).toMatchObject({ code: 0, out: '' })
    expect(readFileSync(file).subarray(0, 4).toString()).toBe('PAR1')
    expect(wrong.code).toBe(1)
    expect(wrong.err).toContain('amuont')
  })

  test('an empty table is an answer', async () => {
    const [table, csv] = await Promise.all([dm('read', 'refunds'), dm('read', 'refunds', '--format', 'csv')])
    expect(table).toMatchObject({ code: 0 })
    expect(table.out).toContain('(no rows)')
    expect(csv.out).toBe('id\n')
  })

  test('a name that is nearly right is answered with the right one', async () => {
    const ran = await dm('read', 'sales/ordrs')
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('did you mean sales/orders?')
  })
})

describe('a new day', () => {
  test('publishes new data, and the day before can still be read by snapshot, time and version', async () => {
    const [before] = (await json('runs', '--state', 'succeeded', '--product', 'sales/orders')).runs
    const yesterday = new Date().toISOString()
    appendFileSync(data, '4,edsger@example.org,1.00,2026-01-04T08:05:00\n')
    const published = await dm('publish', 'sales/orders')
    expect(published.code).toBe(0)
    expect(published.out).toMatch(/✓ sales\/orders published in .* snapshot snap_/)
    const ids = async (...args: string[]) =>
      (await json('read', 'orders', '--select', 'id', '--order', 'id', ...args)).data.map(
        (row: { id: string }) => row.id,
      )
    const [now, bySnapshot, byTime, byVersion] = await Promise.all([
      ids(),
      ids('--snapshot', before.snapshot),
      ids('--as-of', yesterday),
      ids('--version', '1.0.0'),
    ])
    expect(now).toEqual(['1', '2', '3', '4'])
    expect(bySnapshot).toEqual(['1', '2', '3'])
    expect(byTime).toEqual(['1', '2', '3'])
    expect(byVersion).toEqual(['1', '2', '3', '4'])
  })

  test('with wrong data publishes nothing: exit code 1, the rule and its rows', async () => {
    const good = readFileSync(data, 'utf8')
    appendFileSync(data, '4,again@example.org,5.00,2026-01-05T08:05:00\n')
    const failed = await dm('publish', 'sales/orders')
    writeFileSync(data, good)
    expect(failed.code).toBe(1)
    expect(failed.out).toContain('sales/orders was not published')
    expect(failed.out).toMatch(/unique.* 2 of 5 rows/)
    // the column is personal data: its values are not shown
    expect(failed.out).not.toContain('again@example.org')
    const after = await json('read', 'orders', '--select', 'id')
    expect(after.data).toHaveLength(4)
  })

  test('leaves runs that can be looked at and followed', async () => {
    const list = await json('runs', '--limit', '2', '--product', 'sales/orders')
    const [failed, succeeded] = list.runs as { id: string }[]
    const [looked, followed, followedFailure] = await Promise.all([
      dm('runs', succeeded?.id ?? ''),
      dm('runs', '--follow', succeeded?.id ?? ''),
      dm('runs', '--follow', failed?.id ?? ''),
    ])
    expect(looked.out).toMatch(/✓ model orders {2}4 rows/)
    expect(followed).toMatchObject({ code: 0 })
    expect(followed.err).toMatch(/sales\/orders {2}model orders {2}4 rows/)
    expect(followedFailure.code).toBe(1)
    expect((await json('runs', failed?.id ?? '')).error.code).toBe('quality-failed')
  })
})

describe('a second product', () => {
  test('is scaffolded, planned, applied, published and found', async () => {
    const made = await dm('new', 'product', 'sales/returns', '--from', data)
    expect(made.code).toBe(0)
    const planned = await json('plan', 'sales/returns')
    expect(planned[0]).toMatchObject({ product: 'sales/returns', ok: true, current: null, proposed: '1.0.0' })
    const applied = await dm('apply')
    expect(applied.out).toContain('next: datamesh publish sales/returns')
    expect((await dm('apply')).out).toContain('nothing to apply')
    const never = await dm('status', 'sales/returns')
    expect(never.out).toContain('never published: datamesh publish sales/returns')
    expect((await dm('publish', 'sales/returns')).code).toBe(0)
    const [found, status, none] = await Promise.all([
      dm('search', 'returns'),
      dm('status', 'sales'),
      dm('search', 'zebra'),
    ])
    expect(found.out).toContain('sales/returns')
    expect(status.out).toMatch(/sales\/orders[\s\S]*sales\/returns/)
    expect(none).toMatchObject({ code: 1, out: 'nothing found for zebra\n' })
  })

  test('has lineage by product, and by column without what only filters', async () => {
    const [tree, column] = await Promise.all([
      dm('lineage', 'sales/orders'),
      json('lineage', 'sales/orders', '--column', 'amount'),
    ])
    expect(tree.out).toContain('↑ file:data/sample.csv')
    expect(column.edges.length).toBeGreaterThan(0)
    for (const { from, to, how } of column.edges) {
      expect([from.column, to.column]).toEqual(['amount', 'amount'])
      expect(how).not.toBe('indirect')
    }
  })

  test('is documented without a server', async () => {
    const ran = await dm('docs', 'generate', '--output', 'docs/', '--format', 'markdown')
    expect(ran.code).toBe(0)
    expect(readFileSync(join(root, 'docs', 'orders.md'), 'utf8')).toContain('| `customer_email` |')
    expect(existsSync(join(root, 'docs', 'returns.md'))).toBe(true)
  })
})

describe.concurrent('who may', () => {
  test('a one-time code signs in once, from anywhere', async () => {
    const away = { cwd: here.path, env: { XDG_CONFIG_HOME: join(here.path, 'away') } }
    const login = ['login', '--url', platform.ready.url, '--code', platform.ready.sign_in_code]
    const first = await datamesh(away, ...login)
    expect(first.code).toBe(0)
    expect((await datamesh(away, 'status')).out).toContain('sales/orders')
    const second = await datamesh(away, ...login)
    expect(second.code).toBe(1)
    expect(second.err).toContain('[unauthenticated]')
  })

  test('a key works until it is revoked', async () => {
    const made = await dm('keys', 'create', 'ci', '--expires-in-days', '90')
    const token = made.out.trim()
    const withKey = () => connect({ url: platform.ready.url, token }).call('status', {})
    expect((await withKey()).products.length).toBe(3)
    const keys = (await json('keys')) as { id: string; name: string }[]
    const id = keys.find((key) => key.name === 'ci')?.id ?? ''
    expect((await dm('keys', 'revoke', id)).code).toBe(0)
    await expect(withKey()).rejects.toMatchObject({ status: 401 })
  })

  test('a wrong token is refused with what to do', async () => {
    const ran = await dm('status', '--token', 'dm_wrong')
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('datamesh login')
  })
})

test('a reader asks, the owner decides, and the rows come and go', async () => {
  const ledger = join(here.path, 'ledger')
  mkdirSync(join(ledger, 'models'), { recursive: true })
  writeFileSync(
    join(ledger, 'dataproduct.yaml'),
    refundsManifest
      .replace('name: refunds', 'name: ledger')
      .replace(', schedule: on_input', '')
      .replace('  schema:', '  access_control: { classification: confidential }\n  schema:'),
  )
  writeFileSync(join(ledger, 'models', 'ledger.sql'), "select id from {{ source('orders', 'orders') }}\n")
  expect((await dm('apply', ledger)).code).toBe(0)
  expect((await dm('publish', 'sales/ledger')).code).toBe(0)
  await connect({ url: platform.ready.url, token: platform.ready.token }).call('putPrincipal', {
    params: { id: 'rita' },
    body: { name: 'Rita', roles: [{ role: 'consumer' }] },
  })
  const token = (await dm('keys', 'create', 'ritas', '--principal', 'rita')).out.trim()
  const rita = (...args: string[]) => dm(...args, '--token', token)

  expect((await rita('read', 'ledger')).code).toBe(1)
  const asked = await rita('access', 'request', 'ledger', '--purpose', 'yearly figures', '--until', '2999-01-01')
  expect(asked).toMatchObject({ code: 0 })
  expect(asked.out).toMatch(/sales\/ledger +requested +Rita/)
  expect((await rita('access', 'approve', 'sales/ledger')).code).toBe(2)
  expect((await dm('access', 'list', '--inbox')).out).toContain('yearly figures')
  expect((await dm('access', 'approve', 'sales/ledger', '--until', 'never')).out).toContain('granted')
  expect((await rita('read', 'ledger')).code).toBe(0)
  const [right] = (await json('access', 'list', '--inbox', '--state', 'granted')) as { id: string; until: null }[]
  expect(right).toMatchObject({ until: null })
  expect((await dm('access', 'revoke', right?.id ?? '', '--reason', 'done')).out).toContain('revoked')
  expect((await rita('read', 'ledger')).code).toBe(1)
  expect((await rita('access')).out).toMatch(/revoked[\s\S]*done/)
  const mine = await dm('access', 'request', 'ledger', '--purpose', 'curious')
  expect(mine).toMatchObject({ code: 1 })
  expect(mine.err).toContain('[access-not-needed]')
})

test('config and doctor tell what holds, and hide the token', async () => {
  const [config, doctor] = await Promise.all([dm('config'), dm('doctor')])
  expect(config.out).toContain(platform.ready.url)
  expect(config.out).not.toContain(platform.ready.token)
  expect(doctor.out).toContain('engine  DuckDB')
})

test('a second start with new releases builds each once, whatever causes what', async () => {
  expect(await platform.stop()).toBe(0)
  bump(refunds, '1.0.0', '1.0.1')
  bump(join(root, 'sales', 'orders'), '1.0.0', '1.0.1')
  appendFileSync(data, '5,barbara@example.org,0.00,2026-01-04T08:05:00\n')
  writeFileSync(join(root, 'sales', 'orders', 'docs', 'README.md'), '# orders\n')
  writeFileSync(
    join(refunds, 'models', 'refunds.sql'),
    "select id from {{ source('orders', 'orders') }} where amount <= 0\n",
  )
  const since = Date.now()
  platform = await up(place)
  expect(platform.ready.failed).toEqual([])
  const { runs } = (await json('runs')) as { runs: { product: string; state: string; createdAt: string }[] }
  const ran = runs.filter((run) => Date.parse(run.createdAt) >= since)
  expect(ran.map((run) => [run.product, run.state]).toSorted()).toEqual([
    ['sales/orders', 'succeeded'],
    ['sales/refunds', 'succeeded'],
  ])
  expect((await json('read', 'refunds')).data).toEqual([{ id: '5' }])
})

test('a backup holds the state: a platform made from it and the data answers the same', async () => {
  const file = join(here.path, 'mesh.backup')
  const held = await dm('backup', file)
  expect(held.code).not.toBe(0)
  expect(held.err).toContain('is in use')
  expect(await platform.stop()).toBe(0)
  expect((await dm('backup', file)).code).toBe(0)
  const other = join(here.path, 'restored')
  expect((await dm('restore', file, '--home', other)).code).toBe(0)
  cpSync(join(root, '.datamesh', 'data'), join(other, 'data'), { recursive: true })
  platform = await up({ cwd: here.path }, '--home', other)
  const rows = await datamesh({ cwd: here.path }, '--home', other, 'read', 'sales/orders', '--format', 'csv')
  expect(rows.out.trim().split('\n')).toHaveLength(6)
})
