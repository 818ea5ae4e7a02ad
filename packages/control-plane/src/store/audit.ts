import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import {
  type AuditFacts,
  type AuditHead,
  canonicalJson,
  entryHash,
  genesis,
  type Link,
  openChain,
  retentionAction,
} from '@datamesh/core'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database, Row } from './schema.ts'

export type NewAuditEntry = Omit<AuditFacts, 'at' | 'from'> & {
  at: Date
  /** Of the request when not said; see `fromAddress`. */
  from?: string | null
}

/**
 * The address that the work at hand was asked from. Kept beside the call and not in its arguments: between the request and the transaction
 * that writes what it did lie many functions that have no use for it.
 */
export const fromAddress = new AsyncLocalStorage<string | null>()

export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')
const sha256 = { sha256: sha256Of }

/** The lock of the event log too: who writes an event and its entry waits once, and nobody waits for the two in another order. */
export const logLock = 8_160_002

/** Characters that Postgres does not keep in a text, and halves of a pair that no UTF-8 can say. */
const keepable = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed()

const mostData = 64 * 1024
/** Characters of one text in data that is longer than that. */
const mostText = 8 * 1024
/** Of an actor, action or subject: they are indexed, and an index takes no more than 2,700 bytes. */
const mostName = 500
const mostBecause = 4_000

/** The beginning of a long text, and the hash of all of it: what was cut can be proven, not made up. */
const clipped = (text: string, most: number): string =>
  text.length <= most
    ? text
    : `${text.slice(0, most).toWellFormed()}… (${text.length} characters, sha256 ${sha256Of(text)})`
const named = (text: string): string => clipped(keepable(text), mostName)
/** What must never stand in a log, whoever hands it over. */
const secretKey = /^(token|secret|password|passphrase|authorization|cookie|private_?key)$/i

const cleaned = (value: unknown): unknown => {
  if (typeof value === 'string') return keepable(value)
  if (Array.isArray(value)) return value.map(cleaned)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'function' || typeof value === 'symbol') return null
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [keepable(key), secretKey.test(key) ? '•••' : cleaned(each)]),
    )
  return value
}

const dataOf = (data: unknown): Record<string, unknown> => {
  const clean = (data !== null && typeof data === 'object' && !Array.isArray(data) ? cleaned(data) : {}) as Record<
    string,
    unknown
  >
  const text = canonicalJson(clean)
  if (text.length <= mostData) return clean
  // a long query must not hide what it has read: long texts are cut, everything else stays
  const cut = shortened(clean) as Record<string, unknown>
  if (canonicalJson(cut).length <= mostData) return cut
  return { tooLong: text.length, sha256: sha256Of(text), begins: text.slice(0, mostText).toWellFormed() }
}

const shortened = (value: unknown): unknown => {
  if (typeof value === 'string') return clipped(value, mostText)
  if (Array.isArray(value)) return value.map(shortened)
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shortened(each)]))
  return value
}

/** Whoever holds the lock knows the end of the log. */
const lastOf = async (db: Kysely<Database>): Promise<AuditHead> =>
  (await db.selectFrom('audit_entry').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst()) ?? {
    seq: 0,
    hash: genesis,
  }

const addressIn = (from: string | null): string | null => (from === null ? null : clipped(keepable(from), 100))

const rowOf = ({ from, at, data, ...link }: Link) => ({ ...link, at, from_address: from, data: canonicalJson(data) })

/** One statement takes so many rows; each has twelve values and Postgres takes 65,535. */
const atOnce = 1_000

/**
 * Appends entries in the transaction of what they tell: both are stored or neither. Numbers have no gaps: an entry gets the next one under the
 * lock, which is held until commit. @returns the new end of the log
 */
export const appendAudit = async (tx: Transaction<Database>, entries: readonly NewAuditEntry[]): Promise<AuditHead> => {
  await sql`select pg_advisory_xact_lock(${sql.lit(logLock)})`.execute(tx)
  let last = await lastOf(tx)
  const links = entries.map((entry): Link => {
    const unhashed = {
      seq: last.seq + 1,
      at: entry.at.toISOString(),
      kind: named(entry.kind),
      actor: named(entry.actor),
      action: named(entry.action),
      subject: named(entry.subject),
      allow: entry.allow,
      because: clipped(keepable(entry.because), mostBecause),
      from: addressIn(entry.from === undefined ? (fromAddress.getStore() ?? null) : entry.from),
      data: dataOf(entry.data),
      previous: last.hash,
    }
    last = { seq: unhashed.seq, hash: entryHash(unhashed, sha256) }
    return { ...unhashed, hash: last.hash }
  })
  for (let at = 0; at < links.length; at += atOnce)
    await tx
      .insertInto('audit_entry')
      .values(links.slice(at, at + atOnce).map(rowOf))
      .execute()
  return last
}

