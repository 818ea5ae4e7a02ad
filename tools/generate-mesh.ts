// node --conditions=mesh-source tools/generate-mesh.ts [--products 300] [--domains 20] [--out folder] [--url http://… --token dm_…]
// A mesh of realistic names and flows, always the same one for the same numbers: manifests in a folder, or applied to a
// running server, or both. Nothing is published: products are registered, with their ports and what they read.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connect } from '../packages/sdk/src/index.ts'

const domainNames =
  'checkout catalogue customer fulfilment warehouse suppliers finance marketing web-and-app ml-platform pricing payments returns loyalty fraud stores procurement logistics people legal support search recommendations content advertising risk treasury tax facilities sustainability'.split(
    ' ',
  )
const sources =
  'orders-placed order-lines sessions page-views carrier-scans parcel-events stock-moves purchase-orders price-changes card-payments refunds tickets invoices supplier-master item-master contacts shipments claims visits signups'.split(
    ' ',
  )
const aggregates =
  'daily-sales order-fulfilment customer-360 stock-position margin-by-item demand-history delivery-promise identity-graph basket-facts net-revenue returns-rate price-history supplier-scorecard channel-mix'.split(
    ' ',
  )
const consumers =
  'board-pack churn-model cash-forecast on-time-scorecard campaign-audience fraud-score replenishment-plan revenue-recognition delivery-date-model attribution segment-explorer weekly-report'.split(
    ' ',
  )
const kinds = [
  { alignment: 'source-aligned', names: sources, share: 0.45 },
  { alignment: 'aggregate-aligned', names: aggregates, share: 0.33 },
  { alignment: 'consumer-aligned', names: consumers, share: 0.22 },
] as const

const numbers = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296
  return seed / 4_294_967_296
}

export type GeneratedProduct = { id: string; manifest: string; reads: readonly string[] }
export type GeneratedMesh = {
  domains: readonly { name: string; manifest: string }[]
  products: readonly GeneratedProduct[]
}

/** Products come after everything that they read. */
export const generateMesh = (products: number, domains: number, seed = 42): GeneratedMesh => {
  const next = numbers(seed)
  const one = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T
  const names = Array.from({ length: domains }, (_, i) => {
    const round = Math.floor(i / domainNames.length)
    return `${domainNames[i % domainNames.length]}${round === 0 ? '' : `-${round + 1}`}`
  })
  const aligned = names.map(() => one(kinds).alignment)
  const taken = new Set<string>()
  const made: GeneratedProduct[] = []
  const byRank: string[][] = [[], [], []]
  for (const [rank, kind] of kinds.entries()) {
    const count = rank === 2 ? products - made.length : Math.round(products * kind.share)
    for (let i = 0; i < count; i++) {
      // some domains are much larger than others, as in life
      const domain = names[Math.floor(next() ** 1.5 * names.length)] as string
      let name = one(kind.names)
      for (let copy = 2; taken.has(`${domain}/${name}`); copy++) name = `${name.replace(/-v\d+$/, '')}-v${copy}`
      const id = `${domain}/${name}`
      taken.add(id)
      const below = byRank.slice(0, rank).flat()
      const near = below.filter((each) => each.startsWith(`${domain}/`))
      const reads = new Set<string>()
      for (let wanted = rank === 0 ? 0 : 1 + Math.floor(next() * 3); wanted > 0 && below.length > 0; wanted--)
        reads.add(next() < 0.55 && near.length > 0 ? one(near) : one(below))
      byRank[rank]?.push(id)
      made.push({ id, reads: [...reads], manifest: manifestOf(domain, name, kind.alignment, [...reads], next) })
    }
  }
  return {
    domains: names.map((name, i) => ({
      name,
      manifest: `apiVersion: datamesh/v1\nkind: Domain\nmetadata:\n  name: ${name}\n  description: What the ${name.replaceAll('-', ' ')} team answers for\nspec:\n  team: ${name}-team\n  alignment: ${aligned[i]}\n`,
    })),
    products: made,
  }
}

const manifestOf = (
  domain: string,
  name: string,
  alignment: string,
  reads: readonly string[],
  next: () => number,
): string => {
  const columns = ['id', 'happened_at', 'customer_id', 'order_id', 'amount', 'currency', 'status', 'region'].slice(
    0,
    3 + Math.floor(next() * 6),
  )
  const inputs =
    reads.length === 0
      ? '    - { name: landing, type: file, location: landing/*.csv }\n'
      : reads.map((id, i) => `    - { name: input_${i + 1}, type: product, product: ${id} }\n`).join('')
  return `apiVersion: datamesh/v1
kind: DataProduct
metadata:
  name: ${name}
  domain: ${domain}
  owner: ${domain}-team
  version: 1.0.0
  alignment: ${alignment}
  description: ${name.replaceAll('-', ' ')} as the ${domain.replaceAll('-', ' ')} team knows it
spec:
  input_ports:
${inputs}  output_ports:
    - { name: api, type: rest }
    - { name: files, type: parquet }
  schema:
    fields:
${columns.map((column, i) => `      - { name: ${column}, type: string, description: The ${column.replaceAll('_', ' ')}${i === 0 ? ', nullable: false, primary_key: true' : ''} }\n`).join('')}`
}

const main = async () => {
  const { values } = parseArgs({
    options: {
      products: { type: 'string', default: '300' },
      domains: { type: 'string' },
      seed: { type: 'string', default: '42' },
      out: { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
    },
  })
  const count = Number(values.products)
  const mesh = generateMesh(count, Number(values.domains ?? Math.max(1, Math.round(count / 15))), Number(values.seed))
  if (values.out !== undefined) {
    mkdirSync(join(values.out, 'domains'), { recursive: true })
    for (const { name, manifest } of mesh.domains) writeFileSync(join(values.out, 'domains', `${name}.yaml`), manifest)
    for (const { id, manifest } of mesh.products) {
      mkdirSync(join(values.out, id), { recursive: true })
      writeFileSync(join(values.out, id, 'dataproduct.yaml'), manifest)
    }
  }
  if (values.url !== undefined) {
    const client = connect({ url: values.url, ...(values.token === undefined ? {} : { token: values.token }) })
    const began = performance.now()
    for (const { name, manifest } of mesh.domains)
      await client.applyDomain({ body: { manifest: `${name}.yaml`, files: { [`${name}.yaml`]: manifest } } })
    for (const { manifest } of mesh.products)
      await client.applyProduct({ body: { manifest: 'dataproduct.yaml', files: { 'dataproduct.yaml': manifest } } })
    const seconds = (performance.now() - began) / 1000
    console.log(
      `applied ${mesh.domains.length} domains and ${mesh.products.length} products in ${seconds.toFixed(1)} s`,
    )
  }
}

if (process.argv[1]?.endsWith('generate-mesh.ts')) await main()
