import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { MeshError } from '@datamesh/core'
import { type Command, Option } from 'commander'
import { openContext, productRef } from '../context.ts'
import { dim, show } from '../output.ts'
import { plural, table } from '../text.ts'
import { examples, UsageError, whole } from '../usage.ts'

type Options = {
  table?: string
  select?: string
  where?: string[]
  order?: string
  limit?: number
  format: 'table' | 'csv' | 'json' | 'ndjson' | 'parquet' | 'arrow'
  output?: string
  version?: string
  snapshot?: string
  asOf?: string
  meta?: boolean
}

const accept = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.stream',
} as const

export const readCommand = (program: Command): void => {
  const read = program
    .command('read')
    .argument('<product>', 'domain/product')
    .option('--table <name>', 'the table; the main one when left out')
    .option('--select <columns>', 'columns, separated by commas')
    .option('--where <column=value...>', 'filter: delay_minutes=gt:60, origin=SEA, origin=in:SEA,JFK')
    .option('--order <columns>', 'columns, - in front for descending')
    .option('--limit <n>', 'rows; 20 for a table, everything for other formats', whole())
    .addOption(
      new Option('--format <format>', 'how to show it')
        .choices(['table', 'csv', 'json', 'ndjson', 'parquet', 'arrow'])
        .default('table'),
    )
    .option('--output <file>', 'write to a file')
    .option('--version <release>', 'the newest snapshot of this release')
    .option('--snapshot <id>', 'this snapshot, by id or number')
    .option('--as-of <time>', 'as it was then, ISO time')
    .option('--meta', 'with _product_name, _product_version, _domain, _publish_timestamp')
    .summary('read rows of a product')
    .description(
      'Reads a table of a product, as it is now or as it was, as a table for people or as CSV, JSON, NDJSON, Parquet or Arrow.',
    )
    .action(async (text: string, options: Options, command: Command) => {
      const { output, client } = openContext(command)
      const mesh = client()
      const ref = await productRef(text, mesh)
      const name = options.table ?? (await mesh.call('getProduct', { params: ref })).tables[0]
      if (!name)
        throw new MeshError('not-found', { what: `table in ${ref.domain}/${ref.product}: it was never published` })
      const format = output.json && options.format === 'table' ? 'json' : options.format
      const query = {
        ...(options.select ? { select: options.select } : {}),
        ...(options.order ? { order: options.order } : {}),
        ...(options.version ? { version: options.version } : {}),
        ...(options.snapshot ? { snapshot: options.snapshot } : {}),
        ...(options.asOf ? { as_of: options.asOf } : {}),
        ...(options.meta ? { meta: 'true' as const } : {}),
        ...filtersOf(options.where ?? []),
      }
      if (format === 'table') {
        const page = await mesh.call('readRows', {
          params: { ...ref, table: name },
          query: { ...query, limit: options.limit ?? 20 },
        })
        show(
          output,
          page,
          (it) =>
            `${table(it.data)}\n${dim(`${ref.domain}/${ref.product} · ${name} · ${plural(it.data.length, 'row')}${it.next ? ', there is more: --limit' : ''} · snapshot ${it.snapshot}`)}`,
        )
        return
      }
      if ((format === 'parquet' || format === 'arrow') && !options.output && process.stdout.isTTY)
        throw new UsageError(
          `${format === 'arrow' ? 'Arrow' : 'Parquet'} is not for a terminal`,
          `add --output ${name}.${format}`,
        )
      const limit = options.limit ? { limit: options.limit } : format === 'json' ? { limit: 10_000 } : {}
      const reply = await mesh.fetch('readRows', {
        params: { ...ref, table: name },
        query: { ...query, ...limit },
        headers: { accept: accept[format] },
      })
      const target = options.output ? createWriteStream(options.output) : process.stdout
      if (!reply.body) return
      await pipeline(Readable.fromWeb(reply.body as Parameters<typeof Readable.fromWeb>[0]), target, {
        end: options.output !== undefined,
      })
      if (options.output) output.note(`wrote ${options.output}`)
      else if (format === 'json') output.write('')
    })
  examples(
    read,
    ['datamesh read sales/orders', '20 rows as a table'],
    [
      'datamesh read sales/orders --where amount=gt:10 --order -amount --format csv',
      'filtered, sorted, for a spreadsheet',
    ],
    ['datamesh read sales/orders --as-of 2026-01-31T00:00:00Z --format parquet --output january.parquet', 'as it was'],
  )
}

function filtersOf(where: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    where.map((each) => {
      const [column, value] = each.split(/=(.*)/s)
      if (!column || value === undefined)
        throw new UsageError(`${each} is no filter`, 'write --where column=value or column=gt:5')
      return [column, value]
    }),
  )
}
