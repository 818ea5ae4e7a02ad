import type { Role } from '@datamesh/core'
import type { Binding } from './principals.ts'

/** One line of `auth.groups`: who is in this group of the issuer belongs to the team and holds the role. */
export type GroupRule = {
  group: string
  team?: string | undefined
  role?: Role | undefined
  domain?: string | undefined
}

/** What a list of groups means here. Groups that no rule names mean nothing. */
export const meaningOf = (
  groups: readonly string[],
  rules: readonly GroupRule[],
): { teams: string[]; roles: Binding[] } => {
  const held = new Set(groups)
  const fitting = rules.filter(({ group }) => held.has(group))
  const teams = new Set(fitting.flatMap(({ team }) => (team === undefined ? [] : [team])))
  const roles = new Map<string, Binding>()
  for (const { role, domain } of fitting)
    if (role !== undefined) roles.set(`${role}\n${domain ?? ''}`, domain === undefined ? { role } : { role, domain })
  return { teams: [...teams].sort(), roles: [...roles.values()] }
}

/**
 * The groups in a token: a claim of that name, or a path such as `realm_access.roles` where no claim has the name. Anything but texts means
 * no group: what cannot be read gives no right.
 */
export const groupsIn = (claims: Readonly<Record<string, unknown>>, claim: string): string[] => {
  const value = Object.hasOwn(claims, claim)
    ? claims[claim]
    : claim
        .split('.')
        .reduce<unknown>((at, key) => (isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined), claims)
  const list = typeof value === 'string' ? [value] : Array.isArray(value) ? value : []
  return list.filter((each): each is string => typeof each === 'string' && each.length <= 500).slice(0, 2_000)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
