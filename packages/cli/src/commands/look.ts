import { MeshError, type ProductCard } from '@datamesh/core'
import type { Client } from '@datamesh/sdk'
import type { Command } from 'commander'
import { openContext, productRef } from '../context.ts'
import { bad, bold, dim, good, paint, show, warn } from '../output.ts'
import { AnsweredNo } from '../problems.ts'
import { ago, count, duration, plain, plural, table } from '../text.ts'
import { examples, whole } from '../usage.ts'

const dot = (health: string): string => ({ ok: good('●'), stale: warn('●'), failing: bad('●') })[health] ?? dim('○')

export const statusCommand = (program: Command): void => {
  const status = program
    .command('status')
    .argument('[name]', 'domain/product, or a domain; the whole mesh when left out')
    .summary('health of the mesh, of a domain or of one product')
    .description(
      'Tells what is published, how old it is, whether its checks passed and its service levels are met.\n● green well, yellow older than promised, red failing; ○ never published.',
    )
    .action(async (text: string | undefined, _options: unknown, command: Command) => {
      const { output, client, now } = openContext(command)
      const mesh = client()
      const domain = text !== undefined && !text.includes('/') ? await domainNamed(text, mesh) : null
      if (domain) {
        show(output, domain, (it) =>
          [
            `${bold(it.name)}  ${plain(it.description)}`,
            it.products.length === 0
              ? dim('  it has no products yet: datamesh new product')
              : table(it.products.map((card) => productLine(card, now()))),
          ].join('\n'),
        )
        return
      }
      if (!text) {
        const status = await mesh.call('status', {})
        show(output, status, (it) =>
          [
            it.products.length === 0
              ? 'No products yet: datamesh init my-mesh, then datamesh apply my-mesh'
              : table(it.products.map((card) => productLine(card, now()))),
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
          `${dot(it.trust.health)} ${bold(it.id)} ${it.version}  ${plain(it.description)}`,
          `  owner ${[it.owner, it.classification, ...(it.tags.length > 0 ? [it.tags.join(', ')] : [])].join(' · ')}`,
          `  ${it.trust.lastPublishedAt ? `published ${ago(it.trust.lastPublishedAt, now())}` : `never published: datamesh publish ${it.id}`}${it.rows === null ? '' : ` · ${plural(it.rows, 'row')}`}${it.trust.checks ? ` · ${it.trust.checks.passed} of ${it.trust.checks.total} checks passed` : ''}`,
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
            { widest: 90 },
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
            { widest: 70 },
          ),
        ].join('\n'),
      )
    })
  examples(
    status,
    ['datamesh status', 'the whole mesh'],
    ['datamesh status sales/orders', 'one product: ports, service levels, what you may do'],
    [`datamesh status --json | jq '.products[] | select(.trust.health != "ok") | .id'`, 'what needs care'],
  )
}

/** The domain of that name with its products; null when a product is called like that. @throws not-found */
async function domainNamed(name: string, mesh: Client) {
  const { products } = await mesh.call('status', {})
  const { domains } = await mesh.call('listDomains')
  const found = domains.find((each) => each.name === name)
  if (found) return { ...found, products: products.filter((card) => card.domain === name) }
  if (products.some((card) => card.name === name)) return null
  throw new MeshError('not-found', { what: `product or domain ${name}` })
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
  rows: card.rows === null ? null : count(card.rows),
  checks: card.trust.checks ? `${card.trust.checks.passed}/${card.trust.checks.total}` : null,
  classification: card.classification,
  owner: card.owner,
})

export const searchCommand = (program: Command): void => {
  const search = program
    .command('search')
    .argument('<words...>', 'words in names, descriptions, columns, tags, owners')
    .option('--domain <name>', 'only of this domain')
    .option('--tag <name>', 'only with this tag')
    .option('--limit <n>', 'hits to show', whole(), 10)
    .summary('find products')
    .description(
      'Finds products by words, or beginnings of words, and tells where the words were found.\nOnly what you may see is found and counted. Exit code 1 when there is nothing.',
    )
    .action(async (words: string[], options: { domain?: string; tag?: string; limit: number }, command: Command) => {
      const { output, client } = openContext(command)
      const reply = await client().call('search', {
        query: {
          q: words.join(' '),
          limit: options.limit,
          ...(options.domain ? { domain: options.domain } : {}),
          ...(options.tag ? { tag: options.tag } : {}),
        },
      })
      show(output, reply, (it) =>
        it.hits.length === 0
          ? `nothing found for ${words.join(' ')}`
          : [
              ...it.hits.flatMap((hit) => [
                `${dot(hit.trust.health)} ${bold(hit.id)}  ${plain(hit.description)}`,
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
                  .filter(([, values]) => values.some((each) => each.value && each.count > 0))
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
      if (reply.hits.length === 0) throw new AnsweredNo()
    })
  examples(
    search,
    ['datamesh search delay', 'in names, descriptions, columns, tags and owners'],
    ['datamesh search flight --domain safety --limit 3', 'within a domain'],
  )
}
