import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { combineMasks, decide, explain, type Grant, type Mask, maskFrom, maskText, type Resource } from './index.ts'

const steps = [1, 2, 5, 10, 15, 100, 0.5, 0.1]
const mask: fc.Arbitrary<Mask> = fc.oneof(
  fc.constant<Mask>({ column: 'x', how: 'redact' }),
  fc.constant<Mask>({ column: 'x', how: 'hash' }),
  fc.constant<Mask>({ column: 'x', how: 'tokenise' }),
  fc.integer({ min: 0, max: 6 }).map((keep): Mask => ({ column: 'x', how: 'truncate', keep })),
  fc.constantFrom('year', 'month', 'day').map((to): Mask => ({ column: 'X', how: 'generalise', to })),
  fc.constantFrom(...steps).map((step): Mask => ({ column: 'x', how: 'generalise', step })),
)

/** What a reader sees of a value: everything that can be told apart, as a text. Values are digits, so that every mask has something to hide. */
const shown = (masked: Mask | undefined, value: number): string => {
  const text = String(value).padStart(8, '0')
  switch (masked?.how) {
    case undefined:
      return text
    case 'redact':
      return ''
    // both tell which values are equal, and nothing else
    case 'hash':
    case 'tokenise':
      return `h(${text})`
    case 'truncate':
      return text.slice(0, masked.keep)
    case 'generalise':
      if ('to' in masked) return text.slice(0, { year: 4, month: 6, day: 8 }[masked.to])
      return String(Math.floor((value + 1e-9) / masked.step) * masked.step)
  }
}
/** Periods cut a text, steps a number: laid over one value they are of different types and never meet. */
const comparable = (a: Mask, b: Mask) => !('to' in a && 'step' in b) && !('step' in a && 'to' in b)
const values = Array.from({ length: 400 }, (_, at) => at * 7919)

/** True when whoever sees `more` could work out `less` from it: equal there is equal here. */
const tellsNoMore = (less: Mask | undefined, more: Mask | undefined): boolean => {
  const known = new Map<string, string>()
  return values.every((value) => {
    const [from, to] = [shown(more, value), shown(less, value)]
    if (known.has(from) && known.get(from) !== to) return false
    known.set(from, to)
    return true
  })
}

describe('several masks over one column', () => {
  test('together show no more than any of them', () => {
    fc.assert(
      fc.property(mask, mask, (a, b) => {
        fc.pre(comparable(a, b))
        const [both] = combineMasks([a], [b])
        expect(tellsNoMore(both, a)).toBe(true)
        expect(tellsNoMore(both, b)).toBe(true)
      }),
    )
  })

  test('are one mask, in whatever order and however often they come', () => {
    fc.assert(
      fc.property(fc.array(mask, { minLength: 1, maxLength: 5 }), (masks) => {
        const once = combineMasks(masks)
        expect(once).toHaveLength(1)
        const shape = ({ column: _, ...rest }: Mask) => rest
        expect(combineMasks([...masks].reverse()).map(shape)).toEqual(once.map(shape))
        expect(combineMasks(once, masks).map(shape)).toEqual(once.map(shape))
      }),
    )
  })

  test('a hash beats a token, and what cannot be compared is redacted', () => {
    const of = (...written: string[]) => maskText(combineMasks(written.map((each) => maskFrom('x', each) as Mask))[0]!)
    expect(of('tokenise', 'hash')).toBe('hash')
    expect(of('truncate 4', 'truncate 2')).toBe('truncate 2')
    expect(of('generalise month', 'generalise year')).toBe('generalise year')
    expect(of('generalise 10', 'generalise 100')).toBe('generalise 100')
    expect(of('generalise 10', 'generalise 15')).toBe('redact')
    expect(of('hash', 'truncate 2')).toBe('redact')
    expect(of('generalise 0.1', 'generalise 0.5')).toBe('generalise 0.5')
  })
})

test('a mask survives being written and read', () => {
  fc.assert(
    fc.property(mask, (each) => {
      expect(maskFrom(each.column, maskText(each))).toEqual(each)
    }),
  )
  for (const wrong of [
    '',
    'nothing',
    'truncate',
    'truncate -1',
    'generalise 0',
    'generalise decade',
    'hash 3',
    'redact x y',
  ])
    expect(maskFrom('x', wrong)).toBeNull()
})

