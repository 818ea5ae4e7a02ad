import { type FormEvent, useState } from 'react'
import { useChange } from '../../api/index.ts'
import {
  Button,
  Checkbox,
  Dialog,
  DialogClose,
  DialogContent,
  readable,
  sentence,
  TextArea,
  TextField,
  useToasts,
} from '../../ui/index.ts'
import { day, partsOf } from '../../words/index.ts'
import { dayFromNow } from '../waivers/words.ts'
import type { Violation } from './group.ts'

const shortest = 10

/** An excuse with an owner, a reason and an end. */
export default function WaiveDialog({
  violation,
  onClose,
}: {
  violation: Pick<Violation, 'policy' | 'product' | 'path' | 'msg' | 'title' | 'owner'>
  onClose: () => void
}) {
  const toasts = useToasts()
  const [owner, setOwner] = useState(violation.owner)
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState(dayFromNow(30))
  const [narrow, setNarrow] = useState(violation.path !== '')
  const [tried, setTried] = useState(false)
  const product = readable(partsOf(violation.product).product)
  const grant = useChange('grantWaiver', {
    stale: ['listWaivers', 'listViolations', 'governance', 'getVerdicts', 'listPolicies', 'getPolicy'],
    done: (waiver) => {
      toasts.tell('Waived', `${product} is excused until ${day(waiver.until)}.`)
      onClose()
    },
    failed: toasts.fail,
  })
  const short = reason.trim().length < shortest
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (short || owner.trim() === '') return
    grant.mutate({
      body: {
        policy: violation.policy,
        product: violation.product,
        path: narrow ? violation.path : null,
        owner: owner.trim(),
        reason: reason.trim(),
        until,
      },
    })
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={`Waive for ${product}`} description={violation.title}>
        <form onSubmit={submit} className="mt-4 flex flex-col gap-3.5">
          <p className="rounded-lg bg-sunken px-3 py-2 text-ink-2 text-sm [overflow-wrap:anywhere]">
            {sentence(violation.msg)}
          </p>
          <TextArea
            label="Why it may stay like this for now"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            required
            maxLength={2000}
            {...(tried && short ? { error: `A reason has at least ${shortest} characters.` } : {})}
          />
          <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
            <TextField
              label="Who mends it"
              value={owner}
              onChange={(event) => setOwner(event.target.value)}
              required
              {...(tried && owner.trim() === '' ? { error: 'Somebody has to.' } : {})}
            />
            <TextField
              type="date"
              label="Until, with that day"
              value={until}
              min={dayFromNow(0)}
              max={dayFromNow(365)}
              onChange={(event) => setUntil(event.target.value)}
              required
            />
          </div>
          {violation.path !== '' && (
            <Checkbox
              label="Only this place"
              hint={<code className="font-mono [overflow-wrap:anywhere]">{violation.path}</code>}
              checked={narrow}
              onChange={(event) => setNarrow(event.target.checked)}
            />
          )}
          <div className="mt-1 flex justify-end gap-2">
            <DialogClose render={<Button variant="ghost">Cancel</Button>} />
            <Button type="submit" variant="primary" busy={grant.isPending}>
              Waive
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  )
}
