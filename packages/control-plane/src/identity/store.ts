import type { Actor, Role } from '@datamesh/core'
import { type Kysely, sql } from 'kysely'
import type { Database, Row } from '../store/index.ts'

type Db = Kysely<Database>

/** A live key with everything that makes its actor: one round trip. Null: no such key, revoked, or its principal is disabled. */
export const keyWithActor = async (db: Db, id: string): Promise<(Row<'api_key'> & { actor: Actor }) | null> => {
  const key = await db
    .selectFrom('api_key as k')
    .innerJoin('principal as p', 'p.id', 'k.principal')
    .selectAll('k')
    .select(['p.name as principal_name', 'p.kind as principal_kind'])
    .select(rolesOf.as('roles'))
    .select(teamsOf.as('teams'))
    .where('k.id', '=', id)
    .where('k.revoked_at', 'is', null)
    .where('p.disabled_at', 'is', null)
    .executeTakeFirst()
  if (!key) return null
  const { principal_name, principal_kind, roles, teams, ...row } = key
  return { ...row, actor: actorOf(row.principal, principal_name, principal_kind, roles, teams) }
}

/** A session that is not over, with everything that makes its actor. One that a key opened is over when the key is. */
export const sessionWithActor = async (
  db: Db,
  hash: string,
  now: Date,
): Promise<(Row<'session'> & { actor: Actor; key_expires_at: Date | null }) | null> => {
  const session = await db
    .selectFrom('session as s')
    .innerJoin('principal as p', 'p.id', 's.principal')
    .leftJoin('api_key as k', 'k.id', 's.key_id')
    .selectAll('s')
    .select(['p.name as principal_name', 'p.kind as principal_kind', 'k.expires_at as key_expires_at'])
    .select(rolesOf.as('roles'))
    .select(teamsOf.as('teams'))
    .where('s.hash', '=', hash)
    .where('s.ended_at', 'is', null)
    .where('s.expires_at', '>', now)
    .where('p.disabled_at', 'is', null)
    .where('k.revoked_at', 'is', null)
    .where((e) => e.or([e('k.expires_at', 'is', null), e('k.expires_at', '>', now)]))
    .executeTakeFirst()
  if (!session) return null
  const { principal_name, principal_kind, roles, teams, ...row } = session
  return { ...row, actor: actorOf(row.principal, principal_name, principal_kind, roles, teams) }
}

export type PrincipalRow = {
  id: string
  name: string
  kind: string
  email: string | null
  disabled: boolean
  /** All that hold: given here, by a team, by a group of the issuer. */
  roles: Actor['roles']
  /** Those given here. */
  direct: Actor['roles']
  teams: readonly string[]
  /** Of a machine. */
  owners: readonly string[]
  signsInBy: readonly string[]
}

/** One principal, or all of them by name; also the disabled. */
export const principals = async (db: Db, id?: string): Promise<PrincipalRow[]> => {
  const rows = await db
    .selectFrom('principal as p')
    .select(['p.id', 'p.name', 'p.kind', 'p.email', 'p.issuer', 'p.disabled_at'])
    .select([rolesOf.as('roles'), directOf.as('direct'), teamsOf.as('teams'), ownersOf.as('owners')])
    .select([hasPassword.as('has_password'), hasClient.as('has_client')])
    .$if(id !== undefined, (query) => query.where('p.id', '=', id ?? ''))
    .orderBy('p.name')
    .orderBy('p.id')
    .execute()
  return rows.map(({ issuer, disabled_at, has_password, has_client, ...row }) => ({
    ...row,
    disabled: disabled_at !== null,
    roles: bindingsOf(row.roles),
    direct: bindingsOf(row.direct),
    signsInBy: [
      ...(row.kind === 'person' ? ['code'] : []),
      ...(has_password ? ['password'] : []),
      ...(issuer === null ? [] : ['oidc']),
      ...(has_client ? ['client'] : []),
    ],
  }))
}

/** One that may act, with what makes its actor. Null: no such principal, disabled, or a team. */
export const actorById = async (db: Db, id: string): Promise<Actor | null> => {
  const row = await db
    .selectFrom('principal as p')
    .select(['p.id', 'p.name', 'p.kind'])
    .select([rolesOf.as('roles'), teamsOf.as('teams')])
    .where('p.id', '=', id)
    .where('p.kind', '!=', 'team')
    .where('p.disabled_at', 'is', null)
    .executeTakeFirst()
  return row === undefined ? null : actorOf(row.id, row.name, row.kind, row.roles, row.teams)
}

/** Takes the code for good: of two who come at once, one gets the principal. */
export const takeCode = async (db: Db, hash: string, now: Date): Promise<string | null> => {
  const taken = await db
    .updateTable('login_code')
    .set({ used_at: now })
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('principal')
    .executeTakeFirst()
  return taken?.principal ?? null
}

type Bound = { role: string; domain: string | null }[]

/** Its own, those of its teams, those of its groups. A disabled team gives nothing. */
const rolesOf = sql<Bound>`(
  select coalesce(jsonb_agg(jsonb_build_object('role', b.role, 'domain', b.domain) order by b.id), '[]')
  from (
    select role, domain, min(id) as id
    from role_binding
    where principal = p.id or principal in (
      select m.team
      from team_member m
      join principal t on t.id = m.team
      where m.principal = p.id and t.disabled_at is null)
    group by role, domain) b)`

const directOf = sql<Bound>`(
  select coalesce(jsonb_agg(jsonb_build_object('role', b.role, 'domain', b.domain) order by b.id), '[]')
  from role_binding b
  where b.principal = p.id and b.source = 'direct')`

const teamsOf = sql<string[]>`(
  select coalesce(jsonb_agg(distinct m.team order by m.team), '[]')
  from team_member m
  join principal t on t.id = m.team
  where m.principal = p.id and t.disabled_at is null)`

const ownersOf = sql<string[]>`(
  select coalesce(jsonb_agg(o.owner order by o.owner), '[]')
  from machine_owner o
  where o.machine = p.id)`

const hasPassword = sql<boolean>`exists (select from password w where w.principal = p.id)`
const hasClient = sql<boolean>`exists (
  select from oauth_client c where c.principal = p.id and c.revoked_at is null)`

const bindingsOf = (rows: readonly { role: string; domain: string | null }[]): Actor['roles'] =>
  rows.map(({ role, domain }) => (domain === null ? { role: role as Role } : { role: role as Role, domain }))

const actorOf = (
  id: string,
  name: string,
  kind: string,
  roles: readonly { role: string; domain: string | null }[],
  teams: readonly string[],
): Actor => ({ id, name, kind: kind === 'machine' ? 'key' : 'person', roles: bindingsOf(roles), teams })
