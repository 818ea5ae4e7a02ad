import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type CheckSpec, type DataProduct, mainTable } from '@datamesh/core'
import { type Command, Option } from 'commander'
import { openContext } from '../context.ts'
import { good, show } from '../output.ts'
import { examples } from '../usage.ts'
import { mustBeValid, shown } from '../workspace.ts'
import { targetsOf } from './apply.ts'

export const docsCommand = (program: Command): void => {
  const generate = program
    .command('docs')
    .summary('documentation of products')
    .command('generate')
    .argument('[paths...]', 'product folders or a mesh folder; this folder when left out')
    .option('--output <folder>', 'where to write', 'docs/')
    .addOption(
      new Option('--format <format>', 'pages for people, or the manifest as the platform reads it')
        .choices(['markdown', 'json'])
        .default('markdown'),
    )
    .summary('write one page for each product, from its manifest')
    .description(
      'A page tells what a product is, its columns, what it promises, its checks and how to read it.\nNeeds no server. Files of the same name are written anew.',
    )
    .action((paths: string[], options: { output: string; format: 'markdown' | 'json' }, command: Command) => {
      const { output } = openContext(command)
      const folder = resolve(options.output)
      mkdirSync(folder, { recursive: true })
      const written = targetsOf(paths).products.map((each) => {
        const product = mustBeValid(each)
        const file = join(folder, `${product.name}.${options.format === 'json' ? 'json' : 'md'}`)
        writeFileSync(file, options.format === 'json' ? `${JSON.stringify(product, null, 2)}\n` : page(product))
        return shown(file)
      })
      show(output, { written }, (it) => it.written.map((file) => `${good('✓')} ${file}`).join('\n'))
    })
  examples(
    generate,
    ['datamesh docs generate --output docs/ --format markdown', 'the products of this folder'],
    ['datamesh docs generate sales/orders --output build/docs', 'one product'],
  )
}

const row = (...cells: string[]): string =>
  `| ${cells.map((each) => each.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
const grid = (head: string[], rows: string[][]): string[] => [
  row(...head),
  row(...head.map(() => '---')),
  ...rows.map((cells) => row(...cells)),
]
const section = (title: string, lines: string[]): string[] =>
  lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines]

/** A product as a page that a consumer can decide by: what it is, its columns, what it promises, how to read it. */
function page(product: DataProduct): string {
  const tables = Object.entries(product.schema.tables)
  const levels = Object.entries(product.sla).flatMap(([name, level]) =>
    name === 'declared'
      ? Object.entries(level as Record<string, string>).map(([key, text]) => [key, text])
      : [[name, (level as { written: string }).written]],
  )
  return [
    `# ${product.name}`,
    '',
    product.description,
    '',
    ...grid(
      ['', ''],
      [
        ['Product', `\`${product.id}\` ${product.version}`],
        ['Owner', product.owner],
        ['Classification', product.access.classification],
        ['Tags', product.tags.join(', ')],
        ...Object.entries(product.documentation).map(([name, text]) => [name, text]),
      ],
    ),
    ...tables.flatMap(([name, table]) =>
      section(
        `Table \`${name}\``,
        grid(
          ['column', 'type', 'required', 'meaning'],
          table.fields.map((field) => [
            `\`${field.name}\`${field.key ? ' (key)' : ''}`,
            field.type,
            field.nullable ? '' : 'yes',
            `${field.description}${field.pii ? ' (personal data)' : ''}`,
          ]),
        ),
      ),
    ),
    ...section('Service levels', levels.length === 0 ? [] : grid(['level', 'promise'], levels as string[][])),
    ...section(
      'Checks',
      product.checks.length === 0
        ? []
        : grid(
            ['check', 'rule', 'severity'],
            product.checks.map((check) => [check.name, rule(check), check.severity]),
          ),
    ),
    ...section(
      'Where to read it',
      grid(
        ['port', 'type', 'location'],
        product.outputPorts.map((port) => [port.name, port.technology, port.location ?? port.format ?? '']),
      ).slice(0, product.outputPorts.length === 0 ? 0 : undefined),
    ),
    ...section(
      'Where it comes from',
      product.inputPorts.map(
        (port) =>
          `- ${port.name}: ${port.source.from === 'product' ? `\`${port.source.product}\`` : port.source.from === 'files' ? `${port.source.format} files` : port.source.technology}`,
      ),
    ),
    '',
    '```sh',
    `datamesh read ${product.id} --limit 5`,
    `curl -H "Authorization: Bearer $DATAMESH_TOKEN" "$DATAMESH_URL/api/v1/products/${product.id}/tables/${mainTable(product)}/rows?limit=5"`,
    '```',
    '',
  ].join('\n')
}

function rule(check: CheckSpec): string {
  const share = check.threshold < 1 ? ` in at least ${(check.threshold * 100).toFixed(2)}% of rows` : ''
  const columns = check.columns.map((name) => `\`${name}\``).join(', ')
  const bounds = [
    check.min === undefined ? '' : `at least ${check.min}`,
    check.max === undefined ? '' : `at most ${check.max}`,
  ]
    .filter(Boolean)
    .join(', ')
  switch (check.type) {
    case 'not_null':
      return `${columns} always set${share}`
    case 'unique':
      return `${columns} identifies a row`
    case 'range':
    case 'row_count':
      return `${columns || 'rows'} ${bounds}${share}`
    case 'accepted_values':
      return `${columns} one of ${check.values?.join(', ')}${share}`
    case 'pattern':
      return `${columns} matches \`${check.pattern}\`${share}`
    case 'freshness':
      return `${columns} no older than ${check.maxAgeSeconds} s`
    case 'relationship':
      return `${columns} found in ${check.references?.table}${share}`
    case 'duplicate_share':
      return `at most ${((check.maxShare ?? 0) * 100).toFixed(2)}% duplicates by ${columns}`
    case 'sql':
      return `\`${(check.sql ?? '').replaceAll(/\s+/g, ' ').slice(0, 120)}\``
  }
}
