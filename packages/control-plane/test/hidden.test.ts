import type { Report } from '@datamesh/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyProduct } from '../src/catalog/index.ts'
import { redactReport } from '../src/http/handlers/redact.ts'
import { requestPublish } from '../src/runs/index.ts'
import { json as asJson } from '../src/store/index.ts'
import { bundleOf, json, type ServedMesh, serveMesh } from './served_mesh.ts'

// What one may not see is absent: from every list, count, suggestion, picture, plan and error. `sales/secretdraft` is a draft that reads
// hr/absences; its domain and the platform's administrators see it.

const seeing = ['boss', 'owner'] as const
const blind = ['hrowner', 'steward', 'consumer'] as const
type Person = (typeof seeing)[number] | (typeof blind)[number]

let mesh: ServedMesh
const tokens = {} as Record<Person, string>

beforeAll(async () => {
  mesh = await serveMesh()
  tokens.boss = await mesh.somebody('boss', [{ role: 'platform-admin' }])
  tokens.owner = await mesh.somebody('owner', [{ role: 'domain-owner', domain: 'sales' }])
  tokens.hrowner = await mesh.somebody('hrowner', [{ role: 'domain-owner', domain: 'hr' }])
  tokens.steward = await mesh.somebody('steward', [{ role: 'data-steward', domain: 'hr' }])
  tokens.consumer = await mesh.somebody('consumer', [{ role: 'consumer' }])
  const draft = bundleOf('sales/secretdraft', { classification: 'restricted', status: 'draft', rows: 0 })
  await applyProduct(reading(draft, 'hr/absences'), { id: 'boss' }, mesh.catalog)
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

const reading = (bundle: ReturnType<typeof bundleOf>, product: string): typeof bundle => ({
  ...bundle,
  files: Object.fromEntries(
    Object.entries(bundle.files).map(([path, text]) => [
      path,
      text.replace(
        '  schema:\n',
        `  input_ports:\n    - name: upstream\n      type: product\n      product: ${product}\n  schema:\n`,
      ),
    ]),
  ),
})
const get = async (path: string, who: Person): Promise<string> => (await mesh.get(`/api/v1${path}`, tokens[who])).text()

describe.each([
  '/products',
  '/search?q=',
  '/suggest?q=secret',
  '/suggest?q=',
  '/mesh',
  '/events/recent',
  '/domains',
  '/domains/sales',
  '/products/hr/absences/consumers',
  '/products/hr/absences/lineage',
])('%s', (path) => {
  test.each(seeing)('shows it to %s', async (who) => expect(await get(path, who)).toContain('secretdraft'))
  test.each(blind)('has nothing of it for %s', async (who) => expect(await get(path, who)).not.toContain('secretdraft'))
})

test.each(blind)('it counts nowhere for %s', async (who) => {
  const product = JSON.parse(await get('/products/hr/absences', who))
  expect(product).toMatchObject({ consumers: 0, counts: { consumers: 0 } })
  expect(JSON.parse(await get('/products/hr/absences', 'owner'))).toMatchObject({ consumers: 1 })
  const facets = (of: Person) => get('/search?q=', of).then((text) => JSON.parse(text).facets)
  expect(JSON.stringify(await facets(who))).not.toBe(JSON.stringify(await facets('boss')))
})

test('a plan names it among those who are affected only to who may see it', async () => {
  const next = bundleOf('hr/absences', { classification: 'public', rows: 0 }, '2.0.0')
  const manifest = next.files['dataproduct.yaml'] as string
  next.files['dataproduct.yaml'] = manifest
    .replace('      - { name: amount, type: double }\n', '')
    .replace(/ {2}quality_checks:[\s\S]*?access_control/, '  access_control')
  const plan = async (who: Person) => json(mesh.send('POST', '/api/v1/plan', tokens[who], next))
  expect(await plan('boss')).toMatchObject({ needs: { step: 'major' }, affected: [{ product: 'sales/secretdraft' }] })
  for (const who of ['hrowner', 'steward'] as const)
    expect(await plan(who)).toMatchObject({ needs: { step: 'major' }, affected: [] })
  const applied = await json(mesh.send('POST', '/api/v1/apply', tokens.hrowner, next))
  expect(applied).toMatchObject({ product: { version: '2.0.0' }, plan: { affected: [] } })
})

describe('a run that failed over a row', () => {
  const row = '4711 is 12,000 EUR'
  const failed = async (product: string, code: string, facts: Record<string, unknown>): Promise<string> => {
    const actor = { id: 'owner', name: 'owner', kind: 'person' as const, roles: [] }
    const { id } = await requestPublish(
      product,
      { params: {} as never, trigger: { by: 'person' }, actor },
      mesh.catalog,
    )
    const title = `marts/base: the rows to merge into base repeat the key id: ${row}`
    const { db } = mesh.catalog.store
    await db
      .updateTable('run')
      .set({ state: 'failed', finished_at: new Date(), error: asJson({ code, title, hint: 'mend it', facts }) })
      .where('id', '=', id)
      .execute()
    const entry = asJson({ at: new Date().toISOString(), kind: 'state', state: 'failed', message: title })
    await db.insertInto('run_log').values({ run_id: id, seq: 1, at: new Date(), entry }).execute()
    return id
  }
  const told = async (id: string, who: Person) =>
    [await get(`/runs/${id}`, who), await get('/runs?limit=50', who), await get(`/runs/${id}/events`, who)].join('\n')

  test('tells it to who may read the rows, and to nobody else', async () => {
    const id = await failed('sales/payroll', 'model-failed', { model: 'marts/base', why: row })
    expect(await told(id, 'owner')).toContain(row)
    for (const who of blind) {
      expect(await told(id, who)).not.toContain(row)
      expect(JSON.parse(await get(`/runs/${id}`, who)).error).toMatchObject({
        code: 'model-failed',
        title: 'marts/base: what went wrong may quote rows that you may not read',
        facts: { model: 'marts/base' },
      })
    }
  })
  test('tells no keys where columns are masked', async () => {
    const id = await failed('sales/orders', 'merge-keys-repeated', { table: 'orders', key: 'id', examples: [row] })
    expect(await told(id, 'owner')).toContain(row)
    for (const who of blind) expect(await told(id, who)).not.toContain(row)
  })
})

test('why a check was not run is told to who may read the rows', () => {
  const check = { outcome: 'not-run', message: "not run: Conversion Error: Could not convert string '12,000 EUR'" }
  const report = { checks: [{ ...check, value: null, columns: [], samples: [] }], quarantined: [] } as never as Report
  const decision = { because: '', masks: [], rowFilter: null }
  expect(redactReport(report, { ...decision, allow: true }).checks[0]?.message).toContain('12,000')
  expect(redactReport(report, { ...decision, allow: false }).checks[0]?.message).toBe(
    'not run: what went wrong may quote rows that you may not read',
  )
})

describe('a product over other products', () => {
  const apply = async (who: Person, bundle: ReturnType<typeof bundleOf>) =>
    (await mesh.send('POST', '/api/v1/apply', tokens[who], bundle)).status
  const own = (product: string, version = '1.0.0') =>
    reading(bundleOf('hr/derived', { classification: 'public', rows: 0 }, version), product)
  const propose = async (...inputs: string[]) =>
    (await mesh.send('POST', '/api/v1/proposals/derived', tokens.hrowner, { inputs, domain: 'hr', name: 'new' })).status

  test('is declared only by who may read them: a build would hand their rows on', async () => {
    expect(await apply('hrowner', own('sales/payroll'))).toBe(403)
    expect(await apply('hrowner', own('sales/secretdraft'))).toBe(404)
    expect(await apply('hrowner', own('sales/orders'))).toBe(200)
    expect(await apply('hrowner', own('sales/payroll', '1.1.0'))).toBe(403)
    expect([await propose('sales/payroll'), await propose('sales/secretdraft')]).toEqual([403, 404])
  })
  test('goes on as it is when somebody else maintains it', async () => {
    expect(await apply('boss', own('sales/payroll', '1.1.0'))).toBe(200)
    expect(await apply('hrowner', own('sales/payroll', '1.2.0'))).toBe(200)
  })
})
