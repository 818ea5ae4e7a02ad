import type { LineageEdge, LineageNode, ProductCard } from '@datamesh/core'
import { type Command, Option } from 'commander'
import { openContext, productRef } from '../context.ts'
import { ago, bad, bold, dim, duration, good, paint, plural, show, table, warn } from '../output.ts'

const dot = (health: string): string => ({ ok: good('●'), stale: warn('●'), failing: bad('●') })[health] ?? dim('○')

export const statusCommand = (program: Command): void => {
  program
    .command('status')
    .argument('[product]', 'domain/product; the whole mesh when left out')
    .summary('health of the mesh, or of one product')
    .action(async (text: string | undefined, _options: unknown, command: Command) => {
      const { output, client, now } = openContext(command)
      const mesh = client()
      if (!text) {
        const status = await mesh.call('status', {})
        show(output, status, (it) =>
          [
            table(it.products.map((card) => productLine(card, now()))),
            dim(
              `datamesh ${it.version}, up for ${duration(now().getTime() - Date.parse(it.startedAt))}; ${Object.entries(
                it.parts,
              )
                .map(([part, state]) => `${part} ${state}`)
                .join(', ')}`,
            ),
            ...it.running.map((run) => `running: ${run.product} ${dim(run.id)}`),
          ].join('\n'),
        )
        return
      }
      const product = await mesh.call('getProduct', { params: await productRef(text, mesh) })
      show(output, product, (it) =>
        [
          `${dot(it.trust.health)} ${bold(it.id)} ${it.version}  ${it.description}`,
          `  owner ${it.owner} · ${it.classification} · ${it.tags.join(', ')}`,
          `  published ${ago(it.trust.lastPublishedAt, now())}${it.rows === null ? '' : ` · ${plural(it.rows, 'row')}`}${it.trust.checks ? ` · ${it.trust.checks.passed} of ${it.trust.checks.total} checks passed` : ''}`,
          `  ${it.access.canRead ? good('you can read it') : bad('you cannot read it')}: ${it.access.because}`,
          '',
          table(
            it.outputPorts.map((port) => ({
              port: port.name,
              type: port.technology,
              served: port.provisioned ? good('yes') : dim('declared'),
              where: port.url ?? port.reason,
              limit: port.rateLimit,
            })),
            undefined,
            90,
          ),
          '',
          table(
            it.sla.map((level) => ({
              level: level.name,
              promised: level.written,
              measured: measured(level.measured, level.unit),
              met: level.met === null ? dim('–') : level.met ? good('yes') : bad('no'),
              how: level.because,
            })),
            undefined,
            70,
          ),
        ].join('\n'),
      )
    })
}

const measured = (value: number | null, unit: string): string | null =>
  value === null
    ? null
    : unit === 'share'
      ? `${(value * 100).toFixed(2)}%`
      : unit === 'seconds'
        ? duration(value * 1000)
        : String(value)

const productLine = (card: ProductCard, now: Date) => ({
  product: `${dot(card.trust.health)} ${card.id}`,
  version: card.version,
  published: ago(card.trust.lastPublishedAt, now),
  rows: card.rows,
  checks: card.trust.checks ? `${card.trust.checks.passed}/${card.trust.checks.total}` : null,
  classification: card.classification,
  owner: card.owner,
})

export const searchCommand = (program: Command): void => {
  program
    .command('search')
    .argument('<words...>', 'words in names, descriptions, columns, tags, owners')
    .option('--domain <name>')
    .option('--tag <name>')
    .option('--limit <n>', 'hits', '10')
    .summary('find products')
    .action(async (words: string[], options: { domain?: string; tag?: string; limit: string }, command: Command) => {
      const { output, client } = openContext(command)
      const reply = await client().call('search', {
        query: {
          q: words.join(' '),
          limit: Number(options.limit),
          ...(options.domain ? { domain: options.domain } : {}),
          ...(options.tag ? { tag: options.tag } : {}),
        },
      })
      show(output, reply, (it) =>
        it.hits.length === 0
          ? 'nothing found'
          : [
              ...it.hits.flatMap((hit) => [
                `${dot(hit.trust.health)} ${bold(hit.id)}  ${hit.description}`,
                ...hit.matches
                  .slice(0, 3)
                  .map(
                    (match) =>
                      dim(`    ${match.field}: `) +
                      match.text.replaceAll(/«([^»]*)»/g, (_all, found: string) => paint('yellow', found)),
                  ),
              ]),
              dim(
                `${plural(it.total, 'product')}  ${Object.entries(it.facets)
                  .map(
                    ([name, values]) =>
                      `${name}: ${values
                        .slice(0, 4)
                        .map((each) => `${each.value} ${each.count}`)
                        .join(', ')}`,
                  )
                  .join(' · ')}`,
              ),
            ].join('\n'),
      )
    })
}

export const lineageCommand = (program: Command): void => {
  program
    .command('lineage')
    .argument('<product>', 'domain/product')
    .addOption(new Option('--level <level>', 'how fine').choices(['product', 'model', 'column']).default('product'))
    .option('--column <name>', 'only what touches this column; implies --level column')
    .option('--depth <n>', 'steps in each direction', '5')
    .summary('where data comes from and where it goes')
    .action(
      async (
        text: string,
        options: { level: 'product' | 'model' | 'column'; column?: string; depth: string },
        command: Command,
      ) => {
        const { output, client } = openContext(command)
        const mesh = client()
        const ref = await productRef(text, mesh)
        const level = options.column ? 'column' : options.level
        const reply = await mesh.call('getLineage', {
          params: ref,
          query: { level, depth: Number(options.depth), ...(options.column ? { column: options.column } : {}) },
        })
        const unknown = reply.unknown.map((each) => warn(`  unknown: ${each.model}: ${each.reason}`))
        show(output, reply, (it) =>
          level === 'product'
            ? [drawTree(`${ref.domain}/${ref.product}`, it.edges), ...unknown].join('\n')
            : [
                table(
                  it.edges.map((edge) => ({ from: nodeText(edge.from), how: edge.how, to: nodeText(edge.to) })),
                  undefined,
                  70,
                ),
                ...unknown,
              ].join('\n'),
        )
      },
    )
}

const nodeText = (node: LineageNode): string => `${node.ref}${node.column ? `.${node.column}` : ''}`

/** Upstream above, downstream below, the product in the middle. */
function drawTree(center: string, edges: readonly LineageEdge[]): string {
  const walk = (ref: string, next: (ref: string) => string[], depth: number, seen: ReadonlySet<string>): string[] =>
    next(ref).flatMap((other) => [
      `${'  '.repeat(depth)}${depth === 0 ? '' : ''}${other}`,
      ...(seen.has(other) ? [] : walk(other, next, depth + 1, new Set([...seen, other]))),
    ])
  const unique = (refs: string[]) => [...new Set(refs)].sort()
  const up = walk(
    center,
    (ref) => unique(edges.filter((edge) => edge.to.ref === ref).map((edge) => edge.from.ref)),
    1,
    new Set([center]),
  )
  const down = walk(
    center,
    (ref) => unique(edges.filter((edge) => edge.from.ref === ref).map((edge) => edge.to.ref)),
    1,
    new Set([center]),
  )
  return [
    ...(up.length > 0
      ? [dim('reads'), ...up.map((line) => `  ↑${line.slice(1)}`)]
      : [dim('reads nothing in the mesh')]),
    bold(center),
    ...(down.length > 0
      ? [dim('is read by'), ...down.map((line) => `  ↓${line.slice(1)}`)]
      : [dim('is read by nobody yet')]),
  ].join('\n')
}
