export const spans = [
  { label: '30 days', days: 30 },
  { label: '90 days', days: 90 },
  { label: '1 year', days: 365 },
] as const

/** Local date, `2026-02-01`. */
export const dateIn = (days: number, from = new Date()): string => {
  const at = new Date(from)
  at.setDate(at.getDate() + days)
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`
}

/** A right that is given to a day ends at the midnight after it. @returns its last day, `2026-02-01`, UTC */
export const lastDate = (until: string): string => new Date(Date.parse(until) - 1000).toISOString().slice(0, 10)

/** Today or before: nobody can be given that. */
export const isPast = (date: string, from = new Date()): boolean => date !== '' && date <= dateIn(0, from)
