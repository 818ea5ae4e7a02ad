import { Link } from '@tanstack/react-router'
import type { Reply } from '../api/index.ts'
import { DomainDot, readable } from '../ui/index.ts'
import { ago, partsOf, when } from '../words/index.ts'
import type { NewsLine } from './words.ts'

export type Event = Reply<'recentEvents'>['events'][number]

/** One thing that happened. `alone`: on the page of the product that it is about. */
export const Line = ({ event, line, alone = false }: { event: Event; line: NewsLine; alone?: boolean }) => {
  const { product, run, tone } = line
  const { domain, product: name } = partsOf(product ?? '')
  const color = tone === 'bad' ? 'text-bad-ink' : 'text-ink-2'
  const text = alone ? line.alone : line.text
  return (
    <li className="flex gap-2.5 px-4 py-1.5 text-sm">
      {alone ? (
        <i aria-hidden className={`mt-1.5 size-2 shrink-0 rounded-full ${tone === 'bad' ? 'bg-bad' : 'bg-line-2'}`} />
      ) : (
        <DomainDot domain={domain || event.subject} className="mt-1.5" />
      )}
      <p className="line-clamp-3 min-w-0 flex-1 [overflow-wrap:anywhere]" title={text.length > 90 ? text : undefined}>
        {!alone && product && (
          <Link
            to="/products/$domain/$product"
            params={{ domain, product: name }}
            className="font-medium hover:underline"
          >
            {readable(name)}
          </Link>
        )}
        {!alone && !product && <b className="font-medium">{readable(event.subject)}</b>}{' '}
        {run ? (
          <Link to="/runs/$id" params={{ id: run }} className={`${color} hover:underline`}>
            {text}
          </Link>
        ) : (
          <span className={color}>{text}</span>
        )}
      </p>
      <time dateTime={event.at} title={when(event.at)} className="whitespace-nowrap text-ink-3 text-xs leading-5">
        {ago(event.at)}
      </time>
    </li>
  )
}
