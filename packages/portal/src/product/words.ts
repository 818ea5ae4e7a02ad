import type { Reply } from '../api/index.ts'
import { sentence } from '../ui/states.tsx'
import { duration, plural } from '../words/index.ts'

export type View = Reply<'getProduct'>

/** Can I trust it: the worst of the last run, its checks and its age, as one sentence. */
export const healthReason = ({ trust, schedule }: Pick<View, 'trust' | 'schedule'>): string => {
  const { health, checks, ageSeconds, maxAgeSeconds } = trust
  if (health === 'empty') return 'Nothing has been published yet'
  const age = ageSeconds === null ? '' : `${duration(ageSeconds)} old`
  if (health === 'failing') {
    const bad = checks ? checks.total - checks.passed - checks.warned : 0
    return bad > 0
      ? `The last run failed ${plural(bad, 'check')}; readers still get the data from before it${age && `, ${age}`}`
      : `The last run failed; readers still get the data from before it${age && `, ${age}`}`
  }
  if (health === 'stale')
    return `The data is ${age || 'older'}, promised is ${maxAgeSeconds === null ? 'newer data' : `at most ${duration(maxAgeSeconds)}`}${schedule.nextAt ? '; the next run is planned' : ''}`
  const passed =
    checks && checks.total > 0 ? `${checks.passed} of ${plural(checks.total, 'check')} passed` : 'No checks are defined'
  const warned = checks && checks.warned > 0 ? `, ${checks.warned} with warnings` : ''
  return `${passed}${warned}${maxAgeSeconds === null ? '' : ', fresh as promised'}`
}

/** What a product has to do next to be certified higher; null at the top. */
export const nextTier = ({ certification }: Pick<View, 'certification'>): View['certification'][number] | null =>
  certification.find(({ held }) => !held) ?? null

/** Can I use it now, in two or three words. */
export const accessWord = ({ access }: Pick<View, 'access'>): string =>
  access.how === 'requested'
    ? 'You have asked for access'
    : !access.canRead
      ? 'Access on request'
      : ({ open: 'You can read it', owner: 'It is yours', granted: 'Access was granted to you' }[
          access.how as 'open' | 'owner' | 'granted'
        ] ?? 'You can read it')

/** Why one may or may not read; names keep their small letters. */
export const becauseSentence = (because: string): string =>
  /^(platform-admin|domain-owner|data-steward)( of |$)/.test(because)
    ? `As ${because}.`
    : because.startsWith('grant for ')
      ? sentence(`Granted for: ${because.slice('grant for '.length)}`)
      : because.split(' ')[0]?.includes('/')
        ? `${because}.`
        : sentence(because)

/** What a rule asks, as a sentence; the name of a column keeps its small letter. */
export const ruleSentence = ({ asks, columns }: { asks: string; columns: readonly string[] }): string =>
  columns.includes(asks.split(' ')[0] ?? '') ? `${asks}.` : sentence(asks)

/** Measured or promised figure of a service level. */
export const levelFigure = (value: number | null, unit: View['sla'][number]['unit']): string =>
  value === null
    ? 'not measured'
    : unit === 'seconds'
      ? duration(value)
      : unit === 'share'
        ? `${(Math.floor(value * 100_000) / 1000).toLocaleString('en')}\u202f%`
        : String(value)
