import { memo } from 'react'
import { hueStyle } from '../ui/index.ts'
import { type Band, thread } from './bands.ts'
import { at, classOf, HexBody } from './hexagon.tsx'
import { type Detail, Ghost } from './islands.tsx'
import type { MapLayout } from './layout.ts'
import type { MeshIndex, MeshProduct } from './mesh.ts'

/** What is looked at: a product with its neighbours, a domain with its own, or what was found. */
export type Look =
  | { at: 'product'; id: string }
  | { at: 'domain'; domain: string }
  | { at: 'found'; ids: readonly string[] }

/** Drawn over the faded map: amber comes in, blue goes out. */
export const Overlay = memo(
  ({
    look,
    index,
    layout,
    bands,
    detail,
  }: {
    look: Look
    index: MeshIndex
    layout: MapLayout<MeshProduct>
    bands: readonly Band[]
    detail: Detail
  }) => {
    if (look.at === 'domain') {
      const near = bands.filter(({ from, to }) => from.domain === look.domain || to.domain === look.domain)
      const shown = new Set([look.domain, ...near.flatMap(({ from, to }) => [from.domain, to.domain])])
      return (
        <g className="map-over" aria-hidden>
          {near.map(({ from, to, path }) => (
            <path key={`${from.domain} ${to.domain}`} d={path} className={to.domain === look.domain ? 'in' : 'out'} />
          ))}
          {[...shown].map((domain) => {
            const island = layout.islandOf.get(domain)
            return island && <Ghost key={domain} island={island} detail={detail} />
          })}
        </g>
      )
    }
    const [reads, feeds] =
      look.at === 'product' ? [index.reads.get(look.id) ?? [], index.feeds.get(look.id) ?? []] : [[], []]
    const ids = look.at === 'product' ? [...reads, ...feeds, look.id] : look.ids.slice(0, 400)
    const self = look.at === 'product' ? layout.at.get(look.id) : undefined
    const threads = [
      ...reads.map((id) => ({ id, way: 'in', from: layout.at.get(id), to: self })),
      ...feeds.map((id) => ({ id, way: 'out', from: self, to: layout.at.get(id) })),
    ]
    return (
      <g className="map-over" aria-hidden>
        {ids.map((id) => {
          const cell = layout.at.get(id)
          return (
            cell && (
              <g
                key={id}
                className={`${classOf(cell.product)} ${cell === self ? 'is-self' : 'is-near'}`}
                style={hueStyle(cell.product.domain)}
                transform={at(cell)}
              >
                <HexBody product={cell.product} />
              </g>
            )
          )
        })}
        {threads.map(
          ({ id, way, from, to }) =>
            from &&
            to && (
              <path
                key={`${way} ${id}`}
                d={thread(from, to)}
                className={`thread ${way}`}
                markerEnd={`url(#map-${way})`}
              />
            ),
        )}
      </g>
    )
  },
)

/** Arrow tips in the two colours. */
export const Tips = () => (
  <defs>
    {['in', 'out'].map((way) => (
      <marker
        key={way}
        id={`map-${way}`}
        className={`map-tip ${way}`}
        viewBox="0 0 8 8"
        refX="6.2"
        refY="4"
        markerWidth="9"
        markerHeight="9"
        markerUnits="userSpaceOnUse"
        orient="auto"
      >
        <path d="M1 1 6.5 4 1 7" />
      </marker>
    ))}
  </defs>
)
