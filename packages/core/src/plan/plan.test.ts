import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wholeManifest } from '../manifest/fixtures.ts'
import { type DataProduct, readManifests } from '../manifest/index.ts'
import { digestOf } from './digest.ts'
import type { Plan } from './model.ts'
import { type Consumer, explainStep, planProduct } from './plan.ts'
import { provisionOf, thisRelease } from './provision.ts'
import { compareVersions, raise } from './version.ts'
import { widens } from './widening.ts'

const read = (text: string): DataProduct => {
  const { documents, issues } = readManifests(text, 'p.yaml')
  expect(issues.filter((issue) => issue.severity === 'error')).toEqual([])
  return documents[0] as DataProduct
}

/** The plan from the whole manifest to what an edit makes of it. */
function planEdit(edit: (text: string) => string, consumers: Consumer[] = []): Plan {
  const before = read(wholeManifest)
  const text = edit(wholeManifest)
  expect(text).not.toBe(wholeManifest)
  return planProduct({
    current: { version: before.version, product: before, digest: 'a' },
    proposed: read(text),
    digest: 'b',
    consumers,
    installation: thisRelease,
    readers: { stream: 3 },
  })
}
const verdicts = (plan: Plan) => plan.changes.map((change) => `${change.verdict}: ${change.what}`)

