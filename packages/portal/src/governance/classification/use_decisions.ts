import type { ApiError } from '@datamesh/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../api/index.ts'
import { useToasts } from '../../ui/index.ts'
import { plural } from '../../words/index.ts'

export type Decision = { id: string; decision: 'accept' | 'reject'; classification?: string }

const stale = ['listProposals', 'getSchema', 'getProduct', 'getVerdicts', 'listViolations', 'governance', 'readRows']

/** One after the other: each is its own decision in the record, and the first that is refused is told. */
export const useDecisions = () => {
  const cache = useQueryClient()
  const { tell, fail } = useToasts()
  const [busy, setBusy] = useState(false)
  const decide = async (decisions: readonly Decision[]): Promise<void> => {
    setBusy(true)
    let done = 0
    try {
      for (const { id, ...body } of decisions) {
        await client.call('decideProposal', { params: { id }, body })
        done++
      }
    } catch (error) {
      fail(error as ApiError)
    } finally {
      await Promise.all(stale.map((name) => cache.invalidateQueries({ queryKey: [name] })))
      setBusy(false)
    }
    const accepted = decisions[0]?.decision === 'accept'
    if (done > 0)
      tell(
        `${plural(done, 'column')} ${accepted ? 'accepted' : 'rejected'}`,
        accepted ? 'It counts from the next read on, also in copies downstream.' : undefined,
      )
  }
  return { decide, busy }
}
