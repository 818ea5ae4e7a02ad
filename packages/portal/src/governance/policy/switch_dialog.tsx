import type { PolicyMode } from '@datamesh/core'
import { type FormEvent, useId, useState } from 'react'
import { type Reply, useChange } from '../../api/index.ts'
import {
  Button,
  cn,
  Dialog,
  DialogClose,
  DialogContent,
  Loaded,
  SkeletonRows,
  TextArea,
  useToasts,
} from '../../ui/index.ts'
import { Impact } from '../impact.tsx'
import { comesTo, modes, modeWords, policyParams } from '../words.ts'
import { usePolicyImpact } from './impact_tab.tsx'

const shortest = 3

/** Four steps from nothing to everything. Whom the chosen one touches is shown before it is chosen for good. */
export default function SwitchDialog({ policy, onClose }: { policy: Reply<'getPolicy'>; onClose: () => void }) {
  const toasts = useToasts()
  const name = useId()
  const [mode, setMode] = useState<PolicyMode>(
    modes[Math.min(modes.length - 1, modes.indexOf(policy.mode) + 1)] ?? 'warn',
  )
  const [reason, setReason] = useState('')
  const [tried, setTried] = useState(false)
  const impact = usePolicyImpact(policy.id, policy.kind !== 'change')
  const change = useChange('switchPolicy', {
    stale: ['getPolicy', 'listPolicies', 'governance', 'listViolations', 'getVerdicts'],
    done: () => {
      toasts.tell(`${policy.title}: ${modeWords[mode].word.toLowerCase()}`, comesTo(policy.severity, mode))
      onClose()
    },
    failed: toasts.fail,
  })
  const short = reason.trim().length < shortest
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (short || mode === policy.mode) return
    change.mutate({ params: policyParams(policy.id), body: { mode, reason: reason.trim() } })
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title="Switch mode" description={policy.title} className="max-w-2xl">
        <form onSubmit={submit} className="mt-4 flex flex-col gap-4">
          <fieldset>
            <legend className="mb-1 font-medium text-ink-2 text-xs">How far it is rolled out</legend>
            <div className="grid grid-cols-4 gap-2 max-sm:grid-cols-2">
              {modes.map((each) => (
                <label
                  key={each}
                  className={cn(
                    'flex cursor-pointer flex-col rounded-lg border px-3 py-2 has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2',
                    mode === each ? 'border-accent bg-accent-soft' : 'border-line-2 hover:bg-sunken',
                  )}
                >
                  <span className="flex items-center gap-2 font-medium text-sm">
                    <input
                      type="radio"
                      name={name}
                      value={each}
                      checked={mode === each}
                      onChange={() => setMode(each)}
                      className="accent-accent outline-none"
                    />
                    {modeWords[each].word}
                  </span>
                  <span className={cn('mt-0.5 text-2xs', mode === each ? 'text-accent-ink' : 'text-ink-3')}>
                    {each === policy.mode ? 'as it is today' : modeWords[each].means}
                  </span>
                </label>
              ))}
            </div>
          </fieldset>
          <section
            aria-label="What it would come to"
            className="rounded-lg border border-line bg-sunken/50 px-3.5 py-3"
          >
            <p className="mb-2 font-medium text-sm">{comesTo(policy.severity, mode)}</p>
            {policy.kind === 'change' ? (
              <p className="text-ink-3 text-xs">
                It looks at changes, so today’s products do not tell whom it will hit.
              </p>
            ) : (
              <div className="max-h-64 overflow-y-auto" tabIndex={0} role="region" aria-label="Products that it hits">
                <Loaded from={impact} skeleton={<SkeletonRows rows={3} className="p-0" />}>
                  {(it) => <Impact impact={it} />}
                </Loaded>
              </div>
            )}
          </section>
          <TextArea
            label="Reason"
            rows={2}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            placeholder="What people will read in its history"
            required
            maxLength={2000}
            {...(tried && short ? { error: `A reason has at least ${shortest} characters.` } : {})}
          />
          <div className="flex justify-end gap-2">
            <DialogClose render={<Button variant="ghost">Cancel</Button>} />
            <Button type="submit" variant="primary" busy={change.isPending} disabled={mode === policy.mode}>
              Switch to {modeWords[mode].word.toLowerCase()}
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  )
}
