import { expect, test } from 'vitest'
import { compile, type RegoError } from './index.ts'

const countdown = compile([
  { file: 'a.rego', text: 'package a\n\nn := count([x | some x in numbers.range(1, input.n)])' },
])
const nested = (levels: number): unknown => {
  let value: unknown = 0
  for (let i = 0; i < levels; i++) value = [value, value]
  return value
}
const pairs = compile([
  { file: 'b.rego', text: 'package b\n\nsame if input.left == input.right\n\nshown := json.marshal(input.left)' },
])

/** `opa.runtime` reads the environment that it is given: whatever is asked there runs inside of the evaluation. */
const around = compile([
  {
    file: 'c.rego',
    text: 'package c\n\nsame if {\n\topa.runtime().env.asks == 1\n\tinput.left == input.right\n}',
  },
])
const environment = (asks: () => void): Record<string, string> => ({
  get asks() {
    asks()
    return 1 as unknown as string
  },
})

test.each([
  ['that has an answer', { steps: 1_000_000 }, 'answers'],
  ['that reaches a limit', { steps: 500 }, 'eval_limit_error'],
] as const)(
  'an evaluation %s inside another has limits of its own and leaves those around it',
  (_, limits, outcome) => {
    const big = { left: nested(11), right: nested(11) }
    const outcomes: unknown[] = []
    const inner = (): void => {
      try {
        pairs.evaluate({ entrypoint: 'b/same' }, { input: { left: nested(9), right: nested(9) }, limits })
        outcomes.push('answers')
      } catch (error) {
        outcomes.push((error as RegoError).code)
      }
    }
    const ask = (steps: number): unknown =>
      around.evaluate({ entrypoint: 'c/same' }, { input: big, env: environment(inner), limits: { steps } }).value
    expect(ask(1_000_000)).toBe(true)
    expect(outcomes).toEqual([outcome])
    // what was left inside is not added to what is left around
    expect(() => ask(2_000)).toThrow(expect.objectContaining({ code: 'eval_limit_error' }))
  },
)

test('what an evaluation threw leaves nothing behind for the next', () => {
  const big = { left: nested(9), right: nested(9) }
  for (let round = 0; round < 3; round++) {
    expect(() => pairs.evaluate({ entrypoint: 'b/same' }, { input: big, limits: { steps: 500 } })).toThrow(
      expect.objectContaining({ code: 'eval_limit_error' }),
    )
    expect(pairs.evaluate({ entrypoint: 'b/same' }, { input: big }).value).toBe(true)
  }
  const env = environment(() => {
    throw new Error('the caller is at fault')
  })
  expect(() => around.evaluate({ entrypoint: 'c/same' }, { env })).toThrow('the caller is at fault')
  expect(countdown.evaluate({ entrypoint: 'a/n' }, { input: { n: 7 } }).value).toBe(7)
})

test('two policies that are asked in turn answer, count and print as each does alone', () => {
  const alone = [
    countdown.evaluate({ entrypoint: 'a' }, { input: { n: 9 } }),
    pairs.evaluate({ entrypoint: 'b' }, { input: { left: nested(5), right: nested(5) } }),
  ]
  for (let round = 0; round < 5; round++) {
    expect(countdown.evaluate({ entrypoint: 'a' }, { input: { n: 9 } })).toEqual(alone[0])
    expect(pairs.evaluate({ entrypoint: 'b' }, { input: { left: nested(5), right: nested(5) } })).toEqual(alone[1])
  }
})

test('values of different evaluations compared outside of them cost no limit', async () => {
  const [one, two] = await Promise.all(
    [1, 2].map(
      async () => pairs.evaluate({ entrypoint: 'b' }, { input: { left: nested(10), right: nested(10) } }).value,
    ),
  )
  expect(one).toEqual(two)
})
