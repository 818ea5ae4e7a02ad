import type { Run } from '@datamesh/core'
import { Link } from '@tanstack/react-router'
import { DomainDot } from '../ui/index.ts'
import { Gantt, type GanttTone } from '../viz/index.ts'
import { clock, when } from '../words/index.ts'
import { productOf, states, took, triggers } from './words.ts'

const tones: Record<Run['state'], GanttTone> = {
  queued: 'waiting',
  running: 'accent',
  succeeded: 'ok',
  failed: 'bad',
  cancelled: 'quiet',
}

/** Runs over time, a row for each product. Bars that run grow. */
export function Timeline({ runs, from, now }: { runs: readonly Run[]; from: number; now: number }) {
  // the order stays as runs come in: by domain, then by name
  const products = [...new Set(runs.map((run) => run.product))].sort()
  return (
    <Gantt
      label="Runs over time; arrows go from run to run, Enter opens one. The table below has the same runs."
      from={from}
      to={now}
      now={now}
      rows={products.map((id) => {
        const { domain, product, title } = productOf(id)
        return {
          id,
          head: (
            <span className="flex items-center gap-2">
              <DomainDot domain={domain} />
              <Link
                to="/products/$domain/$product"
                params={{ domain, product }}
                search={{ tab: 'runs' }}
                className="truncate font-medium hover:underline"
              >
                {title}
              </Link>
            </span>
          ),
          bars: runs
            .filter((run) => run.product === id)
            .map((run) => ({
              id: run.id,
              from: Date.parse(run.startedAt ?? run.createdAt),
              to: run.finishedAt === null ? null : Date.parse(run.finishedAt),
              tone: tones[run.state],
              label: `${title}, ${states[run.state].toLowerCase()}, ${triggers[run.trigger.by].toLowerCase()}, ${when(run.createdAt)} ${clock(run.createdAt)}, ${took(run, now)}`,
              link: { to: '/runs/$id', params: { id: run.id } },
            })),
        }
      })}
    />
  )
}

const words = { succeeded: 'bg-ok/75', failed: 'bg-bad', running: 'bg-accent', cancelled: 'bg-ink-3/55' } as const

export const TimelineKey = () => (
  <ul className="flex flex-wrap gap-x-4 gap-y-1 border-line border-t px-4 py-2 text-ink-3 text-xs">
    {(['succeeded', 'failed', 'running', 'cancelled'] as const).map((state) => (
      <li key={state} className="flex items-center gap-1.5">
        <i aria-hidden className={`h-2.5 w-4 rounded-[3px] ${words[state]}`} />
        {states[state]}
      </li>
    ))}
    <li className="flex items-center gap-1.5">
      <i aria-hidden className="h-2.5 w-4 rounded-[3px] border border-line-2 border-dashed bg-sunken" />
      {states.queued}
    </li>
  </ul>
)
