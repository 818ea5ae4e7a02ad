import type { Actor } from '../access/model.ts'
import { globalScope } from './definition.ts'
import type { PolicyMode } from './model.ts'

/** Global rules, and excuses from them, are governance's alone. Rule: docs/guide/policies.md#global-and-domain */
export const governs = (actor: Actor): boolean =>
  actor.kind === 'system' ||
  actor.roles.some(
    (each) => (each.role === 'governance' || each.role === 'platform-admin') && each.domain === undefined,
  )

const owns = (actor: Actor, domain: string): boolean =>
  actor.roles.some((each) => each.role === 'domain-owner' && each.domain === domain)

/** May write, switch, remove and waive a policy of this scope: `global`, or a domain. */
export const mayGovern = (actor: Actor, scope: string): boolean =>
  governs(actor) || (scope !== globalScope && owns(actor, scope))

/** What is tried out in shadow is seen by governance and by the owner of the policy only. */
export const maySeePolicy = (
  actor: Actor,
  policy: { domain: string | null; owner: string; mode: PolicyMode },
): boolean =>
  policy.mode !== 'shadow' ||
  mayGovern(actor, policy.domain ?? globalScope) ||
  actor.id === policy.owner ||
  actor.teams?.includes(policy.owner) === true
