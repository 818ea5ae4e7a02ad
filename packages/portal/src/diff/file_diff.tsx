import { FileText } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Badge, Button, cn } from '../ui/index.ts'
import { count, plural } from '../words/index.ts'
import { type DiffLine, diffLines, type Hunk, hunksOf, pairsOf } from './lines.ts'

/** Lines of one file shown before it is asked for more. */
const mostLines = 400
const looks = {
  same: { row: '', sign: ' ', word: '' },
  added: { row: 'bg-ok-soft text-ok-ink', sign: '+', word: 'added: ' },
  removed: { row: 'bg-bad-soft text-bad-ink', sign: '−', word: 'removed: ' },
} as const

const firstLines = (hunks: readonly Hunk[], most: number): Hunk[] => {
  const [first, ...others] = hunks
  if (!first || most <= 0) return []
  return [{ ...first, lines: first.lines.slice(0, most) }, ...firstLines(others, most - first.lines.length)]
}

/** One file of two releases; null: not there in that one. */
export function FileDiff({
  path,
  before,
  after,
  sideBySide = false,
  open = false,
}: {
  path: string
  before: string | null
  after: string | null
  sideBySide?: boolean
  open?: boolean
}) {
  const [whole, setWhole] = useState(false)
  const lines = useMemo(() => diffLines(before ?? '', after ?? ''), [before, after])
  const of = (kind: DiffLine['kind']) => lines.filter((line) => line.kind === kind).length
  const { hunks, rest } = useMemo(() => hunksOf(lines), [lines])
  const total = hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0)
  const shown = whole ? hunks : firstLines(hunks, mostLines)
  return (
    <details open={open} className="group overflow-hidden rounded-lg border border-line bg-surface">
      <summary className="flex h-9 items-center gap-2 bg-sunken px-3 text-xs hover:bg-line/60">
        <FileText className="size-3.5 text-ink-3" aria-hidden />
        <code className="min-w-0 truncate font-medium font-mono">{path}</code>
        {before === null && <Badge tone="ok">new</Badge>}
        {after === null && <Badge tone="bad">removed</Badge>}
        <span className="ml-auto flex gap-2 font-mono tabular-nums">
          <span className="text-ok-ink">+{count(of('added'))}</span>
          <span className="text-bad-ink">−{count(of('removed'))}</span>
        </span>
      </summary>
      <div
        role="region"
        aria-label={`Changes of ${path}`}
        tabIndex={0}
        className="overflow-x-auto font-mono text-[0.71875rem] leading-relaxed"
      >
        <table className={cn('w-full border-collapse', sideBySide && 'min-w-[44rem] table-fixed')}>
          {sideBySide && (
            <colgroup>
              <col className="w-11" />
              <col />
              <col className="w-11" />
              <col />
            </colgroup>
          )}
          <tbody>
            {shown.map((hunk) => (
              <HunkRows key={hunk.lines[0]?.before ?? `+${hunk.lines[0]?.after}`} hunk={hunk} sideBySide={sideBySide} />
            ))}
            {rest > 0 && (whole || total <= mostLines) && <Skipped lines={rest} wide={sideBySide ? 4 : 3} />}
          </tbody>
        </table>
      </div>
      {!whole && total > mostLines && (
        <div className="border-line border-t p-2 text-center">
          <Button size="sm" variant="ghost" onClick={() => setWhole(true)}>
            Show {plural(total - mostLines, 'further line')}
          </Button>
        </div>
      )}
    </details>
  )
}

const HunkRows = ({ hunk, sideBySide }: { hunk: Hunk; sideBySide: boolean }) => (
  <>
    {hunk.skipped > 0 && <Skipped lines={hunk.skipped} wide={sideBySide ? 4 : 3} />}
    {sideBySide
      ? pairsOf(hunk.lines).map(({ left, right }) => (
          <tr key={`${left?.before} ${right?.after}`} className="align-top">
            <Side line={left} number={left?.before} />
            <Side line={right} number={right?.after} />
          </tr>
        ))
      : hunk.lines.map((line) => (
          <tr key={`${line.before} ${line.after}`} className={looks[line.kind].row}>
            <LineNumber at={line.before} />
            <LineNumber at={line.after} />
            <Text line={line} />
          </tr>
        ))}
  </>
)

const Side = ({ line, number }: { line: DiffLine | null; number: number | null | undefined }) => (
  <>
    <LineNumber at={number ?? null} />
    {line ? <Text line={line} wrap className={looks[line.kind].row} /> : <td className="bg-sunken" />}
  </>
)

const LineNumber = ({ at }: { at: number | null }) => (
  <td className="w-10 select-none px-2 text-right text-ink-3 tabular-nums">{at}</td>
)

const Text = ({ line, wrap, className }: { line: DiffLine; wrap?: boolean; className?: string }) => (
  <td className={cn('px-2', wrap ? 'whitespace-pre-wrap [overflow-wrap:anywhere]' : 'whitespace-pre', className)}>
    <span aria-hidden className="mr-2 select-none">
      {looks[line.kind].sign}
    </span>
    <span className="sr-only">{looks[line.kind].word}</span>
    {line.text}
  </td>
)

const Skipped = ({ lines, wide }: { lines: number; wide: number }) => (
  <tr className="bg-sunken text-ink-3">
    <td colSpan={wide} className="px-3 py-0.5 font-sans text-2xs">
      {plural(lines, 'unchanged line')}
    </td>
  </tr>
)
