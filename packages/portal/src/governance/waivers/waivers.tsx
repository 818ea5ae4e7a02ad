import type { Waiver } from '@datamesh/core'
import { getRouteApi } from '@tanstack/react-router'
import { ShieldOff } from 'lucide-react'
import { useState } from 'react'
import { useApi } from '../../api/index.ts'
import {
  Avatar,
  Badge,
  Button,
  ButtonLink,
  Card,
  EmptyState,
  Loaded,
  Segment,
  SegmentList,
  SkeletonRows,
  Tabs,
  type Tone,
} from '../../ui/index.ts'
import { count, day, plural, when } from '../../words/index.ts'
import { PolicyLink, ProductLink } from '../parts.tsx'
import { EndDialog } from './end_dialog.tsx'
import { endText, lastDay } from './words.ts'

const page = getRouteApi('/frame/governance')
const states = ['live', 'expired', 'ended'] as const
const stateWords: Record<Waiver['state'], { word: string; tone: Tone; none: string }> = {
  live: { word: 'Live', tone: 'ok', none: 'Nothing is excused today.' },
  expired: { word: 'Expired', tone: 'warn', none: 'No waiver has run out.' },
  ended: { word: 'Ended', tone: 'neutral', none: 'No waiver was ended before its day.' },
}

/** Who is excused from what, why, and until when. Those that excuse nothing any more can go. */
export function Waivers() {
  const { policy, product } = page.useSearch()
  const [state, setState] = useState<Waiver['state']>('live')
  const [ending, setEnding] = useState<Waiver | null>(null)
  const waivers = useApi('listWaivers', { query: { ...(policy && { policy }), ...(product && { product }) } })
  const of = (which: Waiver['state']) => waivers.data?.waivers.filter((each) => each.state === which)
  return (
    <div className="flex flex-col gap-3.5">
      <Tabs value={state} onValueChange={setState}>
        <SegmentList aria-label="State of waivers" className="w-fit">
          {states.map((each) => (
            <Segment key={each} value={each}>
              {stateWords[each].word}
              <span className="text-2xs tabular-nums">{of(each)?.length}</span>
            </Segment>
          ))}
        </SegmentList>
      </Tabs>
      <Loaded
        from={waivers}
        skeleton={
          <Card>
            <SkeletonRows rows={5} />
          </Card>
        }
      >
        {({ waivers }) => {
          const shown = waivers.filter((each) => each.state === state)
          const idle = shown.filter(({ used }) => !used).length
          return shown.length === 0 ? (
            <Card>
              <EmptyState
                icon={<ShieldOff className="size-5" aria-hidden />}
                title={stateWords[state].none}
                action={
                  state === 'live' && (
                    <ButtonLink to="/governance" search={{ tab: 'violations' }}>
                      Violations
                    </ButtonLink>
                  )
                }
              >
                A waiver excuses one product from one policy until a day. It is given beside a violation.
              </EmptyState>
            </Card>
          ) : (
            <Card className="overflow-hidden">
              {state === 'live' && idle > 0 && (
                <p className="border-line border-b bg-sunken px-4 py-2 text-ink-2 text-xs">
                  {plural(idle, 'waiver excuses', 'waivers excuse')} nothing today: what{' '}
                  {idle === 1 ? 'it was' : 'they were'} given for is mended.
                </p>
              )}
              <ul className="divide-y divide-line">
                {shown.map((waiver) => (
                  <li key={waiver.id}>
                    <One waiver={waiver} onEnd={() => setEnding(waiver)} />
                  </li>
                ))}
              </ul>
            </Card>
          )
        }}
      </Loaded>
      {ending && <EndDialog waiver={ending} onClose={() => setEnding(null)} />}
      <p className="sr-only" aria-live="polite">
        {of(state) ? `${count(of(state)?.length ?? 0)} shown` : ''}
      </p>
    </div>
  )
}

const One = ({ waiver, onEnd }: { waiver: Waiver; onEnd: () => void }) => {
  const end = endText(waiver.until)
  return (
    <section
      aria-label={`Waiver of ${waiver.product}`}
      className="grid grid-cols-[15rem_minmax(0,1fr)_11rem_5.5rem] items-start gap-x-4 gap-y-2 px-4 py-3 max-lg:grid-cols-1"
    >
      <div className="min-w-0">
        <ProductLink id={waiver.product} className="min-h-6 max-w-full font-medium" />
        <p className="text-xs">
          <PolicyLink id={waiver.policy} className="block min-h-6 truncate py-0.5 text-ink-2" />
        </p>
        {waiver.path && <code className="block truncate font-mono text-2xs text-ink-3">{waiver.path}</code>}
      </div>
      <div className="min-w-0">
        <p className="text-ink-2 text-sm [overflow-wrap:anywhere]">{waiver.reason}</p>
        <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-3 text-xs">
          <span className="inline-flex items-center gap-1.5">
            <Avatar name={waiver.owner} className="size-4.5" />
            {waiver.owner} mends it
          </span>
          <span title={when(waiver.grantedAt)}>
            given by {waiver.grantedBy}, {day(waiver.grantedAt)}
          </span>
        </p>
      </div>
      <div className="text-xs max-lg:flex max-lg:flex-wrap max-lg:items-center max-lg:gap-2">
        {waiver.state === 'live' ? (
          <>
            <p className={end.soon ? 'font-medium text-warn-ink' : 'text-ink-2'}>
              until {day(lastDay(waiver.until))}, {end.text}
            </p>
            <Badge tone={waiver.used ? 'accent' : 'neutral'} className="mt-1 max-lg:mt-0">
              {waiver.used ? 'in use' : 'excuses nothing'}
            </Badge>
          </>
        ) : (
          <>
            <Badge tone={stateWords[waiver.state].tone}>{stateWords[waiver.state].word}</Badge>
            <p className="mt-1 text-ink-3 max-lg:mt-0">
              {waiver.endedAt ? when(waiver.endedAt) : day(lastDay(waiver.until))}
            </p>
          </>
        )}
      </div>
      <div className="flex lg:justify-end">
        {waiver.mayEnd && (
          <Button size="sm" variant="danger" onClick={onEnd}>
            End now…<span className="sr-only"> the waiver of {waiver.product}</span>
          </Button>
        )}
      </div>
    </section>
  )
}
