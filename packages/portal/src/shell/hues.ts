import { useMemo } from 'react'
import { useApi } from '../api/index.ts'
import { huesAreKnown, learnDomains } from '../ui/index.ts'

/** Domains get hues apart from each other, which needs all their names. False: not known yet, a page would change its colours. */
export const useHues = (): boolean => {
  const { data, isPending } = useApi('listDomains', {}, { staleTime: 5 * 60_000 })
  useMemo(() => data && learnDomains(data.domains.map(({ name }) => name)), [data])
  return !isPending || huesAreKnown()
}
