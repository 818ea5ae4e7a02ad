import { expect, test } from 'vitest'
import { timeLeft, waitsFor } from './words.ts'

const at = (iso: string) => Date.parse(iso)
const right = { requestedAt: '2026-01-01T00:00:00Z', decidedAt: '2026-01-01T00:00:00Z' }

test('names whose word is missing', () => {
  const owner = { by: 'owner', approvedBy: 'amara', at: null } as const
  const steward = { by: 'steward', approvedBy: null, at: null } as const
  expect(waitsFor({ approvals: [owner, steward] })).toBe('waits for the data steward')
  expect(waitsFor({ approvals: [{ ...owner, approvedBy: null }, steward] })).toBe(
    'waits for the owner and the data steward',
  )
})

test('tells how much time a right has left', () => {
  const until = '2026-01-11T00:00:00Z'
  expect(timeLeft({ ...right, until }, at('2026-01-06T00:00:00Z'))).toEqual({
    share: 0.5,
    words: '5 days left',
    soon: true,
  })
  expect(timeLeft({ ...right, until }, at('2026-01-10T21:00:00Z'))?.words).toBe('3 h left')
  expect(timeLeft({ ...right, until }, at('2026-01-12T00:00:00Z'))).toMatchObject({ share: 0, words: 'ended' })
  expect(timeLeft({ ...right, until: null }, 0)).toBeNull()
})
