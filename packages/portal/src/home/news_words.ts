import { count } from '../words/index.ts'

type Event = { type: string; subject: string; data: Record<string, unknown> }
export type NewsLine = { product: string | null; text: string; run: string | null; tone: 'plain' | 'bad' }

/** What an event says in words; null for what is no news to a person (a run that was queued, a collected file). */
export const newsOf = ({ type, subject, data }: Event): NewsLine | null => {
  const say = words[type]
  if (!say) return null
  const [text, tone] = say(data)
  return {
    product: subject.includes('/') ? subject : null,
    text,
    tone,
    run: typeof data.run === 'string' ? data.run : null,
  }
}

type Words = (data: Record<string, unknown>) => readonly [text: string, tone: NewsLine['tone']]

const words: Record<string, Words> = {
  'snapshot.published': ({ sequence, rows }) => [
    `published snapshot ${sequence}${typeof rows === 'number' ? `, ${count(rows)} rows` : ''}`,
    'plain',
  ],
  'release.registered': ({ version }) => [
    `has a new release${typeof version === 'string' ? ` ${version}` : ''}`,
    'plain',
  ],
  'run.failed': ({ failures, title }) => [
    Array.isArray(failures)
      ? `broke ${failures.length === 1 ? 'a check' : `${failures.length} checks`}; nothing was published`
      : `could not be built${typeof title === 'string' ? `: ${title}` : ''}`,
    'bad',
  ],
  'run.cancelled': () => ['had its run cancelled', 'plain'],
  'slo.breached': ({ level, written }) => [
    `misses its ${level} level${typeof written === 'string' ? ` (${written})` : ''}`,
    'bad',
  ],
  'slo.recovered': ({ level }) => [`keeps its ${level} level again`, 'plain'],
  'access.requested': () => ['was asked for', 'plain'],
  'access.granted': () => ['was opened to somebody', 'plain'],
  'access.revoked': () => ['was closed to somebody', 'plain'],
  'domain.registered': () => ['joined the mesh', 'plain'],
}
