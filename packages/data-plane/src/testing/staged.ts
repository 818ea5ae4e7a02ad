import { type CheckSpec, type Column, type ColumnStats, quoteText } from '@datamesh/core'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

/** A DuckDB in memory that closes itself. */
export const scratchDuckDB = async (): Promise<{ connection: DuckDBConnection; [Symbol.dispose](): void }> => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  return {
    connection,
    [Symbol.dispose]: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** A SELECT as a staged table: really written as Parquet to `file`, with the statistics that the writer gave. */
export const stagedTable = async (connection: DuckDBConnection, select: string, file: string, pii: string[] = []) => {
  const described = await connection.runAndReadAll(`describe ${select}`)
  const columns: Column[] = described.getRowObjectsJson().map((row, i) => ({
    id: i + 1,
    name: String(row.column_name),
    type: String(row.column_type),
    nullable: true,
    description: '',
    pii: pii.includes(String(row.column_name)),
  }))
  const written = await connection.runAndReadAll(
    `copy (${select}) to ${quoteText(file)} (format parquet, compression zstd, return_stats)`,
  )
  const [facts] = written.getRowObjectsJson() as {
    count: string
    column_statistics: { key: string; value: { key: string; value: string }[] }[]
  }[]
  const stats: Record<string, ColumnStats> = {}
  for (const column of columns) {
    const entry = facts!.column_statistics.find(({ key }) => key === `"${column.name}"`)
    const of = new Map(entry?.value.map(({ key, value }) => [key, value]))
    const [nulls, min, max] = [of.get('null_count'), of.get('min'), of.get('max')]
    if (nulls === undefined) continue
    stats[column.name] = {
      nulls: Number(nulls),
      ...(min === undefined || max === undefined || of.get('has_nan') === 'true' ? {} : { min, max }),
    }
  }
  return { relation: `read_parquet(${quoteText(file)})`, columns, rows: Number(facts!.count), stats }
}

/** A rule as reading a short manifest would give it. */
export const checkSpec = (type: CheckSpec['type'], columns: string[], more: Partial<CheckSpec> = {}): CheckSpec => ({
  id: `orders.${type}.${columns.join('.')}`,
  type,
  name: `${type} ${columns.join(', ')}`.trim(),
  columns,
  severity: 'error',
  threshold: 1,
  at: { file: 'dataproduct.yaml', line: 7, column: 5 },
  ...more,
})
