import type { AccessRow } from './decide.ts'

type Approvals = Pick<AccessRow, 'approvals'>

const places: Readonly<Record<AccessRow['approvals'][number]['by'], string>> = {
  owner: 'owner',
  steward: 'data steward',
}
export const placeWord = (by: AccessRow['approvals'][number]['by']): string => places[by]

/** Whose word is still missing: `waits for the owner and the data steward`. */
export const waitsFor = ({ approvals }: Approvals): string => {
  const open = approvals.filter(({ approvedBy }) => approvedBy === null).map(({ by }) => `the ${places[by]}`)
  return open.length === 0 ? 'waits for a decision' : `waits for ${open.join(' and ')}`
}

const dayMs = 86_400_000

/** How much of the time of a right is left: a share of it, and words. Null where it has no end. */
export const timeLeft = (
  { until, decidedAt, requestedAt }: Pick<AccessRow, 'until' | 'decidedAt' | 'requestedAt'>,
  now: number,
): { share: number; words: string; soon: boolean } | null => {
  if (until === null) return null
  const end = Date.parse(until)
  const start = Date.parse(decidedAt ?? requestedAt)
  const left = end - now
  if (left <= 0) return { share: 0, words: 'ended', soon: true }
  const days = Math.floor(left / dayMs)
  const words =
    days === 0 ? `${Math.max(1, Math.floor(left / 3_600_000))} h left` : `${days} ${days === 1 ? 'day' : 'days'} left`
  return { share: Math.min(1, left / Math.max(1, end - start)), words, soon: left < 14 * dayMs }
}

const happened: Readonly<Record<string, string>> = {
  requested: 'Asked for',
  approved: 'Approved',
  granted: 'Granted',
  denied: 'Denied',
  revoked: 'Revoked',
  withdrawn: 'Withdrawn',
  ending: 'Reminder of the end sent',
  expired: 'Ended',
}
export const happenedWord = (what: string): string => happened[what] ?? what

/** Ports as words. */
export const portsWord = (ports: readonly string[]): string => (ports.length === 0 ? 'all ports' : ports.join(', '))
