import { count } from '../words/index.ts'

type Event = { type: string; subject: string; actor?: string | null; data: Record<string, unknown> }
export type NewsLine = {
  product: string | null
  /** After the name of what it is about: `Flights fact published snapshot 3`. */
  text: string
  /** By itself, where the name stands above: `Snapshot 3 published`. */
  alone: string
  run: string | null
  tone: 'plain' | 'bad'
}

/** What an event says in words; null for what is no news to a person (a run that was queued, a collected file). `me`: who reads it. */
export const newsOf = ({ type, subject, data }: Event, me?: string): NewsLine | null => {
  const say = words[type]
  if (!say) return null
  const [text, alone, tone = 'plain'] = say(data, data.principal !== undefined && data.principal === me)
  return {
    product: subject.includes('/') ? subject : null,
    text,
    alone,
    tone,
    run: typeof data.run === 'string' ? data.run : null,
  }
}

type Words = (
  data: Record<string, unknown>,
  mine: boolean,
) => readonly [text: string, alone: string, tone?: NewsLine['tone']]

const words: Record<string, Words> = {
  'snapshot.published': ({ sequence, rows }) => {
    const size = typeof rows === 'number' ? `, ${count(rows)} ${rows === 1 ? 'row' : 'rows'}` : ''
    return [`published snapshot ${sequence}${size}`, `Snapshot ${sequence} published${size}`]
  },
  'release.registered': ({ version }) => {
    const which = typeof version === 'string' ? ` ${version}` : ''
    return [`has a new release${which}`, `Release${which} registered`]
  },
  'run.failed': ({ failures, title }) => {
    if (Array.isArray(failures)) {
      const which = failures.length === 1 ? 'a check' : `${failures.length} checks`
      return [`broke ${which}; nothing was published`, `A run broke ${which}; nothing was published`, 'bad']
    }
    const why = typeof title === 'string' ? `: ${title}` : ''
    return [`could not be built${why}`, `A run could not build it${why}`, 'bad']
  },
  'run.cancelled': () => ['had its run cancelled', 'A run was cancelled'],
  'slo.breached': ({ level, written }) => {
    const promised = typeof written === 'string' ? ` (${written})` : ''
    return [`misses its ${level} level${promised}`, `The ${level} level is missed${promised}`, 'bad']
  },
  'slo.recovered': ({ level }) => [`keeps its ${level} level again`, `The ${level} level is kept again`],
  'certification.gained': ({ to }) => [`is ${to} now`, `It is ${to} now`],
  'certification.lost': ({ from, to, missing }) => {
    const why = Array.isArray(missing) && typeof missing[0] === 'string' ? `: ${missing[0]}` : ''
    return [`is no longer ${from}${why}`, `It is no longer ${from}, but ${to ?? 'without a tier'}${why}`, 'bad']
  },
  'classification.accepted': ({ column, kind }) => [
    `has column ${column} marked${kind ? ` as ${kind}` : ''}`,
    `Column ${column} was marked${kind ? ` as ${kind}` : ''}`,
  ],
  'classification.rejected': ({ column }) => [
    `has column ${column} marked as not sensitive`,
    `Column ${column} was marked as not sensitive`,
  ],
  'access.requested': (_, mine) =>
    mine ? ['was asked for by you', 'You asked for access'] : ['was asked for', 'Somebody asked for access'],
  'access.approved': (_, mine) =>
    mine
      ? ['needs one more approval for you', 'Your request was approved by one of those who decide']
      : ['was approved by one of those who decide', 'A request was approved by one of those who decide'],
  'access.granted': (_, mine) =>
    mine
      ? ['was opened to you', 'Access was granted to you']
      : ['was opened to somebody', 'Access was granted to somebody'],
  'access.denied': ({ reason }, mine) => {
    const why = typeof reason === 'string' ? `: ${reason}` : ''
    return mine
      ? [`stays closed to you${why}`, `Your request was denied${why}`]
      : ['stays closed to somebody', 'A request was denied']
  },
  'access.revoked': (_, mine) =>
    mine
      ? ['was closed to you', 'Your access was revoked', 'bad']
      : ['was closed to somebody', 'Access of somebody was revoked'],
  'access.ending': (_, mine) =>
    mine
      ? ['closes to you soon; renew it under Access', 'Your access ends soon; renew it under Access']
      : ['closes to somebody soon', 'Access of somebody ends soon'],
  'access.expired': (_, mine) =>
    mine
      ? ['is no longer open to you', 'Your access has ended']
      : ['is no longer open to somebody', 'Access of somebody has ended'],
  'access.drift': () => ['is read otherwise than was approved', 'It is read otherwise than was approved', 'bad'],
  'domain.registered': () => ['joined the mesh', 'Joined the mesh'],
}
