import type { ApiError } from '@datamesh/sdk'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { client, type Reply } from '../../api/index.ts'
import { useSettled } from '../../shell/settled.ts'
import type { Proposal } from '../new_product.tsx'

/** What applying the files would do; asked again once nobody types any more. `current`: the answer is about these very files. */
export const usePlan = (bundle: Proposal['bundle']) => {
  const text = JSON.stringify(bundle)
  const settled = useSettled(text, 400)
  const plan = useQuery<Reply<'planProduct'>, ApiError>({
    queryKey: ['planProduct', settled],
    queryFn: ({ signal }) => client.call('planProduct', { body: JSON.parse(settled), signal }),
    placeholderData: keepPreviousData,
  })
  return { plan, current: settled === text && !plan.isPlaceholderData }
}
