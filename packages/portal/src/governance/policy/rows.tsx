import type { PolicyCard } from '@datamesh/core'
import { Link } from '@tanstack/react-router'
import { Badge, cn, Table, Td, Th } from '../../ui/index.ts'
import { count } from '../../words/index.ts'
import { ModeBadge } from '../parts.tsx'
import { kindWords, policyParams, severityWords } from '../words.ts'

/** One line a policy: what it asks, how far it is rolled out, and what it finds. */
export const PolicyRows = ({ label, policies }: { label: string; policies: readonly PolicyCard[] }) => (
  <Table label={label}>
    <thead>
      <tr>
        <Th>Policy</Th>
        <Th>Mode</Th>
        <Th>Severity</Th>
        <Th>Kind</Th>
        <Th>Asked at</Th>
        <Th className="text-right">Products hit</Th>
        <Th className="text-right">Waived</Th>
      </tr>
    </thead>
    <tbody>
      {policies.map((policy) => (
        <tr key={policy.id} className="hover:bg-sunken/60 last:*:border-b-0">
          <Td className="min-w-72">
            <span className="flex flex-wrap items-center gap-x-2">
              <Link
                to="/policies/$scope/$policy"
                params={policyParams(policy.id)}
                className="inline-flex min-h-6 items-center rounded font-medium hover:underline"
              >
                {policy.title}
              </Link>
              {policy.starter && <Badge title="Part of the starter set, as delivered">starter</Badge>}
            </span>
            <span className="block max-w-2xl text-ink-3 text-xs">{policy.description}</span>
          </Td>
          <Td>
            <ModeBadge mode={policy.mode} />
          </Td>
          <Td className="whitespace-nowrap text-ink-2 text-xs">{severityWords[policy.severity]}</Td>
          <Td className="text-ink-2 text-xs" title={kindWords[policy.kind].means}>
            {kindWords[policy.kind].word}
          </Td>
          <Td className="text-ink-2 text-xs">{policy.when.join(', ')}</Td>
          <Td className="whitespace-nowrap text-right text-xs tabular-nums">
            <Hits of={policy} />
          </Td>
          <Td className="text-right text-ink-3 text-xs tabular-nums">
            {policy.waived === 0 ? '–' : count(policy.waived)}
          </Td>
        </tr>
      ))}
    </tbody>
  </Table>
)

const Hits = ({ of: { id, judged, hits, mode } }: { of: PolicyCard }) =>
  mode === 'off' || judged === 0 ? (
    <span className="text-ink-3">{mode === 'off' ? 'not asked' : '–'}</span>
  ) : hits === 0 ? (
    <span className="text-ink-3">0 of {count(judged)}</span>
  ) : (
    <Link
      to="/governance"
      search={{ tab: 'violations', policy: id }}
      className={cn(
        'inline-flex h-6 items-center rounded-md px-1.5 font-medium hover:underline',
        mode === 'block'
          ? 'bg-bad-soft text-bad-ink'
          : mode === 'warn'
            ? 'bg-warn-soft text-warn-ink'
            : 'bg-accent-soft text-accent-ink',
      )}
    >
      {count(hits)} of {count(judged)}
    </Link>
  )
