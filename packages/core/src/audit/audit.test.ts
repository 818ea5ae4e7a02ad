import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson, entryHash } from './index.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

test('the hash is over the canonical text of everything but itself, whatever stands in it', () => {
  const link = fc.record({
    seq: fc.nat(),
    at: fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
    kind: fc.string(),
    actor: fc.string({ unit: 'binary' }),
    action: fc.string(),
    subject: fc.string(),
    allow: fc.constantFrom(true, false, null),
    because: fc.string({ unit: 'binary' }),
    from: fc.option(fc.string()),
    data: fc.dictionary(fc.string(), fc.jsonValue()),
    previous: fc.constant('0'.repeat(64)),
  })
  fc.assert(
    fc.property(link, (entry) => {
      expect(entryHash(entry, { sha256 })).toBe(sha256(canonicalJson(entry)))
      // and over what reads back from JSON, in whatever order its keys come
      const back = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(entry).reverse())))
      expect(entryHash(back, { sha256 })).toBe(entryHash(entry, { sha256 }))
    }),
    { numRuns: 300 },
  )
})

test('canonical JSON: keys in order, nothing undefined', () => {
  expect(canonicalJson({ b: 1, a: [undefined, { d: undefined, c: 'ä' }] })).toBe('{"a":[null,{"c":"ä"}],"b":1}')
})
