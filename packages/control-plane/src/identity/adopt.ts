import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '../store/index.ts'
import { type GroupRule, groupsIn, meaningOf } from './groups.ts'
import { type IdentityDeps, note, tellReplicas } from './notes.ts'
import { type Binding, bind } from './principals.ts'
import { digestOf } from './token.ts'

/** What an issuer has said in a token whose signature was checked. */
export type Claims = Readonly<Record<string, unknown>> & { iss: string; sub: string; iat: number }
export type GroupSettings = { groupClaim: string; groups: readonly GroupRule[] }

/**
 * The principal behind the claims of somebody else's issuer: made when it comes for the first time, and given the teams and roles that its
 * groups mean now. An older token than the last one changes nothing, so a role that is gone does not come back with it. Principals that were
 * made here are never taken over, whatever name or address a token says. @returns null when it is disabled
 */
export const adopt = async (claims: Claims, settings: GroupSettings, deps: IdentityDeps): Promise<string | null> => {
  const { store, now } = deps
  const known = await bySubject(store.db, claims)
  if (known?.disabled_at) return null
  const issuedAt = new Date(claims.iat * 1000)
  const meant = meaningOf(groupsIn(claims, settings.groupClaim), settings.groups)
  const name = textOf(claims.name) ?? textOf(claims.preferred_username) ?? known?.name ?? claims.sub.slice(0, 100)
  const email = textOf(claims.email) ?? known?.email ?? null
  if (known !== undefined && (known.claims_at ?? new Date(0)) > issuedAt) return known.id
  if (known !== undefined && known.name === name && known.email === email && (await isSo(store.db, known.id, meant)))
    return moved(store.db, known, issuedAt)
  const id = await store.db.transaction().execute(async (tx) => {
    // two first requests of one person come one after the other
    await sql`select pg_advisory_xact_lock(hashtextextended(${`${claims.iss}\n${claims.sub}`}, 0))`.execute(tx)
    const there = await bySubject(tx, claims)
    if (there?.disabled_at) return null
    if (there !== undefined && (there.claims_at ?? new Date(0)) > issuedAt) return there.id
    const own = there?.id ?? idOf(claims)
    if (there === undefined) {
      const kind = claims.sub === (claims.client_id ?? claims.azp) ? 'machine' : 'person'
      await tx
        .insertInto('principal')
        .values({ id: own, name, kind, email, created_at: now(), issuer: claims.iss, subject: claims.sub })
        .execute()
      await note(tx, 'principal.created', own, 'system', { issuer: claims.iss, kind }, now())
    }
    await tx.updateTable('principal').set({ name, email, claims_at: issuedAt }).where('id', '=', own).execute()
    if (!(await isSo(tx, own, meant))) await bindGroups(tx, own, meant, now())
    await tellReplicas(tx)
    return own
  })
  deps.authenticator.forget()
  return id
}

const bySubject = (db: Kysely<Database>, { iss, sub }: Claims) =>
  db
    .selectFrom('principal')
    .select(['id', 'name', 'email', 'disabled_at', 'claims_at'])
    .where('issuer', '=', iss)
    .where('subject', '=', sub)
    .executeTakeFirst()

/** So that an older token does not come back. */
const moved = async (
  db: Kysely<Database>,
  known: { id: string; claims_at: Date | null },
  to: Date,
): Promise<string> => {
  if (to.getTime() > (known.claims_at?.getTime() ?? 0))
    await db.updateTable('principal').set({ claims_at: to }).where('id', '=', known.id).execute()
  return known.id
}

/** Are the teams and roles by groups exactly these? */
const isSo = async (
  db: Kysely<Database>,
  principal: string,
  { teams, roles }: ReturnType<typeof meaningOf>,
): Promise<boolean> => {
  const there = await db
    .selectFrom('team_member')
    .select('team')
    .where('principal', '=', principal)
    .where('source', '=', 'group')
    .execute()
  const bound = await db
    .selectFrom('role_binding')
    .select(['role', 'domain'])
    .where('principal', '=', principal)
    .where('source', '=', 'group')
    .execute()
  const same = (a: string[], b: string[]) => a.sort().join('\n') === b.sort().join('\n')
  return (
    same(
      there.map(({ team }) => team),
      [...teams],
    ) &&
    same(
      bound.map(({ role, domain }) => `${role} ${domain ?? ''}`),
      roles.map(({ role, domain }) => `${role} ${domain ?? ''}`),
    )
  )
}

const bindGroups = async (
  tx: Transaction<Database>,
  principal: string,
  { teams, roles }: { teams: readonly string[]; roles: readonly Binding[] },
  at: Date,
): Promise<void> => {
  await tx.deleteFrom('role_binding').where('principal', '=', principal).where('source', '=', 'group').execute()
  await tx.deleteFrom('team_member').where('principal', '=', principal).where('source', '=', 'group').execute()
  await bind(tx, principal, roles, at, 'group')
  for (const team of teams) {
    await tx
      .insertInto('principal')
      .values({ id: team, name: team, kind: 'team', created_at: at })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
    // a name that a person or a machine has is no team
    await sql`
      insert into team_member (team, principal, source)
      select id, ${principal}, 'group' from principal where id = ${team} and kind = 'team'
      on conflict do nothing`.execute(tx)
  }
  await note(tx, 'principal.groups-changed', principal, 'system', { teams, roles }, at)
}

/**
 * The part after the tilde comes from issuer and subject: nobody who chooses a user name elsewhere gets the id of somebody here, or one that a
 * manifest names among its readers.
 */
const idOf = (claims: Claims): string => {
  const wanted = textOf(claims.preferred_username) ?? textOf(claims.email) ?? claims.sub
  const plain = wanted
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9._@-]+/g, '-')
  const begin = plain.replace(/^[^a-z0-9]+/, '').slice(0, 60) || 'somebody'
  return `${begin}~${digestOf(`${claims.iss}\n${claims.sub}`).slice(0, 12)}`
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' && value.isWellFormed() && !value.includes('\0')
    ? value.trim().slice(0, 200)
    : undefined
