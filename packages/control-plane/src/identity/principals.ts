import { MeshError, type PrincipalView, type Role } from '@datamesh/core'
import type { Transaction } from 'kysely'
import type { z } from 'zod'
import type { BindingSource, Database, PrincipalKind } from '../store/index.ts'
import { type IdentityDeps, note, tellReplicas } from './notes.ts'
import { type PrincipalRow, principals } from './store.ts'

export type Principal = z.infer<typeof PrincipalView>
export type Binding = { role: Role; domain?: string | undefined }
type Tx = Transaction<Database>

export type PrincipalWish = {
  id: string
  name: string
  roles: readonly Binding[]
  /** A new one without it is a person; an existing one stays what it is. */
  kind?: PrincipalKind | undefined
  /** Absent: unchanged. */
  email?: string | null | undefined
  /** Absent: unchanged. */
  disabled?: boolean | undefined
  /** Of a team: who belongs to it. Of a machine: the people and teams that own it. Absent: unchanged. */
  members?: readonly string[] | undefined
}

/** Everybody, also the disabled. */
export const listPrincipals = async ({ store }: Pick<IdentityDeps, 'store'>): Promise<Principal[]> =>
  (await principals(store.db)).map(viewOf)

/**
 * Creates a principal or replaces its name and roles; works from the next request on. Whoever is disabled is signed out everywhere, keys and
 * client credentials included. @throws request-invalid
 */
export const putPrincipal = async (wish: PrincipalWish, by: string, deps: IdentityDeps): Promise<Principal> => {
  mustMeanSomething(wish.roles)
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._@+:~-]{0,127}$/u.test(wish.id))
    throw new MeshError('request-invalid', { what: 'an id has letters, digits and . _ @ + : ~ -, at most 128' })
  const at = deps.now()
  const view = await deps.store.db.transaction().execute(async (tx) => {
    const before = (await principals(tx, wish.id))[0]
    const kind = (before?.kind ?? wish.kind ?? 'person') as PrincipalKind
    if (wish.kind !== undefined && wish.kind !== kind)
      throw new MeshError('request-invalid', { what: `${wish.id} is a ${kind} and stays one` })
    const disabled = wish.disabled ?? before?.disabled ?? false
    const facts = {
      name: wish.name,
      ...(wish.email === undefined ? {} : { email: wish.email }),
      disabled_at: disabled ? at : null,
    }
    await tx
      .insertInto('principal')
      .values({ id: wish.id, kind, created_at: at, ...facts })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(facts))
      .execute()
    await keepAnAdmin(tx, wish, disabled)
    await tx.deleteFrom('role_binding').where('principal', '=', wish.id).where('source', '=', 'direct').execute()
    await bind(tx, wish.id, wish.roles, at)
    if (wish.members !== undefined) await putMembers(tx, wish.id, kind, wish.members)
    if (disabled && before?.disabled !== true) await signOutOf(tx, wish.id, at)
    const { name, roles } = wish
    const more = wish.members === undefined ? {} : { members: [...wish.members] }
    await note(tx, 'principal.changed', wish.id, by, { name, roles, kind, disabled, ...more }, at)
    await tellReplicas(tx)
    return viewOf((await principals(tx, wish.id))[0] as PrincipalRow)
  })
  deps.authenticator.forget()
  return view
}

export const mustMeanSomething = (roles: readonly Binding[]): void => {
  for (const { role, domain } of roles) {
    const everywhere = role === 'platform-admin' || role === 'governance'
    if (role === 'domain-owner' ? domain === undefined : everywhere && domain !== undefined) {
      const what = `role ${role} ${domain === undefined ? 'needs a domain' : 'holds everywhere and takes no domain'}`
      throw new MeshError('request-invalid', { what })
    }
  }
}

