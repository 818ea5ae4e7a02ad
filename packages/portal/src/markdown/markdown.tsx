import { createElement, type ReactNode, useMemo } from 'react'
import { cn } from '../ui/index.ts'
import { type Block, blocksOf, type Inline } from './blocks.ts'

/** What somebody wrote, as elements of our own: nothing of it reaches the page as HTML. `under`: level of the heading that it stands below. */
export function Markdown({ text, under = 2, className }: { text: string; under?: number; className?: string }) {
  const blocks = useMemo(() => blocksOf(text), [text])
  return (
    <div className={cn('flex max-w-3xl flex-col gap-3 text-ink-2 text-sm leading-relaxed', className)}>
      {blocks.map((block, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a text has no other identity than its order
        <One key={at} block={block} under={under} />
      ))}
    </div>
  )
}

const One = ({ block, under }: { block: Block; under: number }) => {
  switch (block.is) {
    case 'heading':
      return createElement(
        `h${Math.min(6, under + block.level)}`,
        { className: 'mt-1 font-semibold text-ink text-sm tracking-tight' },
        inline(block.of),
      )
    case 'paragraph':
      return <p className="[overflow-wrap:anywhere]">{inline(block.of)}</p>
    case 'quote':
      return <blockquote className="border-line-2 border-l-2 pl-3 text-ink-3">{inline(block.of)}</blockquote>
    case 'code':
      return (
        <pre
          tabIndex={0}
          role="region"
          aria-label="Code"
          className="overflow-x-auto rounded-lg border border-line bg-sunken px-3 py-2 font-mono text-xs"
        >
          {block.text}
        </pre>
      )
    case 'list':
      return createElement(
        block.ordered ? 'ol' : 'ul',
        { className: cn('flex flex-col gap-1 pl-5', block.ordered ? 'list-decimal' : 'list-disc') },
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        block.items.map((item, at) => <li key={at}>{inline(item)}</li>),
      )
  }
}

// biome-ignore lint/suspicious/noArrayIndexKey: as above
const inline = (parts: readonly Inline[]): ReactNode => parts.map((part, at) => <Piece key={at} part={part} />)

const Piece = ({ part }: { part: Inline }): ReactNode => {
  switch (part.is) {
    case 'text':
      return part.text
    case 'code':
      return (
        <code className="rounded bg-sunken px-1 py-px font-mono text-[0.92em] text-ink ring-1 ring-line ring-inset">
          {part.text}
        </code>
      )
    case 'strong':
      return <strong className="font-semibold text-ink">{inline(part.of)}</strong>
    case 'em':
      return <em>{inline(part.of)}</em>
    case 'link':
      return (
        <a
          href={part.to}
          className="rounded text-accent-ink underline underline-offset-2"
          {...(part.to.startsWith('http') ? { target: '_blank', rel: 'noreferrer noopener' } : {})}
        >
          {inline(part.of)}
        </a>
      )
  }
}
