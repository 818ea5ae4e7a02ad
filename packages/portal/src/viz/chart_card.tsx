import { ChartLine, Table2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button, Card, CardHead, Table, Td, Th } from '../ui/index.ts'

/** A chart in its card; the same figures as a table one click away. `rows` in the order of the chart, shown newest first. */
export function ChartCard({
  title,
  hint,
  columns,
  rows,
  actions,
  foot,
  level = 2,
  children,
}: {
  title: string
  hint?: ReactNode
  columns: readonly string[]
  rows: readonly (readonly ReactNode[])[]
  actions?: ReactNode
  foot?: ReactNode
  level?: 2 | 3
  children: ReactNode
}) {
  const [asTable, setAsTable] = useState(false)
  return (
    <Card>
      <CardHead title={title} hint={hint} level={level}>
        {actions}
        <TableSwitch asTable={asTable} onChange={setAsTable} what={title} />
      </CardHead>
      {asTable ? (
        <FiguresTable label={title} columns={columns} rows={rows} />
      ) : (
        <div className="px-3 pt-1 pb-3">{children}</div>
      )}
      {foot}
    </Card>
  )
}

export const TableSwitch = ({
  asTable,
  onChange,
  what,
}: {
  asTable: boolean
  onChange: (asTable: boolean) => void
  what: string
}) => (
  <Button
    variant="ghost"
    size="icon-sm"
    aria-pressed={asTable}
    aria-label={`Show ${what.toLowerCase()} as a table`}
    title={asTable ? 'Show as a chart' : 'Show as a table'}
    onClick={() => onChange(!asTable)}
  >
    {asTable ? <ChartLine className="size-3.5" aria-hidden /> : <Table2 className="size-3.5" aria-hidden />}
  </Button>
)

export const FiguresTable = ({
  label,
  columns,
  rows,
}: {
  label: string
  columns: readonly string[]
  rows: readonly (readonly ReactNode[])[]
}) => (
  <Table label={label} className="max-h-56 overflow-y-auto">
    <thead className="sticky top-0">
      <tr>
        {columns.map((column, i) => (
          <Th key={column} className={i > 0 ? 'text-right' : undefined}>
            {column}
          </Th>
        ))}
      </tr>
    </thead>
    <tbody>
      {rows.toReversed().map((row, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: figures have no identity but their place
        <tr key={i}>
          {row.map((cell, j) => (
            <Td key={columns[j]} className={j > 0 ? 'text-right tabular-nums' : 'whitespace-nowrap'}>
              {cell}
            </Td>
          ))}
        </tr>
      ))}
    </tbody>
  </Table>
)
