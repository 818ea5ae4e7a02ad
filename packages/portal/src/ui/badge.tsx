import { Hexagon, Lock } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

const tones = {
  neutral: 'bg-sunken text-ink-2 ring-1 ring-inset ring-line',
  accent: 'bg-accent-soft text-accent-ink',
  ok: 'bg-ok-soft text-ok-ink',
  warn: 'bg-warn-soft text-warn-ink',
  bad: 'bg-bad-soft text-bad-ink',
  gold: 'bg-(--gold-soft) text-(--gold-ink)',
  silver: 'bg-(--silver-soft) text-(--silver-ink)',
  bronze: 'bg-(--bronze-soft) text-(--bronze-ink)',
}
export type Tone = keyof typeof tones

export const Badge = ({
  tone = 'neutral',
  className,
  ...rest
}: ComponentProps<'span'> & { tone?: Tone | undefined }) => (
  <span
    className={cn(
      'inline-flex h-5.5 items-center gap-1 whitespace-nowrap rounded-full px-2 font-medium text-[0.71875rem]',
      tones[tone],
      className,
    )}
    {...rest}
  />
)

export type Tier = 'gold' | 'silver' | 'bronze'

/** Colour never alone: a hexagon and the word. */
export const TierBadge = ({ tier, className }: { tier: Tier | null; className?: string }) =>
  tier === null ? (
    <Badge className={className}>not certified</Badge>
  ) : (
    <Badge tone={tier} className={className}>
      <Hexagon className="size-3 fill-current" aria-hidden />
      {tier.charAt(0).toUpperCase() + tier.slice(1)}
    </Badge>
  )

const levelTone: Record<string, Tone> = { public: 'ok', internal: 'neutral', confidential: 'warn', restricted: 'bad' }

/** How sensitive a product or column is. */
export const Classification = ({ level, pii }: { level?: string | undefined; pii?: boolean | undefined }) =>
  pii ? (
    <Badge tone="bad">
      <Lock className="size-3" aria-hidden />
      PII
    </Badge>
  ) : level ? (
    <Badge tone={levelTone[level] ?? 'neutral'}>{level}</Badge>
  ) : null

export type Health = 'ok' | 'stale' | 'failing' | 'empty'
const healthLook: Record<Health, { word: string; dot: string; text: string }> = {
  ok: { word: 'Healthy', dot: 'bg-ok', text: 'text-ok-ink' },
  stale: { word: 'Stale', dot: 'bg-warn', text: 'text-warn-ink' },
  failing: { word: 'Failing', dot: 'bg-bad', text: 'text-bad-ink' },
  empty: { word: 'Not published', dot: 'border border-line-2 bg-sunken', text: 'text-ink-3' },
}
export const healthWord = (health: Health): string => healthLook[health].word

/** A dot and its word; `quiet` keeps the word for screen readers only. */
export const HealthMark = ({ health, quiet, className }: { health: Health; quiet?: boolean; className?: string }) => (
  <span
    className={cn('inline-flex items-center gap-1.5 whitespace-nowrap text-xs', healthLook[health].text, className)}
    title={quiet ? healthLook[health].word : undefined}
  >
    <i className={cn('size-2 shrink-0 rounded-full', healthLook[health].dot)} aria-hidden />
    <span className={quiet ? 'sr-only' : undefined}>{healthLook[health].word}</span>
  </span>
)

export const Kbd = (rest: ComponentProps<'kbd'>) => (
  <kbd
    className="rounded border border-line-2 bg-sunken px-1.5 py-px font-mono text-[0.65625rem] text-ink-3"
    {...rest}
  />
)

/** Initials of a person or team. */
export const Avatar = ({ name, className }: { name: string; className?: string }) => (
  <span
    role="img"
    aria-label={name}
    title={name}
    className={cn(
      'inline-flex size-6 shrink-0 items-center justify-center rounded-full bg-[color-mix(in_oklab,var(--accent)_16%,var(--surface))] font-semibold text-[0.59375rem] text-accent-ink tracking-tight',
      className,
    )}
  >
    {initials(name)}
  </span>
)
const initials = (name: string): string =>
  name
    .split(/[\s._@-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('')
