import type { Run } from '@datamesh/core'
import { useNavigate } from '@tanstack/react-router'
import { Ban, RotateCcw, StepForward, Upload } from 'lucide-react'
import { useChange } from '../api/index.ts'
import { Button, useToasts } from '../ui/index.ts'
import { isActive, productOf } from './words.ts'

/** What one can do with a run; each leads to the run that comes of it. */
export const useRunActions = () => {
  const navigate = useNavigate()
  const { tell, fail } = useToasts()
  const open = (run: { id: string }) => void navigate({ to: '/runs/$id', params: { id: run.id } })
  const stale = ['listRuns', 'getRun', 'getProduct'] as const
  return {
    cancel: useChange('cancelRun', {
      stale,
      done: (run) => tell(run.state === 'cancelled' ? 'Run cancelled' : 'The run is being cancelled'),
      failed: fail,
    }),
    retry: useChange('retryRun', { stale, done: open, failed: fail }),
    publish: useChange('publish', { stale, done: open, failed: fail }),
  }
}

/** The buttons of a run's page. */
export function RunActions({ run, failedStep }: { run: Run; failedStep: boolean }) {
  const { cancel, retry, publish } = useRunActions()
  const busy = retry.isPending || publish.isPending
  if (isActive(run))
    return (
      <Button variant="danger" busy={cancel.isPending} onClick={() => cancel.mutate({ params: { id: run.id } })}>
        <Ban className="size-3.5" aria-hidden />
        Cancel run
      </Button>
    )
  if (run.state === 'succeeded') {
    const { domain, product } = productOf(run.product)
    return (
      <Button busy={busy} onClick={() => publish.mutate({ params: { domain, product }, body: {} })}>
        <Upload className="size-3.5" aria-hidden />
        {run.params.dryRun ? 'Publish' : 'Publish again'}
      </Button>
    )
  }
  return (
    <>
      <Button busy={busy} onClick={() => retry.mutate({ params: { id: run.id } })}>
        <RotateCcw className="size-3.5" aria-hidden />
        Retry whole
      </Button>
      {failedStep && (
        <Button
          variant="primary"
          busy={busy}
          title="Models built from the same code and inputs are taken over"
          onClick={() => retry.mutate({ params: { id: run.id }, query: { from: 'failed' } })}
        >
          <StepForward className="size-3.5" aria-hidden />
          Retry from the failed step
        </Button>
      )}
    </>
  )
}
