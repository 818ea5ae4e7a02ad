import {
  type KeyboardEvent,
  memo,
  type RefObject,
  type SyntheticEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { hueOf, hueStyle } from '../ui/index.ts'
import { isArrow, walk } from '../viz/arrows.ts'
import { plural } from '../words/index.ts'
import { type Band, bandsOf } from './bands.ts'
import { type Camera, type Covered, useCamera, type View } from './camera.ts'
import { type Box, grown, inside, R } from './grid.ts'
import { type Detail, Islands } from './islands.tsx'
import { type Label, placeLabels } from './labels.ts'
import type { Cell, Island, MapLayout } from './layout.ts'
import type { MeshIndex, MeshProduct } from './mesh.ts'
import { type Look, Overlay, Tips } from './overlay.tsx'
import './map.css'

export type ColourBy = 'domain' | 'health' | 'tier'

/** Up to here every hexagon is drawn always; above it, islands only until hexagons are large enough to be told apart. */
export const manyProducts = 400
const smallestHexagon = 19
const readableHexagon = 38

/** The picture of the mesh. `selected` is a product id or the name of a domain. */
export function HexMap({
  index,
  layout,
  by,
  selected,
  found,
  covered,
  camera: handle,
  onSelect,
  onOpen,
}: {
  index: MeshIndex
  layout: MapLayout<MeshProduct>
  by: ColourBy
  selected: string | null
  found: readonly string[] | null
  covered: Covered
  camera: RefObject<Camera | null>
  onSelect: (what: string | null) => void
  onOpen: (product: string) => void
}) {
  const svg = useRef<SVGSVGElement>(null)
  const world = useRef<SVGGElement>(null)
  const islands = useRef<SVGGElement>(null)
  const many = layout.at.size > manyProducts
  const [detail, setDetail] = useState<Detail>({ hexagons: !many, window: null })
  const [hover, setHover] = useState<Look | null>(null)
  const [labelSize, setLabelSize] = useState(15)
  const { bands } = useMemo(() => bandsOf(layout, index.mesh.flows), [layout, index])

  const seen = useRef<View>({ k: 1, box: layout.box })
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(resting.current), [])
  const shown = useRef(detail)
  shown.current = detail
  const onView = (view: View) => {
    seen.current = view
    const element = svg.current
    if (!element) return
    const names = String(view.k * R >= readableHexagon)
    if (element.dataset.names !== names) element.dataset.names = names
    // drawn anew only once the movement has come to rest, or has gone on for long enough to be missed
    clearTimeout(resting.current)
    resting.current = setTimeout(settle, performance.now() - settled.current > 350 ? 0 : 130)
  }
  const settled = useRef(0)
  const settle = () => {
    settled.current = performance.now()
    const { k, box } = seen.current
    // names of domains never get smaller than can be read
    const size = Math.round(Math.max((many ? 12 : 13.5) / k, 15 / Math.max(1, k) ** 0.7) * 2) / 2
    setLabelSize((was) => (Math.abs(was - size) / was < 0.08 ? was : size))
    if (!many) return
    const now = shown.current
    if (k * R < smallestHexagon) {
      if (now.hexagons) setDetail({ hexagons: false, window: null })
    } else if (!now.hexagons || now.window === null || !covers(now.window, box))
      setDetail({ hexagons: true, window: grown(box, (box.right - box.left) * 0.15) })
  }
  const camera = useCamera(svg, world, layout.box, covered, onView)
  handle.current = camera

  useEffect(() => {
    const place = selected === null ? null : (layout.at.get(selected) ?? layout.islandOf.get(selected))
    if (place) camera.reveal(place)
  }, [selected, layout, camera])

  // one hexagon is reached by Tab; from there the arrow keys walk
  const wanted = useRef<string | null>(null)
  const rove = (name: string, focus: boolean): boolean => {
    const parts = islands.current?.querySelectorAll<SVGGElement>('[data-id],[data-domain][role]') ?? []
    const target = [...parts].find((part) => nameOf(part) === name) ?? null
    if (!target) return false
    for (const part of parts) if (part.getAttribute('tabindex') === '0') part.setAttribute('tabindex', '-1')
    target.setAttribute('tabindex', '0')
    if (focus) target.focus({ preventScroll: true })
    return true
  }
  useEffect(() => {
    if (wanted.current !== null && rove(wanted.current, true)) wanted.current = null
    if (islands.current?.querySelector('[tabindex="0"]')) return
    const first = detail.hexagons
      ? layout.islands.flatMap(({ cells }) => cells)[0]?.product.id
      : layout.islands[0]?.domain
    const start = selected !== null && rove(selected, false)
    if (!start && first !== undefined && !rove(first, false)) {
      const any = islands.current?.querySelector<SVGGElement>('[data-id]')
      any?.setAttribute('tabindex', '0')
    }
  })

  const onKeyDown = (event: KeyboardEvent<SVGSVGElement>) => {
    const name = nameOf(partOf(event))
    const about = name === null ? undefined : (layout.at.get(name) ?? layout.islandOf.get(name))
    if (event.key === '+' || event.key === '=') camera.zoomBy(1.4, about)
    else if (event.key === '-') camera.zoomBy(1 / 1.4, about)
    else if (event.key === '0') camera.fit()
    else if (name === null) return
    else if (event.key === 'Enter' || event.key === ' ') {
      if (name === selected && layout.at.has(name)) onOpen(name)
      else if (name === selected) camera.approach(layout.islandOf.get(name)?.box ?? layout.box)
      else onSelect(name)
    } else if (isArrow(event.key)) {
      const here = layout.at.get(name) ?? layout.islandOf.get(name)
      const places = layout.at.has(name) ? [...layout.at.values()] : layout.islands
      const next = here && walk<Cell<MeshProduct> | Island<MeshProduct>>(here, event.key, places)
      if (next) {
        const to = 'product' in next ? next.product.id : next.domain
        camera.reveal(next)
        if (!rove(to, true)) wanted.current = to
      }
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  const look: Look | null =
    hover ?? (selected === null ? (found ? { at: 'found', ids: found } : null) : lookAt(selected, layout))
  const point = (event: SyntheticEvent) => {
    const name = nameOf(partOf(event))
    const next = name === null ? null : lookAt(name, layout)
    setHover((was) => (same(was, next) ? was : next))
  }
  return (
    <svg
      ref={svg}
      className={`map map-by-${by} ${look ? 'map-looks' : ''}`}
      role="group"
      aria-label={`Domain map: ${plural(layout.islands.length, 'domain')}, ${plural(layout.at.size, 'data product')}. Arrow keys walk, Enter selects, plus and minus zoom.`}
      onKeyDown={onKeyDown}
      onMouseOver={point}
      onMouseLeave={() => setHover(null)}
      onFocus={(event) => {
        point(event)
        const name = nameOf(partOf(event))
        if (name !== null) rove(name, false)
      }}
      onBlur={() => setHover(null)}
      onClick={(event) => onSelect(nameOf(partOf(event)))}
      onDoubleClick={(event) => {
        const name = nameOf(partOf(event))
        if (name !== null && layout.at.has(name)) onOpen(name)
        else if (name !== null) camera.approach(layout.islandOf.get(name)?.box ?? layout.box)
      }}
    >
      <Tips />
      <g ref={world}>
        <Bands bands={bands} index={index} />
        <Islands islands={layout.islands} index={index} detail={detail} ref={islands} />
        {look && <Overlay look={look} index={index} layout={layout} bands={bands} detail={detail} />}
        <Names layout={layout} index={index} bands={bands} size={labelSize} inside={!detail.hexagons} />
      </g>
    </svg>
  )
}

const covers = (outer: Box, inner: Box): boolean =>
  inside({ x: inner.left, y: inner.top }, outer) &&
  inside({ x: inner.right, y: inner.bottom }, outer) &&
  inner.right - inner.left > (outer.right - outer.left) * 0.45
const partOf = (event: SyntheticEvent): Element | null =>
  event.target instanceof Element ? event.target.closest('[data-id],[data-domain]') : null
const nameOf = (part: Element | null): string | null =>
  part === null ? null : (part.getAttribute('data-id') ?? part.getAttribute('data-domain'))
const lookAt = (name: string, layout: MapLayout): Look | null =>
  layout.at.has(name) ? { at: 'product', id: name } : layout.islandOf.has(name) ? { at: 'domain', domain: name } : null
const same = (a: Look | null, b: Look | null): boolean =>
  a === b ||
  (a?.at === 'product' && b?.at === 'product' && a.id === b.id) ||
  (a?.at === 'domain' && b?.at === 'domain' && a.domain === b.domain)

/** Up to here each band runs from hue to hue; more of them would cost the frame rate. */
const fewBands = 60

const Bands = memo(({ bands, index }: { bands: readonly Band[]; index: MeshIndex }) => (
  <g className={bands.length > fewBands ? 'map-bands many' : 'map-bands'} aria-hidden>
    {bands.map(({ from, to, flows, path, points }, at) => {
      const id = `band-${at}`
      const [first, last] = [points[0], points.at(-1)]
      const hue = (domain: string) => ({ '--hue': hueOf(domain) }) as React.CSSProperties
      return (
        <g key={`${from.domain} ${to.domain}`}>
          {bands.length <= fewBands && (
            <linearGradient
              id={id}
              gradientUnits="userSpaceOnUse"
              x1={first?.x}
              y1={first?.y}
              x2={last?.x}
              y2={last?.y}
            >
              <stop offset="0" className="band-from" style={hue(from.domain)} />
              <stop offset="1" className="band-to" style={hue(to.domain)} />
            </linearGradient>
          )}
          <path d={path} style={hue(to.domain)} fill={bands.length > fewBands ? undefined : `url(#${id})`}>
            <title>{`${index.domain.get(from.domain)?.title} feeds ${index.domain.get(to.domain)?.title}: ${plural(flows, 'flow')}`}</title>
          </path>
        </g>
      )
    })}
  </g>
))

const Names = memo(
  ({
    layout,
    index,
    bands,
    size,
    inside,
  }: {
    layout: MapLayout<MeshProduct>
    index: MeshIndex
    bands: readonly Band[]
    size: number
    inside: boolean
  }) => {
    const textOf = useCallback((domain: string) => index.domain.get(domain)?.title ?? domain, [index])
    const labels = useMemo(
      () =>
        placeLabels(
          layout.islands,
          bands,
          ({ domain, cells }) => `${textOf(domain)} ${cells.length}`,
          size,
          inside,
          grown(layout.box, size * 3),
        ),
      [layout, bands, size, inside, textOf],
    )
    return (
      <g className="map-names" aria-hidden>
        {labels.map(({ domain, x, y, anchor, crowded }: Label) => (
          <text
            key={domain}
            x={x}
            y={y}
            textAnchor={anchor}
            fontSize={size}
            data-domain={domain}
            style={hueStyle(domain)}
            display={crowded ? 'none' : undefined}
          >
            <tspan className="n">{textOf(domain)}</tspan>
            <tspan className="c" dx={size * 0.4} fontSize={size * 0.8}>
              {layout.islandOf.get(domain)?.cells.length}
            </tspan>
          </text>
        ))}
      </g>
    )
  },
)
