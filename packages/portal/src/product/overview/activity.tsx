import { useState } from 'react'
import { useApi } from '../../api/index.ts'
import { Line, newsOf } from '../../news/index.ts'
import { useMe } from '../../shell/me.ts'
import { Button, Card, CardHead, Loaded, SkeletonRows } from '../../ui/index.ts'
import type { View } from '../words.ts'

const few = 8

/** What happened to it lately, newest first. */
export function Activity({ product }: { product: View }) {
  const me = useMe()
  const events = useApi('recentEvents', { query: { subject: product.id, limit: 100 } })
  const [all, setAll] = useState(false)
  return (
    <Card>
      <CardHead title="Activity" />
      <Loaded from={events} skeleton={<SkeletonRows rows={4} />}>
        {(reply) => {
          const lines = reply.events.flatMap((event) => {
            const line = newsOf(event, me.data?.id)
            return line ? [{ event, line }] : []
          })
          if (lines.length === 0) return <p className="px-4 pb-4 text-ink-3 text-sm">Nothing has happened yet.</p>
          return (
            <>
              <ol className="flex flex-col pb-3">
                {lines.slice(0, all ? undefined : few).map(({ event, line }) => (
                  <Line key={event.seq} event={event} line={line} alone />
                ))}
              </ol>
              {!all && lines.length > few && (
                <Button variant="ghost" size="sm" className="mx-2 mb-3" onClick={() => setAll(true)}>
                  {lines.length - few} more
                </Button>
              )}
            </>
          )
        }}
      </Loaded>
    </Card>
  )
}
