import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'

export const Card = ({ className, ...rest }: ComponentProps<'section'>) => (
  <section className={cn('min-w-0 rounded-xl border border-line bg-surface shadow-card', className)} {...rest} />
)

/** Head of a card: title, a quiet hint beside it, actions to the right. */
export const CardHead = ({
  title,
  hint,
  level = 2,
  children,
}: {
  title: string
  hint?: ReactNode
  level?: 2 | 3
  children?: ReactNode
}) => {
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <header className="flex min-h-11 flex-wrap items-center gap-x-2 px-4 pt-3 pb-1.5">
      <Heading className="font-semibold text-sm tracking-tight">{title}</Heading>
      {hint != null && <span className="text-ink-3 text-xs">{hint}</span>}
      {children != null && <div className="ml-auto flex items-center gap-1">{children}</div>}
    </header>
  )
}

/** One figure with its name, how it stands, and room for a small picture. */
export const Stat = ({
  label,
  value,
  note,
  tone = 'muted',
  children,
}: {
  label: string
  value: ReactNode
  note?: ReactNode
  tone?: 'ok' | 'warn' | 'bad' | 'muted'
  children?: ReactNode
}) => (
  <div className="min-w-0 px-4 pt-3 pb-3">
    <p className="text-ink-3 text-xs">{label}</p>
    <p className="mt-0.5 flex flex-wrap items-baseline gap-x-2">
      <b className="font-semibold text-xl tabular-nums tracking-tight">{value}</b>
      {note != null && (
        <span
          className={cn(
            'text-xs',
            { ok: 'text-ok-ink', warn: 'text-warn-ink', bad: 'text-bad-ink', muted: 'text-ink-3' }[tone],
          )}
        >
          {note}
        </span>
      )}
    </p>
    {children != null && <div className="mt-1.5">{children}</div>}
  </div>
)

/** Title row of a page; the only h1. */
export const PageHead = ({ title, hint, children }: { title: ReactNode; hint?: ReactNode; children?: ReactNode }) => (
  <header className="mb-5 flex flex-wrap items-end gap-3">
    <div className="min-w-0 flex-1">
      <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
      {hint != null && <p className="mt-1 text-ink-3 text-sm">{hint}</p>}
    </div>
    {children != null && <div className="flex flex-wrap items-center gap-2">{children}</div>}
  </header>
)

/** Width and air of a page that scrolls. */
export const Page = ({ className, ...rest }: ComponentProps<'div'>) => (
  <div className={cn('mx-auto w-full max-w-[85rem] px-7 py-6 max-md:px-4 max-md:py-4', className)} {...rest} />
)