/** An entry as it is stored. What is no JSON any more was changed: it reads as something that gives another hash. */
export const linkOf = (row: Row<'audit_entry'>): Link => ({
  seq: row.seq,
  at: row.at.toISOString(),
  kind: row.kind,
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  allow: row.allow,
  because: row.because,
  from: row.from_address,
  data: parsed(row.data),
  previous: row.previous,
  hash: row.hash,
})

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return { unreadable: text }
  }
}

export type AuditQuestion = {
  actor?: string | undefined
  kind?: string | undefined
  /** An action or its beginning: `access.`. */
  action?: string | undefined
  subject?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
}

const asked = (db: Kysely<Database>, { actor, kind, action, subject, from, to }: AuditQuestion) =>
  db
    .selectFrom('audit_entry')
    .selectAll()
    .$if(actor !== undefined, (query) => query.where('actor', '=', actor as string))
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind as string))
    .$if(action !== undefined, (query) => query.where(sql<boolean>`starts_with(action, ${action})`))
    .$if(subject !== undefined, (query) => query.where('subject', '=', subject as string))
    .$if(from !== undefined, (query) => query.where('at', '>=', from as Date))
    .$if(to !== undefined, (query) => query.where('at', '<', to as Date))

/** Newest first, before `before` when it is said. */
export const auditBefore = async (
  db: Kysely<Database>,
  question: AuditQuestion,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<Link[]> => {
  const rows = await asked(db, question)
    .$if(before !== undefined, (query) => query.where('seq', '<', before as number))
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  return rows.map(linkOf)
}

const pageRows = 2_000

/** In the order of the log, up to and with entry `to`. Never holds more than a page. */
export async function* auditLinks(
  db: Kysely<Database>,
  question: AuditQuestion = {},
  to = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<Link> {
  let after = 0
  for (;;) {
    const rows = await asked(db, question)
      .where('seq', '>', after)
      .where('seq', '<=', to)
      .orderBy('seq')
      .limit(pageRows)
      .execute()
    for (const row of rows) yield linkOf(row)
    if (rows.length < pageRows) return
    after = rows.at(-1)?.seq as number
  }
}

export const auditHead = (db: Kysely<Database>): Promise<AuditHead> => lastOf(db)

/**
 * Computes every hash again and follows the chain. Entries that are appended meanwhile are not looked at; when retention lets entries go
 * meanwhile, it begins anew.
 */
export const verifyAudit = async (
  db: Kysely<Database>,
  heads: readonly AuditHead[] = [],
): Promise<ReturnType<ReturnType<typeof openChain>['end']>> => {
  const before = await firstOf(db)
  const { seq } = await lastOf(db)
  const chain = openChain({ ...sha256, heads })
  for await (const link of auditLinks(db, {}, seq)) if (!chain.take(link)) break
  const found = chain.end()
  return found.whole || before === (await firstOf(db)) ? found : verifyAudit(db, heads)
}

const firstOf = async (db: Kysely<Database>): Promise<number> =>
  (await db.selectFrom('audit_entry').select('seq').orderBy('seq').limit(1).executeTakeFirst())?.seq ?? 0

/**
 * Removes the oldest entries, up to the first one that is not older than `before`, and writes where the log begins now. The newest entry always
 * stays. @returns how many were removed
 */
export const retainAudit = (db: Kysely<Database>, before: Date, now: Date): Promise<number> =>
  db.transaction().execute(async (tx) => {
    // removing a year takes longer than a request's statement may
    await sql`set local statement_timeout = 0`.execute(tx)
    await sql`select pg_advisory_xact_lock(${sql.lit(logLock)})`.execute(tx)
    const { rows } = await sql<{ seq: number; hash: string; first: number }>`
      select seq, hash, (select min(seq) from audit_entry) as first
      from audit_entry
      where seq < (select coalesce(min(seq), (select max(seq) from audit_entry)) from audit_entry where at >= ${before})
      order by seq desc
      limit 1`.execute(tx)
    const last = rows[0]
    if (last === undefined) return 0
    await sql`select set_config('datamesh.audit_retention', 'on', true)`.execute(tx)
    await tx.deleteFrom('audit_entry').where('seq', '<=', last.seq).execute()
    await sql`select set_config('datamesh.audit_retention', 'off', true)`.execute(tx)
    const entries = last.seq - last.first + 1
    await appendAudit(tx, [
      {
        at: now,
        kind: 'retention',
        actor: 'system',
        action: retentionAction,
        subject: 'audit',
        allow: null,
        because: `entries before ${before.toISOString()} are not kept`,
        from: null,
        data: { removedFrom: last.first, removedTo: last.seq, hash: last.hash, entries, before: before.toISOString() },
      },
    ])
    return entries
  })
