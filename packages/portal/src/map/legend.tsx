import type { CSSProperties } from 'react'
import { alignmentWord, cn } from '../ui/index.ts'
import { hexPath } from './grid.ts'
import type { ColourBy } from './hex_map.tsx'

const key = hexPath(8.6)
const kinds = [
  ['source-aligned', 'k-source'],
  ['aggregate-aligned', 'k-aggregate'],
  ['consumer-aligned', 'k-consumer'],
] as const

export const Legend = ({
  by,
  left,
  many,
  className,
}: {
  by: ColourBy
  left: number
  /** Too many products to draw them all from afar. */
  many: boolean
  className?: string
}) => (
  <section
    aria-label="Legend"
    className={cn(
      'flex flex-wrap items-center gap-x-4 gap-y-1 rounded-lg border border-line bg-surface px-3 py-2 text-ink-2 text-xs shadow-card',
      className,
    )}
  >
    {by === 'domain' &&
      kinds.map(([alignment, kind]) => (
        <span key={kind} className="flex items-center gap-1.5">
          <svg
            width="17"
            height="18"
            viewBox="-9 -10 18 20"
            className={`map-key ${kind}`}
            style={{ '--hue': 265 } as CSSProperties}
            aria-hidden
          >
            <path className="hx" d={key} />
          </svg>
          {alignmentWord(alignment)}
        </span>
      ))}
    {by === 'tier' &&
      (['gold', 'silver', 'bronze', 'none'] as const).map((tier) => (
        <span key={tier} className="flex items-center gap-1.5">
          <svg width="17" height="18" viewBox="-9 -10 18 20" className="map-key" aria-hidden>
            <g className={`t-${tier}`}>
              <path className="hx" d={key} />
            </g>
          </svg>
          {tier === 'none' ? 'Not certified' : tier.charAt(0).toUpperCase() + tier.slice(1)}
        </span>
      ))}
    {by === 'health' && (
      <>
        <span className="flex items-center gap-1.5">
          <i className="size-2 rounded-full bg-ok" aria-hidden />
          healthy
        </span>
        <span className="flex items-center gap-1.5">
          <i className="size-2 rounded-full border border-ink-3 border-dashed" aria-hidden />
          not published
        </span>
      </>
    )}
    <span className="flex items-center gap-1.5">
      <i className="size-2 rounded-full bg-warn" aria-hidden />
      stale
    </span>
    <span className="flex items-center gap-1.5">
      <i className="size-2 rounded-full bg-bad" aria-hidden />
      failing
    </span>
    <span className="flex items-center gap-1.5">
      <svg width="26" height="8" aria-hidden className="text-ink-3">
        <path d="M1 3.4 18 2.4V.6L25 4l-7 3.4V5.6L1 4.6Z" fill="currentColor" opacity=".6" />
      </svg>
      wider: more flows
    </span>
    {many && <span className="text-ink-3">zoom in to see products</span>}
    {left > 0 && <span className="text-ink-3">{left} thin bands are not drawn</span>}
  </section>
)