describe('a plan', () => {
  test('of a new product registers it, serves what can be served here and declares the rest with the reason', () => {
    const plan = planProduct({
      current: null,
      proposed: read(wholeManifest),
      digest: 'a',
      consumers: [],
      installation: thisRelease,
    })
    expect(plan).toMatchObject({ current: null, proposed: '2.3.1', ok: true, changes: [], issues: [] })
    expect(plan.steps.map(explainStep)).toEqual([
      'register shipping/parcels 2.3.1: it is new',
      'serve port api of shipping/parcels (api) by rest',
      'serve port files of shipping/parcels (batch) by files',
      'declare port stream of shipping/parcels, not provisioned here: kafka needs a broker, and none is configured; consumers read the same snapshot through a file or API port',
      'publish shipping/parcels at 15 6 * * 1-5 and when an input published',
    ])
  })

  test('says which version a breaking change needs, and where to write it', () => {
    const plan = planEdit((text) =>
      text
        .replace('      - { name: weight_kg, type: "decimal(8,3)" }\n', '')
        .replace(/ {4}- \{ type: range.*\n/, '')
        .replace('weight_kg: generalise 5, ', '')
        .replace('where weight_kg < 0', 'where false'),
    )
    expect(verdicts(plan)).toContain('breaking: column parcels.weight_kg is gone')
    expect(plan.needs).toEqual({ step: 'major', atLeast: '3.0.0' })
    expect(plan).toMatchObject({
      ok: false,
      issues: [
        {
          code: 'version-too-low',
          severity: 'error',
          at: { file: 'p.yaml', line: 8, column: 12 },
          fix: 'write version: 3.0.0',
        },
      ],
    })
  })

  test.each<[string, string, string, string, string]>([
    [
      'a wider type',
      'depot, type: varchar(8)',
      'depot, type: string',
      'patch',
      'informative: type of parcels.depot is spelt string',
    ],
    [
      'a value that may be empty',
      'nullable: false, primary_key',
      'nullable: true, primary_key',
      'major',
      'breaking: column parcels.parcel_id may be empty',
    ],
    [
      'a looser service level',
      'freshness: 5 minutes',
      'freshness: 1 hour',
      'major',
      'breaking: freshness is loosened from 5 minutes to 1 hour',
    ],
    [
      'a tighter service level',
      '"99.9%", accuracy',
      '"99.95%", accuracy',
      'minor',
      'compatible: availability is tightened from 99.9% to 99.95%',
    ],
    [
      'another technology',
      'type: kafka',
      'type: kinesis',
      'major',
      'breaking: technology of port stream is kinesis, was kafka',
    ],
    ['a lower rate limit', '1000 req/min', '10 req/min', 'major', 'breaking: rate limit of port api is weaker'],
    [
      'a further check',
      '    - { type: row_count, min: 1 }',
      '    - { type: row_count, min: 1 }\n    - { type: not_null, column: weight_kg }',
      'minor',
      'compatible: check parcels.not_null.weight_kg is new',
    ],
    [
      'a stricter classification',
      'classification: confidential, pii_columns',
      'classification: restricted, pii_columns',
      'major',
      'breaking: classification is restricted, was confidential',
    ],
    ['another description', 'with its way', 'and its way', 'patch', 'informative: description changed'],
    [
      'a new table',
      '    tables:\n',
      '    tables:\n      depots: { description: Places }\n',
      'minor',
      'compatible: table depots is new',
    ],
    [
      'another key',
      'key: [parcel_id, number]',
      'key: [parcel_id]',
      'major',
      'breaking: key of stops is parcel_id, was parcel_id, number',
    ],
  ])('calls %s by its name', (_, from, to, step, verdict) => {
    const plan = planEdit((text) => text.replace(from, to))
    expect(verdicts(plan)).toEqual([verdict])
    expect(plan.needs.step).toBe(step)
  })

  test('retires a port that is gone and says how many lose it', () => {
    const plan = planEdit((text) => text.replace(/ {4}- \{ name: stream.*\n/, '').replace('2.3.1', '3.0.0'))
    expect(plan).toMatchObject({ ok: true, needs: { step: 'major', atLeast: '3.0.0' } })
    expect(plan.steps.map(explainStep)).toContain('retire port stream of shipping/parcels: 3 readers lose it')
  })

  test('names the consumers that read what breaks, and leaves the others in peace', () => {
    const drop = (text: string) => text.replace('          - { name: recipient, type: string }\n', '')
    const plan = planEdit(drop, [
      { product: 'a/reads-the-column', reads: [{ table: 'stops', columns: ['recipient'] }] },
      { product: 'b/reads-another', reads: [{ table: 'stops', columns: ['number'] }, { table: 'parcels' }] },
      { product: 'c/reads-all', reads: [{ table: 'stops' }] },
      { product: 'd/unknown' },
    ])
    expect(plan.affected.map((consumer) => consumer.product)).toEqual([
      'a/reads-the-column',
      'c/reads-all',
      'd/unknown',
    ])
  })

  test('of other files under the same version is refused', () => {
    const product = read(wholeManifest)
    const plan = planProduct({
      current: { version: product.version, product, digest: 'a' },
      proposed: product,
      digest: 'b',
      consumers: [],
      installation: thisRelease,
    })
    expect(plan).toMatchObject({
      ok: false,
      changes: [],
      needs: { step: 'patch', atLeast: '2.3.2' },
      steps: [{ do: 'register', because: 'its files changed' }],
    })
  })
})

const edits: [string, string][] = [
  ['depot, type: varchar(8)', 'depot, type: int'],
  ['name: number, type: int', 'name: number, type: bigint'],
  ['nullable: false, primary_key', 'primary_key'],
  ['5 minutes', '1 minute'],
  ['"99.9%", accuracy', '"90%", accuracy'],
  ['1000 req/min', '2000 req/min'],
  ['[parcel, logistics]', '[parcel]'],
  ['min: 0, max', 'min: 1, max'],
  ['FULL_TRANSITIVE', 'BACKWARD'],
  ['readers: [everyone]', 'readers: []'],
  ['retention: 90 days', 'retention: 9 days'],
  ['type: parquet', 'type: csv'],
  ['title: Parcels', 'title: All parcels'],
  ['owner: parcel-team', 'owner: other-team'],
  ['bad_rows: quarantine', 'bad_rows: fail'],
]
const edited = fc
  .subarray(edits)
  .map((chosen) => chosen.reduce((text, [from, to]) => text.replace(from, to), wholeManifest))
const version = fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)).map((parts) => parts.join('.'))

