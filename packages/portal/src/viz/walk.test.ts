import { expect, test } from 'vitest'
import { neighbour } from './walk.ts'

const rows = [
  {
    bars: [
      { id: 'a2', from: 50, to: 60 },
      { id: 'a1', from: 0, to: 10 },
    ],
  },
  { bars: [] },
  {
    bars: [
      { id: 'b1', from: 40, to: null },
      { id: 'b0', from: 0, to: 5 },
    ],
  },
]
const go = (at: string, key: string) => neighbour(rows, at, key, 100)

test('left and right walk along a row in order of time, and stop at its ends', () => {
  expect(go('a1', 'ArrowRight')).toBe('a2')
  expect(go('a2', 'ArrowLeft')).toBe('a1')
  expect(go('a1', 'ArrowLeft')).toBeUndefined()
  expect(go('a1', 'End')).toBe('a2')
})
test('up and down go to what happened at about the same time, over empty rows', () => {
  expect(go('a1', 'ArrowDown')).toBe('b0')
  expect(go('a2', 'ArrowDown')).toBe('b1')
  expect(go('b1', 'ArrowUp')).toBe('a2')
  expect(go('b1', 'ArrowDown')).toBeUndefined()
})
test('other keys and unknown bars lead nowhere', () => {
  expect(go('a1', 'x')).toBeUndefined()
  expect(go('zz', 'ArrowRight')).toBeUndefined()
})
