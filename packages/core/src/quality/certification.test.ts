import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exampleManifest } from '../manifest/example.ts'
import { type DataProduct, readManifests } from '../manifest/index.ts'
import { type CertificationFacts, certify, type LevelFacts, tierOf, tiers, tierWithout } from './certification.ts'

const product = readManifests(exampleManifest, 'p.yaml').documents[0] as DataProduct
const level = (more: Partial<LevelFacts> = {}): LevelFacts => ({
  name: 'freshness',
  written: '1 day',
  met: true,
  enforced: true,
  because: 'measured',
  ...more,
})
const columns = (product.schema.tables.parcels?.fields ?? []).map(({ name, type, description }) => ({
  name,
  type,
  description,
}))
const golden: CertificationFacts = {
  product: { ...product, documentation: { readme: 'README.md' } },
  published: { tables: [{ name: 'parcels', columns }], checks: { total: 5, passed: 4, warned: 1 }, unknown: [] },
  levels: [level()],
}
const published = golden.published as NonNullable<CertificationFacts['published']>

describe('certification', () => {
  test('a product with everything is gold, and nothing is missing', () => {
    const certification = certify(golden)
    expect(tierOf(certification)).toBe('gold')
    expect(certification.flatMap((each) => each.missing)).toEqual([])
  })

  const without: [string, CertificationFacts, string | null, string][] = [
    ['a head', { ...golden, published: null }, null, 'datamesh publish shipping/parcels'],
    ['an owner', { ...golden, product: { ...golden.product, owner: ' ' } }, null, 'metadata.owner'],
    [
      'a check',
      { ...golden, published: { ...published, checks: { total: 0, passed: 0, warned: 0 } } },
      null,
      'spec.quality_checks',
    ],
    [
      'checks that all ran well',
      { ...golden, published: { ...published, checks: { total: 5, passed: 3, warned: 1 } } },
      null,
      'datamesh publish',
    ],
    [
      'a declared column',
      {
        ...golden,
        published: {
          ...published,
          tables: [{ name: 'parcels', columns: [...columns, { name: 'extra', type: 'BIGINT', description: 'One' }] }],
        },
      },
      'bronze',
      '{ name: extra, type: bigint',
    ],
    ['a service level', { ...golden, levels: [] }, 'bronze', 'spec.sla'],
    ['a level that is met', { ...golden, levels: [level(), level({ met: false })] }, 'bronze', 'spec.sla.freshness'],
    ['a level that was measured', { ...golden, levels: [level({ met: null })] }, 'bronze', 'Wait a minute'],
    [
      'a level that can be measured',
      { ...golden, levels: [level(), level({ name: 'support', met: null, enforced: false })] },
      'bronze',
      'Move support',
    ],
    ['a description', { ...golden, product: { ...golden.product, description: '' } }, 'silver', 'metadata.description'],
    [
      'a description of a column',
      {
        ...golden,
        product: {
          ...golden.product,
          schema: {
            ...product.schema,
            tables: {
              parcels: {
                description: '',
                fields: product.schema.tables.parcels!.fields.map((f) => ({ ...f, description: '' })),
              },
            },
          },
        },
        published: {
          ...published,
          tables: [{ name: 'parcels', columns: columns.map((c) => ({ ...c, description: '' })) }],
        },
      },
      'silver',
      'description: …',
    ],
    ['a page', { ...golden, product: { ...golden.product, documentation: {} } }, 'silver', 'spec.documentation'],
    ['an input port', { ...golden, product: { ...golden.product, inputPorts: [] } }, 'silver', 'spec.input_ports'],
    [
      'lineage that could be followed',
      { ...golden, published: { ...published, unknown: [{ model: 'parcels', reason: 'a table function' }] } },
      'silver',
      'parcels',
    ],
  ]
  test.each(without)('without %s the tier is lower, and a fix says what to write where', (_, facts, tier, fix) => {
    const certification = certify(facts)
    expect(tierOf(certification)).toBe(tier)
    const missing = certification.flatMap((each) => each.missing)
    expect(missing[0]?.fix).toContain(fix)
    for (const { what } of missing) expect(what).toMatch(/^[A-Za-z0-9].*\.$/)
  })

  const anything = fc.record({
    product: fc.record({
      owner: fc.constantFrom('', 'team'),
      description: fc.constantFrom('', 'Parcels'),
      documentation: fc.constantFrom({}, { readme: 'README.md' }),
      inputPorts: fc.constantFrom([], product.inputPorts),
    }),
    published: fc.option(
      fc.record({
        tables: fc.subarray([
          { name: 'parcels', columns },
          { name: 'other', columns: [{ name: 'a', type: 'DATE', description: '' }] },
        ]),
        checks: fc.record({ total: fc.nat(3), passed: fc.nat(3), warned: fc.nat(1) }),
        unknown: fc.subarray([{ model: 'm', reason: 'r' }]),
      }),
      { nil: null },
    ),
    levels: fc.array(fc.record({ met: fc.constantFrom(true, false, null), enforced: fc.boolean() }), { maxLength: 3 }),
  })
  const factsFrom = (it: ReturnType<typeof anything.generate>['value']): CertificationFacts => ({
    product: { ...product, ...it.product },
    published: it.published,
    levels: it.levels.map((each) => level(each)),
  })

  test('a tier is held only when those below it are and nothing is missing to it', () => {
    fc.assert(
      fc.property(anything, (it) => {
        const certification = certify(factsFrom(it))
        expect(certification.map((each) => each.tier)).toEqual(tiers)
        for (const [at, each] of certification.entries())
          expect(each.held).toBe(certification.slice(0, at + 1).every((lower) => lower.missing.length === 0))
      }),
    )
  })

  test('judging the levels later gives the same tier as judging all at once', () => {
    fc.assert(
      fc.property(anything, (it) => {
        const facts = factsFrom(it)
        const hopeful = facts.levels.map((each) => ({ ...each, met: true }))
        const certifiable = tierOf(certify({ ...facts, levels: hopeful }))
        expect(tierWithout(facts.levels, certifiable)).toBe(tierOf(certify(facts)))
      }),
    )
  })
})
