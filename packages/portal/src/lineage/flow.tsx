import {
  Background,
  BaseEdge,
  type Edge,
  type EdgeProps,
  type EdgeTypes,
  getBezierPath,
  type Node,
  type NodeTypes,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react'
import { Maximize, Minus, Plus } from 'lucide-react'
import { memo, type ReactNode, useEffect, useRef } from 'react'
import { isArrow, walk } from '../viz/arrows.ts'
import type { Placed } from './place.ts'
import { useHere } from './state.ts'
import '@xyflow/react/dist/base.css'
import './lineage.css'

type Point = { x: number; y: number }
export type LineData = {
  tone: 'in' | 'out' | 'plain'
  says?: string
  quiet?: boolean
  nearSource?: boolean
  /** Between which boxes it goes. */
  way?: readonly Point[] | undefined
}
export type LineEdge = Edge<LineData>

/** A graph that is laid out already. `fitOn`: shown as a whole again when this changes. */
export const Flow = (props: {
  label: string
  nodes: Node[]
  edges: LineEdge[]
  nodeTypes: NodeTypes
  placed: Placed
  fitOn: string
  centre: string | null
  /** What has to be in sight first; all of it when there is nothing in particular. */
  first?: readonly string[]
  /** Below this zoom the focus alone is shown first, readable. */
  readable?: number
  scrolls?: boolean
  children?: ReactNode
}) => (
  <ReactFlowProvider>
    <Inner {...props} />
  </ReactFlowProvider>
)

const boundsOf = (nodes: readonly Node[]): Placed['bounds'] | null => {
  if (nodes.length === 0) return null
  const x = Math.min(...nodes.map(({ position }) => position.x))
  const y = Math.min(...nodes.map(({ position }) => position.y))
  const right = Math.max(...nodes.map(({ position, width = 0 }) => position.x + width))
  const bottom = Math.max(...nodes.map(({ position, height = 0 }) => position.y + height))
  return { x, y, width: right - x, height: bottom - y }
}

/** What the zoom buttons stand on. */
const left = 64

function Inner({
  label,
  nodes,
  edges,
  nodeTypes,
  placed,
  fitOn,
  centre,
  first = [],
  readable = 0.42,
  scrolls,
  children,
}: Parameters<typeof Flow>[0]) {
  const flow = useReactFlow()
  const frame = useRef<HTMLElement>(null)
  const latest = useRef({ placed, centre, first, nodes })
  latest.current = { placed, centre, first, nodes }
  // fitView would only see the nodes that are drawn; the bounds of the layout are known
  const fit = (duration = 0, least = 0) => {
    const { clientWidth, clientHeight } = frame.current ?? { clientWidth: 0, clientHeight: 0 }
    const { placed, centre, first, nodes } = latest.current
    const wanted = least > 0 ? boundsOf(nodes.filter(({ id }) => first.includes(id))) : null
    const { x, y, width, height } = wanted ?? placed.bounds
    if (clientWidth === 0) return
    const zoom = Math.min((clientWidth - left - 24) / width, (clientHeight - 96) / height, 1.15)
    const middle = nodes.find(({ id }) => id === centre)
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : duration
    // too small to read as a whole: what is in focus, readable, counts for more; no room is left empty beside it
    if (zoom < least && middle) {
      const near = Math.max(0.72, least)
      const at = (focus: number, from: number, size: number, low: number, high: number): number =>
        size * near <= high - low
          ? (low + high) / 2 - (from + size / 2) * near
          : Math.min(low - from * near, Math.max(high - (from + size) * near, (low + high) / 2 - focus * near))
      const focus = {
        x: middle.position.x + (middle.width ?? 0) / 2,
        y: middle.position.y + (middle.height ?? 0) / 2,
      }
      void flow.setViewport(
        {
          x: at(focus.x, x, width, left, clientWidth - 24),
          y: at(focus.y, y, height, 16, clientHeight - 80),
          zoom: near,
        },
        { duration: still },
      )
    } else
      void flow.setViewport(
        {
          x: (clientWidth + left - 24) / 2 - (x + width / 2) * zoom,
          y: (clientHeight - 40) / 2 - (y + height / 2) * zoom + 8,
          zoom,
        },
        { duration: still },
      )
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: the view is the reader's until the question changes
  useEffect(() => fit(0, readable), [fitOn])
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === '+' || event.key === '=') void flow.zoomIn()
    else if (event.key === '-') void flow.zoomOut()
    else if (event.key === '0') fit(200)
    else if (isArrow(event.key) && event.target instanceof HTMLElement) {
      // from card to card, or from column to column, by where they are on the screen
      const start = event.target.closest<HTMLElement>('[data-walk]')
      if (!start) return
      const places = [...(frame.current?.querySelectorAll<HTMLElement>('[data-walk]') ?? [])].map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect()
        return { element, x: x + width / 2, y: y + height / 2 }
      })
      const from = places.find(({ element }) => element === start)
      const next = from && walk(from, event.key, places)
      next?.element.focus()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <section ref={frame} className="absolute inset-0" aria-label={label} onKeyDown={onKeyDown}>
      <ReactFlow
        aria-label={label}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onInit={() => fit(0, readable)}
        minZoom={0.12}
        maxZoom={1.8}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnDoubleClick={false}
        zoomOnScroll={!scrolls}
        preventScrolling={!scrolls}
        onlyRenderVisibleElements={nodes.length > 80}
      >
        <Background gap={22} />
        <Arrows />
      </ReactFlow>
      <div className="absolute bottom-4 left-4 z-10 flex flex-col overflow-hidden rounded-lg border border-line bg-surface shadow-card">
        <Control label="Zoom in" icon={Plus} onClick={() => void flow.zoomIn()} />
        <Control label="Zoom out" icon={Minus} onClick={() => void flow.zoomOut()} />
        <Control label="Show everything" icon={Maximize} onClick={() => fit(200)} />
      </div>
      {children}
    </section>
  )
}

