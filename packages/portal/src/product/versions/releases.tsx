import { getRouteApi, Link } from '@tanstack/react-router'
import { GitCompare } from 'lucide-react'
import { type Reply, useApi } from '../../api/index.ts'
import { Badge, Card, CardHead, Loaded, SkeletonRows, Table, Td, Th } from '../../ui/index.ts'
import { ago, count, when } from '../../words/index.ts'

const route = getRouteApi('/frame/products/$domain/$product')

/** Every release of the contract: which one readers get, who registered it. */
export function Releases({ product }: { product: Reply<'getProduct'> }) {
  const params = { domain: product.domain, product: product.name }
  const releases = useApi('listReleases', { params })
  const { from, to } = route.useSearch()
  return (
    <Card>
      <CardHead title="Releases" hint={releases.data && count(releases.data.releases.length)} />
      <Loaded from={releases} skeleton={<SkeletonRows rows={3} />}>
        {({ releases }) => (
          <Table label="Releases" className="max-h-96 overflow-y-auto rounded-b-xl">
            <thead>
              <tr>
                <Th>Version</Th>
                <Th>Registered</Th>
                <Th>By</Th>
                <Th>Fingerprint</Th>
                <Th>
                  <span className="sr-only">Compare</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {releases.map((release, at) => {
                const before = releases[at + 1]
                return (
                  <tr key={release.version} className="last:*:border-b-0">
                    <Td className="whitespace-nowrap">
                      <span className="mr-2 font-medium font-mono">{release.version}</span>
                      {release.current && <Badge tone="ok">current</Badge>}
                    </Td>
                    <Td className="whitespace-nowrap text-ink-2" title={when(release.createdAt)}>
                      {ago(release.createdAt)}
                    </Td>
                    <Td className="text-ink-2">{release.createdBy}</Td>
                    <Td className="font-mono text-ink-3 text-xs">{release.digest.replace(/^\w+:/, '').slice(0, 12)}</Td>
                    <Td className="text-right">
                      {before && (
                        <Link
                          to="/products/$domain/$product"
                          params={params}
                          search={(was) => ({
                            ...was,
                            tab: 'versions' as const,
                            from: before.version,
                            to: release.version,
                          })}
                          resetScroll={false}
                          aria-current={from === before.version && to === release.version ? 'true' : undefined}
                          className="inline-flex items-center gap-1 whitespace-nowrap text-accent-ink text-xs hover:underline"
                        >
                          <GitCompare className="size-3.5" aria-hidden />
                          Compare with {before.version}
                        </Link>
                      )}
                    </Td>
                  </tr>
                )
              })}
            </tbody>
          </Table>
        )}
      </Loaded>
    </Card>
  )
}
