import type { ApiError } from '@datamesh/sdk'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useApi, useChange } from '../../api/index.ts'
import {
  Badge,
  Button,
  Dialog,
  DialogClose,
  DialogContent,
  ErrorState,
  SkeletonRows,
  TextArea,
  type Tone,
  useToasts,
} from '../../ui/index.ts'
import { Impact } from '../impact.tsx'
import { policyParams } from '../words.ts'
import { Mistakes } from './mistakes.tsx'
import { mistakesOf } from './use_play.ts'

const tones: Record<'added' | 'changed' | 'unchanged', Tone> = { added: 'ok', changed: 'warn', unchanged: 'neutral' }
const shortest = 3

/** What applying would do, tried first; then the same for good, with a reason. */
export default function ApplyDialog({
  files,
  onClose,
}: {
  files: Readonly<Record<string, string>>
  onClose: () => void
}) {
  const toasts = useToasts()
  const navigate = useNavigate()
  const [reason, setReason] = useState('')
  const tried = useApi(
    'applyPolicies',
    { body: { files: { ...files }, dryRun: true } },
    { retry: false, staleTime: 30_000 },
  )
  const apply = useChange('applyPolicies', {
    stale: ['getPolicy', 'listPolicies', 'governance', 'listViolations', 'getVerdicts', 'policyImpact'],
    done: ({ policies }) => {
      const [first] = policies
      toasts.tell(first?.change === 'added' ? 'Policy added' : 'Policy changed')
      if (first) void navigate({ to: '/policies/$scope/$policy', params: policyParams(first.id) })
    },
    failed: toasts.fail,
  })
  const changes = tried.data?.policies.some(({ change }) => change !== 'unchanged') ?? false
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (changes && reason.trim().length >= shortest)
      apply.mutate({ body: { files: { ...files }, dryRun: false, reason: reason.trim() } })
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title="Apply"
        description="Tried first: its tests, and what it would hit among today’s products."
        className="max-w-2xl"
      >
        <form onSubmit={submit} className="mt-4 flex flex-col gap-4">
          {tried.data ? (
            tried.data.policies.map(({ id, change, impact }) => (
              <section key={id} aria-label={id} className="rounded-lg border border-line bg-sunken/50 px-3.5 py-3">
                <p className="mb-2 flex items-center gap-2">
                  <code className="font-mono text-sm">{id}</code>
                  <Badge tone={tones[change]}>{change}</Badge>
                </p>
                {impact ? (
                  <div
                    className="max-h-64 overflow-y-auto"
                    tabIndex={0}
                    role="region"
                    aria-label="Products that it hits"
                  >
                    <Impact impact={impact} compared />
                  </div>
                ) : (
                  <p className="text-ink-3 text-sm">It stands like this already.</p>
                )}
              </section>
            ))
          ) : tried.error ? (
            <Refused error={tried.error} />
          ) : (
            <div role="status" aria-busy="true">
              <span className="sr-only">Trying it out</span>
              <SkeletonRows rows={4} className="p-0" />
            </div>
          )}
          {changes && (
            <TextArea
              label="Reason"
              rows={2}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              placeholder="What people will read in its history"
              required
              minLength={shortest}
              maxLength={2000}
            />
          )}
          <div className="flex justify-end gap-2">
            <DialogClose render={<Button variant="ghost">Back</Button>} />
            <Button type="submit" variant="primary" disabled={!changes} busy={apply.isPending}>
              Apply
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  )
}

const Refused = ({ error }: { error: ApiError }) => {
  const mistakes = mistakesOf(error)
  return mistakes.length > 0 ? <Mistakes of={mistakes} /> : <ErrorState error={error} className="py-4" />
}
