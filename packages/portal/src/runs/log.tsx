import type { RunEntry } from '@datamesh/core'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Button, Card, CardHead, Checkbox, CopyButton, cn } from '../ui/index.ts'
import { bytes, clock, count, duration, plural } from '../words/index.ts'
import { stepWords } from './progress.ts'

/** Lines drawn before it is asked for all of them. */
const most = 400

/** Every line that the run wrote, progress left out; keeps to its end while the run goes on, until one scrolls up. */
export function RunLog({ entries, active }: { entries: readonly RunEntry[]; active: boolean }) {
  const [all, setAll] = useState(false)
  const [tail, setTail] = useState(true)
  const frame = useRef<HTMLDivElement>(null)
  const lines = useMemo(() => entries.filter((entry) => entry.kind !== 'progress'), [entries])
  const shown = all ? lines : lines.slice(-most)
  const last = lines[lines.length - 1]?.seq
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line moves the end
  useLayoutEffect(() => {
    if (tail && active && frame.current) frame.current.scrollTop = frame.current.scrollHeight
  }, [last, tail, active])
  return (
    <Card>
      <CardHead title="Log" hint={plural(lines.length, 'line')}>
        {active && (
          <Checkbox
            label="Follow"
            checked={tail}
            onChange={(event) => setTail(event.target.checked)}
            className="mr-2 text-xs"
          />
        )}
        <CopyButton quiet label="Copy the log" text={lines.map((line) => `${line.at} ${written(line)}`).join('\n')} />
      </CardHead>
      <div
        ref={frame}
        role="region"
        aria-label="Log"
        tabIndex={0}
        onScroll={({ currentTarget: at }) => {
          if (active) setTail(at.scrollHeight - at.scrollTop - at.clientHeight < 24)
        }}
        className="max-h-80 overflow-auto rounded-b-xl border-line border-t bg-sunken py-2 font-mono text-[0.71875rem] leading-relaxed"
      >
        {lines.length > shown.length && (
          <div className="px-4 pb-2 font-sans">
            <Button size="sm" variant="ghost" onClick={() => setAll(true)}>
              Show {plural(lines.length - shown.length, 'earlier line')}
            </Button>
          </div>
        )}
        {lines.length === 0 && <p className="px-4 font-sans text-ink-3 text-sm">Nothing was written yet.</p>}
        {shown.map((line) => (
          <p key={line.seq} className="flex gap-3 px-4">
            <time dateTime={line.at} className="shrink-0 text-ink-3">
              {clock(line.at)}
            </time>
            <span className={cn('min-w-0 whitespace-pre-wrap break-words', tone(line))}>{written(line)}</span>
          </p>
        ))}
      </div>
    </Card>
  )
}

const tone = (line: RunEntry): string =>
  line.state === 'failed'
    ? line.outcome === 'warned'
      ? 'text-warn-ink'
      : 'text-bad-ink'
    : line.kind === 'log'
      ? 'text-ink-2'
      : 'text-ink'

const written = (line: RunEntry): string => {
  if (line.kind === 'check')
    return `check ${line.outcome ?? (line.state === 'done' ? 'passed' : 'failed')}: ${line.name ?? line.step}: ${line.message ?? ''}`
  if (line.kind === 'step') {
    const { what, title } = stepWords(line.step ?? '')
    const facts = [
      line.rows ? `${count(line.rows)} rows` : '',
      line.bytes ? bytes(line.bytes) : '',
      line.durationMs === undefined ? '' : duration(line.durationMs / 1000),
      line.message ?? '',
    ].filter(Boolean)
    return `${what ? `${what.toLowerCase()} ` : ''}${what ? title : title.toLowerCase()} ${line.state}${facts.length > 0 ? `: ${facts.join(', ')}` : ''}`
  }
  if (line.kind === 'state' && line.steps) return `planned: ${line.steps.join(', ')}`
  return [line.kind === 'state' ? `run ${line.state ?? ''}` : '', line.message ?? ''].filter(Boolean).join(': ')
}
