import { getRouteApi } from '@tanstack/react-router'
import { GitCompare } from 'lucide-react'
import { type Reply, useApi } from '../../api/index.ts'
import { FileDiff } from '../../diff/index.ts'
import { Card, CardHead, EmptyState, Loaded, Segment, SegmentList, Select, SkeletonRows, Tabs } from '../../ui/index.ts'
import { count } from '../../words/index.ts'
import { Affected, Changes, SchemaChanges, Verdict } from './verdict.tsx'

const route = getRouteApi('/frame/products/$domain/$product')

/** Two releases side by side. Without a wish in the address: the current one and the one before. */
export function Compare({ product }: { product: Reply<'getProduct'> }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const params = { domain: product.domain, product: product.name }
  const releases = useApi('listReleases', { params })
  const all = releases.data?.releases ?? []
  const current = all.findIndex((release) => release.current)
  const to = search.to ?? all[Math.max(0, current)]?.version
  const from = search.from ?? all[all.findIndex((release) => release.version === to) + 1]?.version
  if (!releases.data) return null
  if (all.length < 2 || to === undefined)
    return (
      <Card>
        <EmptyState icon={<GitCompare className="size-5" aria-hidden />} title="One release so far">
          When the next one is registered, this shows what it changes, whether it breaks readers, and whom.
        </EmptyState>
      </Card>
    )
  const options = all.map((release) => ({
    value: release.version,
    label: release.current ? `${release.version} (current)` : release.version,
  }))
  const choose = (which: 'from' | 'to') => (version: string) =>
    void navigate({
      search: (was) => ({ ...was, from: from ?? to, to, [which]: version }),
      resetScroll: false,
      replace: true,
    })
  return (
    <Card>
      <CardHead title="Compare">
        <Select
          bare
          label="From release"
          options={options}
          value={from ?? to}
          onChange={choose('from')}
          className="w-40 max-sm:w-32"
        />
        <span className="text-ink-3 text-xs">to</span>
        <Select
          bare
          label="To release"
          options={options}
          value={to}
          onChange={choose('to')}
          className="w-40 max-sm:w-32"
        />
      </CardHead>
      {from === undefined || from === to ? (
        <EmptyState title="Choose two different releases" />
      ) : (
        <Comparison product={product} from={from} to={to} />
      )}
    </Card>
  )
}

function Comparison({ product, from, to }: { product: Reply<'getProduct'>; from: string; to: string }) {
  const params = { domain: product.domain, product: product.name }
  const comparison = useApi('compareReleases', { params, query: { from, to } })
  const before = useApi('getContract', { params, query: { version: from } })
  const after = useApi('getContract', { params, query: { version: to } })
  return (
    <Loaded from={comparison} skeleton={<SkeletonRows rows={6} />}>
      {(comparison) => (
        <div className="flex flex-col gap-5 px-4 pt-1 pb-4">
          <Verdict comparison={comparison} />
          {comparison.affected.length > 0 && <Affected affected={comparison.affected} />}
          {comparison.changes.length > 0 && <Changes changes={comparison.changes} />}
          {before.data && after.data && <SchemaChanges before={before.data.tables} after={after.data.tables} />}
          <Files files={comparison.files} />
        </div>
      )}
    </Loaded>
  )
}

function Files({ files }: { files: Reply<'compareReleases'>['files'] }) {
  const { files: view } = route.useSearch()
  const navigate = route.useNavigate()
  if (files.length === 0) return <p className="text-ink-3 text-sm">The files of both releases are the same.</p>
  return (
    <section aria-label="Files">
      <div className="mb-2 flex items-center gap-2">
        <h3 className="font-semibold text-sm">Files</h3>
        <span className="text-ink-3 text-xs">{count(files.length)} changed</span>
        <Tabs
          className="ml-auto"
          value={view ?? 'unified'}
          onValueChange={(next: string) =>
            void navigate({
              search: ({ files: _, ...rest }) => (next === 'side' ? { ...rest, files: 'side' as const } : rest),
              resetScroll: false,
              replace: true,
            })
          }
        >
          <SegmentList aria-label="How changes are shown">
            <Segment value="unified">Unified</Segment>
            <Segment value="side">Side by side</Segment>
          </SegmentList>
        </Tabs>
      </div>
      <div className="flex flex-col gap-2">
        {files.map((file, at) => (
          <FileDiff key={file.path} {...file} sideBySide={view === 'side'} open={at < 3} />
        ))}
      </div>
    </section>
  )
}
