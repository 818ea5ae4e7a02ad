import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { type Reply, useChange } from '../../api/index.ts'
import { Button, Dialog, DialogClose, DialogContent, TextArea, useToasts } from '../../ui/index.ts'
import { policyParams } from '../words.ts'

const shortest = 3

export default function RemoveDialog({ policy, onClose }: { policy: Reply<'getPolicy'>; onClose: () => void }) {
  const toasts = useToasts()
  const navigate = useNavigate()
  const [reason, setReason] = useState('')
  const remove = useChange('removePolicy', {
    done: () => {
      toasts.tell('Policy removed', policy.title)
      void navigate({ to: '/policies' })
    },
    stale: ['listPolicies', 'governance', 'listViolations', 'listWaivers', 'getVerdicts'],
    failed: toasts.fail,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason.trim().length >= shortest)
      remove.mutate({ params: policyParams(policy.id), query: { reason: reason.trim() } })
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title="Remove this policy" description={policy.title}>
        <form onSubmit={submit} className="mt-4 flex flex-col gap-4">
          <p className="text-ink-2 text-sm">
            It is asked no more, and what it found is forgotten. Its history stays. To stop it for a while, switch it
            off instead.
          </p>
          <TextArea
            label="Reason"
            rows={2}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            required
            minLength={shortest}
            maxLength={2000}
          />
          <div className="flex justify-end gap-2">
            <DialogClose render={<Button variant="ghost">Keep it</Button>} />
            <Button type="submit" variant="danger" busy={remove.isPending}>
              Remove
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  )
}
