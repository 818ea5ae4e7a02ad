import { expect, test } from 'vitest'
import { ailmentsOf, type HealthFacts, type ProductHealthFacts } from './index.ts'

const now = new Date('2026-06-01T00:00:00Z')
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000)

/** A product with nothing wrong. */
const product = (id: string, more: Partial<ProductHealthFacts> = {}): ProductHealthFacts => ({
  id,
  domain: id.split('/')[0] as string,
  owner: `${id.split('/')[0]}-team`,
  description: 'One row is one thing.',
  documented: true,
  status: 'active',
  alignment: 'source-aligned',
  createdAt: ago(90),
  publishedAt: ago(1),
  columns: 10,
  rows: 100,
  readers: 2,
  reads: 40,
  consumers: [],
  inputs: [],
  builtFrom: [],
  copies: [],
  checks: 3,
  levels: 1,
  checkedAt: ago(1),
  ...more,
})
const mesh = (products: ProductHealthFacts[], more: Partial<HealthFacts> = {}): HealthFacts => ({
  now,
  domains: [...new Set(products.map(({ domain }) => domain))].map((name) => ({ name, team: `${name}-team` })),
  products,
  waivers: [],
  ...more,
})
const found = (facts: HealthFacts) => ailmentsOf(facts).ailments.map(({ id, subjects }) => [id, ...subjects])

test('a sound mesh has no ailment, and says what was looked for', () => {
  const { ailments, sound } = ailmentsOf(
    mesh([product('a/x'), product('b/y', { inputs: ['a/x'], builtFrom: ['a/x'] })]),
  )
  expect(ailments).toEqual([])
  expect(sound).toHaveLength(10)
})

test.each<[string, Partial<ProductHealthFacts>, Partial<ProductHealthFacts>]>([
  ['unused-products', { readers: 0, reads: 7 }, { readers: 0, createdAt: ago(29) }],
  ['without-owner', { owner: ' ' }, { owner: ' ', status: 'retired' }],
  ['without-docs', { documented: false }, { documented: true }],
  ['without-docs', { description: '' }, { description: '', status: 'draft' }],
  ['copies', { copies: [{ from: 'b/y', columns: 8 }] }, { copies: [{ from: 'b/y', columns: 7 }] }],
  ['copies', { copies: [{ from: 'b/y', columns: 10 }] }, { copies: [{ from: 'a/y', columns: 10 }] }],
  ['undeclared-dependencies', { builtFrom: ['b/y'] }, { builtFrom: ['b/y', 'a/x'], inputs: ['b/y'] }],
  ['unchecked-contracts', { checks: 0 }, { checks: 1 }],
  ['unchecked-contracts', { checkedAt: ago(30) }, { checkedAt: ago(29) }],
  ['unchecked-contracts', { checkedAt: null }, { checkedAt: now }],
])('%s: found just over its bound, not just under', (id, over, under) => {
  expect(found(mesh([product('a/x', over)]))).toEqual([[id, 'a/x']])
  expect(found(mesh([product('a/x', under)]))).toEqual([])
})

test('one team that owns most products is told, a small mesh is left in peace', () => {
  const own = (count: number) =>
    Array.from({ length: count }, (_, n) => product(`${n % 2 ? 'a' : 'b'}/p${n}`, { owner: 'central' }))
  expect(found(mesh([...own(4), product('c/x'), product('c/y')]))[0]?.[0]).toBe('one-team-owns-everything:central')
  expect(found(mesh([...own(3), product('c/x'), product('c/y'), product('d/z')]))).toEqual([])
  expect(found(mesh(own(4)))).toEqual([])
})

test('a domain that reads others and is read by nobody is told, unless it is there for consumers', () => {
  const taking = (more: Partial<ProductHealthFacts>) =>
    mesh([
      product('a/x', { consumers: ['b/y'] }),
      product('b/y', { inputs: ['a/x'], createdAt: ago(2), readers: 0, ...more }),
    ])
  expect(found(taking({}))).toEqual([['only-consumes:b', 'b', 'b/y']])
  expect(found(taking({ alignment: 'consumer-aligned' }))).toEqual([])
  expect(found(taking({ readers: 1 }))).toEqual([])
})

test('a domain where most products are read by nobody made everything a product', () => {
  const many = (unread: number) =>
    Array.from({ length: 5 }, (_, n) => product(`a/p${n}`, n < unread ? { readers: 0 } : {}))
  expect(found(mesh(many(4))).map(([id]) => id)).toContain('everything-is-a-product:a')
  expect(found(mesh(many(3))).map(([id]) => id)).not.toContain('everything-is-a-product:a')
})

test('waivers grow stale in four ways', () => {
  const waiver = {
    id: 'w',
    policy: 'global/p',
    product: 'a/x',
    owner: 'ada',
    grantedAt: ago(10),
    until: ago(-10),
    needed: true,
    times: 1,
  }
  const about = (more: Partial<typeof waiver>) =>
    ailmentsOf(mesh([product('a/x')], { waivers: [{ ...waiver, ...more }] })).ailments.map(
      ({ evidence }) => evidence[0],
    )
  expect(about({})).toEqual([])
  expect(about({ until: ago(1), needed: false })).toEqual([])
  expect(about({ until: ago(1) })).toEqual([
    'global/p for a/x, owned by ada: it ended 1 day ago and the policy still hits',
  ])
  expect(about({ needed: false })).toEqual(['global/p for a/x, owned by ada: nothing is left for it to excuse'])
  expect(about({ times: 3 })).toEqual(['global/p for a/x, owned by ada: it was given 3 times'])
  expect(about({ until: ago(-400) })).toEqual(['global/p for a/x, owned by ada: it holds for 410 days'])
})

test('the gravest come first', () => {
  const { ailments } = ailmentsOf(mesh([product('a/x', { documented: false, checks: 0, owner: '' })]))
  expect(ailments.map(({ severity }) => severity)).toEqual(['high', 'medium', 'low'])
})