const product: Resource = {
  domain: 'sales',
  product: 'sales/payroll',
  classification: 'restricted',
  piiColumns: ['email'],
  status: 'active',
  readers: [],
}
const actor = { id: 'ada', name: 'Ada', kind: 'person', roles: [{ role: 'consumer' }] } as const
const now = new Date('2026-01-15T12:00:00Z')
const grant = (more: Partial<Grant> = {}): Grant => ({
  id: 'g1',
  product: 'sales/payroll',
  ports: [],
  principal: 'ada',
  role: null,
  purpose: 'forecast',
  until: null,
  ...more,
})
const ask = (grants: Grant[], read?: Parameters<typeof decide>[1]['read'], resource = product) =>
  explain({ actor, action: 'data:read', resource, now }, { grants, read })

describe('the sources of masks and filters', () => {
  test('what the manifest writes for a column stands in place of its class', () => {
    expect(ask([grant()]).masks).toEqual([{ column: 'email', how: 'redact' }])
    const written = { ...product, masks: [{ column: 'Email', how: 'hash' } as const], sensitiveColumns: ['salary'] }
    expect(ask([grant()], undefined, written).masks).toEqual([
      { column: 'Email', how: 'hash' },
      { column: 'salary', how: 'redact' },
    ])
  })

  test('a grant and a policy only hide more', () => {
    fc.assert(
      fc.property(fc.array(mask, { maxLength: 3 }), fc.array(mask, { maxLength: 3 }), (own, more) => {
        const alone = ask([grant({ masks: own })]).masks
        const read = { deny: [], filters: [], masks: more.map((each) => ({ source: 'p', because: 'b', mask: each })) }
        const both = ask([grant({ masks: own })], read).masks
        for (const each of alone) {
          const now = both.find(({ column }) => column.toLowerCase() === each.column.toLowerCase())
          if (now && comparable(now, each)) expect(tellsNoMore(now, each)).toBe(true)
          else expect(now).toBeDefined()
        }
      }),
    )
  })

  test('a deny of a policy wins over everybody, and says which policy it was', () => {
    const read = { deny: [{ source: 'floor', because: 'not outside of the EU' }], masks: [], filters: [] }
    for (const roles of [[{ role: 'platform-admin' }], [{ role: 'domain-owner', domain: 'sales' }]] as const) {
      const said = explain(
        { actor: { ...actor, roles }, action: 'data:read', resource: product, now },
        { grants: [], read },
      )
      expect(said).toMatchObject({ allow: false, because: 'not outside of the EU' })
      expect(said.rules.at(-1)).toMatchObject({ rule: 'policy', source: 'floor', effect: 'denies' })
    }
  })

  test('filters of a grant and of a policy both hold', () => {
    const read = { deny: [], masks: [], filters: [{ source: 'p', because: 'b', filter: { sql: 'b', columns: ['b'] } }] }
    expect(ask([grant({ rowFilter: { sql: 'a', columns: ['a'] } })], read).rowFilter).toBe('(a) and (b)')
  })

  test('a filter over a column that the table does not have closes the table', () => {
    const filtered = [grant({ rowFilter: { sql: '"region" = 1', columns: ['Region'] } })]
    expect(ask(filtered, undefined, { ...product, columns: ['id', 'region'] }).allow).toBe(true)
    expect(ask(filtered, undefined, { ...product, columns: ['id'] })).toMatchObject({ allow: false, masks: [] })
  })

  test('of several grants the widest decides, and the others are told', () => {
    const grants = [
      grant({ id: 'filtered', rowFilter: { sql: 'a', columns: [] } }),
      grant({ id: 'masked', masks: [{ column: 'x', how: 'hash' }] }),
      grant({ id: 'plain' }),
      grant({ id: 'over', until: new Date(0) }),
      grant({ id: 'other', principal: 'bob' }),
    ]
    const said = ask(grants)
    expect(said.rules.filter(({ rule }) => rule === 'grant').map(({ source, effect }) => [source, effect])).toEqual([
      ['plain', 'allows'],
      ['filtered', 'does not apply'],
      ['masked', 'does not apply'],
      ['over', 'does not apply'],
    ])
  })

  test('explain and decide give the same answer', () => {
    const question = { actor, action: 'data:read', resource: product, now } as const
    for (const grants of [[], [grant()], [grant({ masks: [{ column: 'x', how: 'hash' }] })]])
      expect(explain(question, { grants })).toMatchObject(decide(question, { grants }))
  })
})
