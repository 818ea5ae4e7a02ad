// biome-ignore-all lint/a11y/useFocusableInteractive: the button of each row has the focus
import { CircleCheck, CircleX, Dot } from 'lucide-react'
import { memo } from 'react'
import { cn } from '../ui/index.ts'
import { clock, shortDay, when } from '../words/index.ts'
import { type Entry, kindWord, outcomeOf, whyOf } from './words.ts'

export const rowPx = 36
const columns =
  'grid grid-cols-[4.5rem_8.5rem_8rem_6rem_minmax(9rem,12rem)_minmax(10rem,1fr)_minmax(10rem,1.4fr)_7rem] min-w-[58rem]'
const names = ['Entry', 'When', 'Who', 'Kind', 'What', 'On what', 'Why', 'From'] as const

export const LogHead = () => (
  <div role="rowgroup" className="sticky top-0 z-10 min-w-[58rem]">
    <div role="row" aria-rowindex={1} className={cn(columns, 'h-8 items-center border-line border-b bg-sunken px-4')}>
      {names.map((name) => (
        <span key={name} role="columnheader" className="pr-3 font-medium text-ink-3 text-xs">
          {name}
        </span>
      ))}
    </div>
  </div>
)

/** One entry; the button over it opens all of it. */
export const LogRow = memo(function LogRow({
  entry,
  at,
  top,
  open,
  onOpen,
}: {
  entry: Entry
  at: number
  top: number
  open: boolean
  onOpen: (seq: number) => void
}) {
  return (
    <div
      role="row"
      aria-rowindex={at + 2}
      className={cn(
        columns,
        'absolute inset-x-0 items-center border-line border-b px-4 text-sm hover:bg-sunken has-[button:focus-visible]:bg-accent-soft',
        open && 'bg-accent-soft hover:bg-accent-soft',
      )}
      style={{ top, height: rowPx }}
    >
      <span role="cell" className="pr-3">
        <button
          type="button"
          onClick={() => onOpen(entry.seq)}
          className="rounded text-ink-3 text-xs tabular-nums after:absolute after:inset-0 hover:text-ink"
          aria-label={`Entry ${entry.seq}: open`}
        >
          {entry.seq}
        </button>
      </span>
      <time
        role="cell"
        dateTime={entry.at}
        title={when(entry.at)}
        className="truncate pr-3 text-ink-2 text-xs tabular-nums"
      >
        {shortDay(entry.at)}, {clock(entry.at)}
      </time>
      <Cell text={entry.actor} className="font-medium" />
      <Cell text={kindWord(entry.kind)} className="text-ink-2 text-xs" />
      <span role="cell" className="flex min-w-0 items-center gap-1 pr-3" title={entry.action}>
        <Outcome entry={entry} />
        <code className="truncate font-mono text-[0.71875rem]">{entry.action}</code>
      </span>
      <Cell text={entry.subject} className="font-mono text-[0.71875rem] text-ink-2" />
      <Cell text={whyOf(entry)} className="text-ink-2 text-xs" />
      <Cell text={entry.from ?? '–'} className="font-mono text-2xs text-ink-3" />
    </div>
  )
})

const Cell = ({ text, className }: { text: string; className: string }) => (
  <span role="cell" className={cn('truncate pr-3', className)} title={text.length > 14 ? text : undefined}>
    {text}
  </span>
)

export const Outcome = ({ entry }: { entry: Pick<Entry, 'allow'> }) => {
  const outcome = outcomeOf(entry)
  if (outcome === 'allowed')
    return <CircleCheck className="size-3.5 shrink-0 text-ok-ink" role="img" aria-label="Allowed:" />
  if (outcome === 'refused')
    return <CircleX className="size-3.5 shrink-0 text-bad-ink" role="img" aria-label="Refused:" />
  return <Dot className="size-3.5 shrink-0 text-ink-3" aria-hidden />
}
