import { select } from 'd3-selection'
import { type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity, zoomTransform } from 'd3-zoom'
import { type RefObject, useEffect, useMemo, useRef } from 'react'
import { type Box, type Point, R } from './grid.ts'

/** Pixels at the right and lower edge that a panel covers. */
export type Covered = { right: number; below: number }
export type View = { k: number; box: Box }
export type Camera = {
  /** About a place that is looked at; else about the middle. */
  zoomBy: (factor: number, about?: Point) => void
  fit: () => void
  /** Brings a place into view, clear of what lies over the right edge. */
  reveal: (point: Point) => void
  /** Goes near enough to see the hexagons of a place. */
  approach: (box: Box) => void
}

/** Room for names at the edges and for the legend. */
const margin = { top: 20, bottom: 72 }

const fitting = (svg: SVGSVGElement, box: Box, covered: Covered, most = 1.5): ZoomTransform => {
  const side = svg.clientWidth < 600 ? 20 : 64
  const width = Math.max(60, svg.clientWidth - side * 2 - covered.right)
  const height = Math.max(60, svg.clientHeight - margin.top - Math.max(margin.bottom, covered.below))
  const k = Math.min(most, width / (box.right - box.left), height / (box.bottom - box.top))
  return zoomIdentity
    .translate(side + width / 2, margin.top + height / 2)
    .scale(k)
    .translate(-(box.left + box.right) / 2, -(box.top + box.bottom) / 2)
}

/** Zoom and pan of an SVG. What moves is written straight to the elements; React hears of it through `onView`. */
export const useCamera = (
  svg: RefObject<SVGSVGElement | null>,
  world: RefObject<SVGGElement | null>,
  box: Box,
  /** What a panel lies over. */
  covered: Covered,
  onView: (view: View) => void,
): Camera => {
  const behavior = useRef<ZoomBehavior<SVGSVGElement, unknown> | null>(null)
  const latest = useRef({ box, covered, onView })
  latest.current = { box, covered, onView }
  const touched = useRef(false)
  const moving = useRef(0)

  useEffect(() => {
    const element = svg.current
    if (!element) return
    const zooming = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.04, 5])
      .on('zoom', ({ transform, sourceEvent }: { transform: ZoomTransform; sourceEvent: unknown }) => {
        if (sourceEvent) touched.current = true
        world.current?.setAttribute('transform', transform.toString())
        const [left, top] = transform.invert([0, 0])
        const [right, bottom] = transform.invert([element.clientWidth, element.clientHeight])
        latest.current.onView({ k: transform.k, box: { left, top, right, bottom } })
      })
    behavior.current = zooming
    select(element).call(zooming).on('dblclick.zoom', null)
    const refit = () => {
      if (touched.current || element.clientWidth === 0) return
      select(element).call(zooming.transform, fitting(element, latest.current.box, latest.current.covered))
    }
    const watch = new ResizeObserver(refit)
    watch.observe(element)
    refit()
    return () => {
      watch.disconnect()
      cancelAnimationFrame(moving.current)
      select(element).on('.zoom', null)
    }
  }, [svg, world])

  // another layout: fitted again, unless somebody has chosen a view
  useEffect(() => {
    const element = svg.current
    if (element && behavior.current && !touched.current)
      select(element).call(behavior.current.transform, fitting(element, box, latest.current.covered))
  }, [svg, box])

  return useMemo((): Camera => {
    const go = (to: ZoomTransform) => {
      const element = svg.current
      const zooming = behavior.current
      if (!element || !zooming) return
      cancelAnimationFrame(moving.current)
      const from = zoomTransform(element)
      if (matchMedia('(prefers-reduced-motion: reduce)').matches)
        return void select(element).call(zooming.transform, to)
      const began = performance.now()
      const step = (now: number) => {
        const t = Math.min(1, Math.max(0, (now - began) / 220))
        const eased = 1 - (1 - t) ** 3
        const at = (a: number, b: number) => a + (b - a) * eased
        const transform = zoomIdentity.translate(at(from.x, to.x), at(from.y, to.y)).scale(at(from.k, to.k))
        select(element).call(zooming.transform, transform)
        if (t < 1) moving.current = requestAnimationFrame(step)
      }
      moving.current = requestAnimationFrame(step)
    }
    const here = () => (svg.current ? zoomTransform(svg.current) : zoomIdentity)
    const around = (element: SVGSVGElement, factor: number, about?: Point) => {
      const transform = here()
      const k = Math.min(5, Math.max(0.04, transform.k * factor))
      const { right, below } = latest.current.covered
      const middle: [number, number] = about
        ? transform.apply([about.x, about.y])
        : [(element.clientWidth - right) / 2, (element.clientHeight - below) / 2]
      const [x, y] = transform.invert(middle)
      return zoomIdentity
        .translate(...middle)
        .scale(k)
        .translate(-x, -y)
    }
    return {
      zoomBy: (factor, about) => {
        touched.current = true
        if (svg.current) go(around(svg.current, factor, about))
      },
      fit: () => {
        touched.current = false
        if (svg.current) go(fitting(svg.current, latest.current.box, latest.current.covered))
      },
      reveal: ({ x, y }) => {
        const element = svg.current
        if (!element) return
        const transform = here()
        const air = R * transform.k + 24
        const [left, top] = transform.apply([x, y])
        const [right, bottom] = [
          element.clientWidth - latest.current.covered.right - air,
          element.clientHeight - air - Math.max(40, latest.current.covered.below),
        ]
        const dx = left < air ? air - left : left > right ? right - left : 0
        const dy = top < air ? air - top : top > bottom ? bottom - top : 0
        if (dx === 0 && dy === 0) return
        touched.current = true
        go(zoomIdentity.translate(transform.x + dx, transform.y + dy).scale(transform.k))
      },
      approach: (to) => {
        touched.current = true
        if (svg.current) go(fitting(svg.current, to, latest.current.covered, 1.7))
      },
    }
  }, [svg])
}
