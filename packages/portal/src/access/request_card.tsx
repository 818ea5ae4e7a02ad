import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Avatar, Button, Card, DomainTile, TextField } from '../ui/index.ts'
import { ago, partsOf } from '../words/index.ts'
import { type AccessRow, lastDayOf, useDecision } from './decide.ts'

/** One request that waits: who, what for, until when; approve, or deny with a reason that the asker reads. */
export function RequestCard({ request }: { request: AccessRow }) {
  const [denying, setDenying] = useState(false)
  const [reason, setReason] = useState('')
  const decision = useDecision(() => setDenying(false))
  const { domain, product } = partsOf(request.product)
  const decide = (body: Parameters<typeof decision.mutate>[0]['body']) =>
    decision.mutate({ params: { id: request.id }, body })
  return (
    <Card className="p-4" aria-label={`${request.principalName} asks for ${request.productTitle}`}>
      <div className="flex flex-wrap items-start gap-3">
        <DomainTile domain={domain} />
        <div className="min-w-0 flex-1 basis-64">
          <p className="flex flex-wrap items-center gap-1.5 text-sm">
            <Avatar name={request.principalName} className="size-5" />
            <b className="font-medium">{request.principalName}</b>
            <span className="text-ink-3">asks to read</span>
            <Link
              to="/products/$domain/$product"
              params={{ domain, product }}
              className="font-medium hover:text-accent-ink hover:underline"
            >
              {request.productTitle}
            </Link>
          </p>
          <p className="mt-1.5 max-w-3xl text-ink-2 text-sm [overflow-wrap:anywhere]">{request.purpose}</p>
          <p className="mt-1.5 text-ink-3 text-xs">
            {request.ports.length === 0 ? 'All ports' : request.ports.join(', ')} ·{' '}
            {request.until ? `until ${lastDayOf(request.until)}` : 'until revoked'} · asked {ago(request.requestedAt)}
          </p>
        </div>
        <div className="flex gap-2">
          {request.may.includes('deny') && (
            <Button onClick={() => setDenying(!denying)} aria-expanded={denying}>
              Deny…
            </Button>
          )}
          {request.may.includes('approve') && (
            <Button
              variant="primary"
              busy={decision.isPending && !denying}
              onClick={() => decide({ decision: 'approve' })}
            >
              Approve
            </Button>
          )}
        </div>
      </div>
      {denying && (
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
    </Card>
  )
}
