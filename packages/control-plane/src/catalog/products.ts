import { type DataProduct, MeshError, type ProductView, type ReleaseView, type TableSchema } from '@datamesh/core'
import type { z } from 'zod'
import { cardOf, cardQuery, factsOf } from './cards.ts'
import type { CatalogDeps } from './deps.ts'
import { portViews } from './ports.ts'
import { noProduct } from './rows.ts'
import { productEntry } from './snapshots.ts'
import { type Measured, type ServiceLevelView, serviceLevels } from './trust.ts'

/** What access says about the caller; decided outside, shown here. */
export type AccessView = ProductView['access']

/** One product: what it is, whether to trust it, how to read it. @throws not-found */
export const getProduct = async (
  id: string,
  { access }: { access: AccessView },
  deps: CatalogDeps,
): Promise<ProductView> => {
  const row = await cardQuery(deps.store.db).where('product.id', '=', id).executeTakeFirst()
  if (!row) throw noProduct(id)
  const now = deps.now()
  const { manifest } = row
  const entry = await productEntry(id, deps)
  return {
    ...cardOf(row, now),
    urn: `urn:datamesh:${manifest.domain}:${manifest.name}:${manifest.version}`,
    address: `datamesh://${manifest.domain}/${manifest.name}@${manifest.version.split('.')[0]}`,
    documentation: manifest.documentation,
    outputPorts: portViews(manifest),
    inputPorts: manifest.inputPorts.map(inputView),
    tables: entry.head ? entry.head.tables.map((table) => table.name) : Object.keys(manifest.schema.tables),
    sla: serviceLevels(manifest.sla, factsOf(row), await measuredLevels(id, deps), now),
    head: entry.head?.id ?? null,
    schedule: await scheduleOf(manifest, deps),
    access,
    bytes: entry.head ? entry.head.tables.reduce((sum, table) => sum + table.bytes, 0) : null,
    certification: [],
    contacts: { team: manifest.owner, productOwner: null, technicalLead: null, dataSteward: null },
    may: { publish: false, manage: false, decideAccess: false, sample: false },
    followed: false,
    counts: { columns: 0, checks: manifest.checks.length, releases: 0, consumers: 0, runs: 0 },
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

/** The newest stored measurement of the levels that need a window. */
const measuredLevels = async (product: string, deps: CatalogDeps): Promise<Measured> => {
  const rows = await deps.store.db
    .selectFrom('slo_measurement')
    .distinctOn('slo')
    .select(['slo', 'value', 'detail'])
    .where('product', '=', product)
    .where('slo', 'in', ['availability', 'latency'])
    .orderBy('slo')
    .orderBy('at', 'desc')
    .execute()
  return Object.fromEntries(
    rows.map((row) => [row.slo, { value: row.value, detail: (row.detail as { because?: string })?.because ?? '' }]),
  )
}

/** Service levels: promised and measured. @throws not-found */
export const getSla = async (id: string, deps: CatalogDeps): Promise<ServiceLevelView[]> => {
  const row = await cardQuery(deps.store.db).where('product.id', '=', id).executeTakeFirst()
  if (!row) throw noProduct(id)
  return serviceLevels(row.manifest.sla, factsOf(row), await measuredLevels(id, deps), deps.now())
}

/** Tables and columns: as published, otherwise as declared. @throws not-found */
export const getSchema = async (id: string, deps: CatalogDeps): Promise<z.infer<typeof TableSchema>[]> => {
  const { product, head } = await productEntry(id, deps)
  if (head)
    return head.tables.map((table) => ({
      name: table.name,
      description: product.schema.tables[table.name]?.description ?? '',
      key: table.key,
      columns: table.columns,
      rows: table.rows,
    }))
  return Object.entries(product.schema.tables).map(([name, { description, fields }]) => ({
    name,
    description,
    key: fields.filter((field) => field.key).map((field) => field.name),
    columns: fields.map((field, index) => ({
      id: index + 1,
      name: field.name,
      type: field.sqlType ?? field.type,
      nullable: field.nullable,
      description: field.description,
      pii: field.pii,
      ...(field.classification ? { classification: field.classification } : {}),
    })),
    rows: null,
  }))
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
