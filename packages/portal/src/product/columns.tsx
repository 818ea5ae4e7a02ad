import { Link } from '@tanstack/react-router'
import type { Reply } from '../api/index.ts'
import { LazyMaskMark } from '../masks/lazy.tsx'
import { Classification, Table, Td, Th } from '../ui/index.ts'
import { compact, count, percent } from '../words/index.ts'

export type TableSchema = Reply<'getSchema'>['tables'][number]
export type Column = TableSchema['columns'][number]
export type Profile = Reply<'getProfile'>
export type ColumnProfile = Profile['columns'][number]

/** Columns of a table; figures where the profile may be seen. The name opens the column. */
export const ColumnsTable = ({
  table,
  columns = table.columns,
  profile,
  masks,
  params,
}: {
  table: TableSchema
  columns?: readonly Column[]
  profile: Profile | undefined
  masks: Reply<'getProduct'>['access']['masks']
  params: { domain: string; product: string }
}) => {
  const maskOf = (column: string) => masks.find((mask) => mask.column.toLowerCase() === column.toLowerCase())
  const classed = table.columns.some(
    ({ name, classification, pii }) => classification !== undefined || pii || maskOf(name) !== undefined,
  )
  return (
    <Table label={`Columns of ${table.name}`}>
      <thead>
        <tr>
          <Th>Column</Th>
          <Th>Type</Th>
          <Th className="w-full">Description</Th>
          {classed && <Th>Class</Th>}
          {profile && <Th className="text-right">Nulls</Th>}
          {profile && <Th className="text-right">Distinct</Th>}
        </tr>
      </thead>
      <tbody>
        {columns.map((column) => {
          const figures = profile?.columns.find(({ name }) => name === column.name)
          return (
            <tr key={column.id} className="relative hover:bg-sunken [&:last-child>td]:border-0">
              <Td className="whitespace-nowrap">
                <Link
                  to="/products/$domain/$product"
                  params={params}
                  search={{ tab: 'schema', table: table.name, column: column.name }}
                  resetScroll={false}
                  title={column.name.length > 36 ? column.name : undefined}
                  className="inline-block max-w-[18rem] truncate align-middle font-medium font-mono text-[0.71875rem] after:absolute after:inset-0"
                >
                  {column.name}
                </Link>
                {!column.nullable && (
                  <>
                    <span className="ml-1 text-bad-ink" title="Required" aria-hidden>
                      *
                    </span>
                    <span className="sr-only"> required</span>
                  </>
                )}
                {table.key.includes(column.name) && <KeyMark />}
              </Td>
              <Td
                className="max-w-44 truncate whitespace-nowrap font-mono text-[0.71875rem] text-ink-2"
                title={column.type}
              >
                {column.type.toLowerCase()}
              </Td>
              <Td className="max-w-0 min-w-40 truncate text-ink-2" title={column.description}>
                {column.description || <span className="text-ink-3">–</span>}
              </Td>
              {classed && (
                <Td>
                  <span className="flex items-center gap-1.5">
                    <Classification level={column.classification} pii={column.pii} />
                    <LazyMaskMark mask={maskOf(column.name)} />
                  </span>
                </Td>
              )}
              {profile && (
                <Td className="text-right tabular-nums">
                  {figures
                    ? figures.rows === 0
                      ? '–'
                      : figures.nulls > 0
                        ? percent(figures.nulls / figures.rows)
                        : '0'
                    : '–'}
                </Td>
              )}
              {profile && (
                <Td className="text-right tabular-nums" title={figures?.distinct ? count(figures.distinct) : undefined}>
                  {figures?.distinct == null ? '–' : compact(figures.distinct)}
                </Td>
              )}
            </tr>
          )
        })}
      </tbody>
    </Table>
  )
}

export const KeyMark = () => (
  <span
    className="ml-1.5 rounded bg-accent-soft px-1 py-px font-sans font-semibold text-2xs text-accent-ink"
    title="Part of the key"
  >
    Key
  </span>
)
