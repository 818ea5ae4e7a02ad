import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useApi } from '../api/index.ts'
import {
  Badge,
  CodeBlock,
  CopyButton,
  Dialog,
  DrawerContent,
  EmptyState,
  Loaded,
  SkeletonRows,
  sentence,
} from '../ui/index.ts'
import { clock, day } from '../words/index.ts'
import { type Entry, kindWord, outcomeOf, placeOf, whyOf } from './words.ts'

/** All of one entry, and how it hangs in the chain. */
export default function EntryDrawer({ seq, onClose }: { seq: number; onClose: () => void }) {
  const found = useApi('listAudit', { query: { before: seq + 1, limit: 1 } }, { staleTime: Number.POSITIVE_INFINITY })
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DrawerContent title={`Entry ${seq}`}>
        <Loaded
          from={found}
          skeleton={<SkeletonRows rows={8} />}
          isEmpty={({ entries }) => entries[0]?.seq !== seq}
          empty={
            <EmptyState title="There is no such entry">
              It may be older than what is kept; what was removed by retention is itself written down.
            </EmptyState>
          }
        >
          {({ entries: [entry] }) => entry && <Whole entry={entry} />}
        </Loaded>
      </DrawerContent>
    </Dialog>
  )
}

const Whole = ({ entry }: { entry: Entry }) => {
  const outcome = outcomeOf(entry)
  return (
    <div className="flex flex-col gap-4">
      <dl className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-x-3 gap-y-2 text-sm">
        <Line name="Who">
          <Link to="/audit" search={{ actor: entry.actor }} className="rounded text-accent-ink hover:underline">
            {entry.actor}
          </Link>
        </Line>
        <Line name="What">
          <span className="flex flex-wrap items-center gap-1.5">
            <code className="font-mono text-xs">{entry.action}</code>
            <Badge>{kindWord(entry.kind)}</Badge>
            {outcome !== 'noted' && <Badge tone={outcome === 'allowed' ? 'ok' : 'bad'}>{outcome}</Badge>}
          </span>
        </Line>
        <Line name="On what">
          <Subject subject={entry.subject} />
        </Line>
        <Line name="When">
          {day(entry.at)}, {clock(entry.at)}
          <span className="block font-mono text-2xs text-ink-3">{entry.at}</span>
        </Line>
        <Line name="Why">{whyOf(entry) ? sentence(whyOf(entry)) : '–'}</Line>
        <Line name="From where">
          <span className="font-mono text-xs">{entry.from ?? 'not over the network'}</span>
        </Line>
      </dl>
      <div>
        <h3 className="mb-1.5 font-semibold text-sm">Details</h3>
        <CodeBlock code={JSON.stringify(entry.data, null, 2)} label="Details of the entry" />
      </div>
      <div>
        <h3 className="mb-1.5 font-semibold text-sm">In the chain</h3>
        <dl className="flex flex-col gap-2">
          <Hash name="Hash of the entry before" value={entry.previous} />
          <Hash name="Hash of this entry and the one before" value={entry.hash} />
        </dl>
      </div>
    </div>
  )
}

const Line = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-ink-3">{name}</dt>
    <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
  </>
)

const Hash = ({ name, value }: { name: string; value: string }) => (
  <div className="rounded-lg border border-line bg-sunken px-3 py-2">
    <dt className="text-2xs text-ink-3">{name}</dt>
    <dd className="flex items-center gap-1">
      <code className="min-w-0 flex-1 font-mono text-2xs text-ink-2 [overflow-wrap:anywhere]">{value}</code>
      <CopyButton quiet text={value} label={`Copy: ${name}`} />
    </dd>
  </div>
)

const Subject = ({ subject }: { subject: string }) => {
  const place = placeOf(subject)
  const look = 'rounded text-accent-ink hover:underline'
  if (place === null) return <span className="font-mono text-xs">{subject || '–'}</span>
  const [a, b] = place.parts
  if (place.kind === 'run')
    return (
      <Link to="/runs/$id" params={{ id: a }} className={look}>
        {subject}
      </Link>
    )
  if (place.kind === 'policy')
    return (
      <Link to="/policies/$scope/$policy" params={{ scope: a, policy: b }} className={look}>
        {subject}
      </Link>
    )
  return (
    <Link to="/products/$domain/$product" params={{ domain: a, product: b }} className={look}>
      {subject}
    </Link>
  )
}
