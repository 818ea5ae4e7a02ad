import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appendEvent, eventChannel, eventsAfter, lastSeq } from './events.ts'
import { json, jsonContains, jsonText } from './json.ts'
import { migrate } from './migrate.ts'
import { restore } from './restore.ts'
import type { Database } from './schema.ts'
import { openStore, type Store, type StoreOptions } from './store.ts'

const at = new Date('2026-01-02T03:04:05.678Z')
export const testClock = { now: () => at }

const addProduct = async (db: Kysely<Database>, id: string): Promise<void> => {
  const [domain = '', name = ''] = id.split('/')
  const written = { created_at: at, updated_at: at }
  await db
    .insertInto('domain')
    .values({ name: domain, owner: 'team', definition: json({ kind: 'core' }), ...written })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await db
    .insertInto('product')
    .values({ id, domain, name, ...written })
    .execute()
  await db.insertInto('head').values({ product: id, updated_at: at }).execute()
}

/** What every engine must do alike. `open` gives a migrated, empty store; `target` a place to restore into. */
export const storeConformance = (
  name: string,
  make: { open(options?: Partial<StoreOptions>): Promise<Store>; target(): Promise<StoreOptions>; clean?(): void },
): void => {
  describe(name, () => {
    let store: Store
    let db: Kysely<Database>
    beforeAll(async () => {
      store = await make.open()
      db = store.db
    })
    afterAll(async () => {
      await store?.[Symbol.asyncDispose]()
      make.clean?.()
    })

    test('a migrated state needs no second migration', async () => {
      expect(await migrate(db, at)).toEqual([])
    })

    test('values read back as the same JavaScript values on every engine', async () => {
      const read = { product: 'a/b', port: 'rest', principal: 'ann', day: '2026-02-28', reads: 7_000_000_000 }
      await db.insertInto('port_read').values(read).execute()
      await db
        .insertInto('slo_measurement')
        .values({ product: 'a/b', slo: 'fresh', at, value: 0.1, met: true, detail: json([1, null]) })
        .execute()
      expect(await db.selectFrom('port_read').selectAll().executeTakeFirst()).toEqual({
        ...read,
        row_count: 0,
        size_bytes: 0,
      })
      expect(await db.selectFrom('slo_measurement').selectAll().executeTakeFirst()).toEqual({
        product: 'a/b',
        slo: 'fresh',
        at,
        value: 0.1,
        met: true,
        detail: [1, null],
      })
      const { rows } =
        await sql`select count(*) as n, sum(reads) as total, array['x', null] as list from port_read`.execute(db)
      expect(rows).toEqual([{ n: 1, total: '7000000000', list: ['x', null] }])
    })

    test('json keeps arrays, texts, nulls and quotes apart, and is found by what it contains', async () => {
      const values = [['a', 1], 'text', null, { 'it\'s "x"': [{ deep: true }] }]
      for (const [i, value] of values.entries())
        await db
          .insertInto('setting')
          .values({ key: `json-${i}`, value: json<unknown>(value), updated_at: at })
          .execute()
      const rows = await db.selectFrom('setting').selectAll().where('key', 'like', 'json-%').orderBy('key').execute()
      expect(rows.map(({ value }) => value)).toEqual(values)
      const found = await db
        .selectFrom('setting')
        .select(['key', jsonText('value', 'it\'s "x"', '0', 'deep').as('deep')])
        .where(jsonContains('value', { 'it\'s "x"': [{ deep: true }] }))
        .execute()
      expect(found).toEqual([{ key: 'json-3', deep: 'true' }])
    })

    test('text columns sort by bytes, so paging by key is the same everywhere', async () => {
      for (const key of ['sort-b', 'sort-B', 'sort-ä', 'sort-_'])
        await db
          .insertInto('setting')
          .values({ key, value: json(1), updated_at: at })
          .execute()
      const rows = await db.selectFrom('setting').select('key').where('key', 'like', 'sort-%').orderBy('key').execute()
      expect(rows.map(({ key }) => key)).toEqual(['sort-B', 'sort-_', 'sort-b', 'sort-ä'])
    })

    test('a broken rule of the schema is told with its code and name', async () => {
      await addProduct(db, 'rules/one')
      await expect(addProduct(db, 'rules/one')).rejects.toMatchObject({ code: '23505', constraint: 'product_pkey' })
    })

    test('a role is bound once, also where it is bound everywhere', async () => {
      await db.insertInto('principal').values({ id: 'p1', name: 'Ann', kind: 'person', created_at: at }).execute()
      const bind = () =>
        db.insertInto('role_binding').values({ principal: 'p1', role: 'platform-admin', created_at: at }).execute()
      await bind()
      await expect(bind()).rejects.toMatchObject({ code: '23505' })
    })

    test('a transaction that fails leaves nothing, and nothing of others is undone with it', async () => {
      const set = (key: string, on: Kysely<Database>) =>
        on
          .insertInto('setting')
          .values({ key, value: json(1), updated_at: at })
          .execute()
      const undone = db.transaction().execute(async (tx) => {
        await set('undone', tx)
        throw new Error('changed my mind')
      })
      await Promise.all([expect(undone).rejects.toThrow('changed my mind'), set('kept', db)])
      const rows = await db.selectFrom('setting').select('key').where('key', 'in', ['undone', 'kept']).execute()
      expect(rows).toEqual([{ key: 'kept' }])
    })

    test('a transaction with a failed statement in it is not stored, even if the error was swallowed', async () => {
      const half = db.transaction().execute(async (tx) => {
        await tx
          .insertInto('setting')
          .values({ key: 'half', value: json(1), updated_at: at })
          .execute()
        await sql`select 1 / 0`.execute(tx).catch(() => {})
      })
      await expect(half).rejects.toThrow()
      expect(await db.selectFrom('setting').select('key').where('key', '=', 'half').execute()).toEqual([])
    })

    test('a savepoint undoes only what came after it', async () => {
      const tx = await db.startTransaction().execute()
      await tx
        .insertInto('setting')
        .values({ key: 'before', value: json(1), updated_at: at })
        .execute()
      const after = await tx.savepoint('here').execute()
      await sql`select 1 / 0`.execute(after).catch(() => {})
      await (await after.rollbackToSavepoint('here').execute()).commit().execute()
      expect(await db.selectFrom('setting').select('key').where('key', '=', 'before').execute()).toHaveLength(1)
    })

    test('of many who move the head from the same snapshot, one wins', async () => {
      await addProduct(db, 'race/one')
      const release = { product: 'race/one', version: '1.0.0', digest: 'd', created_by: 'ann', created_at: at }
      await db
        .insertInto('release')
        .values({ ...release, manifest: json({}), files: json({}) })
        .execute()
      const publish = (id: string) =>
        db.transaction().execute(async (tx) => {
          const moved = await tx
            .updateTable('head')
            .set({ sequence: 1, updated_at: at })
            .where('product', '=', 'race/one')
            .where('sequence', '=', 0)
            .executeTakeFirst()
          if (moved.numUpdatedRows !== 1n) return false
          const report = { tables: json({}), inputs: json([]), report: json({}) }
          await tx
            .insertInto('snapshot')
            .values({ id, product: 'race/one', version: '1.0.0', sequence: 1, mode: 'full', at, ...report })
            .execute()
          await tx.updateTable('head').set({ snapshot_id: id }).where('product', '=', 'race/one').execute()
          return true
        })
      const won = await Promise.all(['s1', 's2', 's3', 's4', 's5', 's6'].map(publish))
      expect(won.filter(Boolean)).toHaveLength(1)
      expect(await db.selectFrom('snapshot').select('id').where('product', '=', 'race/one').execute()).toHaveLength(1)
    })

    test('a reader of events that asks for what came after misses none, whoever commits when', async () => {
      const first = await lastSeq(db)
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let i = 0; i < 5; i++)
          await db.transaction().execute(async (tx) => {
            await appendEvent(tx, { type: 'test.tick', subject: `w/${writer}`, actor: 'test', data: { i }, at })
            await new Promise((resolve) => setTimeout(resolve, (writer * 7 + i * 3) % 5))
          })
      })
      const seen: number[] = []
      const written = Promise.all(writers)
      for (let done = false; ; ) {
        const news = await eventsAfter(db, seen.at(-1) ?? first, { types: ['test.tick'], limit: 7 })
        seen.push(...news.map(({ seq }) => seq))
        if (done && news.length === 0) break
        done = await Promise.race([
          written.then(() => true),
          new Promise<false>((resolve) => setTimeout(resolve, 2, false)),
        ])
      }
      expect(seen).toHaveLength(40)
      expect(await eventsAfter(db, first, { subjects: ['w/3'] })).toHaveLength(5)
      expect(await eventsAfter(db, first, { subjects: [] })).toEqual([])
    })

    test('an event is heard when it is committed, never when it was rolled back', async () => {
      const heard: string[] = []
      const stop = await store.listen(eventChannel, (seq) => heard.push(seq))
      const append = (tx: Parameters<typeof appendEvent>[0]) =>
        appendEvent(tx, { type: 'test.heard', subject: 'x/y', actor: 'test', data: {}, at })
      await db
        .transaction()
        .execute(async (tx) => {
          await append(tx)
          throw new Error('no')
        })
        .catch(() => {})
      const seq = await db.transaction().execute(append)
      await expect.poll(() => heard).toEqual([String(seq)])
      await stop()
      await db.transaction().execute(append)
      await db.selectFrom('setting').select('key').limit(1).execute()
      expect(heard).toHaveLength(1)
    })

    test('an event is never changed', async () => {
      await expect(db.updateTable('event').set({ actor: 'somebody else' }).execute()).rejects.toMatchObject({
        code: '23000',
      })
    })

    test('products are found by their words, ranked', async () => {
      await addProduct(db, 'find/orders')
      await addProduct(db, 'find/returns')
      const words = (id: string, title: string, text: string) =>
        sql`update product set search = setweight(to_tsvector('english', ${title}), 'A') || to_tsvector('english', ${text}) where id = ${id}`.execute(
          db,
        )
      await words('find/orders', 'Orders', 'every order of a customer')
      await words('find/returns', 'Returns', 'orders sent back')
      const query = sql`websearch_to_tsquery('english', 'ordered')`
      const rows = await db
        .selectFrom('product')
        .select('id')
        .where(sql<boolean>`search @@ ${query}`)
        .orderBy(sql`ts_rank(search, ${query})`, 'desc')
        .execute()
      expect(rows.map(({ id }) => id)).toEqual(['find/orders', 'find/returns'])
    })

    test('it says how it is', async () => {
      expect(await store.health()).toMatchObject({ ok: true, kind: store.kind, problem: null })
    })

    test('a statement that runs away is ended and the next one works', async () => {
      await using other = await make.open({ statementDeadlineMs: 500 })
      const waiting = other.db
        .selectFrom('setting')
        .select('key')
        .execute()
        .catch((error: Error) => error)
      const runaway = sql`select count(*) from generate_series(1, 1e10::bigint)`.execute(other.db)
      await expect(runaway).rejects.toThrow(/longer than 0.5 s|statement timeout/)
      await waiting
      expect((await sql`select 1 as one`.execute(other.db)).rows).toEqual([{ one: 1 }])
    })

    test('a backup restored into an empty state is equal to the original', async () => {
      await db
        .insertInto('domain')
        .values({
          name: 'a-child',
          parent: 'rules',
          owner: 'team',
          definition: json({}),
          created_at: at,
          updated_at: at,
        })
        .execute()
      await sql`insert into setting (key, value, updated_at) select 'many-' || n, to_jsonb(n / 7.0), now() from generate_series(1, 1000) n`.execute(
        db,
      )
      const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-backup-'))
      try {
        const file = path.join(dir, 'state.gz')
        const saved = await store.backup(file)
        expect(saved.tables).toMatchObject({ domain: 4, snapshot: 1 })
        expect(saved.tables.setting).toBeGreaterThan(1000)
        expect(fs.statSync(file).mode & 0o077).toBe(0)
        const target = await make.target()
        const restored = await restore(file, target)
        expect(restored.tables).toEqual(saved.tables)
        await expect(restore(file, target)).rejects.toMatchObject({ code: 'restore-not-empty' })
        const again = path.join(dir, 'again.gz')
        await using copy = await openStore(target)
        expect((await copy.backup(again)).tables).toEqual(saved.tables)
        const text = (name: string) => gunzipSync(fs.readFileSync(name)).toString()
        expect(text(again).split('\n').slice(1)).toEqual(text(file).split('\n').slice(1))
        const next = await copy.db
          .transaction()
          .execute((tx) => appendEvent(tx, { type: 't', subject: 's', actor: 'a', data: 1, at }))
        expect(next).toBeGreaterThan(await lastSeq(db))
      } finally {
        fs.rmSync(dir, { recursive: true, force: true })
      }
    })
  })
}
