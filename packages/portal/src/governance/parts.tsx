import type { PolicyMode, Verdict, Violation } from '@datamesh/core'
import { Link } from '@tanstack/react-router'
import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  Eye,
  Info,
  type LucideIcon,
  OctagonX,
  TriangleAlert,
} from 'lucide-react'
import { Badge, cn, DomainDot, readable, type Tone } from '../ui/index.ts'
import { partsOf } from '../words/index.ts'
import { effectWords, modeWords, policyParams } from './words.ts'

const modeTones: Record<PolicyMode, Tone> = { off: 'neutral', shadow: 'accent', warn: 'warn', block: 'bad' }
const modeIcons: Record<PolicyMode, LucideIcon> = {
  off: CircleDashed,
  shadow: Eye,
  warn: TriangleAlert,
  block: OctagonX,
}

export const ModeBadge = ({ mode }: { mode: PolicyMode }) => {
  const Icon = modeIcons[mode]
  return (
    <Badge tone={modeTones[mode]} title={modeWords[mode].means}>
      <Icon className="size-3" aria-hidden />
      {modeWords[mode].word}
    </Badge>
  )
}

type Look = { icon: LucideIcon; text: string; word: string }
const outcomeLooks: Record<Verdict['outcome'], Look> = {
  pass: { icon: CircleCheck, text: 'text-ok-ink', word: 'Passes' },
  inform: { icon: Info, text: 'text-ink-2', word: effectWords.inform },
  warn: { icon: TriangleAlert, text: 'text-warn-ink', word: effectWords.warn },
  block: { icon: OctagonX, text: 'text-bad-ink', word: effectWords.block },
  waived: { icon: CircleDashed, text: 'text-ink-2', word: 'Waived' },
  shadow: { icon: Eye, text: 'text-accent-ink', word: effectWords.shadow },
  error: { icon: CircleAlert, text: 'text-bad-ink', word: 'Could not be evaluated' },
}

/** A picture and its word; `quiet` keeps the word for those who listen. */
export const OutcomeMark = ({
  outcome,
  quiet,
  className,
}: {
  outcome: Verdict['outcome']
  quiet?: boolean
  className?: string
}) => {
  const { icon: Icon, text, word } = outcomeLooks[outcome]
  return (
    <span
      className={cn('inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-xs', text, className)}
      title={word}
    >
      <Icon className="size-4 shrink-0" aria-hidden />
      <span className={quiet ? 'sr-only' : undefined}>{word}</span>
    </span>
  )
}

export const PolicyLink = ({ id, title, className }: { id: string; title?: string; className?: string }) => (
  <Link to="/policies/$scope/$policy" params={policyParams(id)} className={cn('rounded hover:underline', className)}>
    {title ?? readable(policyParams(id).policy)}
  </Link>
)

export const ProductLink = ({ id, className }: { id: string; className?: string }) => {
  const { domain, product } = partsOf(id)
  return (
    <Link
      to="/products/$domain/$product"
      params={{ domain, product }}
      className={cn('inline-flex min-w-0 items-center gap-1.5 rounded hover:underline', className)}
    >
      <DomainDot domain={domain} />
      <span className="truncate">{readable(product)}</span>
    </Link>
  )
}

/** Where it stands in the file of its owner: `dataproduct.yaml:69:9`, or the path when nobody knows the line. */
export const Place = ({ at, path }: Pick<Violation, 'at' | 'path'>) => {
  const text = at ? `${at.file}:${at.line}:${at.column}` : path
  return text === '' ? null : (
    <code className="font-mono text-ink-3 text-xs [overflow-wrap:anywhere]" title={path || undefined}>
      {text}
    </code>
  )
}

/** Shares of a whole as one thin line; the words beside it say the same. */
export const ShareBar = ({
  parts,
  label,
  className,
}: {
  parts: readonly { name: string; n: number; colour: string }[]
  label: string
  className?: string
}) => {
  const shown = parts.filter(({ n }) => n > 0)
  return (
    <div role="img" aria-label={label} className={cn('flex h-2.5 gap-px overflow-hidden rounded', className)}>
      {shown.length === 0 && <i className="flex-1 bg-line" />}
      {shown.map(({ name, n, colour }) => (
        <i key={name} style={{ flexGrow: n }} className={cn('min-w-1 basis-0', colour)} />
      ))}
    </div>
  )
}
