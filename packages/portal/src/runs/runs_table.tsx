import type { Run } from '@datamesh/core'
import { Link } from '@tanstack/react-router'
import { Ban, RotateCcw } from 'lucide-react'
import { type KeyboardEvent, useRef } from 'react'
import { useKeys } from '../shell/keys.ts'
import { Button, cn, DomainDot, Table, Td, Th } from '../ui/index.ts'
import { ago, when } from '../words/index.ts'
import { useRunActions } from './run_actions.tsx'
import { StateMark } from './state_mark.tsx'
import { isActive, productOf, resultOf, took, triggers } from './words.ts'

/** Runs as rows, newest first. `j` and `k` go from run to run, Enter opens. */
export function RunsTable({
  runs,
  now,
  withProduct = false,
  mayRun,
}: {
  runs: readonly Run[]
  now: number
  withProduct?: boolean
  /** May the person cancel and retry runs of this domain? */
  mayRun: (domain: string) => boolean
}) {
  const frame = useRef<HTMLTableSectionElement>(null)
  const { cancel, retry } = useRunActions()
  const step = (by: 1 | -1) => {
    const links = [...(frame.current?.querySelectorAll<HTMLElement>('[data-run]') ?? [])]
    const at = links.indexOf(document.activeElement as HTMLElement)
    links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + by))]?.focus()
  }
  useKeys({ j: () => step(1), k: () => step(-1) })
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    step(event.key === 'ArrowDown' ? 1 : -1)
  }
  return (
    <Table label="Runs" className="rounded-b-xl">
      <thead>
        <tr>
          <Th>State</Th>
          {withProduct && <Th>Product</Th>}
          <Th>Trigger</Th>
          <Th>Who</Th>
          <Th>Started</Th>
          <Th className="text-right">Duration</Th>
          <Th>Result</Th>
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        </tr>
      </thead>
      <tbody ref={frame} onKeyDown={onKeyDown}>
        {runs.map((run) => {
          const { domain, product, title } = productOf(run.product)
          return (
            <tr key={run.id} className="focus-within:bg-accent-soft/60 last:*:border-b-0 hover:bg-sunken/60">
              <Td className="whitespace-nowrap">
                <Link
                  data-run={run.id}
                  to="/runs/$id"
                  params={{ id: run.id }}
                  aria-label={`${run.state} run of ${title}, ${when(run.createdAt)}`}
                  className="rounded-sm hover:underline"
                >
                  <StateMark state={run.state} />
                </Link>
              </Td>
              {withProduct && (
                <Td className="whitespace-nowrap">
                  <Link
                    to="/products/$domain/$product"
                    params={{ domain, product }}
                    search={{ tab: 'runs' }}
                    className="inline-flex items-center gap-2 align-middle font-medium hover:underline"
                  >
                    <DomainDot domain={domain} />
                    {title}
                  </Link>
                </Td>
              )}
              <Td className="whitespace-nowrap text-ink-2">{triggers[run.trigger.by]}</Td>
              <Td className="whitespace-nowrap text-ink-2">{run.requestedBy}</Td>
              <Td className="whitespace-nowrap text-ink-2" title={when(run.startedAt ?? run.createdAt)}>
                {ago(run.startedAt ?? run.createdAt, now)}
              </Td>
              <Td className="whitespace-nowrap text-right tabular-nums">{took(run, now)}</Td>
              <Td className={cn('max-w-72 truncate text-ink-2', run.error && 'text-bad-ink')} title={resultOf(run)}>
                {run.snapshot ? (
                  <Link
                    to="/products/$domain/$product"
                    params={{ domain, product }}
                    search={{ tab: 'versions' }}
                    className="hover:underline"
                  >
                    {resultOf(run)}
                  </Link>
                ) : (
                  resultOf(run)
                )}
              </Td>
              <Td className="py-0 text-right">
                {mayRun(domain) && isActive(run) && (
                  <Button
                    variant="ghost"
                    size="icon-sm"
                    aria-label={`Cancel the run of ${title}`}
                    title="Cancel"
                    onClick={() => cancel.mutate({ params: { id: run.id } })}
                  >
                    <Ban className="size-3.5" aria-hidden />
                  </Button>
                )}
                {mayRun(domain) && (run.state === 'failed' || run.state === 'cancelled') && (
                  <Button
                    variant="ghost"
                    size="icon-sm"
                    aria-label={`Retry the run of ${title}`}
                    title="Retry from the failed step"
                    onClick={() => retry.mutate({ params: { id: run.id }, query: { from: 'failed' } })}
                  >
                    <RotateCcw className="size-3.5" aria-hidden />
                  </Button>
                )}
              </Td>
            </tr>
          )
        })}
      </tbody>
    </Table>
  )
}
