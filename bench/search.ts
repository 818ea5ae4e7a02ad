import type { DataProduct } from '@datamesh/core'
import {
  CatalogCache,
  documentOf,
  type Searcher,
  search,
  searchText,
} from '../packages/control-plane/src/catalog/index.ts'
import { json } from '../packages/control-plane/src/store/index.ts'
import { openTestStore } from '../packages/control-plane/src/store/testing/store.ts'
import { readManifests } from '../packages/core/src/manifest/index.ts'

export type SearchFigure = { query: string; kind: string; matches: number; p50Ms: number; p99Ms: number }

const subjects =
  'order customer invoice payment shipment product supplier flight airport weather claim policy account card loan patient visit device sensor meter'.split(
    ' ',
  )
const forms =
  'fact daily history snapshot events summary profile risk forecast master ledger balance activity segment'.split(' ')
const domains = 'sales finance logistics risk care grid retail support marketing reference'.split(' ')
const columns =
  'id created_at updated_at amount currency status country region city email phone quantity price discount score label channel source batch_id valid_from'.split(
    ' ',
  )

/** Always the same numbers: two runs measure the same mesh. */
const numbers = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296
  return seed / 4_294_967_296
}

/** `n` products with about 100 words each, from a small vocabulary plus one word of their own. */
function* products(n: number): Generator<DataProduct> {
  const next = numbers(42)
  const one = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T
  const template = readManifests(manifest, 'dataproduct.yaml').documents[0] as DataProduct
  for (let i = 0; i < n; i++) {
    const subject = one(subjects)
    const form = one(forms)
    const domain = one(domains)
    const name = `${subject}-${form}-${i}`
    yield {
      ...template,
      id: `${domain}/${name}`,
      name,
      domain,
      owner: `${domain}-${one(['core', 'data', 'platform'])}-team`,
      description: `The ${form} of every ${subject}, as the ${domain} teams know it; reconciled against ${one(subjects)} and ${one(subjects)} data. Unique marker zq${i.toString(36)}x.`,
      tags: [one(subjects), one(forms), one(['gold', 'silver', 'bronze'])],
      alignment: one(['source-aligned', 'aggregate-aligned', 'consumer-aligned'] as const),
      access: {
        ...template.access,
        classification: one(['public', 'internal', 'confidential', 'restricted'] as const),
      },
      schema: {
        ...template.schema,
        tables: {
          [name.replaceAll('-', '_')]: {
            description: '',
            fields: Array.from({ length: 12 }, () => {
              const column = `${one(subjects)}_${one(columns)}`
              return {
                name: column,
                type: 'string',
                nullable: true,
                description: `The ${column.replaceAll('_', ' ')}`,
                pii: false,
                key: false,
              }
            }),
          },
        },
      },
    }
  }
}

const manifest = `apiVersion: datamesh/v1
kind: DataProduct
metadata: { name: template, domain: sales, owner: sales-team, description: A template, version: 1.0.0 }
spec:
  output_ports: [{ name: api, type: rest }, { name: files, type: parquet }]
  schema: { fields: [{ name: id, type: long, description: Key }] }
`

/** Search over `n` generated products in the embedded state: p50 and p99 of each kind of question, after a warm-up. */
export const benchSearch = async (n = 10_000, rounds = 40): Promise<SearchFigure[]> => {
  await using store = await openTestStore()
  const now = new Date()
  await store.db
    .insertInto('domain')
    .values(
      domains.map((name) => ({ name, owner: `${name}-team`, definition: json({}), created_at: now, updated_at: now })),
    )
    .execute()
  await store.db.transaction().execute(async (tx) => {
    for (const chunk of chunksOf([...products(n)], 200)) {
      await tx
        .insertInto('product')
        .values(
          chunk.map((product) => ({
            id: product.id,
            domain: product.domain,
            name: product.name,
            title: product.name,
            description: product.description,
            owner: product.owner,
            alignment: product.alignment ?? null,
            classification: product.access.classification,
            tags: product.tags,
            port_kinds: ['api', 'batch'],
            current_version: product.version,
            search: documentOf(searchText(product, [])),
            certifiable: json({ met: product.tags[2] as 'gold', without: {} }),
            created_at: now,
            updated_at: now,
          })),
        )
        .execute()
      await tx
        .insertInto('release')
        .values(
          chunk.map((product) => ({
            product: product.id,
            version: product.version,
            digest: product.id,
            manifest: json(product),
            files: json({}),
            created_by: 'bench',
            created_at: now,
          })),
        )
        .execute()
      await tx
        .insertInto('head')
        .values(chunk.map((product) => ({ product: product.id, snapshot_id: null, updated_at: now })))
        .execute()
    }
  })
  for (const chunk of chunksOf([...products(n)], 200))
    await store.db
      .insertInto('port_read')
      .values(
        chunk.flatMap((product) =>
          ['ada', 'bo', 'cy'].map((principal) => ({
            product: product.id,
            port: 'api',
            principal,
            day: now.toISOString().slice(0, 10),
            reads: product.name.length,
          })),
        ),
      )
      .execute()
  await (await import('kysely')).sql`analyze`.execute(store.db)
  const deps = { store, cache: new CatalogCache(), now: () => now, newId: (kind: string) => kind }
  const standings = (['open', 'granted', 'request'] as const).map((how) => ({
    how,
    canRead: how !== 'request',
    because: '',
  }))
  const searcher: Searcher = {
    visible: () => true,
    standingOf: (product) => standings[product.length % 3] as (typeof standings)[number],
  }
  const figures: SearchFigure[] = []
  for (const [kind, query] of questions(n)) {
    const times: number[] = []
    let matches = 0
    for (let round = 0; round < rounds + 5; round++) {
      const began = performance.now()
      const found = await search({ limit: 20, offset: 0, ...query }, searcher, deps)
      if (round >= 5) times.push(performance.now() - began)
      matches = found.total
    }
    times.sort((a, b) => a - b)
    const at = (q: number) => times[Math.min(times.length - 1, Math.floor(q * times.length))] as number
    figures.push({ query: Object.values(query).join(' '), kind, matches, p50Ms: at(0.5), p99Ms: at(0.99) })
  }
  return figures
}

type Question = Partial<Parameters<typeof search>[0]> & { q: string }

const questions = (n: number): [string, Question][] => [
  ['rare word', { q: `zq${Math.floor(n / 3).toString(36)}x` }],
  ['common word', { q: 'customer' }],
  ['prefix', { q: 'shipm' }],
  ['two words', { q: 'flight forecast' }],
  ['name of a product', { q: 'airport daily' }],
  ['misspelt', { q: 'cutsomer' }],
  ['everything', { q: '' }],
  ['two filters', { q: '', tier: 'gold,silver', access: 'readable' }],
  ['word, filter, order', { q: 'customer', domain: 'sales,finance', sort: 'used' }],
]

const chunksOf = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))

if (process.argv[1]?.endsWith('bench/search.ts')) {
  const figures = await benchSearch(Number(process.argv[2] ?? 10_000))
  for (const { kind, query, matches, p50Ms, p99Ms } of figures)
    process.stdout.write(
      `${kind.padEnd(20)} ${query.padEnd(16)} ${String(matches).padStart(6)} ${p50Ms.toFixed(1).padStart(8)} ${p99Ms.toFixed(1).padStart(8)}\n`,
    )
}
