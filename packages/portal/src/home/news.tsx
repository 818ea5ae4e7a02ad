import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { client, type Reply, useApi } from '../api/index.ts'
import { Card, CardHead, DomainDot, Loaded, readable, Segment, SegmentList, Tabs } from '../ui/index.ts'
import { ago } from '../words/index.ts'
import { newsOf } from './news_words.ts'

type Event = Reply<'recentEvents'>['events'][number]

/** What happened, newest first and live; about what I follow and own, or everywhere. */
export function News() {
  const [scope, setScope] = useState<'mine' | 'all'>('all')
  const cache = useQueryClient()
  const events = useApi('recentEvents', { query: { limit: 40, followed: scope === 'mine' ? 'true' : 'false' } })
  useEffect(() => {
    const gone = new AbortController()
    let asked: ReturnType<typeof setTimeout> | undefined
    const listen = async () => {
      for await (const _ of client.watch({ signal: gone.signal })) {
        // a publish says several things at once
        clearTimeout(asked)
        asked = setTimeout(() => void cache.invalidateQueries({ queryKey: ['recentEvents'] }), 400)
      }
    }
    // a stream that cannot be had leaves the news as they were asked for
    listen().catch(() => {})
    return () => {
      gone.abort()
      clearTimeout(asked)
    }
  }, [cache])
  return (
    <Card className="h-fit">
      <CardHead title="News">
        <Tabs value={scope} onValueChange={(next: 'mine' | 'all') => setScope(next)}>
          <SegmentList aria-label="News of">
            <Segment value="all">All</Segment>
            <Segment value="mine">Mine</Segment>
          </SegmentList>
        </Tabs>
      </CardHead>
      <Loaded
        from={events}
        isEmpty={(reply) => reply.events.every((event) => newsOf(event) === null)}
        empty={<p className="px-4 pb-5 text-ink-3 text-sm">Nothing has happened yet.</p>}
      >
        {(reply) => (
          <ol className="flex flex-col pb-3">
            {reply.events.flatMap((event) => {
              const line = newsOf(event)
              return line ? [<Line key={event.seq} event={event} {...line} />] : []
            })}
          </ol>
        )}
      </Loaded>
    </Card>
  )
}

const Line = ({
  event,
  product,
  text,
  run,
  tone,
}: {
  event: Event
  product: string | null
  text: string
  run: string | null
  tone: 'plain' | 'bad'
}) => {
  const [domain = '', name = ''] = (product ?? '').split('/')
  return (
    <li className="flex gap-2.5 px-4 py-1.5 text-sm">
      <DomainDot domain={domain || event.subject} className="mt-1.5" />
      <p className="min-w-0 flex-1">
        {product && (
          <Link
            to="/products/$domain/$product"
            params={{ domain, product: name }}
            className="font-medium hover:underline"
          >
            {readable(name)}
          </Link>
        )}
        {!product && <b className="font-medium">{readable(event.subject)}</b>}{' '}
        {run ? (
          <Link
            to="/runs/$id"
            params={{ id: run }}
            className={tone === 'bad' ? 'text-bad-ink hover:underline' : 'text-ink-2 hover:underline'}
          >
            {text}
          </Link>
        ) : (
          <span className={tone === 'bad' ? 'text-bad-ink' : 'text-ink-2'}>{text}</span>
        )}
      </p>
      <time dateTime={event.at} className="whitespace-nowrap text-ink-3 text-xs">
        {ago(event.at)}
      </time>
    </li>
  )
}
