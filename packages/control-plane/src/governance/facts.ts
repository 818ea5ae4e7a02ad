import { setImmediate as breathe } from 'node:timers/promises'
import {
  type Alignment,
  type CheckResult,
  type DataProduct,
  type FactSources,
  type Moment,
  type Neighbour,
  type Scoped,
  scopedOf,
  type TableVersion,
  type Written,
  writtenAmong,
} from '@datamesh/core'
import { type Kysely, sql } from 'kysely'
import { cardQuery, factsOf, figuresOf, serviceLevels } from '../catalog/index.ts'
import { type Database, json } from '../store/index.ts'
import type { GovernanceDeps } from './deps.ts'

type Deps = Pick<GovernanceDeps, 'store' | 'now'>

/** A registered product with all that policies may know of it. `written` has places only where they were asked for. */
export type Known = { sources: FactSources; scoped: Scoped; written: unknown; seen: string }

/** The manifest of a release as stored: beside its value the name of its file. */
type StoredWritten = { file: string; value: unknown }
export const storedWritten = (written: Pick<Written, 'file' | 'value'> | null): StoredWritten | null =>
  written === null ? null : { file: written.file, value: written.value }

/** Facts of many registered products in a handful of statements, whatever their number. Unknown ids are absent. */
export const knownProducts = async (
  ids: readonly string[],
  moment: Moment,
  deps: Deps,
): Promise<Map<string, Known>> => {
  if (ids.length === 0) return new Map()
  const { db } = deps.store
  const [rows, extra, previous, beside, accepted, figures] = [
    await cardQuery(db)
      .select(['head.snapshot_id', 'snapshot.tables', 'release.written', 'release.version', 'product.domain'])
      .select(sql<Alignment | null>`domain.definition ->> 'alignment'`.as('domain_alignment'))
      .where('product.id', '=', sql<string>`any(cast(${ids} as text[]))`)
      .execute(),
    await headsOf(ids, db),
    await previousOf(ids, db),
    await besideOf(ids, db),
    await acceptedOf(ids, db),
    await figuresOf(ids, deps),
  ]
  const grants = await grantsOf(ids, deps)
  const missing = rows.filter((row) => row.written === null).map((row) => row.id)
  const filled = await fillWritten(missing, db)
  const now = deps.now()
  const known = new Map<string, Known>()
  for (const row of rows) {
    const product = row.manifest
    const figure = figures.get(row.id)
    const head = extra.get(row.id)
    const written = (row.written as StoredWritten | null) ?? filled.get(row.id) ?? null
    const trust = factsOf(row)
    const tables = (row.tables ?? []) as TableVersion[]
    known.set(row.id, {
      written: written?.value ?? {},
      scoped: scopedOf(product, row.domain_alignment === null ? null : { alignment: row.domain_alignment }),
      seen: `${row.version}|${row.snapshot_id ?? ''}`,
      sources: {
        moment,
        now,
        product,
        previous: previous.get(row.id) ?? null,
        upstream: beside.up.get(row.id) ?? [],
        downstream: beside.down.get(row.id) ?? [],
        consumers: { grants: grants.get(row.id) ?? 0, readers: figure?.people ?? 0, reads: figure?.reads ?? 0 },
        published:
          row.snapshot_id === null || row.snapshot_at === null
            ? null
            : {
                snapshot: row.snapshot_id,
                at: row.snapshot_at,
                rows: row.row_count ?? 0,
                tables: tables.map(({ name, columns }) => ({
                  name,
                  columns: columns.map(({ name: column, type, description }) => ({ name: column, type, description })),
                })),
                checks: trust.statistics?.checks ?? { total: 0, passed: 0, warned: 0 },
                unknown: head?.unknown ?? [],
              },
        report: head?.report ?? null,
        levels: serviceLevels(product.sla, trust, figure?.measured ?? {}, now),
        accepted: accepted.get(row.id) ?? [],
      },
    })
  }
  return known
}

