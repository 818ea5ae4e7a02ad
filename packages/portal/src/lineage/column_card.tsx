import { Handle, type Node, type NodeProps, type NodeTypes, Position } from '@xyflow/react'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { memo } from 'react'
import { cn, type Health, HealthMark } from '../ui/index.ts'
import { cardTypes, Tile, useClicks } from './cards.tsx'
import { type ColumnId, isSource, nameOfColumn, tableOfColumn } from './model.ts'
import { useHere } from './state.ts'

export const columnSizes = { width: 248, head: 51, row: 30, foot: 31 }

export type ColumnRow = { id: ColumnId; type: string }
export type ColumnNode = Node<{
  id: string
  rows: readonly ColumnRow[]
  /** Columns that are not shown; when `open`, those that could be folded away. */
  more: number
  open: boolean
  /** Several tables: rows say which. */
  tables: boolean
}>

export const heightOf = (rows: number, more: number): number =>
  columnSizes.head + rows * columnSizes.row + (more > 0 ? columnSizes.foot : 6)

const ColumnCard = memo(({ data }: NodeProps<ColumnNode>) => {
  const { infos, focus, trace, chosen, pick, toggle } = useHere()
  const clicks = useClicks(data.id)
  const info = infos(data.id)
  const touched = trace === null || data.rows.some(({ id }) => trace.nodes.has(id))
  const head = (
    <>
      <Tile info={info} />
      <span className="min-w-0 flex-1 text-left">
        <span className="block truncate font-semibold text-sm">{info.title}</span>
        <span className="block truncate text-2xs text-ink-3">{info.domainTitle}</span>
      </span>
      {info.health && <HealthMark health={info.health as Health} quiet />}
    </>
  )
  const headLook = 'flex h-[50px] w-full items-center gap-2.5 border-line border-b px-3'
  return (
    <article
      aria-label={`${info.title}, ${info.domainTitle}`}
      className={cn(
        'column-card size-full rounded-xl border border-line-2 bg-surface text-ink shadow-card',
        !touched && 'faded',
        data.id === focus && 'border-accent',
        isSource(data.id) && 'border-dashed',
      )}
    >
      {isSource(data.id) ? (
        <div className={headLook} title={data.id.replace(/^(file|external):/, '')}>
          {head}
        </div>
      ) : (
        <button
          type="button"
          data-walk
          className={cn(headLook, 'nopan rounded-t-xl hover:bg-sunken')}
          title={`${info.title}. Click: in focus. Double click or Enter: open.`}
          {...clicks}
        >
          {head}
        </button>
      )}
      <ul aria-label={`Columns of ${info.title}`}>
        {data.rows.map(({ id, type }) => (
          <li key={id} className={cn(trace && (trace.nodes.has(id) ? 'on' : 'off'), chosen === id && 'chosen')}>
            <Handle id={id} type="target" position={Position.Left} isConnectable={false} />
            <button type="button" data-walk className="nopan" aria-pressed={chosen === id} onClick={() => pick(id)}>
              <span className="truncate">
                {data.tables && <span className="text-ink-3">{tableOfColumn(id)}.</span>}
                {nameOfColumn(id)}
              </span>
              <small>{type}</small>
            </button>
            <Handle id={id} type="source" position={Position.Right} isConnectable={false} />
          </li>
        ))}
      </ul>
      {data.more > 0 && (
        <button
          type="button"
          data-walk
          aria-expanded={data.open}
          onClick={() => toggle(data.id)}
          className="nopan flex h-7.5 w-full items-center gap-1 rounded-b-xl px-2.5 text-2xs text-ink-3 hover:text-ink"
        >
          {data.open ? (
            <ChevronUp className="size-3.5" aria-hidden />
          ) : (
            <ChevronDown className="size-3.5" aria-hidden />
          )}
          {data.open ? 'Fewer columns' : `${data.more} more column${data.more === 1 ? '' : 's'}`}
          <span className="sr-only"> of {info.title}</span>
        </button>
      )}
    </article>
  )
})

export const columnTypes: NodeTypes = { ...cardTypes, columns: ColumnCard }
