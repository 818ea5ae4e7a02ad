import { useState } from 'react'
import { useApi } from '../api/index.ts'
import { Line, newsOf } from '../news/index.ts'
import { useMe } from '../shell/me.ts'
import { Card, CardHead, Loaded, Segment, SegmentList, Tabs } from '../ui/index.ts'

/** What happened, newest first; about what I follow and own, or everywhere. The frame's stream of events keeps it fresh. */
export function News() {
  const [scope, setScope] = useState<'mine' | 'all'>('all')
  const me = useMe()
  const events = useApi('recentEvents', { query: { limit: 200, followed: scope === 'mine' ? 'true' : 'false' } })
  return (
    <Card className="h-fit">
      <CardHead title="News">
        <Tabs value={scope} onValueChange={setScope}>
          <SegmentList aria-label="News of">
            <Segment value="all">All</Segment>
            <Segment value="mine">Mine</Segment>
          </SegmentList>
        </Tabs>
      </CardHead>
      <Loaded
        from={events}
        isEmpty={(reply) => reply.events.every((event) => newsOf(event) === null)}
        empty={
          <p className="px-4 pb-5 text-ink-3 text-sm">
            {scope === 'mine'
              ? 'No news of products that you follow or own.'
              : 'Nothing has happened yet. Publishes, failures and new releases will stand here.'}
          </p>
        }
      >
        {(reply) => (
          <ol className="flex flex-col pb-3">
            {reply.events
              .flatMap((event) => {
                const line = newsOf(event, me.data?.id)
                return line ? [<Line key={event.seq} event={event} line={line} />] : []
              })
              .slice(0, 20)}
          </ol>
        )}
      </Loaded>
    </Card>
  )
}