/** Of the head: the report without its samples, and what lineage could not follow. */
const headsOf = async (ids: readonly string[], db: Kysely<Database>) => {
  const { rows } = await sql<{
    product: string
    passed: boolean | null
    checks: CheckResult[] | null
    unknown: { model: string; reason: string }[] | null
  }>`
    select
      h.product,
      cast(s.report ->> 'passed' as boolean) as passed,
      (select jsonb_agg(c - 'samples') from jsonb_array_elements(s.report -> 'checks') c) as checks,
      s.lineage -> 'unknown' as unknown
    from head h
    join snapshot s on s.id = h.snapshot_id
    where h.product = any(cast(${ids} as text[]))`.execute(db)
  return new Map(
    rows.map((row) => [
      row.product,
      { unknown: row.unknown ?? [], report: { passed: row.passed ?? true, checks: row.checks ?? [] } },
    ]),
  )
}

/** The release before the current one, and since when it had its status. */
const previousOf = async (
  ids: readonly string[],
  db: Kysely<Database>,
): Promise<Map<string, FactSources['previous']>> => {
  const { rows } = await sql<{ product: string; version: string }>`
    select p.id as product, before.version
    from product p
    join release c on c.product = p.id and c.version = p.current_version
    cross join lateral (
      select r.version
      from release r
      where r.product = p.id and r.created_at < c.created_at
      order by r.created_at desc
      limit 1) before
    where p.id = any(cast(${ids} as text[]))`.execute(db)
  const found = new Map<string, FactSources['previous']>()
  const several = await releasesAs(rows, db)
  for (const { product, version } of rows) found.set(product, several.get(`${product} ${version}`) ?? null)
  return found
}

/** Releases as what a newer one is compared with. Keys are `product version`. */
export const releasesAs = async (
  which: readonly { product: string; version: string }[],
  db: Kysely<Database>,
): Promise<Map<string, NonNullable<FactSources['previous']>>> => {
  if (which.length === 0) return new Map()
  const { rows } = await sql<{
    product: string
    version: string
    manifest: DataProduct
    written: StoredWritten | null
    at: Date
    since: Date
  }>`
    select r.product, r.version, r.manifest, r.written, r.created_at as at, held.since
    from unnest(cast(${which.map((each) => each.product)} as text[]), cast(${which.map((each) => each.version)} as text[]))
      as w (product, version)
    join release r on r.product = w.product and r.version = w.version
    cross join lateral (
      select min(s.created_at) as since
      from release s
      where s.product = r.product
        and s.created_at <= r.created_at
        and s.manifest ->> 'status' = r.manifest ->> 'status'
        and not exists (
          select from release o
          where o.product = r.product
            and o.created_at > s.created_at
            and o.created_at < r.created_at
            and o.manifest ->> 'status' <> r.manifest ->> 'status')) held`.execute(db)
  return new Map(
    rows.map((row) => [
      `${row.product} ${row.version}`,
      {
        version: row.version,
        product: row.manifest,
        written: row.written?.value ?? null,
        at: row.at,
        statusSince: row.since,
      },
    ]),
  )
}

/** Products beside each of these along lineage. A draft is its domain's own matter, and is nobody's fact but theirs. */
const besideOf = async (ids: readonly string[], db: Kysely<Database>) => {
  const { rows } = await sql<Neighbour & { of: string; way: 'up' | 'down' }>`
    with edges as (
      select product as of, from_ref as id, 'up' as way
      from lineage_edge
      where level = 'product' and from_kind = 'product' and product = any(cast(${ids} as text[]))
      union
      select from_ref, product, 'down'
      from lineage_edge
      where level = 'product' and from_kind = 'product' and from_ref = any(cast(${ids} as text[])))
    select e.of, e.way, p.id, p.domain, p.owner, p.classification, r.manifest ->> 'status' as status
    from edges e
    join product p on p.id = e.id
    join release r on r.product = p.id and r.version = p.current_version
    where r.manifest ->> 'status' <> 'draft' or p.domain = split_part(e.of, '/', 1)
    order by e.of, p.id`.execute(db)
  const up = new Map<string, Neighbour[]>()
  const down = new Map<string, Neighbour[]>()
  for (const { of, way, ...neighbour } of rows) {
    const side = way === 'up' ? up : down
    const known = side.get(of)
    if (known) known.push(neighbour)
    else side.set(of, [neighbour])
  }
  return { up, down }
}

