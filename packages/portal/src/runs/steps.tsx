import type { Run } from '@datamesh/core'
import { Ban, Circle, CircleCheck, CircleDashed, CircleX, LoaderCircle } from 'lucide-react'
import { Card, CardHead, cn, SkeletonRows, Table, Td, Th } from '../ui/index.ts'
import { bytes, compact, count, duration, percent } from '../words/index.ts'
import { type RunStep, type StepState, stepWords } from './progress.ts'
import { isActive } from './words.ts'

const looks: Record<StepState, { icon: typeof Circle; word: string; text: string; bar: string }> = {
  waiting: { icon: Circle, word: 'Waiting', text: 'text-ink-3', bar: '' },
  running: { icon: LoaderCircle, word: 'Running', text: 'text-accent-ink', bar: 'bg-accent' },
  done: { icon: CircleCheck, word: 'Done', text: 'text-ok-ink', bar: 'bg-ok/75' },
  failed: { icon: CircleX, word: 'Failed', text: 'text-bad-ink', bar: 'bg-bad' },
  stopped: { icon: Ban, word: 'Stopped', text: 'text-ink-2', bar: 'bg-ink-3/55' },
  never: { icon: CircleDashed, word: 'Not reached', text: 'text-ink-3', bar: '' },
}

/** Each step as it is built: what is to come, what runs with its rows, and how long each took within the whole. */
export function Steps({ steps, run, now }: { steps: readonly RunStep[]; run: Run; now: number }) {
  const active = isActive(run)
  const begun = steps.flatMap((step) => (step.from === null ? [] : [step.from]))
  const first = Math.min(...begun)
  const last = Math.max(...steps.map((step) => step.to ?? (step.state === 'running' ? now : first)))
  const done = steps.filter((step) => step.state === 'done').length
  return (
    <Card>
      <CardHead title="Steps" hint={steps.length > 0 ? `${done} of ${steps.length} done` : undefined} />
      {steps.length === 0 ? (
        active ? (
          <div role="status">
            <p className="px-4 pt-1 text-ink-3 text-sm">
              {run.state === 'queued' ? 'Waiting for a free worker.' : 'The build is being prepared.'}
            </p>
            <SkeletonRows rows={4} />
          </div>
        ) : (
          <p className="px-4 pt-1 pb-4 text-ink-3 text-sm">
            {run.state === 'cancelled'
              ? 'It was cancelled before anything began.'
              : 'The log of this run is not kept any more.'}
          </p>
        )
      ) : (
        <Table label="Steps" className="rounded-b-xl">
          <thead>
            <tr>
              <Th>Step</Th>
              <Th className="text-right">Rows</Th>
              <Th className="text-right">Rows/s</Th>
              <Th className="text-right">Size</Th>
              <Th className="text-right">Time</Th>
              <Th className="w-1/4 max-sm:hidden">When</Th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <StepRow
                key={step.name}
                step={step}
                first={first}
                span={Math.max(1, last - first)}
                now={now}
                needed={run.state !== 'succeeded'}
              />
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  )
}

function StepRow({
  step,
  first,
  span,
  now,
  needed,
}: {
  step: RunStep
  first: number
  span: number
  now: number
  needed: boolean
}) {
  const { icon: Icon, word, text, bar } = looks[step.state]
  const { what, title } = stepWords(step.name)
  const end = step.to ?? (step.state === 'running' ? now : step.from)
  const ms = step.from === null || end === null ? null : Math.max(0, end - step.from)
  return (
    <tr className={cn('last:*:border-b-0', (step.state === 'waiting' || step.state === 'never') && 'text-ink-3')}>
      <Td className="whitespace-nowrap">
        <span className="inline-flex items-center gap-2 align-middle">
          <Icon className={cn('size-4 shrink-0', text, step.state === 'running' && 'animate-spin')} aria-hidden />
          <span className="sr-only">{word}: </span>
          {what && <span className="text-ink-3 text-xs">{what}</span>}
          <span className={cn('font-medium', what && 'font-mono text-xs')}>{title}</span>
          {step.state === 'running' && step.share !== null && (
            <span className="text-accent-ink text-xs tabular-nums">{percent(step.share, 0)}</span>
          )}
          {step.state === 'never' && <span className="text-xs">{needed ? 'not reached' : 'not needed'}</span>}
          {step.state === 'stopped' && <span className="text-xs">stopped</span>}
          {step.note && <span className="text-ink-3 text-xs">{step.note}</span>}
        </span>
      </Td>
      <Td className="text-right tabular-nums">{step.rows === null || step.rows === 0 ? '' : count(step.rows)}</Td>
      <Td className="text-right tabular-nums">{step.rowsPerSecond === null ? '' : compact(step.rowsPerSecond)}</Td>
      <Td className="whitespace-nowrap text-right tabular-nums">
        {step.bytes === null || step.bytes === 0 ? '' : bytes(step.bytes)}
      </Td>
      <Td className="whitespace-nowrap text-right tabular-nums">{ms === null ? '' : duration(ms / 1000)}</Td>
      <Td className="max-sm:hidden">
        {step.from !== null && ms !== null && (
          <span className="relative block h-3 overflow-hidden rounded-[3px] bg-sunken" aria-hidden>
            <i
              className={cn('absolute inset-y-0 rounded-[3px]', bar, step.state === 'running' && 'animate-pulse')}
              style={{
                left: `min(${((step.from - first) / span) * 100}%, calc(100% - 3px))`,
                width: `max(3px, ${(ms / span) * 100}%)`,
              }}
            />
          </span>
        )}
      </Td>
    </tr>
  )
}
