import { type Reply, useChange } from '../api/index.ts'
import { useToasts } from '../ui/index.ts'

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
export const useDecision = (onDone?: () => void) => {
  const { tell, fail } = useToasts()
  return useChange('decideAccess', {
    stale: ['listAccess', 'listConsumers', 'getProduct', 'search'],
    done: ({ productTitle, principalName }, args) => {
      tell(done[args.body.decision], `${principalName} · ${productTitle}`)
      onDone?.()
    },
    failed: fail,
  })
}
