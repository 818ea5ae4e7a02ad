import type { MaskView } from '@datamesh/core'
import { Blend, EyeOff, Hash, type LucideIcon, Scissors, Ticket } from 'lucide-react'
import { cn } from '../ui/index.ts'
import { type How, howWords, maskSentence, masksInWords } from './words.ts'

const icons: Readonly<Record<How, LucideIcon>> = {
  redact: EyeOff,
  hash: Hash,
  truncate: Scissors,
  generalise: Blend,
  tokenise: Ticket,
}

/** Says that a column is masked, and how. `quiet` keeps the word for those who listen. */
export const MaskMark = ({
  mask,
  how = mask?.how ?? 'redact',
  quiet,
  className,
}: {
  mask?: MaskView | undefined
  how?: How
  quiet?: boolean
  className?: string
}) => {
  const Icon = icons[how]
  return (
    <span
      className={cn('inline-flex items-center gap-1 whitespace-nowrap font-sans text-2xs text-warn-ink', className)}
      title={mask ? `Masked for you: ${maskSentence(mask)}` : 'Masked for you'}
    >
      <Icon className="size-3 shrink-0" aria-hidden />
      <span className={quiet ? 'sr-only' : undefined}>{howWords[how]}</span>
    </span>
  )
}

/** Column by column what is hidden and what is left of it. */
export const MaskList = ({
  masks,
  label,
  className,
}: {
  masks: readonly MaskView[]
  label: string
  className?: string
}) => (
  <ul aria-label={label} className={cn('flex flex-col gap-1', className)}>
    {masks.map((mask) => (
      <li key={mask.column} className="flex min-w-0 flex-wrap items-baseline gap-x-2 text-xs">
        <code className="font-mono text-[0.71875rem] [overflow-wrap:anywhere]">{mask.column}</code>
        <MaskMark mask={mask} className="translate-y-px" />
        <span className="text-ink-3">{maskSentence(mask)}</span>
      </li>
    ))}
  </ul>
)

export const MaskWords = ({ masks }: { masks: readonly MaskView[] }) => masksInWords(masks)
