import type { Bundle } from '@datamesh/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyDomains, lineageGraph, search } from '../src/catalog/index.ts'
import { json } from '../src/store/index.ts'
import { actor, anybody, domainBundle, follower, openMesh, orders, productBundle, type TestMesh } from './mesh.ts'

let mesh: TestMesh
const everyone = () => true
const ask = (
  q: string,
  more: Partial<Parameters<typeof search>[0]> = {},
  visible: (id: string) => boolean = everyone,
) => search({ q, limit: 20, offset: 0, ...more }, anybody(visible), mesh.deps)
const ids = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).hits.map((hit) => hit.id)

const product = (name: string, description: string, tags: string): Bundle => {
  const bundle = productBundle(name, {
    spec: `  tags: [${tags}]\n  output_ports:\n    - { name: api, type: rest }\n  schema:\n    fields:\n      - { name: shipped_at, type: timestamp, description: When it left }`,
    model: 'select now() as shipped_at',
  })
  bundle.files['dataproduct.yaml'] = bundle.files['dataproduct.yaml']!.replace(`Everything about ${name}`, description)
  return bundle
}

const today = () => new Date().toISOString().slice(0, 10)

beforeAll(async () => {
  mesh = await openMesh()
  await mesh.apply(orders(mesh.root))
  await mesh.apply(
    product('parcel-tracking', 'Where parcels are; joined with orders by their number', 'logistics, daily'),
  )
  await mesh.apply(product('invoices', 'Bills that customers pay', 'money'))
  await mesh.apply(follower('order-summary', ['orders']))
  await mesh.apply(follower('board-report', ['order-summary', 'invoices']))
})
afterAll(() => mesh[Symbol.asyncDispose]())

