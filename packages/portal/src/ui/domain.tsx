import { Hexagon } from 'lucide-react'
import type { CSSProperties } from 'react'
import { cn } from './cn.ts'

export { alignmentWord, readable } from '../words/index.ts'

/** The hue of a domain, from its name alone: the same on every page, in every theme, on every machine. Golden-angle steps keep neighbours apart. */
export const hueOf = (domain: string): number => {
  let hash = 2166136261
  for (let at = 0; at < domain.length; at++) hash = Math.imul(hash ^ domain.charCodeAt(at), 16777619)
  return Math.round(((hash >>> 0) * 137.508) % 360)
}
export const hueStyle = (domain: string): CSSProperties => ({ '--hue': hueOf(domain) }) as CSSProperties

export const DomainDot = ({ domain, className }: { domain: string; className?: string }) => (
  <i aria-hidden className={cn('domain-dot size-2 shrink-0 rounded-full', className)} style={hueStyle(domain)} />
)
/** The coloured hexagon of a product. */
export const DomainTile = ({ domain, className }: { domain: string; className?: string }) => (
  <span
    aria-hidden
    className={cn('domain-tile grid size-8 shrink-0 place-items-center rounded-lg', className)}
    style={hueStyle(domain)}
  >
    <Hexagon className="size-1/2" />
  </span>
)
