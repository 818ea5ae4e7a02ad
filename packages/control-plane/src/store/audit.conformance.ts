import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Kysely, sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { appendAudit, auditHead, auditLinks, type NewAuditEntry, retainAudit, verifyAudit } from './audit.ts'
import { AuditLog } from './audit_log.ts'
import { appendEvent } from './events.ts'
import type { Database } from './schema.ts'
import { openStore, type Store, type StoreOptions } from './store.ts'

const at = new Date('2026-01-02T03:04:05.678Z')
const entry = (n: number, more: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  at: new Date(at.getTime() + n * 1000),
  kind: 'change',
  actor: 'ann',
  action: 'release.registered',
  subject: 'sales/orders',
  allow: null,
  because: '',
  from: '192.0.2.7',
  data: { n, text: 'ä\0\ud800', list: [1, null, { b: 1.5, a: 1e21 }], token: 'x' },
  ...more,
})
const append = (store: Store, ...entries: NewAuditEntry[]) =>
  store.db.transaction().execute((tx) => appendAudit(tx, entries))

/** As somebody who owns the database can: the triggers are switched off first. */
const tamper = async (db: Kysely<Database>, statement: string): Promise<void> => {
  await db.transaction().execute(async (tx) => {
    await sql`alter table audit_entry disable trigger user`.execute(tx)
    await sql.raw(statement).execute(tx)
    await sql`alter table audit_entry enable trigger user`.execute(tx)
  })
}

const changes: [what: string, statement: string, seq: number, told: RegExp][] = [
  ['at', `update audit_entry set at = at + interval '1 ms' where seq = 5`, 5, /changed/],
  ['kind', `update audit_entry set kind = 'read' where seq = 5`, 5, /changed/],
  ['actor', `update audit_entry set actor = 'bob' where seq = 5`, 5, /changed/],
  ['action', `update audit_entry set action = 'x' where seq = 5`, 5, /changed/],
  ['subject', `update audit_entry set subject = 'x' where seq = 5`, 5, /changed/],
  ['allow', `update audit_entry set allow = true where seq = 5`, 5, /changed/],
  ['because', `update audit_entry set because = 'x' where seq = 5`, 5, /changed/],
  ['from', `update audit_entry set from_address = null where seq = 5`, 5, /changed/],
  ['data', `update audit_entry set data = replace(data, '1.5', '1.6') where seq = 5`, 5, /changed/],
  ['data that is no JSON', `update audit_entry set data = '{' where seq = 5`, 5, /changed/],
  ['previous', `update audit_entry set previous = repeat('0', 64) where seq = 5`, 5, /changed/],
  ['hash', `update audit_entry set hash = repeat('a', 64) where seq = 5`, 5, /changed/],
  ['an entry taken out', `delete from audit_entry where seq = 5`, 6, /entry 5 is missing/],
  ['the beginning', `delete from audit_entry where seq < 5`, 4, /up to 4 are missing/],
  [
    'two exchanged',
    `update audit_entry set seq = case seq when 5 then 106 else 105 end where seq in (5, 6);
     update audit_entry set seq = seq - 100 where seq > 100`,
    5,
    /changed/,
  ],
  [
    'an entry put in',
    `update audit_entry set seq = seq + 1000 where seq > 5; update audit_entry set seq = seq - 999 where seq > 1000;
     insert into audit_entry select 6, at, kind, actor, action, subject, allow, because, from_address, data, previous, hash
     from audit_entry where seq = 5`,
    6,
    /changed/,
  ],
]

