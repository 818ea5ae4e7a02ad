import { memo, type Ref } from 'react'
import { hueStyle } from '../ui/index.ts'
import { plural } from '../words/index.ts'
import { type Box, hexPath, inside, outline } from './grid.ts'
import { at, classOf, HexBody, spoken } from './hexagon.tsx'
import type { Island } from './layout.ts'
import { type MeshIndex, type MeshProduct, troubles } from './mesh.ts'

/** How much is drawn: whole hexagons, or islands only while they would be too small; `window`: only what is in view. */
export type Detail = { hexagons: boolean; window: Box | null }

/** Land and hexagons. Never drawn again for hovering: what is looked at is drawn once more on top. */
export const Islands = memo(
  ({
    islands,
    index,
    detail,
    ref,
  }: {
    islands: readonly Island<MeshProduct>[]
    index: MeshIndex
    detail: Detail
    ref?: Ref<SVGGElement>
  }) => (
    <g className="map-islands" ref={ref}>
      {islands.map((island) => (
        <Land key={island.domain} island={island} index={index} detail={detail} />
      ))}
    </g>
  ),
)

const Land = memo(
  ({ island, index, detail }: { island: Island<MeshProduct>; index: MeshIndex; detail: Detail }) => {
    const { domain, ground, cells } = island
    const title = index.domain.get(domain)?.title ?? domain
    const path = outline(ground)
    const { failing, stale } = troubles(cells.map(({ product }) => product))
    const state = failing > 0 ? 'failing' : stale > 0 ? 'stale' : 'ok'
    const name = `${title}, ${plural(cells.length, 'data product')}${failing > 0 ? `, ${failing} failing` : ''}${stale > 0 ? `, ${stale} stale` : ''}`
    const shown = detail.hexagons
      ? detail.window === null
        ? cells
        : cells.filter((cell) => inside(cell, detail.window as Box))
      : []
    const land = (
      <>
        <path className="map-shore" d={path} />
        <path className="map-land" d={path} />
      </>
    )
    if (!detail.hexagons)
      return (
        <g
          style={hueStyle(domain)}
          className={`map-island h-${state}`}
          role="button"
          tabIndex={-1}
          data-domain={domain}
          aria-label={name}
        >
          {land}
        </g>
      )
    return (
      // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: a plain g is not interactive
      <g style={hueStyle(domain)} role="group" aria-label={name}>
        <g aria-hidden className="map-ground" data-domain={domain}>
          {land}
          {cells.length === 0 && <path className="map-nothing" d={hexPath(24)} transform={at(island)} />}
        </g>
        {shown.map((cell) => (
          <g
            key={cell.product.id}
            data-id={cell.product.id}
            className={classOf(cell.product)}
            transform={at(cell)}
            role="button"
            tabIndex={-1}
            aria-label={spoken(cell.product, title)}
          >
            <HexBody product={cell.product} />
          </g>
        ))}
      </g>
    )
  },
  // an island out of view before and after a move stays as it is
  (was, is) =>
    was.island === is.island &&
    was.index === is.index &&
    was.detail.hexagons === is.detail.hexagons &&
    (was.detail.window === is.detail.window ||
      (away(is.island.box, was.detail.window) && away(is.island.box, is.detail.window))),
)
/** An island once more, over its faded self. */
export const Ghost = ({ island, detail }: { island: Island<MeshProduct>; detail: Detail }) => {
  const path = outline(island.ground)
  const shown = island.cells.filter(
    (cell) => detail.hexagons && (detail.window === null || inside(cell, detail.window)),
  )
  return (
    <g style={hueStyle(island.domain)} className={detail.hexagons ? undefined : 'map-island'}>
      <path className="map-shore" d={path} />
      <path className="map-land" d={path} />
      {shown.map((cell) => (
        <g key={cell.product.id} className={classOf(cell.product)} transform={at(cell)}>
          <HexBody product={cell.product} />
        </g>
      ))}
    </g>
  )
}

const away = (box: Box, window: Box | null): boolean =>
  window !== null &&
  (box.right < window.left || box.left > window.right || box.bottom < window.top || box.top > window.bottom)