describe('laws of planning', () => {
  const sha256 = (text: string) =>
    [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) >>> 0, 7).toString(16)
  const planOf = (from: string, to: string) => {
    const before = read(from)
    return planProduct({
      current: { version: before.version, product: before, digest: digestOf({ m: from }, { sha256 }) },
      proposed: read(to),
      digest: digestOf({ m: to }, { sha256 }),
      consumers: [],
      installation: thisRelease,
    })
  }

  test('planning right after applying yields nothing', () => {
    fc.assert(
      fc.property(edited, (text) => {
        expect(planOf(text, text)).toMatchObject({
          steps: [],
          changes: [],
          issues: [],
          ok: true,
          needs: { step: 'none' },
        })
      }),
      { numRuns: 12 },
    )
  })

  test('a breaking change needs a major, and the version that is asked for is enough', () => {
    fc.assert(
      fc.property(edited, edited, version, (from, to, proposed) => {
        fc.pre(from !== to)
        const plan = planOf(from, to.replace('2.3.1', proposed))
        const breaking = plan.changes.some((change) => change.verdict === 'breaking')
        expect(plan.needs.step === 'major').toBe(breaking)
        expect(plan.ok).toBe(compareVersions(proposed, plan.needs.atLeast) >= 0)
        expect(planOf(from, to.replace('2.3.1', plan.needs.atLeast)).ok).toBe(true)
      }),
      { numRuns: 25 },
    )
  })

  test('the same two states give the same plan, and positions in files change nothing', () => {
    fc.assert(
      fc.property(edited, edited, (from, to) => {
        expect(planOf(from, to)).toEqual(planOf(from, to))
        expect(planOf(from, to).changes).toEqual(planOf(`# moved down\n\n${from}`, to).changes)
      }),
      { numRuns: 12 },
    )
  })

  test('a digest does not depend on the order of files', () => {
    const files = fc.dictionary(fc.string(), fc.string(), { maxKeys: 5 })
    fc.assert(
      fc.property(files, (a) => {
        expect(digestOf(Object.fromEntries(Object.entries(a).reverse()), { sha256 })).toBe(digestOf(a, { sha256 }))
      }),
    )
    expect(digestOf({ a: 'bc' }, { sha256 })).not.toBe(digestOf({ ab: 'c' }, { sha256 }))
  })
})

test('versions come in the order of SemVer', () => {
  const order = [
    '0.9.0',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
    '1.2.0',
    '10.0.0',
  ]
  expect(order.toReversed().sort(compareVersions)).toEqual(order)
  expect([raise('1.2.3', 'patch'), raise('1.2.3', 'minor'), raise('1.2.3', 'major')]).toEqual([
    '1.2.4',
    '1.3.0',
    '2.0.0',
  ])
  expect([raise('0.2.3', 'minor'), raise('0.2.3', 'major')]).toEqual(['0.2.4', '0.3.0'])
})

test('a type widens only when every value still fits', () => {
  for (const [from, to] of [
    ['integer', 'bigint'],
    ['integer', 'double'],
    ['decimal(8,3)', 'decimal(10,4)'],
    ['integer', 'decimal(18,3)'],
    ['integer[]', 'bigint[]'],
    ['date', 'timestamp'],
  ] as const)
    expect(widens(from, to), `${from} → ${to}`).toBe(true)
  for (const [from, to] of [
    ['bigint', 'double'],
    ['bigint', 'integer'],
    ['decimal(8,3)', 'decimal(8,4)'],
    ['ubigint', 'bigint'],
    ['timestamp', 'timestamp with time zone'],
    ['uuid', 'varchar'],
    ['integer', 'varchar'],
  ] as const)
    expect(widens(from, to), `${from} → ${to}`).toBe(false)
})

test('what is not served here says what it would need', () => {
  const port = (technology: string, more = {}) => provisionOf({ kind: 'batch', technology, ...more }, thisRelease)
  expect(port('bigquery')).toEqual({
    here: false,
    reason:
      'bigquery needs the credentials of a Google Cloud project; consumers read the same snapshot through a file or API port',
  })
  expect(port('csv')).toEqual({ here: true, serves: 'rest' })
  expect(port('batch', { format: 'columnar' })).toEqual({ here: true, serves: 'files' })
  expect(port('file', { location: 's3://bucket/x/' })).toMatchObject({
    here: false,
    reason: expect.stringContaining('s3 needs a bucket'),
  })
  expect(port('batch', { format: 'delta' })).toMatchObject({
    here: false,
    reason: expect.stringContaining('delta metadata'),
  })
  expect(port('fax')).toMatchObject({ here: false, reason: expect.stringContaining('no connector for fax') })
  expect(provisionOf({ kind: 'sql', technology: 'postgres' }, { serves: ['sql'] })).toEqual({
    here: true,
    serves: 'sql',
  })
})
