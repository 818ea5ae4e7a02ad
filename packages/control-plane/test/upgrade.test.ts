import { readManifests } from '@datamesh/core'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { CatalogCache, listProducts } from '../src/catalog/index.ts'
import { openGovernance } from '../src/governance/index.ts'
import { json } from '../src/store/index.ts'
import { migrate } from '../src/store/migrate.ts'
import { migrations } from '../src/store/migrations/index.ts'
import { openTestStore } from '../src/store/testing/store.ts'
import { ordersSpec, productBundle } from './mesh.ts'

const at = new Date('2026-03-01T00:00:00Z')

/** A state as the release before policies left it: its migrations only, with a product that is published and read. */
const oldState = async () => {
  const store = await openTestStore()
  const { db } = store
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  expect(await migrate(db, at, migrations.slice(0, 2))).toEqual([1, 2])
  const { files } = productBundle('orders', { spec: ordersSpec, model: 'select 1 as id' })
  const manifest = readManifests(files['dataproduct.yaml'] as string, 'dataproduct.yaml').documents[0]
  const tables = [
    { name: 'orders', rows: 2, bytes: 10, columns: [{ name: 'id', type: 'integer', description: '' }], files: [] },
  ]
  const report = { passed: true, ruleSet: 'r', checks: [] }
  const stats = { checks: { total: 2, passed: 2, warned: 0 }, completeness: 1, accuracy: 1 }
  for (const statement of [
    sql`insert into domain values ('sales', 'sales-team', null, ${json({ alignment: 'source-aligned' })}, ${at}, ${at})`,
    sql`insert into product (id, domain, name, owner, classification, current_version, certifiable, created_at, updated_at)
      values ('sales/orders', 'sales', 'orders', 'sales-team', 'internal', '1.0.0', 'gold', ${at}, ${at})`,
    sql`insert into release (product, version, digest, manifest, files, created_by, created_at)
      values ('sales/orders', '1.0.0', '', ${json(manifest)}, ${json(files)}, 'ada', ${at})`,
    sql`insert into snapshot (id, product, version, sequence, mode, tables, inputs, report, stats, row_count, at)
      values ('snap_1', 'sales/orders', '1.0.0', 1, 'full', ${json(tables)}, '[]', ${json(report)}, ${json(stats)}, 2, ${at})`,
    sql`insert into head values ('sales/orders', 'snap_1', 1, ${at})`,
    sql`insert into principal (id, name, kind, created_at) values ('carl', 'Carl', 'person', ${at})`,
    sql`insert into role_binding (principal, role, created_at) values ('carl', 'consumer', ${at})`,
    sql`insert into access_grant (id, product, principal, purpose, state, requested_by, requested_at, decided_by, decided_at)
      values ('grant_1', 'sales/orders', 'carl', 'a report', 'granted', 'carl', ${at}, 'ada', ${at})`,
    sql`insert into event (at, type, subject, actor, data) values (${at}, 'snapshot.published', 'sales/orders', 'ada', '{}')`,
  ])
    await statement.execute(db)
  return store
}

test('a state of the release before policies keeps what it holds, and its products are judged', async () => {
  await using store = await oldState()
  const { db } = store
  expect(await migrate(db, at)).toEqual(migrations.slice(2).map(({ version }) => version))

  const grants = await db.selectFrom('access_grant').selectAll().execute()
  expect(grants).toMatchObject([{ id: 'grant_1', state: 'granted', approvals: [], masks: [], row_filter: null }])
  const history = await sql`select access, what, by from access_history`.execute(db)
  expect(history.rows).toContainEqual({ access: 'grant_1', what: 'granted', by: 'ada' })
  expect(await db.selectFrom('event').select('type').execute()).toEqual([{ type: 'snapshot.published' }])

  const catalog = { store, cache: new CatalogCache(), now: () => at, newId: (kind: string) => `${kind}_1` }
  await using governance = await openGovernance({ store, catalog, now: () => at, log: () => {}, lookEveryMs: 0 })
  expect(await governance.look()).toBe(1)
  const { products } = await listProducts({ limit: 10 }, () => true, catalog)
  // gold was said by the release before; what it holds now is computed
  expect(products).toMatchObject([{ id: 'sales/orders', tier: 'bronze' }])
  const { certifiable } = await db.selectFrom('product').select('certifiable').executeTakeFirstOrThrow()
  expect(certifiable).toMatchObject({ met: 'bronze' })
  const admin = { id: 'gina', name: 'gina', kind: 'system' as const, roles: [] }
  const hits = await governance.violations({}, admin, { hidden: new Set(), visible: () => true })
  expect(JSON.stringify(hits)).toContain('dataproduct.yaml')
  expect(await governance.look(), 'nothing moved').toBe(0)
}, 60_000)
