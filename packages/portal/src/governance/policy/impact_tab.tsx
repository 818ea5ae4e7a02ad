import { type Reply, useApi } from '../../api/index.ts'
import { Card, EmptyState, Loaded, SkeletonRows } from '../../ui/index.ts'
import { Impact } from '../impact.tsx'
import { modeWords } from '../words.ts'

/** It costs a look at every product; what was seen a minute ago is shown again. */
export const usePolicyImpact = (policy: string, enabled = true) =>
  useApi('policyImpact', { body: { policy } }, { staleTime: 60_000, enabled })

/** Whom it hits at its full severity, whatever its mode lets through today. */
export function ImpactTab({ policy }: { policy: Reply<'getPolicy'> }) {
  const answersThen = policy.when.every((moment) => moment === 'read') || policy.kind === 'change'
  const impact = usePolicyImpact(policy.id, !answersThen)
  if (answersThen)
    return (
      <Card>
        <EmptyState title="It answers only when something happens">
          {policy.kind === 'change'
            ? 'It compares a release with the one before it, so today’s products say nothing about it.'
            : 'It is asked whenever somebody reads.'}
        </EmptyState>
      </Card>
    )
  return (
    <Card className="max-w-4xl p-4">
      <p className="mb-3 text-ink-3 text-xs">
        Evaluated now, as if it were in force. Its mode is {modeWords[policy.mode].word.toLowerCase()}. Products that
        are waived are not counted.
      </p>
      <Loaded from={impact} skeleton={<SkeletonRows rows={6} className="p-0" />}>
        {(it) => <Impact impact={it} />}
      </Loaded>
    </Card>
  )
}
