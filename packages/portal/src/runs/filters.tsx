import { useNavigate } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { useApi } from '../api/index.ts'
import type { runsSearch } from '../shell/search.ts'
import { Combobox } from '../ui/combobox.tsx'
import { Button, readable, Segment, SegmentList, Select, Tabs } from '../ui/index.ts'
import { productOf, states, triggers } from './words.ts'

export type RunsSearch = ReturnType<typeof runsSearch>
export const ranges = {
  '1h': { words: '1 hour', ms: 3_600_000 },
  '24h': { words: '24 hours', ms: 86_400_000 },
  '7d': { words: '7 days', ms: 7 * 86_400_000 },
  '30d': { words: '30 days', ms: 30 * 86_400_000 },
} as const

const all = ''
const options = (named: Readonly<Record<string, string>>, any: string) => [
  { value: all, label: any },
  ...Object.entries(named).map(([value, label]) => ({ value, label })),
]

/** What is shown; all of it stands in the address. */
export function RunFilters({ search }: { search: RunsSearch }) {
  const navigate = useNavigate()
  const domains = useApi('listDomains', {})
  const products = useApi('listProducts', { query: { limit: 1000 } }, { staleTime: 60_000 })
  const set = (change: Partial<Record<keyof RunsSearch, string | undefined>>) =>
    void navigate({ to: '/runs', search: { ...search, ...change } as RunsSearch, replace: true, resetScroll: false })
  const narrowed = search.state ?? search.domain ?? search.product ?? search.trigger
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2" role="search" aria-label="Filter runs">
      <Tabs
        value={search.range ?? '24h'}
        onValueChange={(range: string) => set({ range: range === '24h' ? undefined : range })}
      >
        <SegmentList aria-label="Range">
          {Object.entries(ranges).map(([range, { words }]) => (
            <Segment key={range} value={range}>
              {words}
            </Segment>
          ))}
        </SegmentList>
      </Tabs>
      <Select
        bare
        label="State"
        className="w-36"
        options={options(states, 'Any state')}
        value={search.state ?? all}
        onChange={(state) => set({ state: state || undefined })}
      />
      <Select
        bare
        label="Trigger"
        className="w-40"
        options={options(triggers, 'Any trigger')}
        value={search.trigger ?? all}
        onChange={(trigger) => set({ trigger: trigger || undefined })}
      />
      <Select
        bare
        label="Domain"
        className="w-44"
        options={options(
          Object.fromEntries((domains.data?.domains ?? []).map(({ name }) => [name, readable(name)])),
          'Any domain',
        )}
        value={search.domain ?? all}
        onChange={(domain) => set({ domain: domain || undefined, product: undefined })}
      />
      <Combobox
        bare
        label="Product"
        placeholder="Any product"
        className="w-48"
        options={(products.data?.products ?? [])
          .filter((product) => search.domain === undefined || product.domain === search.domain)
          .map((product) => ({ value: product.id, label: productOf(product.id).title }))}
        value={search.product ?? null}
        onChange={(product) => set({ product: product ?? undefined })}
      />
      {narrowed && (
        <Button
          variant="ghost"
          size="sm"
          onClick={() => set({ state: undefined, domain: undefined, product: undefined, trigger: undefined })}
        >
          <X className="size-3.5" aria-hidden />
          Clear
        </Button>
      )}
    </div>
  )
}