/** Nobody could undo it: the last platform admin, a person with the role itself, stays one and stays enabled. */
const keepAnAdmin = async (tx: Tx, wish: PrincipalWish, disabled: boolean): Promise<void> => {
  if (!disabled && wish.roles.some(({ role }) => role === 'platform-admin')) return
  // locked: two admins who demote each other at once come one after the other
  const admins = await tx
    .selectFrom('role_binding as b')
    .innerJoin('principal as p', 'p.id', 'b.principal')
    .select(['b.principal', 'p.disabled_at'])
    .where('b.role', '=', 'platform-admin')
    .where('b.source', '=', 'direct')
    .where('p.kind', '!=', 'team')
    .forUpdate()
    .execute()
  const others = admins.filter(({ principal, disabled_at }) => principal !== wish.id && disabled_at === null)
  if (others.length === 0 && admins.some(({ principal }) => principal === wish.id))
    throw new MeshError('request-invalid', { what: `${wish.id} is the last platform admin` })
}

const putMembers = async (tx: Tx, id: string, kind: PrincipalKind, members: readonly string[]): Promise<void> => {
  const wanted = [...new Set(members)]
  if (kind === 'person') throw new MeshError('request-invalid', { what: 'a person has no members; a team has' })
  const known = await tx
    .selectFrom('principal')
    .select(['id', 'kind'])
    .where('id', 'in', wanted.length === 0 ? [''] : wanted)
    .execute()
  const missing = wanted.find((each) => !known.some((one) => one.id === each))
  if (missing !== undefined) throw new MeshError('request-invalid', { what: `there is nobody with the id ${missing}` })
  const wrong = known.find((one) => one.kind === (kind === 'team' ? 'team' : 'machine'))
  if (wrong)
    throw new MeshError('request-invalid', {
      what:
        kind === 'team' ? `${wrong.id} is a team; teams do not nest` : `${wrong.id} is a machine; people and teams own`,
    })
  if (kind === 'team') {
    await tx.deleteFrom('team_member').where('team', '=', id).where('source', '=', 'direct').execute()
    if (wanted.length > 0)
      await tx
        .insertInto('team_member')
        .values(wanted.map((principal) => ({ team: id, principal })))
        .execute()
    return
  }
  await tx.deleteFrom('machine_owner').where('machine', '=', id).execute()
  if (wanted.length > 0)
    await tx
      .insertInto('machine_owner')
      .values(wanted.map((owner) => ({ machine: id, owner })))
      .execute()
}

/** Sessions, codes and what the issuer gave out end; keys and clients rest until the principal is enabled again. */
const signOutOf = async (tx: Tx, principal: string, at: Date): Promise<void> => {
  await tx
    .updateTable('session')
    .set({ ended_at: at })
    .where('principal', '=', principal)
    .where('ended_at', 'is', null)
    .execute()
  await tx
    .updateTable('login_code')
    .set({ used_at: at })
    .where('principal', '=', principal)
    .where('used_at', 'is', null)
    .execute()
  await tx.deleteFrom('oidc_record').where('account', '=', principal).execute()
}

/** @throws request-invalid for a team: its members sign in, not the team; not-found */
export const mustSignIn = async (tx: Tx, principal: string): Promise<{ kind: PrincipalKind }> => {
  const found = await tx
    .selectFrom('principal')
    .select('kind')
    .where('id', '=', principal)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  if (!found) throw new MeshError('not-found', { what: `principal ${principal}` })
  if (found.kind === 'team')
    throw new MeshError('request-invalid', { what: `${principal} is a team: its members sign in, not the team` })
  return found
}

export const bind = async (
  tx: Tx,
  principal: string,
  roles: readonly Binding[],
  at: Date,
  source: BindingSource = 'direct',
): Promise<void> => {
  if (roles.length === 0) return
  await tx
    .insertInto('role_binding')
    .values(roles.map(({ role, domain }) => ({ principal, role, domain: domain ?? null, created_at: at, source })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** As administrators see it: `roles` were given here, `inherited` come from teams and from groups of the issuer. */
export const viewOf = (row: PrincipalRow): Principal => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  roles: row.direct.map((each) => ({ ...each })),
  inherited: row.roles
    .filter(({ role, domain }) => !row.direct.some((each) => each.role === role && each.domain === domain))
    .map((each) => ({ ...each })),
  teams: [...row.teams],
  owners: [...row.owners],
  email: row.email,
  disabled: row.disabled,
  signsInBy: [...row.signsInBy],
})

/** As one sees oneself: `roles` are all that hold. */
export const ownViewOf = (row: PrincipalRow): Principal => ({
  ...viewOf(row),
  roles: row.roles.map((each) => ({ ...each })),
  inherited: [],
})