/** What the log must do on every engine. `open` gives a migrated, empty store; `again` another one on the same state where that can be. */
export const auditConformance = (
  name: string,
  make: {
    open(options?: Partial<StoreOptions>): Promise<Store>
    again?(): Promise<{ a: Store; b: Store }>
    target(): Promise<StoreOptions>
  },
): void => {
  describe(`the audit log on ${name}`, () => {
    const opened = async (): Promise<Store> => {
      const store = await make.open()
      onTestFinished(() => store[Symbol.asyncDispose]())
      return store
    }

    test('every change of every field, a missing, an exchanged and an added entry is found', async () => {
      const store = await opened()
      await append(store, ...Array.from({ length: 10 }, (_, n) => entry(n)))
      expect(await verifyAudit(store.db)).toMatchObject({ whole: true, entries: 10, first: 1, last: 10 })
      const saved = await store.db.selectFrom('audit_entry').selectAll().orderBy('seq').execute()
      expect(saved[0]?.data).toContain('"token":"•••"')
      for (const [what, statements, seq, told] of changes) {
        for (const statement of statements.split(';')) await tamper(store.db, statement)
        const { whole, wrong } = await verifyAudit(store.db)
        expect({ what, whole, seq: wrong?.seq }).toEqual({ what, whole: false, seq })
        expect(wrong?.what).toMatch(told)
        await tamper(store.db, 'delete from audit_entry')
        await store.db.insertInto('audit_entry').values(saved).execute()
      }
    }, 60_000)

    test('a cut end is found by whoever noted a head, and so is a log that was written anew', async () => {
      const store = await opened()
      await append(store, ...Array.from({ length: 5 }, (_, n) => entry(n)))
      const head = await auditHead(store.db)
      await tamper(store.db, 'delete from audit_entry where seq > 3')
      expect(await verifyAudit(store.db)).toMatchObject({ whole: true, entries: 3 })
      expect((await verifyAudit(store.db, [head])).wrong).toMatchObject({
        seq: 4,
        what: expect.stringContaining('the end was cut'),
      })
      await append(store, entry(3, { actor: 'mallory' }), entry(4))
      expect(await verifyAudit(store.db)).toMatchObject({ whole: true, entries: 5 })
      expect((await verifyAudit(store.db, [head])).wrong).toMatchObject({ seq: 5 })
    })

    test('no statement changes or removes an entry', async () => {
      const store = await opened()
      await append(store, entry(1))
      for (const statement of [
        'update audit_entry set actor = actor',
        'delete from audit_entry',
        'truncate audit_entry',
      ])
        await expect(sql.raw(statement).execute(store.db)).rejects.toThrow(/append-only/)
      expect(await verifyAudit(store.db)).toMatchObject({ whole: true, entries: 1 })
    })

    test('retention removes the oldest, says where the log begins, and the log still proves whole', async () => {
      const store = await opened()
      await append(store, ...Array.from({ length: 10 }, (_, n) => entry(n)))
      const head = await auditHead(store.db)
      const cut = new Date(at.getTime() + 6_000)
      expect(await retainAudit(store.db, cut, at)).toBe(6)
      expect(await verifyAudit(store.db, [head])).toMatchObject({ whole: true, first: 7, last: 11, entries: 5 })
      expect(await retainAudit(store.db, cut, at)).toBe(0)
      await append(store, entry(11))
      expect(await retainAudit(store.db, new Date('2030-01-01'), at)).toBe(5)
      expect(await verifyAudit(store.db)).toMatchObject({ whole: true, first: 12, entries: 2 })
      await tamper(store.db, 'delete from audit_entry where seq = 12')
      expect((await verifyAudit(store.db)).whole).toBe(false)
    })

    test('what is rolled back leaves no gap, and an event is written with its entry', async () => {
      const store = await opened()
      const event = { type: 'access.granted', subject: 'sales/orders', actor: 'ann', data: { reason: 'fine' }, at }
      await append(store, entry(1))
      const failed = store.db.transaction().execute(async (tx) => {
        await appendEvent(tx, event)
        throw new Error('not this time')
      })
      await expect(failed).rejects.toThrow('not this time')
      await store.db.transaction().execute((tx) => appendEvent(tx, event))
      const links = await Array.fromAsync(auditLinks(store.db))
      expect(links.map(({ seq, action, kind, allow, because }) => [seq, action, kind, allow, because])).toEqual([
        [1, 'release.registered', 'change', null, ''],
        [2, 'access.granted', 'decision', true, 'fine'],
      ])
    })

    test('many writers at once, also of two servers, keep the chain whole', async () => {
      const { a, b } = (await make.again?.()) ?? { a: await opened(), b: null }
      const log = new AuditLog(a, { now: () => at, everyMs: 5 })
      const refusal = (n: number) => log.write(entry(n, { kind: 'decision', allow: false }))
      await Promise.all(
        Array.from({ length: 120 }, (_, n) =>
          n % 3 === 0 ? refusal(n) : append(b !== null && n % 3 === 1 ? b : a, entry(n), entry(n)),
        ),
      )
      await log[Symbol.asyncDispose]()
      expect(await verifyAudit(a.db)).toMatchObject({ whole: true, entries: 200, last: 200 })
      if (b !== null) for (const store of [a, b]) await store[Symbol.asyncDispose]()
    }, 60_000)

    test('reads of a second are one entry per kind; equal refusals at once are one that says how often', async () => {
      const store = await opened()
      const log = new AuditLog(store, { now: () => at, everyMs: 3_600_000 })
      const read = (n: number, actor: string) =>
        log.read({
          ...entry(n, { kind: 'read', action: 'data:read', actor, allow: true, because: 'grant' }),
          from: '192.0.2.7',
          data: { port: 'rest', table: 'orders', snapshot: 's-1', purpose: undefined },
          rows: 10,
          bytes: 100,
        })
      for (let n = 0; n < 1000; n++) read(n, n % 2 === 0 ? 'ann' : 'bob')
      await log.flush()
      const refused = entry(1, { kind: 'decision', allow: false })
      await Promise.all(Array.from({ length: 50 }, () => log.write(refused)))
      const links = await Array.fromAsync(auditLinks(store.db))
      expect(links.map(({ actor, data }) => [actor, data.reads, data.rows, data.bytes, data.table])).toEqual([
        ['ann', 500, 5000, 50_000, 'orders'],
        ['bob', 500, 5000, 50_000, 'orders'],
        ['ann', undefined, undefined, undefined, undefined],
      ])
      expect(links[0]?.data).toMatchObject({ first: at.toISOString(), last: entry(998).at.toISOString() })
      expect(links[2]?.data.times).toBe(50)
      await log[Symbol.asyncDispose]()
    })

    test('what people write into names, texts and addresses is bounded and forges nothing', async () => {
      const store = await opened()
      const long = 'é\u{1f600}'.repeat(200_000)
      const hostile = `ann\n{"seq":9}\r\n\u202e\u2028\0`
      const data = JSON.parse(
        `{"__proto__":{"polluted":1},"constructor":"x","toJSON":"y","nested":{"Token":"secret-of-ann","__proto__":{"b":2}}}`,
      )
      const strange = { n: Number.NaN, i: Number.POSITIVE_INFINITY, z: -0, b: 12n, d: new Date(Number.NaN), f: () => 1 }
      await append(
        store,
        entry(1, { actor: hostile, subject: long, action: long, because: long, from: long }),
        entry(2, { data }),
        entry(3, { data: strange }),
        entry(4, { data: { sql: `select '${long}'`, reads: [{ product: 'sales/orders' }] } }),
      )
      expect(await verifyAudit(store.db)).toMatchObject({ whole: true, entries: 4 })
      const [first, second, , fourth] = await Array.fromAsync(auditLinks(store.db))
      expect(first?.subject.length).toBeLessThan(700)
      expect(first?.because.length).toBeLessThan(5_000)
      expect(JSON.stringify(second)).not.toContain('secret-of-ann')
      expect(Object.keys(second?.data ?? {})).toContain('__proto__')
      expect(({} as { polluted?: number }).polluted).toBeUndefined()
      // a long text does not hide what was read by it
      expect(fourth?.data.reads).toEqual([{ product: 'sales/orders' }])
      expect(String(fourth?.data.sql)).toMatch(/^select 'é.* sha256 [0-9a-f]{64}\)$/su)
    })

    test('a name with a line break does not make two different reads one', async () => {
      const store = await opened()
      const log = new AuditLog(store, { now: () => at, everyMs: 3_600_000 })
      const read = (actor: string, subject: string, data: Record<string, string | undefined>) =>
        log.read({ ...entry(1, { actor, subject }), action: 'x', from: null, data, rows: 1, bytes: 1 })
      read('ann\nx\nsales', 'orders', {})
      read('ann', 'sales\nx\norders', {})
      read('ann', 'b', { table: 'a\nb', form: 'c' })
      read('ann', 'b', { table: 'a', form: 'b\nc' })
      await log[Symbol.asyncDispose]()
      expect(await Array.fromAsync(auditLinks(store.db))).toHaveLength(4)
    })

    test('the log is proven while retention lets entries go and others are appended', async () => {
      const store = await opened()
      await append(store, ...Array.from({ length: 6_000 }, (_, n) => entry(n)))
      const head = await auditHead(store.db)
      // between two pages of the proof
      let pages = 0
      const proving = store.db.withPlugin({
        transformQuery: ({ node }) => node,
        async transformResult({ result }) {
          if (result.rows.length === 2_000) pages += 1
          if (result.rows.length === 2_000 && pages === 1) {
            await retainAudit(store.db, new Date(at.getTime() + 2_500_000), at)
            await append(store, entry(7_000))
          }
          return result
        },
      })
      expect(await verifyAudit(proving, [head])).toMatchObject({ whole: true, wrong: null, first: 2_501, last: 6_002 })
    }, 60_000)

    test('a clock that is set back neither breaks the chain nor lets a log that is behind look young', async () => {
      const store = await opened()
      let now = at.getTime()
      const log = new AuditLog(store, { now: () => new Date(now), everyMs: 3_600_000 })
      log.read({ ...entry(1), from: null, data: {}, rows: 1, bytes: 1 })
      now -= 3_600_000
      expect(log.behind).toBe(false)
      now += 11_000
      expect(log.behind).toBe(true)
      await log.flush()
      expect(log.behind).toBe(false)
      await append(store, entry(0), entry(-5_000))
      expect(await verifyAudit(store.db)).toMatchObject({ whole: true })
      await log[Symbol.asyncDispose]()
    })

    test('a backup brings the chain along, and it goes on', async () => {
      const store = await opened()
      await append(store, ...Array.from({ length: 5 }, (_, n) => entry(n)))
      const { restore } = await import('./restore.ts')
      const fs = await import('node:fs')
      const path = await import('node:path')
      const os = await import('node:os')
      const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-audit-'))
      onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }))
      const head = await auditHead(store.db)
      const file = path.join(dir, 'state.gz')
      await store.backup(file)
      const target = await make.target()
      await restore(file, target)
      await using copy = await openStore(target)
      await append(copy, entry(6))
      expect(await verifyAudit(copy.db, [head])).toMatchObject({ whole: true, entries: 6 })
    })
  })
}

/** Writes until it is killed; tells the number of each entry that was stored. */
export const killedWriter = async (url: string): Promise<number> => {
  const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)
  const program = `
    import { openStore } from ${here('./store.ts')}
    import { appendAudit } from ${here('./audit.ts')}
    const store = await openStore({ url: ${JSON.stringify(url)}, clock: { now: () => new Date() } })
    for (let n = 0; ; n++) {
      const entry = { at: new Date(), kind: 'change', actor: 'a', action: 'x', subject: 's', allow: null, because: '', from: null, data: { n } }
      const { seq } = await store.db.transaction().execute((tx) => appendAudit(tx, [entry, entry, entry]))
      process.stdout.write(seq + '\\n')
    }`
  const writer = spawn(process.execPath, ['--conditions=mesh-source', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  writer.stdout.on('data', (chunk) => {
    told += String(chunk)
    if (told.split('\n').length > 40) writer.kill('SIGKILL')
  })
  await once(writer, 'close')
  return Number(told.split('\n').at(-2))
}
