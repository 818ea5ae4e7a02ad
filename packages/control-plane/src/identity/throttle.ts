import { hash } from 'node:crypto'
import { MeshError } from '@datamesh/core'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '../store/index.ts'
import { networkOf } from './network.ts'

/** `free` tries, then a wait that doubles with every further one. */
type Rule = { free: number; firstMs: number; mostMs: number }

/**
 * Guessing is slowed down for a name at an address, for a name wherever it comes from, and for an address whatever names it tries. No wait is
 * longer than `mostMs`, tries during a wait do not lengthen it, and a one-time code is not subject to it: nobody is locked out for good.
 * Rule: docs/guide/sign-in.md
 */
const rules = {
  pair: { free: 5, firstMs: 30_000, mostMs: 15 * 60_000 },
  account: { free: 20, firstMs: 10_000, mostMs: 5 * 60_000 },
  address: { free: 50, firstMs: 30_000, mostMs: 15 * 60_000 },
} as const satisfies Record<string, Rule>

const forgottenAfterMs = 24 * 60 * 60_000

type Guess = { name: string; address: string }

/**
 * Counts a try before it is made, so that a thousand at once are counted like a thousand one after the other. Unknown names are counted like
 * known ones. @throws rate-limited
 */
export const countTry = async (db: Kysely<Database>, guess: Guess, at: Date): Promise<void> => {
  const waits = await db.transaction().execute(async (tx) => {
    const keys = keysOf(guess)
    const blocked = await tx
      .selectFrom('sign_in_failure')
      .select('blocked_until')
      .where(
        'key',
        'in',
        keys.map(([key]) => key),
      )
      .where('blocked_until', '>', at)
      .execute()
    if (blocked.length > 0) return blocked.map(({ blocked_until }) => blocked_until as Date)
    for (const [key, rule] of keys) {
      const until = await charge(tx, key, rule, at)
      if (until !== null) return [until]
    }
    return []
  })
  if (waits.length === 0) return
  const waitMs = Math.max(...waits.map((until) => until.getTime() - at.getTime()))
  throw new MeshError('rate-limited', { port: 'sign-in', retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) })
}

/** It was the right password: the name starts anew; the address gets this one try back. */
export const tryWasRight = async (db: Kysely<Database>, guess: Guess): Promise<void> => {
  const [pair, account, address] = keysOf(guess).map(([key]) => key) as [string, string, string]
  await db.deleteFrom('sign_in_failure').where('key', 'in', [pair, account]).execute()
  await db
    .updateTable('sign_in_failure')
    .set((e) => ({ failures: e('failures', '-', 1) }))
    .where('key', '=', address)
    .where('failures', '>', 0)
    .execute()
}

/** Rows that mean nothing any more. */
export const forgetOldTries = (db: Kysely<Database>, at: Date): Promise<unknown> =>
  db
    .deleteFrom('sign_in_failure')
    .where('last_at', '<', new Date(at.getTime() - forgottenAfterMs))
    .execute()

/** Null: counted. A date: somebody else's try, a moment ago, has begun a wait until then. */
const charge = async (tx: Transaction<Database>, key: string, rule: Rule, at: Date): Promise<Date | null> => {
  const old = new Date(at.getTime() - forgottenAfterMs)
  const counted = await sql<{ failures: number }>`
    insert into sign_in_failure as f (key, failures, last_at)
    values (${key}, 1, ${at})
    on conflict (key) do update
    set failures = case when f.last_at < ${old} then 1 else f.failures + 1 end, last_at = ${at}
    where f.blocked_until is null or f.blocked_until <= ${at}
    returning failures`.execute(tx)
  const failures = counted.rows[0]?.failures
  if (failures === undefined) return new Date(at.getTime() + rule.firstMs)
  const over = failures - rule.free
  // 2^20 is longer than any wait
  const waitMs = over < 0 ? 0 : Math.min(rule.mostMs, rule.firstMs * 2 ** Math.min(over, 20))
  const until = waitMs === 0 ? null : new Date(at.getTime() + waitMs)
  await tx.updateTable('sign_in_failure').set({ blocked_until: until }).where('key', '=', key).execute()
  return null
}

/** What people type as their name may be their password: only its digest is kept. */
const keysOf = ({ name, address }: Guess): [string, Rule][] => {
  const low = name.trim().toLowerCase()
  const from = networkOf(address)
  return [
    [digest('pair', low, from), rules.pair],
    [digest('account', low), rules.account],
    [digest('address', from), rules.address],
  ]
}
const digest = (...parts: string[]): string => hash('sha256', parts.join('\n'), 'hex')