/** Products that a proposed release would read, as neighbours. */
export const neighboursNamed = async (
  ids: readonly string[],
  domain: string,
  db: Kysely<Database>,
): Promise<Neighbour[]> => {
  if (ids.length === 0) return []
  const { rows } = await sql<Neighbour>`
    select p.id, p.domain, p.owner, p.classification, r.manifest ->> 'status' as status
    from product p
    join release r on r.product = p.id and r.version = p.current_version
    where p.id = any(cast(${ids} as text[])) and (r.manifest ->> 'status' <> 'draft' or p.domain = ${domain})
    order by p.id`.execute(db)
  return rows
}

const acceptedOf = async (ids: readonly string[], db: Kysely<Database>) => {
  const { rows } = await sql<FactSources['accepted'][number] & { product: string }>`
    select product, table_name as "table", column_name as "column", coalesce(kind, '') as kind, personal, classification
    from column_tag
    where state = 'accepted' and product = any(cast(${ids} as text[]))
    order by product, table_name, column_name`.execute(db)
  const found = new Map<string, FactSources['accepted'][number][]>()
  for (const { product, ...tag } of rows) found.set(product, [...(found.get(product) ?? []), tag])
  return found
}

const grantsOf = async (ids: readonly string[], { store, now }: Deps): Promise<Map<string, number>> => {
  const { rows } = await sql<{ product: string; n: number }>`
    select product, count(*)::int as n
    from access_grant
    where state = 'granted' and (until is null or until > ${now()}) and product = any(cast(${ids} as text[]))
    group by product`.execute(store.db)
  return new Map(rows.map((row) => [row.product, row.n]))
}

/** Releases of before policies: their manifest is read from their files once, and kept. */
const fillWritten = async (ids: readonly string[], db: Kysely<Database>): Promise<Map<string, StoredWritten>> => {
  const found = new Map<string, StoredWritten>()
  for (let at = 0; at < ids.length; at += 100) {
    const { rows } = await sql<{ product: string; version: string; files: Record<string, string> }>`
      select r.product, r.version, r.files
      from release r
      join product p on p.id = r.product and p.current_version = r.version
      where p.id = any(cast(${ids.slice(at, at + 100)} as text[]))`.execute(db)
    for (const { product, version, files } of rows) {
      const written = storedWritten(writtenAmong(files))
      if (written === null) continue
      found.set(product, written)
      await db
        .updateTable('release')
        .set({ written: json(written) })
        .where('product', '=', product)
        .where('version', '=', version)
        .execute()
    }
  }
  return found
}

/** The manifests of these products as their teams wrote them, where they are kept. */
export const manifestTexts = async (
  ids: readonly string[],
  db: Kysely<Database>,
): Promise<{ product: string; file: string; text: string }[]> => {
  if (ids.length === 0) return []
  const { rows } = await sql<{ product: string; file: string; text: string }>`
    select p.id as product, r.written ->> 'file' as file, r.files ->> (r.written ->> 'file') as text
    from product p
    join release r on r.product = p.id and r.version = p.current_version
    where p.id = any(cast(${ids} as text[])) and r.files ->> (r.written ->> 'file') is not null`.execute(db)
  return rows
}

/** Where the manifests of these products say things: their text is read only when something is to be pointed at. */
export const placesOf = async (ids: readonly string[], db: Kysely<Database>): Promise<Map<string, Written>> => {
  const places = new Map<string, Written>()
  for (const [i, { product, file, text }] of (await manifestTexts(ids, db)).entries()) {
    // reading YAML takes a millisecond each: others get a turn in between
    if (i % 10 === 9) await breathe()
    const written = writtenAmong({ [file]: text }, file)
    if (written !== null) places.set(product, written)
  }
  return places
}
