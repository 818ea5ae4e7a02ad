import {
  type DataProduct,
  type Domain,
  MeshError,
  mainTable,
  type ProductView,
  type ReleaseView,
  type TableSchema,
  tierOf,
} from '@datamesh/core'
import { sql } from 'kysely'
import type { z } from 'zod'
import { cardOf, cardQuery, factsOf } from './cards.ts'
import { certificationOf } from './certifiable.ts'
import type { CatalogDeps } from './deps.ts'
import { figuresOf } from './figures.ts'
import { portViews } from './ports.ts'
import { declaredTables } from './releases.ts'
import { noProduct } from './rows.ts'
import { productEntry } from './snapshots.ts'
import { type ServiceLevelView, serviceLevels } from './trust.ts'

/** What is decided about the caller outside, and shown here. */
export type Caller = Pick<ProductView, 'access' | 'may' | 'followed'> & { visible(product: string): boolean }

/** One product: what it is, whether to trust it, how to read it. @throws not-found */
export const getProduct = async (
  id: string,
  { access, may, followed, visible }: Caller,
  deps: CatalogDeps,
): Promise<ProductView> => {
  const { db } = deps.store
  const row = await cardQuery(db)
    .select(sql<Domain>`domain.definition`.as('domain_definition'))
    .select(sql<number>`(select count(*)::int from release where release.product = product.id)`.as('releases'))
    .select(
      sql<number>`(select count(*)::int from run where run.product = product.id and run.kind = 'publish')`.as('runs'),
    )
    .where('product.id', '=', id)
    .executeTakeFirst()
  const figures = row && (await figuresOf([id], deps)).get(id)
  if (!row || !figures) throw noProduct(id)
  const now = deps.now()
  const { manifest } = row
  const { head } = await productEntry(id, deps)
  const card = cardOf(row, figures, visible, now)
  const sla = serviceLevels(manifest.sla, factsOf(row), figures.measured, now)
  const certification = await certificationOf(id, sla, deps)
  const { roles } = row.domain_definition
  return {
    ...card,
    tier: tierOf(certification),
    urn: `urn:datamesh:${manifest.domain}:${manifest.name}:${manifest.version}`,
    address: `datamesh://${manifest.domain}/${manifest.name}@${manifest.version.split('.')[0]}`,
    documentation: manifest.documentation,
    outputPorts: portViews(manifest),
    inputPorts: manifest.inputPorts.map(inputView),
    tables: (head ? head.tables.map((table) => table.name) : Object.keys(manifest.schema.tables)).sort(
      mainFirst(manifest, (name) => name),
    ),
    sla,
    head: head?.id ?? null,
    schedule: await scheduleOf(manifest, deps),
    access,
    bytes: head ? head.tables.reduce((sum, table) => sum + table.bytes, 0) : null,
    certification,
    contacts: {
      team: manifest.owner,
      productOwner: roles?.productOwner ?? null,
      technicalLead: roles?.technicalLead ?? null,
      dataSteward: roles?.dataSteward ?? null,
    },
    may,
    followed,
    counts: {
      columns: head
        ? head.tables.reduce((sum, table) => sum + table.columns.length, 0)
        : Object.values(manifest.schema.tables).reduce((sum, table) => sum + table.fields.length, 0),
      checks: card.trust.checks?.total ?? manifest.checks.length,
      releases: row.releases,
      consumers: card.consumers,
      runs: row.runs,
    },
  }
}

const inputView = (port: DataProduct['inputPorts'][number]): ProductView['inputPorts'][number] => {
  const { source } = port
  if (source.from === 'product')
    return {
      name: port.name,
      from: 'product',
      detail: source.table ? `${source.product}#${source.table}` : source.product,
    }
  if (source.from === 'files') return { name: port.name, from: source.format, detail: source.location }
  return { name: port.name, from: source.technology, detail: `${source.location ?? ''} declared, not read here`.trim() }
}

const scheduleOf = async (product: DataProduct, deps: CatalogDeps): Promise<ProductView['schedule']> => {
  const row = await deps.store.db
    .selectFrom('schedule')
    .select('next_at')
    .where('product', '=', product.id)
    .where('enabled', '=', true)
    .where('next_at', 'is not', null)
    .orderBy('next_at')
    .limit(1)
    .executeTakeFirst()
  const { cron, onInput } = product.transforms.schedule
  return { cron: cron ?? null, onInput, nextAt: row?.next_at?.toISOString() ?? null }
}

/** Service levels: promised and measured. @throws not-found */
export const getSla = async (id: string, deps: CatalogDeps): Promise<ServiceLevelView[]> => {
  const row = await cardQuery(deps.store.db).where('product.id', '=', id).executeTakeFirst()
  if (!row) throw noProduct(id)
  return serviceLevels(
    row.manifest.sla,
    factsOf(row),
    (await figuresOf([id], deps)).get(id)?.measured ?? {},
    deps.now(),
  )
}

/** The table that carries the product's name is the one that people mean; the others keep their order. */
const mainFirst =
  <T>(product: DataProduct, nameOf: (table: T) => string) =>
  (a: T, b: T): number =>
    Number(nameOf(b) === mainTable(product)) - Number(nameOf(a) === mainTable(product))

/** Tables and columns: as published, otherwise as declared. @throws not-found */
export const getSchema = async (id: string, deps: CatalogDeps): Promise<z.infer<typeof TableSchema>[]> => {
  const { product, head } = await productEntry(id, deps)
  const first = mainFirst(product, ({ name }: { name: string }) => name)
  if (head)
    return head.tables
      .map((table) => ({
        name: table.name,
        description: product.schema.tables[table.name]?.description ?? '',
        key: table.key,
        columns: table.columns,
        rows: table.rows,
      }))
      .sort(first)
  return declaredTables(product).sort(first)
}

type Release = z.infer<typeof ReleaseView>

/** Newest first. @throws not-found */
export const listReleases = async (id: string, deps: CatalogDeps): Promise<Release[]> => {
  const { release } = await productEntry(id, deps)
  const rows = await deps.store.db
    .selectFrom('release')
    .select(['version', 'digest', 'created_at', 'created_by'])
    .where('product', '=', id)
    .orderBy('created_at', 'desc')
    .orderBy('version', 'desc')
    .execute()
  return rows.map((row) => ({
    version: row.version,
    digest: row.digest,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    current: row.version === release,
  }))
}

/** @throws not-found */
export const getRelease = async (
  id: string,
  version: string,
  deps: CatalogDeps,
): Promise<Release & { files: Record<string, string> }> => {
  const releases = await listReleases(id, deps)
  const found = releases.find((release) => release.version === version)
  if (!found) throw new MeshError('not-found', { what: `release ${version} of ${id}` })
  const { files } = await deps.store.db
    .selectFrom('release')
    .select('files')
    .where('product', '=', id)
    .where('version', '=', version)
    .executeTakeFirstOrThrow()
  return { ...found, files }
}
