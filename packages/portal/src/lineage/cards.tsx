import { Handle, type Node, type NodeProps, type NodeTypes, Position } from '@xyflow/react'
import { ChevronsUpDown, FileText, Hexagon, PlugZap } from 'lucide-react'
import { type KeyboardEvent, type MouseEvent, memo, useRef } from 'react'
import { cn, type Health, HealthMark, hueStyle } from '../ui/index.ts'
import { type Info, isSource } from './model.ts'
import { useHere } from './state.ts'

export const cardSize = { width: 216, height: 60 }
export const stubSize = { width: 180, height: 36 }

export type CardNode = Node<{ id: string; note: string; now?: boolean }>
export type StubNode = Node<{ id: string; text: string }>

const Ends = () => (
  <>
    <Handle type="target" position={Position.Left} isConnectable={false} />
    <Handle type="source" position={Position.Right} isConnectable={false} />
  </>
)

export const Tile = ({ info, className }: { info: Info; className?: string }) => {
  const Icon = info.domain !== null ? Hexagon : info.id.startsWith('file:') ? FileText : PlugZap
  return (
    <span
      aria-hidden
      className={cn(
        'line-tile grid size-7 shrink-0 place-items-center rounded-lg',
        info.domain === null && 'outside',
        className,
      )}
      style={info.domain === null ? undefined : hueStyle(info.domain)}
    >
      <Icon className="size-4" />
    </span>
  )
}

/** One click puts a card into focus, two open it; the first of two must not move the graph away from under the second. */
export const useClicks = (id: string) => {
  const { setFocus, open } = useHere()
  const first = useRef<ReturnType<typeof setTimeout>>(undefined)
  return {
    onClick: ({ detail }: MouseEvent) => {
      clearTimeout(first.current)
      if (detail === 0) setFocus(id)
      else if (detail === 1) first.current = setTimeout(() => setFocus(id), 230)
    },
    onDoubleClick: () => {
      clearTimeout(first.current)
      open(id)
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Enter') return
      event.preventDefault()
      open(id)
    },
  }
}

/** A product, a domain or a source. Click puts it into focus, double click or Enter opens it. */
const Card = memo(({ data }: NodeProps<CardNode>) => {
  const { infos, focus } = useHere()
  const info = infos(data.id)
  const source = isSource(data.id)
  const clicks = useClicks(data.id)
  const inner = (
    <>
      <Tile info={info} />
      <span className="min-w-0 flex-1 text-left">
        <span className="block truncate font-semibold text-sm">{info.title}</span>
        <span className="block truncate text-2xs text-ink-3">{data.note}</span>
      </span>
      {info.health && <HealthMark health={info.health as Health} quiet />}
    </>
  )
  const look = cn(
    'line-card flex size-full items-center gap-2.5 rounded-xl border border-line-2 bg-surface px-3 text-ink shadow-card',
    data.id === focus && 'border-accent ring-1 ring-accent',
    source && 'border-ink-3/60 border-dashed bg-sunken shadow-none',
  )
  return (
    <>
      <Ends />
      {source ? (
        <div className={look} title={data.id.replace(/^(file|external):/, '')}>
          {inner}
        </div>
      ) : (
        <button
          type="button"
          data-walk
          className={cn(look, 'nopan hover:border-ink-3')}
          aria-current={data.id === focus ? 'true' : undefined}
          title={`${info.title}. Click: in focus. Double click or Enter: open.`}
          {...clicks}
        >
          {inner}
        </button>
      )}
    </>
  )
})

/** Neighbours that are kept together until somebody wants to see them. */
const More = memo(({ data }: NodeProps<StubNode>) => {
  const { toggle } = useHere()
  return (
    <>
      <Ends />
      <button
        type="button"
        data-walk
        onClick={() => toggle(data.id)}
        className="nopan flex size-full items-center justify-center gap-1.5 rounded-full border border-line-2 border-dashed bg-surface px-3 text-ink-2 text-xs hover:border-ink-3 hover:text-ink"
      >
        <ChevronsUpDown className="size-3.5 shrink-0" aria-hidden />
        <span className="truncate">{data.text}</span>
      </button>
    </>
  )
})

export const cardTypes: NodeTypes = { card: Card, more: More }
