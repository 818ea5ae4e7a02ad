import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startControlPlane } from '../src/index.ts'
import { domainBundle } from './mesh.ts'

/** A running platform whose people speak HTTP: what columns look like is guessed after a publish, and a steward says what holds. */
const root = mkdtempSync(join(tmpdir(), 'datamesh-classification-'))
let platform: Awaited<ReturnType<typeof startControlPlane>>
const tokens: Record<string, string> = {}

beforeAll(async () => {
  platform = await startControlPlane({ home: join(root, 'home'), port: 0, durable: false, log: () => {} })
  tokens.admin = platform.token
  await call('admin', 'POST', '/api/v1/domains', domainBundle('sales', 'hr'))
  await somebody('ada', { role: 'domain-owner', domain: 'sales' })
  await somebody('sam', { role: 'data-steward', domain: 'sales' })
  await somebody('holly', { role: 'domain-owner', domain: 'hr' })
  await somebody('carl', { role: 'consumer' })
}, 60_000)
afterAll(async () => {
  await platform?.close()
  rmSync(root, { recursive: true, force: true })
})

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at, not typed
type Answer = { status: number; body: any }
const call = async (who: string, method: string, path: string, body?: unknown): Promise<Answer> => {
  const reply = await fetch(platform.url + path, {
    method,
    headers: {
      authorization: `Bearer ${tokens[who]}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await reply.text()
  return { status: reply.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}
const somebody = async (id: string, role: object) => {
  await call('admin', 'PUT', `/api/v1/principals/${id}`, { name: id, roles: [role] })
  tokens[id] = (await call('admin', 'POST', '/api/v1/keys', { name: 'test', principal: id })).body.token
}

const manifest = (domain: string, name: string, inputs: string) => `apiVersion: datamesh/v1
kind: DataProduct
metadata: { name: ${name}, domain: ${domain}, owner: ${domain}-team, description: test }
spec:
  input_ports: ${inputs}
  output_ports: [{ name: api, type: rest }]
  transforms: { models: models, materialization: full }
  access_control: { classification: internal }
`
const publish = async (domain: string, name: string, sql: string, inputs = '[]') => {
  const files = { 'dataproduct.yaml': manifest(domain, name, inputs), [`models/${name}.sql`]: sql }
  expect((await call('admin', 'POST', '/api/v1/apply', { files })).status).toBe(200)
  const asked = await call('admin', 'POST', `/api/v1/products/${domain}/${name}/runs`, {})
  await call('admin', 'GET', `/api/v1/runs/${asked.body.id}/events`)
  expect((await call('admin', 'GET', `/api/v1/runs/${asked.body.id}`)).body).toMatchObject({ state: 'succeeded' })
}
const proposals = async (who: string, product: string) =>
  (await call(who, 'GET', `/api/v1/classification?product=${product}`)).body.proposals as {
    id: string
    column: string
    kind: string
    state: string
    source: string
    because: string[]
    decidedBy: string | null
  }[]
/** The profile, and with it the guesses, comes after the publish. */
const guessed = async (product: string) => {
  for (let waited = 0; waited < 100; waited++) {
    const found = await proposals('sam', product)
    if (found.length > 0) return found
    await new Promise((go) => setTimeout(go, 100))
  }
  throw new Error('no guess came')
}
const firstRow = async (who: string, product: string) =>
  (await call(who, 'GET', `/api/v1/products/${product}/tables/${product.split('/')[1]}/rows?limit=1`)).body.data[0]

test('a guess is accepted by the steward and holds from the next read on, here and in every copy', async () => {
  await publish(
    'sales',
    'people',
    `select i as id, 'user' || i || '@example.org' as reach, 'open' as state from range(20) t(i)`,
  )
  const [guess] = await guessed('sales/people')
  expect(guess).toMatchObject({ column: 'reach', kind: 'email', state: 'proposed', source: 'data' })
  expect(guess?.because).toEqual(['its values are e-mail addresses'])

  const copy = `[{ name: people, type: product, product: sales/people }]`
  const sql = `select id, reach as mail, upper(reach) as loud from {{ source('people', 'people') }}`
  await publish('hr', 'contacts', sql, copy)
  expect(await firstRow('carl', 'sales/people')).toMatchObject({ reach: 'user0@example.org' })
  expect(await firstRow('carl', 'hr/contacts')).toMatchObject({ mail: 'user0@example.org' })

  const accepted = await call('sam', 'POST', `/api/v1/classification/${guess?.id}/decision`, { decision: 'accept' })
  expect(accepted.body).toMatchObject({ state: 'accepted', decidedBy: 'sam', classification: 'confidential' })
  for (const [product, column] of [
    ['sales/people', 'reach'],
    ['hr/contacts', 'mail'],
  ] as const)
    expect(JSON.stringify((await firstRow('carl', product))[column])).not.toContain('example.org')
  expect(await firstRow('ada', 'sales/people')).toMatchObject({ reach: 'user0@example.org' })

  const inherited = await proposals('holly', 'hr/contacts')
  expect(inherited).toMatchObject(
    expect.arrayContaining([
      expect.objectContaining({ column: 'mail', state: 'accepted', source: 'lineage', decidedBy: null }),
      expect.objectContaining({ column: 'loud', state: 'proposed', source: 'lineage' }),
    ]),
  )
  expect(inherited.find(({ column }) => column === 'mail')?.because).toEqual(['a copy of sales/people#people.reach'])

  // taken back: the copy is free again as well
  await call('sam', 'POST', `/api/v1/classification/${guess?.id}/decision`, { decision: 'reject' })
  expect(await firstRow('carl', 'hr/contacts')).toMatchObject({ mail: 'user0@example.org' })
}, 60_000)

test('what is copied from a declared personal column is masked from its first publish on', async () => {
  const files = {
    'dataproduct.yaml': manifest('sales', 'patients', '[]').replace(
      'classification: internal',
      'classification: internal, pii_columns: [diagnosis]',
    ),
    'models/patients.sql': `select 1 as id, 'flu' as diagnosis`,
  }
  expect((await call('admin', 'POST', '/api/v1/apply', { files })).status).toBe(200)
  const asked = await call('admin', 'POST', '/api/v1/products/sales/patients/runs', {})
  await call('admin', 'GET', `/api/v1/runs/${asked.body.id}/events`)
  await publish(
    'hr',
    'wards',
    `with all_of as (select * from {{ source('p', 'patients') }}) select id, diagnosis as what from all_of`,
    `[{ name: p, type: product, product: sales/patients }]`,
  )
  expect(JSON.stringify(await firstRow('carl', 'hr/wards'))).not.toContain('flu')
  // its own domain reads the copy as it is: then the copy itself must not hold what an open product hides
  expect(JSON.stringify(await firstRow('holly', 'hr/wards')), 'laundered through a copy').not.toContain('flu')
}, 60_000)

test('guesses are for those who may see samples, decisions for stewards of the domain', async () => {
  const [guess] = await proposals('sam', 'sales/people')
  const decide = (who: string, body: object) => call(who, 'POST', `/api/v1/classification/${guess?.id}/decision`, body)
  expect((await decide('carl', { decision: 'accept' })).status).toBe(403)
  expect((await decide('holly', { decision: 'accept' })).status).toBe(403)
  expect((await decide('sam', { decision: 'accept', kind: 'nonsense' })).status).toBe(400)
  expect((await decide('sam', { decision: 'accept', classification: 'secret' })).status).toBe(400)
  expect((await call('sam', 'POST', '/api/v1/classification/tag_none/decision', { decision: 'accept' })).status).toBe(
    404,
  )
  expect((await call('carl', 'GET', '/api/v1/classification?product=sales/none')).status).toBe(404)
})

test('what a release declares or takes back holds in copies at once, whatever ways lead there', async () => {
  const people = `[{ name: people, type: product, product: sales/people }]`
  const both = `[{ name: people, type: product, product: sales/people }, { name: z, type: product, product: hr/zeta }]`
  await publish('hr', 'zeta', `select id, state as y from {{ source('people', 'people') }}`, people)
  await publish(
    'hr',
    'alpha',
    `select p.id, p.state as x, z.y as y from {{ source('people', 'people') }} p join {{ source('z', 'zeta') }} z on p.id = z.id`,
    both,
  )
  await publish(
    'hr',
    'end',
    `select x, y from {{ source('a', 'alpha') }}`,
    `[{ name: a, type: product, product: hr/alpha }]`,
  )
  expect(await firstRow('carl', 'hr/end')).toEqual({ x: 'open', y: 'open' })

  const released = (version: string, more: string) => ({
    'dataproduct.yaml': manifest('sales', 'people', '[]')
      .replace('metadata: {', `metadata: { version: ${version},`)
      .replace('classification: internal', `classification: internal${more}`),
    'models/people.sql': `select i as id, 'user' || i || '@example.org' as reach, 'open' as state from range(20) t(i)`,
  })
  const apply = async (version: string, more: string) =>
    expect((await call('admin', 'POST', '/api/v1/apply', { files: released(version, more) })).status).toBe(200)
  await apply('2.0.0', ', pii_columns: [state]')
  const masked = await firstRow('carl', 'hr/end')
  expect(masked.x).not.toBe('open')
  expect(masked.y, 'by the longer way').not.toBe('open')
  await apply('3.0.0', '')
  expect(await firstRow('carl', 'hr/end')).toEqual({ x: 'open', y: 'open' })
}, 60_000)

test('where a tag came from is not told where that product is hidden', async () => {
  const draft = {
    'dataproduct.yaml': manifest('sales', 'plans', '[]')
      .replace('metadata: {', 'metadata: { status: draft,')
      .replace('classification: internal', 'classification: internal, pii_columns: [reach]'),
    'models/plans.sql': `select 1 as id, 'a@example.org' as reach`,
  }
  expect((await call('admin', 'POST', '/api/v1/apply', { files: draft })).status).toBe(200)
  const asked = await call('admin', 'POST', '/api/v1/products/sales/plans/runs', {})
  await call('admin', 'GET', `/api/v1/runs/${asked.body.id}/events`)
  await publish(
    'sales',
    'shown',
    `select id, reach as mail from {{ source('p', 'plans') }}`,
    `[{ name: p, type: product, product: sales/plans }]`,
  )
  const told = async (who: string) => (await proposals(who, 'sales/shown')).find(({ column }) => column === 'mail')
  expect((await told('sam'))?.because).toEqual(['a copy of sales/plans#plans.reach'])
  expect(JSON.stringify(await call('carl', 'GET', '/api/v1/classification'))).not.toContain('sales/plans')
  expect(JSON.stringify(await call('holly', 'GET', '/api/v1/classification'))).not.toContain('sales/plans')
}, 60_000)
