import { createWriteStream, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReplyOf } from '@datamesh/core'
import { ApiError, type Client } from '@datamesh/sdk'
import { type Command, Option } from 'commander'
import { openContext } from '../context.ts'
import { dim } from '../output.ts'
import { plural, table } from '../text.ts'
import { examples, UsageError, whole } from '../usage.ts'

type Options = { limit?: number; format: 'table' | 'csv' | 'json' | 'parquet'; output?: string }
type Query = ReplyOf<'getQuery'>

export const sqlCommand = (program: Command): void => {
  const sql = program
    .command('sql')
    .argument('[query]', 'one SELECT over domain.product, dashes as _; - or nothing reads it from stdin')
    .option('--limit <n>', 'rows; 50 for a table, 100,000 for other formats', whole())
    .addOption(
      new Option('--format <format>', 'how to show it').choices(['table', 'csv', 'json', 'parquet']).default('table'),
    )
    .option('--output <file>', 'write to a file')
    .summary('ask with SQL')
    .description(
      'Runs one SELECT over the current snapshots of everything that you may read; personal columns are masked as everywhere. JSON is one object a line.',
    )
    .action(async (text: string | undefined, options: Options, command: Command) => {
      const { output, client } = openContext(command)
      const format = output.json && options.format === 'table' ? 'json' : options.format
      if (format === 'parquet' && !options.output && process.stdout.isTTY)
        throw new UsageError('Parquet is not for a terminal', 'add --output result.parquet')
      const asked = text === undefined || text === '-' ? readFileSync(0, 'utf8') : text
      const mesh = client()
      const query = await ended(asked, options.limit ?? (format === 'table' ? 50 : 100_000), mesh)
      if (query.error) throw failed(query.error)
      if (format !== 'table' || options.output) {
        const chosen = format === 'table' ? 'csv' : format
        const reply = await mesh.fetch('exportQuery', { params: { id: query.id }, query: { format: chosen } })
        const target = options.output ? createWriteStream(options.output) : process.stdout
        if (reply.body)
          await pipeline(Readable.fromWeb(reply.body as Parameters<typeof Readable.fromWeb>[0]), target, {
            end: options.output !== undefined,
          })
        if (options.output) output.note(`wrote ${options.output}`)
        return
      }
      const rows = await mesh.call('queryRows', { params: { id: query.id }, query: { limit: Math.max(1, query.rows) } })
      output.write(table(rowsOf(query, rows.columns)))
      output.note(dim(about(query)))
    })
  examples(
    sql,
    ['datamesh sql "select count(*) from sales.orders"', 'one number'],
    [
      'datamesh sql "select o.region, sum(o.amount) from sales.orders o group by all" --format csv',
      'for a spreadsheet',
    ],
    ['cat query.sql | datamesh sql --format parquet --output result.parquet', 'a text from a file'],
  )
}

async function ended(sql: string, limit: number, mesh: Client): Promise<Query> {
  let query = await mesh.call('runQuery', { body: { sql, limit } })
  while (query.state === 'running')
    query = await mesh.call('getQuery', { params: { id: query.id }, query: { wait: 10_000 } })
  return query
}

const statuses: Readonly<Record<string, number>> = { denied: 403, 'not-found': 404, 'query-limit': 429 }

function failed({ code, title, hint, line, column }: NonNullable<Query['error']>): ApiError {
  const place = line === null ? '' : `line ${line}, column ${column}: `
  return new ApiError({ code, status: statuses[code] ?? 400, title: `${place}${title}`, hint })
}

function rowsOf(query: Query, columns: readonly unknown[][]): Record<string, unknown>[] {
  // Two columns may have one name; a row of a table has it once.
  const seen = new Map<string, number>()
  const names = query.columns.map(({ name }) => {
    const nth = seen.get(name) ?? 0
    seen.set(name, nth + 1)
    return nth === 0 ? name : `${name}_${nth}`
  })
  return Array.from({ length: query.rows }, (_, row) =>
    Object.fromEntries(names.map((name, at) => [name, columns[at]?.[row] ?? null])),
  )
}

function about(query: Query): string {
  const masked = query.masked.map(({ product, column }) => `${product} ${column}`)
  return [
    plural(query.rows, 'row') + (query.truncated ? ', there is more: --limit' : ''),
    `${query.durationMs} ms`,
    ...query.reads.map(({ product, sequence }) => `${product} #${sequence}`),
    ...(masked.length === 0 ? [] : [`masked: ${masked.join(', ')}`]),
  ].join(' · ')
}
