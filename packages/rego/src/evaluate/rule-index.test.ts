import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile } from '../index.ts'

const kinds = Array.from({ length: 40 }, (_, at) => `kind-${at}`)
const text = [
  'package t',
  ...kinds.map((kind, at) => `p contains ${at} if { input.kind == "${kind}"; input.size > ${at} }`),
  'p contains "any" if input.size > 100',
  ...kinds.map((kind, at) => `f("${kind}", x) := ${at} + x`),
  'f(k, x) := -1 if { not k in known; x > 0 }',
  `known := ${JSON.stringify(kinds)}`,
  'q := f(input.kind, input.size)',
].join('\n')
const policy = compile([{ file: 't.rego', text }])

test('clauses that ask for another constant are not tried', () => {
  const one = policy.evaluate({ entrypoint: 't/p' }, { input: { kind: 'kind-3', size: 7 } })
  expect(one.value).toEqual([3])
  expect(one.steps).toBeLessThan(15)
})

test('whatever is asked, the answer is that of trying all', () => {
  const kind = fc.oneof(
    fc.constantFrom(...kinds),
    fc.string(),
    fc.constant(null),
    fc.constant(undefined),
    fc.array(fc.nat()),
  )
  fc.assert(
    fc.property(kind, fc.integer({ min: -5, max: 200 }), (kind, size) => {
      const input = { ...(kind === undefined ? {} : { kind }), size }
      for (const entrypoint of ['t/p', 't/q']) {
        // a watched evaluation uses no index
        const all = policy.evaluate({ entrypoint }, { input, coverage: true }).value
        expect(policy.evaluate({ entrypoint }, { input }).value).toEqual(all)
      }
    }),
  )
})
