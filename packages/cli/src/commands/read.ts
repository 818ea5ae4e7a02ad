import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { MeshError } from '@datamesh/core'
import { type Command, Option } from 'commander'
import { openContext, productRef } from '../context.ts'
import { dim, show, table } from '../output.ts'

type Options = {
  table?: string
  select?: string
  where?: string[]
  order?: string
  limit?: string
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
  program
    .command('read')
    .argument('<product>', 'domain/product')
    .option('--table <name>', 'the table; the main one when left out')
    .option('--select <columns>', 'columns, separated by commas')
    .option('--where <column=value...>', 'filter: delay_minutes=gt:60, origin=SEA, origin=in:SEA,JFK')
    .option('--order <columns>', 'columns, - in front for descending')
    .option('--limit <n>', 'rows; 20 for a table, everything for other formats')
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
          query: { ...query, limit: Number(options.limit ?? 20) },
        })
        show(
          output,
          page,
          (it) =>
            `${table(it.data)}\n${dim(`${ref.domain}/${ref.product} · ${name} · snapshot ${it.snapshot}${it.next ? ' · there is more: --limit' : ''}`)}`,
        )
        return
      }
      if (format === 'parquet' && !options.output && process.stdout.isTTY)
        throw new MeshError('request-invalid', { what: 'Parquet is not for a terminal; add --output file.parquet' })
      const limit = options.limit ? { limit: Number(options.limit) } : format === 'json' ? { limit: 10_000 } : {}
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
    })
}

function filtersOf(where: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    where.map((each) => {
      const [column, value] = each.split(/=(.*)/s)
      if (!column || value === undefined)
        throw new MeshError('request-invalid', { what: `${each} is no filter; write column=value or column=gt:5` })
      return [column, value]
    }),
  )
}