const Control = ({ label, icon: Icon, onClick }: { label: string; icon: typeof Plus; onClick: () => void }) => (
  <button
    type="button"
    aria-label={label}
    title={label}
    onClick={onClick}
    className="grid size-8 place-items-center border-line text-ink-2 not-first:border-t hover:bg-sunken hover:text-ink focus-visible:outline-offset-[-2px]"
  >
    <Icon className="size-4" aria-hidden />
  </button>
)

const Arrows = () => (
  <svg className="absolute size-0" aria-hidden>
    <defs>
      {(['in', 'out', 'plain'] as const).map((tone) => (
        <marker
          key={tone}
          id={`lineage-${tone}`}
          className={`line-tip ${tone}`}
          viewBox="0 0 8 8"
          refX="6.5"
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
  </svg>
)

const Chip = ({ x, y, text, tone }: { x: number; y: number; text: string; tone: string }) => (
  <g transform={`translate(${x} ${y})`} className={`line-says ${tone}`}>
    <rect x={-text.length * 3 - 7} y={-8.5} width={text.length * 6 + 14} height={17} rx={8.5} />
    <text textAnchor="middle" y={3.3}>
      {text}
    </text>
  </g>
)

/** Level where it leaves, passes and arrives. */
const smooth = ([first, ...rest]: readonly Point[]): string => {
  let path = first ? `M${first.x} ${first.y}` : ''
  let at = first
  for (const to of rest) {
    const half = (to.x - (at?.x ?? 0)) / 2
    path += `C${(at?.x ?? 0) + half} ${at?.y} ${to.x - half} ${to.y} ${to.x} ${to.y}`
    at = to
  }
  return path
}
/** Straight over, or on its way between other boxes; with its middle. */
const pathOf = (from: Point, to: Point, way: readonly Point[] | undefined): [string, number, number] => {
  const middle = way?.[Math.floor(way.length / 2)]
  if (way && middle && way.every(({ x }) => x > from.x + 8 && x < to.x - 8))
    return [smooth([from, ...way, to]), middle.x, middle.y]
  const [path, x, y] = getBezierPath({
    sourceX: from.x,
    sourceY: from.y,
    sourcePosition: Position.Right,
    targetX: to.x,
    targetY: to.y,
    targetPosition: Position.Left,
    curvature: 0.32,
  })
  return [path, x, y]
}

/** Between products or domains. */
const Line = memo(({ sourceX, sourceY, targetX, targetY, data }: EdgeProps<LineEdge>) => {
  const { tone = 'plain', says, quiet, way } = data ?? {}
  const [path, x, y] = pathOf({ x: sourceX, y: sourceY }, { x: targetX - 3, y: targetY }, way)
  return (
    <>
      <BaseEdge path={path} className={`line ${tone} ${quiet ? 'quiet' : ''}`} markerEnd={`url(#lineage-${tone})`} />
      {says && <Chip x={x} y={y} text={says} tone={tone} />}
    </>
  )
})

/** Between columns: lights up with the way of the chosen one and then says how. */
const ColumnLine = memo(({ id, sourceX, sourceY, targetX, targetY, data }: EdgeProps<LineEdge>) => {
  const { trace } = useHere()
  const { says, nearSource, way } = data ?? {}
  const [from = '', to = ''] = id.split('\n')
  const side = (ids: ReadonlyMap<string, number>, end: string) => ids.has(end) || end === trace?.start
  const on =
    trace !== null && ((side(trace.up, from) && side(trace.up, to)) || (side(trace.down, from) && side(trace.down, to)))
  const [path, middleX, middleY] = pathOf({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, way)
  // where the lines are apart, not where they meet
  const t = nearSource ? 0.3 : 0.7
  const ease = t * t * (3 - 2 * t)
  return (
    <>
      <BaseEdge path={path} className={`line column ${says ?? ''} ${trace ? (on ? 'on' : 'off') : ''}`} />
      {on && says && (trace.edges.size <= 24 || from === trace.start || to === trace.start) && (
        <Chip
          x={way ? middleX : sourceX + (targetX - sourceX) * t}
          y={way ? middleY : sourceY + (targetY - sourceY) * ease}
          text={says}
          tone={says}
        />
      )}
    </>
  )
})

const edgeTypes: EdgeTypes = {
  line: Line as EdgeTypes[string] & object,
  column: ColumnLine as EdgeTypes[string] & object,
}
