import { Lock } from 'lucide-react'
import { cn, Table, Td, Th } from '../ui/index.ts'

/** Rows that broke a rule, as the platform shows them: masked for the reader. The columns that the rule is about come first; personal ones carry a lock. */
export function SampleRows({
  label,
  rows,
  concerned,
  personal,
}: {
  label: string
  rows: readonly Readonly<Record<string, unknown>>[]
  concerned: readonly string[]
  personal: ReadonlySet<string>
}) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const columns = [
    ...names.filter((name) => concerned.includes(name)),
    ...names.filter((name) => !concerned.includes(name)),
  ]
  return (
    <Table label={label} className="rounded-lg border border-line bg-surface">
      <thead>
        <tr>
          {columns.map((column) => (
            <Th key={column} className="border-t-0">
              <span className="inline-flex items-center gap-1 font-mono">
                {personal.has(column) && <Lock className="size-3 text-bad-ink" aria-hidden />}
                {column}
                {personal.has(column) && <span className="sr-only">(personal, masked)</span>}
              </span>
            </Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: failing rows have no identity
          <tr key={i} className="last:*:border-b-0">
            {columns.map((column) => (
              <Td
                key={column}
                className={cn(
                  'whitespace-nowrap font-mono text-xs',
                  concerned.includes(column) ? 'bg-bad-soft text-bad-ink' : 'text-ink-2',
                )}
              >
                {cell(row[column])}
              </Td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

const cell = (value: unknown) => {
  if (value === null || value === undefined) return <span className="text-ink-3 italic">null</span>
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
