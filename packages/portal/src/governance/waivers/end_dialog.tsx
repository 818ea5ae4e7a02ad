import type { Waiver } from '@datamesh/core'
import { useChange } from '../../api/index.ts'
import { Button, Dialog, DialogClose, DialogContent, readable, useToasts } from '../../ui/index.ts'
import { partsOf } from '../../words/index.ts'
import { policyParams } from '../words.ts'

export function EndDialog({ waiver, onClose }: { waiver: Waiver; onClose: () => void }) {
  const toasts = useToasts()
  const product = readable(partsOf(waiver.product).product)
  const end = useChange('endWaiver', {
    stale: ['listWaivers', 'listViolations', 'governance', 'getVerdicts', 'listPolicies', 'getPolicy'],
    done: () => {
      toasts.tell('Waiver ended', `${product} is judged like everybody from now on.`)
      onClose()
    },
    failed: toasts.fail,
  })
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title="End this waiver now"
        description={`${product}: ${readable(policyParams(waiver.policy).policy)}. It stays in the list of those that ended.`}
      >
        <p className="mt-3 text-ink-2 text-sm">
          {waiver.used
            ? 'It excuses something today. That will count as a violation again, and stop the next release where the policy blocks.'
            : 'It excuses nothing today, so nothing changes for the product.'}
        </p>
        <div className="mt-5 flex justify-end gap-2">
          <DialogClose render={<Button variant="ghost">Keep it</Button>} />
          <Button variant="danger" busy={end.isPending} onClick={() => end.mutate({ params: { id: waiver.id } })}>
            End it now
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  )
}
