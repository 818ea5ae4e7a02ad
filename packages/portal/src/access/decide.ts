import type { ApiError } from '@datamesh/sdk'
import { type Reply, useChange } from '../api/index.ts'
import { useToasts } from '../ui/index.ts'
import { day } from '../words/index.ts'

export type AccessRow = Reply<'listAccess'>['access'][number]
export type Decision = AccessRow['may'][number]

const done: Record<Decision, string> = {
  approve: 'Access given',
  deny: 'Request denied',
  revoke: 'Access revoked',
  withdraw: 'Request withdrawn',
}
export const decisionWord: Record<Decision, string> = {
  approve: 'Approve',
  deny: 'Deny',
  revoke: 'Revoke',
  withdraw: 'Withdraw',
}

/** Approve, deny, revoke, withdraw; everything that shows rights is asked for again. */
export const useDecision = ({
  done: onDone,
  failed,
}: {
  done?: () => void
  /** Instead of a note at the edge of the page. */
  failed?: (error: ApiError) => void
} = {}) => {
  const { tell, fail } = useToasts()
  return useChange('decideAccess', {
    stale: ['listAccess', 'listConsumers', 'getProduct', 'search'],
    done: ({ productTitle, principalName, state }, args) => {
      const waits = args.body.decision === 'approve' && state === 'requested'
      tell(waits ? 'Approved; others have to as well' : done[args.body.decision], `${principalName} · ${productTitle}`)
      onDone?.()
    },
    failed: failed ?? fail,
  })
}

/** A right that is given to a day ends at the midnight after it. */
export const lastDayOf = (until: string): string => day(new Date(Date.parse(until) - 1000))
