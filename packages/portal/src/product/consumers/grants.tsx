import { Check, X } from 'lucide-react'
import { useState } from 'react'
import { Conditions } from '../../access/mine/details.tsx'
import { Approvals, StateBadge, TimeLeft } from '../../access/parts.tsx'
import { type Reply, useChange } from '../../api/index.ts'
import {
  Avatar,
  Button,
  Card,
  CardHead,
  Dialog,
  DialogContent,
  Table,
  Td,
  TextArea,
  TextField,
  Th,
  useToasts,
} from '../../ui/index.ts'
import { ago, count, day, when } from '../../words/index.ts'

type Access = Reply<'listConsumers'>['access'][number]
type Decision = Access['may'][number]

const words: Record<Decision, { verb: string; title: string; done: string; hint: string }> = {
  approve: { verb: 'Approve', title: 'Let them read', done: 'Access granted', hint: 'They can read at once.' },
  deny: {
    verb: 'Deny',
    title: 'Deny the request',
    done: 'Request denied',
    hint: 'They see the reason and can ask again.',
  },
  revoke: { verb: 'Revoke', title: 'Take the right back', done: 'Access revoked', hint: 'Their next read is refused.' },
  withdraw: {
    verb: 'Withdraw',
    title: 'Withdraw the request',
    done: 'Request withdrawn',
    hint: 'Nobody has to decide it any more.',
  },
}
const order: Record<Access['state'], number> = {
  requested: 0,
  granted: 1,
  denied: 2,
  revoked: 2,
  withdrawn: 2,
  expired: 2,
}

const hasConditions = ({ state, masks, rowFilter, detokenise }: Access): boolean =>
  (state === 'granted' || state === 'requested') && (masks.length > 0 || rowFilter !== null || detokenise)

/** A right ends at midnight: its last day is the one before. */
const lastMomentOf = (until: string): string => new Date(Date.parse(until) - 1000).toISOString()

/** Requests and grants; those that wait stand on top. */
export function Grants({ access, decides }: { access: readonly Access[]; decides: boolean }) {
  const [deciding, setDeciding] = useState<{ access: Access; decision: Decision } | null>(null)
  const [open, setOpen] = useState(false)
  const begin = (access: Access, decision: Decision) => {
    setDeciding({ access, decision })
    setOpen(true)
  }
  return (
    <Card>
      <CardHead title={decides ? 'Requests and grants' : 'My requests and grants'} hint={count(access.length)} />
      {access.length === 0 ? (
        <p className="px-4 pb-4 text-ink-3 text-sm">Nobody has asked for access.</p>
      ) : (
        <Table label="Requests and grants" className="rounded-b-xl">
          <thead>
            <tr>
              <Th>Who</Th>
              <Th>Purpose</Th>
              <Th>Ports</Th>
              <Th>State</Th>
              <Th>Since</Th>
              <Th>Until</Th>
              <Th>
                <span className="sr-only">Decide</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {access
              .toSorted((a, b) => order[a.state] - order[b.state] || b.requestedAt.localeCompare(a.requestedAt))
              .map((each) => (
                <tr key={each.id} className="last:*:border-b-0">
                  <Td className="whitespace-nowrap">
                    <span
                      className="inline-flex items-center gap-2 align-middle font-medium"
                      title={each.principal ?? undefined}
                    >
                      <Avatar name={each.principalName} className="size-5" />
                      {each.principalName}
                    </span>
                  </Td>
                  <Td className="min-w-56 max-w-md text-ink-2">
                    {each.purpose}
                    {each.reason && <span className="block text-ink-3 text-xs">Decided: {each.reason}</span>}
                    {each.onBehalf && <span className="block text-ink-3 text-xs">Asked by {each.requestedBy}</span>}
                    {each.state === 'requested' && each.approvals.length > 1 && (
                      <div className="mt-1">
                        <Approvals approvals={each.approvals} />
                      </div>
                    )}
                    {hasConditions(each) && (
                      <div className="mt-1.5 flex flex-col gap-2">
                        <Conditions row={each} />
                      </div>
                    )}
                  </Td>
                  <Td className="font-mono text-ink-2 text-xs">
                    {each.ports.length === 0 ? 'all' : each.ports.join(', ')}
                  </Td>
                  <Td>
                    <StateBadge state={each.state} />
                  </Td>
                  <Td className="whitespace-nowrap text-ink-2" title={when(each.decidedAt ?? each.requestedAt)}>
                    {ago(each.decidedAt ?? each.requestedAt)}
                  </Td>
                  <Td className="whitespace-nowrap text-ink-2">
                    {each.state === 'granted' ? (
                      <TimeLeft access={each} />
                    ) : each.until ? (
                      day(lastMomentOf(each.until))
                    ) : (
                      'no end'
                    )}
                    {each.state === 'granted' && each.until && (
                      <span className="mt-1 block text-ink-3 text-xs">{day(lastMomentOf(each.until))}</span>
                    )}
                  </Td>
                  <Td className="whitespace-nowrap py-1.5 text-right">
                    <span className="inline-flex gap-1">
                      {each.may.map((decision) => (
                        <Button
                          key={decision}
                          size="sm"
                          variant={decision === 'approve' ? 'primary' : 'outline'}
                          aria-label={`${words[decision].verb}: ${each.principalName}`}
                          onClick={() => begin(each, decision)}
                        >
                          {decision === 'approve' && <Check className="size-3.5" aria-hidden />}
                          {decision === 'deny' && <X className="size-3.5" aria-hidden />}
                          {words[decision].verb}
                        </Button>
                      ))}
                    </span>
                  </Td>
                </tr>
              ))}
          </tbody>
        </Table>
      )}
      <Dialog open={open} onOpenChange={setOpen}>
        {deciding && (
          <Decide key={`${deciding.access.id} ${deciding.decision}`} {...deciding} onDone={() => setOpen(false)} />
        )}
      </Dialog>
    </Card>
  )
}

function Decide({ access, decision, onDone }: { access: Access; decision: Decision; onDone: () => void }) {
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState(access.until === null ? '' : lastMomentOf(access.until).slice(0, 10))
  const { tell, fail } = useToasts()
  const { verb, title, done, hint } = words[decision]
  const decide = useChange('decideAccess', {
    stale: ['listConsumers', 'listAccess', 'getProduct'],
    done: () => {
      tell(done, `${access.principalName}, ${access.productTitle}`)
      onDone()
    },
    failed: fail,
  })
  return (
    <DialogContent title={title} description={`${access.principalName}: ${access.purpose}`}>
      <form
        className="mt-4 flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          decide.mutate({
            params: { id: access.id },
            body: {
              decision,
              ...(reason.trim() && { reason: reason.trim() }),
              ...(decision === 'approve' && { until: until || null }),
            },
          })
        }}
      >
        {decision === 'approve' && (
          <TextField
            label="Until"
            type="date"
            value={until}
            onChange={(event) => setUntil(event.target.value)}
            hint="The right ends with that day. Without a day it lasts until it is revoked."
          />
        )}
        <TextArea
          label={decision === 'approve' ? 'Note (optional)' : 'Reason'}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          required={decision === 'deny' || decision === 'revoke'}
          hint={hint}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>Cancel</Button>
          <Button type="submit" variant={decision === 'approve' ? 'primary' : 'danger'} busy={decide.isPending}>
            {verb}
          </Button>
        </div>
      </form>
    </DialogContent>
  )
}
