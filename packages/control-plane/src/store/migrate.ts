import { createHash } from 'node:crypto'
import { MeshError } from '@datamesh/core'
import { type Kysely, sql } from 'kysely'
import { migrations as all, type Migration } from './migrations/index.ts'
import type { Database } from './schema.ts'

/** sha256 over the statements: how a state knows which text made it. */
export const checksumOf = (migration: Migration): string =>
  createHash('sha256').update(migration.statements.join('\n;\n')).digest('hex')

/** One digest over everything that makes the schema; names caches of migrated databases. */
export const schemaDigest = (migrations: readonly Migration[] = all): string =>
  createHash('sha256').update(migrations.map(checksumOf).join('\n')).digest('hex').slice(0, 16)

/** Any number that nothing else here uses; replicas that start together take turns on it. */
const migrationLock = 8_160_001

/**
 * Brings the state to this program's schema: all missing steps in one transaction under one lock, so it is at the old or the new version,
 * never between. @returns the versions applied. @throws state-newer, state-migration-changed
 */
export const migrate = async (
  db: Kysely<Database>,
  at: Date,
  migrations: readonly Migration[] = all,
): Promise<number[]> =>
  db.transaction().execute(async (tx) => {
    // An index over a large table, or waiting for the replica that migrates, may take longer than a request's statement.
    await sql`set local statement_timeout = 0`.execute(tx)
    await sql`select pg_advisory_xact_lock(${sql.lit(migrationLock)})`.execute(tx)
    await sql`create table if not exists migration (
      version integer primary key,
      name text not null,
      checksum text not null,
      at timestamptz not null
    )`.execute(tx)
    const done = await tx.selectFrom('migration').selectAll().orderBy('version').execute()
    verify(done, migrations)
    const missing = migrations.filter(({ version }) => version > (done.at(-1)?.version ?? 0))
    for (const migration of missing) {
      for (const statement of migration.statements) await sql.raw(statement).execute(tx)
      const { version, name } = migration
      await tx
        .insertInto('migration')
        .values({ version, name, checksum: checksumOf(migration), at })
        .execute()
    }
    return missing.map(({ version }) => version)
  })

const verify = (done: readonly { version: number; name: string; checksum: string }[], known: readonly Migration[]) => {
  const newest = known.at(-1)?.version ?? 0
  for (const { version, name, checksum } of done) {
    const migration = known.find((one) => one.version === version)
    if (!migration) throw new MeshError('state-newer', { state: done.at(-1)!.version, program: newest })
    if (checksumOf(migration) !== checksum)
      throw new MeshError('state-migration-changed', { migration: `${version} ${name}` })
  }
}
