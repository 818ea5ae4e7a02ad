import type { Reply } from '../api/index.ts'

export type Entry = Reply<'listAudit'>['entries'][number]

/** Kinds of entries that the platform writes, in words. */
export const kinds: Readonly<Record<string, string>> = {
  decision: 'Decision',
  read: 'Read',
  change: 'Change',
  'sign-in': 'Sign-in',
  policy: 'Policy',
  retention: 'Retention',
}
export const kindWord = (kind: string): string => kinds[kind] ?? kind

/** What came of it; changes that just happened have no verdict. */
export const outcomeOf = ({ allow }: Pick<Entry, 'allow'>): 'allowed' | 'refused' | 'noted' =>
  allow === null ? 'noted' : allow ? 'allowed' : 'refused'

/** Why it happened: what the decision said, else the reason or purpose that somebody gave. */
export const whyOf = ({ because, data }: Pick<Entry, 'because' | 'data'>): string => {
  if (because !== '') return because
  const given = data.reason ?? data.purpose
  return typeof given === 'string' ? given : ''
}

export type Filters = {
  actor?: string
  kind?: string
  action?: string
  subject?: string
  from?: string
  to?: string
}

export const filterNames = ['actor', 'kind', 'action', 'subject', 'from', 'to'] as const

/** Only the filters of what stands in the address. A day as an end means to the end of that day. */
export const questionOf = (search: Filters): Filters => {
  const asked: Filters = {}
  for (const name of filterNames) {
    const value = search[name]
    if (value !== undefined) asked[name] = value
  }
  if (asked.to && /^\d{4}-\d{2}-\d{2}$/.test(asked.to)) asked.to = `${asked.to}T23:59:59.999Z`
  return asked
}

/** Where the export of just these entries is. */
export const exportPath = (search: Filters): string => {
  const query = new URLSearchParams(questionOf(search)).toString()
  return `/api/v1/audit/export${query ? `?${query}` : ''}`
}

/** `safety/bird-strikes` → where one sees it; null for what has no page. */
export const placeOf = (subject: string): { kind: 'product' | 'run' | 'policy'; parts: [string, string] } | null => {
  if (/^run_/.test(subject)) return { kind: 'run', parts: [subject, ''] }
  const [a = '', b = '', more] = subject.split('/')
  if (b === '' || more !== undefined || !/^[a-z0-9-]+$/.test(a) || !/^[a-z0-9-]+$/.test(b)) return null
  return { kind: a === 'global' ? 'policy' : 'product', parts: [a, b] }
}
