import { expect, test } from 'vitest'
import { turnsOf } from './turns.ts'

test('so many at once, so many wait, the rest is told to come again; and a failure gives its turn away', async () => {
  const inTurn = turnsOf(2, 3)
  let [running, most] = [0, 0]
  const work = async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setTimeout(resolve, 5))
    running -= 1
    throw new Error('done')
  }
  const told = await Promise.all(Array.from({ length: 8 }, () => inTurn(work).catch((error) => error.message)))
  expect(told.filter((each) => each === 'done')).toHaveLength(5)
  expect(most).toBe(2)
  expect(await inTurn(async () => 'again')).toBe('again')
})
