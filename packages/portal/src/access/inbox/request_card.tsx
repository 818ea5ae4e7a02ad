import type { ApiError } from '@datamesh/sdk'
import { Link } from '@tanstack/react-router'
import { SlidersHorizontal } from 'lucide-react'
import { useId, useState } from 'react'
import { useApi } from '../../api/index.ts'
import { Avatar, Badge, Button, Card, DomainTile, TextField } from '../../ui/index.ts'
import { ago, partsOf, when } from '../../words/index.ts'
import { lastDate } from '../asking/dates.ts'
import { Refused } from '../asking/refused.tsx'
import { type AccessRow, lastDayOf, useDecision } from '../decide.ts'
import { Conditions } from '../mine/details.tsx'
import { Approvals } from '../parts.tsx'
import { portsWord } from '../words.ts'
import { type Narrowed, Narrowing } from './narrowing.tsx'
import { useTried } from './use_tried.ts'

/** One request that waits: who, what for, until when, whose word is missing; approve as asked or less, or deny with a reason. */
export function RequestCard({ request }: { request: AccessRow }) {
  const [doing, setDoing] = useState<'deny' | 'narrow' | null>(null)
  const [reason, setReason] = useState('')
  const first: Narrowed = {
    until: request.until === null ? '' : lastDate(request.until),
    masks: [],
    rowFilter: '',
    detokenise: request.detokenise,
  }
  const [narrowed, setNarrowed] = useState(first)
  const tried = useTried(request.id, narrowed.rowFilter, narrowed.masks)
  const [refused, setRefused] = useState<ApiError | null>(null)
  const form = useId()
  const decision = useDecision({ done: () => setDoing(null), failed: setRefused })
  const decide = (body: Parameters<typeof decision.mutate>[0]['body']) => {
    setRefused(null)
    decision.mutate({ params: { id: request.id }, body })
  }
  const approve = () =>
    decide({
      decision: 'approve',
      ...(doing === 'narrow'
        ? {
            ...(narrowed.until === first.until ? {} : { until: narrowed.until || null }),
            masks: [...narrowed.masks],
            ...(narrowed.rowFilter.trim() ? { rowFilter: narrowed.rowFilter.trim() } : {}),
            detokenise: narrowed.detokenise,
          }
        : // who approves what another one has opened agrees to it
          request.detokenise
          ? { detokenise: true }
          : {}),
    })
  const toggle = (what: 'deny' | 'narrow') => setDoing(doing === what ? null : what)
  const isNarrowed = JSON.stringify(narrowed) !== JSON.stringify(first)
  return (
    <Card className="p-4" aria-label={`${request.principalName} asks for ${request.productTitle}`}>
      <div className="flex flex-wrap items-start gap-3">
        <DomainTile domain={partsOf(request.product).domain} />
        <About request={request} />
        <div className="flex flex-wrap gap-2">
          {request.may.includes('approve') && (
            <Button onClick={() => toggle('narrow')} aria-expanded={doing === 'narrow'} aria-controls={form}>
              <SlidersHorizontal className="size-3.5" aria-hidden />
              Narrow
            </Button>
          )}
          {request.may.includes('deny') && (
            <Button onClick={() => toggle('deny')} aria-expanded={doing === 'deny'} aria-controls={form}>
              Deny…
            </Button>
          )}
          {request.may.includes('approve') && (
            <Button
              variant="primary"
              busy={decision.isPending && doing !== 'deny'}
              disabled={doing === 'narrow' && tried.state === 'mistake'}
              onClick={approve}
            >
              {doing === 'narrow' && isNarrowed ? 'Approve narrowed' : 'Approve'}
            </Button>
          )}
        </div>
      </div>
      <div id={form}>
        {doing === 'narrow' && (
          <div className="mt-3 border-line border-t pt-3">
            <Narrowing request={request} value={narrowed} tried={tried} onChange={setNarrowed} />
          </div>
        )}
        {doing === 'deny' && (
          <form
            className="mt-3 flex items-end gap-2 border-line border-t pt-3"
            onSubmit={(event) => {
              event.preventDefault()
              decide({ decision: 'deny', reason })
            }}
          >
            <TextField
              className="flex-1"
              label="Reason"
              required
              autoFocus
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              placeholder="What would make it possible?"
            />
            <Button type="submit" variant="danger" busy={decision.isPending}>
              Deny
            </Button>
          </form>
        )}
      </div>
      {refused && (
        <div className="mt-3">
          <Refused error={refused} />
        </div>
      )}
    </Card>
  )
}

const About = ({ request }: { request: AccessRow }) => {
  const { domain, product } = partsOf(request.product)
  const conditions = request.masks.length > 0 || request.rowFilter !== null || request.detokenise
  return (
    <div className="min-w-0 flex-1 basis-64">
      <p className="flex flex-wrap items-center gap-1.5 text-sm">
        <Avatar name={request.principalName} className="size-5" />
        <b className="font-medium">{request.principalName}</b>
        <span className="text-ink-3">asks to read</span>
        <Link
          to="/products/$domain/$product"
          params={{ domain, product }}
          className="rounded font-medium hover:text-accent-ink hover:underline"
        >
          {request.productTitle}
        </Link>
        {request.onBehalf && <Badge>asked by {request.requestedBy}</Badge>}
        {request.renews && <Renewal product={request.product} id={request.renews} />}
      </p>
      <p className="mt-1.5 max-w-3xl text-ink-2 text-sm [overflow-wrap:anywhere]">{request.purpose}</p>
      <p className="mt-1.5 text-ink-3 text-xs">
        {portsWord(request.ports)} · {request.until ? `until ${lastDayOf(request.until)}` : 'until revoked'} ·{' '}
        <span title={when(request.requestedAt)}>asked {ago(request.requestedAt)}</span>
      </p>
      <div className="mt-2">
        <Approvals approvals={request.approvals} />
      </div>
      {conditions && (
        <div className="mt-2 flex flex-col gap-2">
          <Conditions row={request} />
        </div>
      )}
    </div>
  )
}

/** It goes on with a right that is there: until when that holds is worth knowing. */
const Renewal = ({ product, id }: { product: string; id: string }) => {
  const granted = useApi('listAccess', { query: { box: 'inbox', state: 'granted', product } }, { staleTime: 60_000 })
  const until = granted.data?.access.find((each) => each.id === id)?.until
  return <Badge tone="accent">{until ? `renewal, held until ${lastDayOf(until)}` : 'renewal'}</Badge>
}
