import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Reply, useApi } from '../../api/index.ts'
import { Badge, Button, Card, CardHead, EmptyState, Loaded, SkeletonRows, Table, Td, Th } from '../../ui/index.ts'
import { ago, bytes, count, when } from '../../words/index.ts'

const first = 20
const more = 200

/** Every published state of the data that is kept, newest first. */
export function Snapshots({ product }: { product: Reply<'getProduct'> }) {
  const [limit, setLimit] = useState(first)
  const snapshots = useApi(
    'listSnapshots',
    { params: { domain: product.domain, product: product.name }, query: { limit } },
    { placeholderData: (before) => before },
  )
  return (
    <Card>
      <CardHead title="Snapshots" hint="states of the data that can still be read" />
      <Loaded
        from={snapshots}
        isEmpty={({ snapshots }) => snapshots.length === 0}
        empty={<EmptyState title="Nothing published yet">The first publish makes snapshot #1.</EmptyState>}
        skeleton={<SkeletonRows rows={4} />}
      >
        {({ snapshots, next }) => (
          <>
            <Table label="Snapshots" className="rounded-b-xl">
              <thead>
                <tr>
                  <Th>Snapshot</Th>
                  <Th>Published</Th>
                  <Th>Release</Th>
                  <Th>Mode</Th>
                  <Th className="text-right">Rows</Th>
                  <Th className="text-right">Change</Th>
                  <Th className="text-right">Size</Th>
                  <Th>Run</Th>
                </tr>
              </thead>
              <tbody>
                {snapshots.map((snapshot, at) => (
                  <tr key={snapshot.id} className="last:*:border-b-0">
                    <Td className="whitespace-nowrap" title={snapshot.id}>
                      <span className="mr-2 font-medium tabular-nums">#{snapshot.sequence}</span>
                      {snapshot.head && <Badge tone="ok">read now</Badge>}
                    </Td>
                    <Td className="whitespace-nowrap text-ink-2" title={when(snapshot.at)}>
                      {ago(snapshot.at)}
                    </Td>
                    <Td className="font-mono text-ink-2 text-xs">{snapshot.release}</Td>
                    <Td className="text-ink-2">{snapshot.mode}</Td>
                    <Td className="text-right tabular-nums">{snapshot.rows === null ? '–' : count(snapshot.rows)}</Td>
                    <Td className="text-right text-ink-3 tabular-nums">
                      <Growth rows={snapshot.rows} before={snapshots[at + 1]?.rows} />
                    </Td>
                    <Td className="whitespace-nowrap text-right tabular-nums">
                      {snapshot.bytes === null ? '–' : bytes(snapshot.bytes)}
                    </Td>
                    <Td>
                      <Link
                        to="/runs/$id"
                        params={{ id: snapshot.runId }}
                        aria-label={`Run of snapshot ${snapshot.sequence}`}
                        className="whitespace-nowrap text-accent-ink text-xs hover:underline"
                      >
                        Run
                      </Link>
                    </Td>
                  </tr>
                ))}
              </tbody>
            </Table>
            {next !== null && limit < more && (
              <div className="border-line border-t p-2 text-center">
                <Button variant="ghost" size="sm" onClick={() => setLimit(more)}>
                  Older snapshots
                </Button>
              </div>
            )}
          </>
        )}
      </Loaded>
    </Card>
  )
}

const Growth = ({ rows, before }: { rows: number | null; before: number | null | undefined }) => {
  if (rows === null || before === null || before === undefined) return null
  const change = rows - before
  return change === 0 ? '±0' : `${change > 0 ? '+' : '−'}${count(Math.abs(change))}`
}
