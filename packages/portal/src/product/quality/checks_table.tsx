import { getRouteApi } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { Fragment } from 'react'
import type { Reply } from '../../api/index.ts'
import { OutcomeMark, worstFirst } from '../../checks/index.ts'
import { Badge, Card, CardHead, cn, Table, Td, Th } from '../../ui/index.ts'
import { StatusBars } from '../../viz/index.ts'
import { count } from '../../words/index.ts'
import { CheckDetail } from './check_detail.tsx'
import { type CheckHistory, written } from './figures.ts'

const route = getRouteApi('/frame/products/$domain/$product')

/** Every rule of the contract and how it stands; the row of `?check=` is open. */
export function ChecksTable({ product, checks }: { product: Reply<'getProduct'>; checks: readonly CheckHistory[] }) {
  const { check: open } = route.useSearch()
  const navigate = route.useNavigate()
  const toggle = (id: string) =>
    void navigate({
      search: ({ check: _, ...rest }) => (open === id ? rest : { ...rest, check: id }),
      resetScroll: false,
      replace: true,
    })
  return (
    <Card>
      <CardHead title="Checks" hint={count(checks.length)} />
      <Table label="Checks" className="rounded-b-xl">
        <thead>
          <tr>
            <Th className="w-8">
              <span className="sr-only">Outcome</span>
            </Th>
            <Th>Rule</Th>
            <Th>Columns</Th>
            <Th>When broken</Th>
            <Th>Last runs</Th>
            <Th className="text-right">Failing rows</Th>
          </tr>
        </thead>
        <tbody>
          {worstFirst(checks).map((check) => (
            <Fragment key={check.id}>
              <tr className="cursor-pointer hover:bg-sunken/60" onClick={() => toggle(check.id)}>
                <Td className="pr-0">
                  <OutcomeMark outcome={check.outcome} quiet />
                </Td>
                <Td className="min-w-64">
                  <button
                    type="button"
                    aria-expanded={open === check.id}
                    className="flex items-start gap-1 text-left font-medium"
                    onClick={(event) => {
                      event.stopPropagation()
                      toggle(check.id)
                    }}
                  >
                    <ChevronRight
                      className={cn(
                        'mt-0.5 size-3.5 shrink-0 text-ink-3 transition-transform',
                        open === check.id && 'rotate-90',
                      )}
                      aria-hidden
                    />
                    <span>{check.asks}</span>
                  </button>
                </Td>
                <Td>
                  <Columns names={check.columns} table={check.table} />
                </Td>
                <Td>
                  <Badge tone={check.severity === 'error' ? 'neutral' : 'warn'}>
                    {check.severity === 'error' ? 'refuses' : 'warns'}
                  </Badge>
                </Td>
                <Td className="w-44">
                  <StatusBars
                    className="h-5 w-40"
                    slots={24}
                    runs={check.history.map(({ at, outcome }) => ({
                      at,
                      outcome: outcome === 'not-run' ? 'none' : outcome,
                    }))}
                  />
                </Td>
                <Td className="whitespace-nowrap text-right tabular-nums">
                  <Failing check={check} />
                </Td>
              </tr>
              {open === check.id && (
                <tr>
                  <td colSpan={6} className="border-line border-b bg-sunken p-0">
                    <CheckDetail product={product} check={check} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}

const Columns = ({ names, table }: { names: readonly string[]; table: string }) => (
  <span className="flex flex-wrap gap-1">
    {(names.length > 0 ? names : [table]).map((name) => (
      <code key={name} className={cn('font-mono text-xs', names.length > 0 ? 'text-ink-2' : 'text-ink-3')}>
        {name}
      </code>
    ))}
  </span>
)

const Failing = ({ check: { last } }: { check: CheckHistory }) => {
  if (!last) return <span className="text-ink-3">not run</span>
  if (last.failingRows === null)
    return <span className="text-ink-3">{last.value === null ? '' : `found ${written(last.value)}`}</span>
  if (last.failingRows === 0) return <span className="text-ink-3">0</span>
  return (
    <span className={last.outcome === 'failed' ? 'font-medium text-bad-ink' : 'text-warn-ink'}>
      {count(last.failingRows)}
    </span>
  )
}
