import { Hexagon } from 'lucide-react'
import type { CSSProperties } from 'react'
import { cn } from './cn.ts'
import { spreadHues, wishedHue } from './hues.ts'

export { alignmentWord, readable } from '../words/index.ts'

const remembered = 'datamesh.hues'
const recalled = (): ReadonlyMap<string, number> => {
  try {
    return new Map(Object.entries(JSON.parse(localStorage.getItem(remembered) ?? '{}') as Record<string, number>))
  } catch {
    return new Map()
  }
}
/** Hues of the domains that are known; kept by the browser, so that nothing changes its colour while a page loads. */
let known = recalled()
export const huesAreKnown = (): boolean => known.size > 0
export const learnDomains = (names: readonly string[]): void => {
  known = spreadHues(names)
  try {
    localStorage.setItem(remembered, JSON.stringify(Object.fromEntries(known)))
  } catch {
    // they are found again on the next page
  }
}

/** The hue of a domain: the same on every page, in every theme, on every machine, and apart from those of the others. */
export const hueOf = (domain: string): number => known.get(domain) ?? wishedHue(domain)
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