describe('search', () => {
  test('a hit in the name comes before one in the description', async () => {
    expect((await ids('orders')).slice(0, 1)).toEqual(['sales/orders'])
    expect(await ids('orders')).toContain('sales/parcel-tracking')
  })

  test.each([
    ['the beginning of a word', 'parc', 'sales/parcel-tracking'],
    ['another form of a word', 'paying customer', 'sales/invoices'],
    ['a part of a column name', 'shipped', 'sales/invoices'],
    ['a slip of the finger', 'invioces', 'sales/invoices'],
    ['a missing letter', 'trcking', 'sales/parcel-tracking'],
  ])('%s is enough', async (_, q, id) => {
    expect(await ids(q)).toContain(id)
  })

  test('two who ask at the same time after a change find the same', async () => {
    mesh.deps.cache.search.moved()
    const both = await Promise.all([ask(''), ask('')])
    expect(both.map(({ total }) => total)).toEqual([5, 5])
  })

  test('every word must be there', async () => {
    expect(await ids('parcel bills')).toEqual([])
  })

  test('what one may not see is in no hit, count or facet', async () => {
    const seen = await ask('money', {}, (id) => id !== 'sales/invoices')
    expect(seen.total).toBe(1)
    expect(seen.hits.map((hit) => hit.id)).toEqual(['sales/orders'])
    expect(seen.facets.tag).toEqual([
      { value: 'daily', count: 1 },
      { value: 'money', count: 1 },
    ])
  })

  test('filters narrow, and pages follow one another', async () => {
    expect(await ids('', { tag: 'daily' })).toEqual(['sales/orders', 'sales/parcel-tracking'])
    expect(await ids('', { health: 'ok' })).toEqual([])
    const all = await ids('')
    const paged = [...(await ids('', { limit: 2 })), ...(await ids('', { limit: 10, offset: 2 }))]
    expect(paged).toEqual(all)
    expect(all).toHaveLength(5)
  })

  test('several values mean any of them, and a facet counts what another choice would give', async () => {
    expect(await ids('', { tag: 'daily,money' })).toEqual(['sales/invoices', 'sales/orders', 'sales/parcel-tracking'])
    const found = await ask('', { tag: 'logistics', health: 'empty' })
    expect(found.total).toBe(1)
    expect(found.facets.health).toEqual([{ value: 'empty', count: 1 }])
    // without its own filter: what one would get with another tag
    expect(found.facets.tag).toEqual([
      { value: 'daily', count: 2 },
      { value: 'money', count: 2 },
      { value: 'logistics', count: 1 },
    ])
    expect((await ask('', { health: 'ok', tag: 'logistics' })).facets.health).toEqual([
      { value: 'empty', count: 1 },
      { value: 'ok', count: 0 },
    ])
  })

  test('a hidden product is in no count of a facet that leaves its filter out', async () => {
    const seen = await ask('', { tag: 'daily' }, (id) => id !== 'sales/invoices')
    expect(seen.facets.tag?.find((each) => each.value === 'money')?.count).toBe(1)
  })

  test('the order can be by name, by use, by age and by tier', async () => {
    await mesh.store.db
      .insertInto('port_read')
      .values([
        { product: 'sales/invoices', port: 'api', principal: 'ada', day: today(), reads: 3 },
        { product: 'sales/invoices', port: 'api', principal: 'bo', day: today(), reads: 2 },
        { product: 'sales/orders', port: 'api', principal: 'ada', day: '2020-01-01', reads: 90 },
      ])
      .execute()
    mesh.deps.cache.drop()
    const used = await ask('', { sort: 'used' })
    expect(used.hits[0]).toMatchObject({ id: 'sales/invoices', reads: 5, consumers: 3 })
    expect((await ids('', { sort: 'name' }))[0]).toBe('sales/board-report')
    await mesh.store.db
      .updateTable('product')
      .set({ certifiable: json({ met: 'bronze', without: { freshness: 'bronze' } }) })
      .where('id', '=', 'sales/parcel-tracking')
      .execute()
    mesh.deps.cache.drop('sales/parcel-tracking')
    const best = await ask('', { sort: 'tier' })
    expect(best.hits[0]).toMatchObject({ id: 'sales/parcel-tracking', tier: 'bronze' })
    expect(best.facets.tier).toEqual([
      { value: 'none', count: 4 },
      { value: 'bronze', count: 1 },
    ])
    expect(await ids('', { tier: 'gold,bronze' })).toEqual(['sales/parcel-tracking'])
  })

  test('a consumer that one may not see is not counted', async () => {
    const readers = async (visible?: (id: string) => boolean) =>
      (await ask('order-summary', {}, visible)).hits.find((hit) => hit.id === 'sales/order-summary')?.consumers
    expect(await readers()).toBe(1)
    expect(await readers((id) => id !== 'sales/board-report')).toBe(0)
  })

  test('a new release is found by its new words at once, and not by the old ones', async () => {
    expect(await ids('bills')).toEqual(['sales/invoices'])
    const next = product('invoices', 'Reckonings to be settled', 'money')
    next.files['dataproduct.yaml'] = next.files['dataproduct.yaml']!.replace('version: 1.0.0', 'version: 1.1.0')
    await mesh.apply(next)
    expect(await ids('bills')).toEqual([])
    expect(await ids('reckoning')).toEqual(['sales/invoices'])
  })

  test.each(["'); drop table product; --", "a'b:*&|!()<->", '«»\\', '%_%', '\u0000', 'x'.repeat(400)])(
    'no text breaks it: %j',
    async (q) => {
      expect((await ask(q)).total).toBeGreaterThanOrEqual(0)
    },
  )
})

describe('lineage of products', () => {
  const refs = async (visible: (id: string) => boolean, depth = 5) =>
    (await lineageGraph('sales/order-summary', { level: 'product', depth }, visible, mesh.deps)).nodes
      .map((node) => node.ref)
      .sort()

  test('goes up to the files and down to the readers', async () => {
    expect(await refs(everyone)).toEqual([
      'file:orders.csv',
      'sales/board-report',
      'sales/order-summary',
      'sales/orders',
    ])
    expect(await refs(everyone, 1)).toEqual(['sales/board-report', 'sales/order-summary', 'sales/orders'])
  })

  test('ends at what one may not see', async () => {
    expect(await refs((id) => id !== 'sales/orders')).toEqual(['sales/board-report', 'sales/order-summary'])
  })
})

describe('domains', () => {
  test('are changed only when they differ, and a parent that is nowhere is a mistake', async () => {
    expect((await applyDomains(domainBundle('sales', 'care'), actor, mesh.deps)).changed).toEqual(['care'])
    expect((await applyDomains(domainBundle('sales', 'care'), actor, mesh.deps)).changed).toEqual([])
    const orphan = domainBundle('lost')
    orphan.files['domain.yaml'] = `${orphan.files['domain.yaml']}  parent: nowhere\n`
    await expect(applyDomains(orphan, actor, mesh.deps)).rejects.toMatchObject({ code: 'request-invalid' })
  })
})
