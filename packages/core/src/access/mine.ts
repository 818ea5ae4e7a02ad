import { decide } from './decide.ts'
import type { Actor, Context, Resource } from './model.ts'

/** Whether one can read a product now, and by what: shown beside every product. The verdict is that of `decide`. */
export type Standing = {
  how: 'open' | 'owner' | 'granted' | 'requested' | 'request'
  canRead: boolean
  because: string
}

/** `waiting`: the actor has asked and nobody has decided yet. */
export const standingOf = (
  { actor, resource, now, waiting }: { actor: Actor; resource: Resource; now: Date; waiting: boolean },
  context: Context,
): Standing => {
  const { allow, because } = decide({ actor, action: 'data:read', resource, now }, context)
  if (allow) return { how: howAllowed(actor, resource), canRead: true, because }
  if (!waiting) return { how: 'request', canRead: false, because }
  return { how: 'requested', canRead: false, because: `you have asked; ${resource.owner ?? 'its owner'} decides` }
}

const howAllowed = (actor: Actor, resource: Resource): 'open' | 'owner' | 'granted' => {
  const { classification, readers = [], domain } = resource
  if (actor.roles.some(({ role, domain: of }) => role === 'domain-owner' && of !== undefined && of === domain))
    return 'owner'
  if (readers.includes('everyone')) return 'open'
  if (classification === 'public' || (classification === 'internal' && readers.length === 0)) return 'open'
  return actor.kind === 'system' || actor.roles.some(({ role, domain: of }) => role === 'platform-admin' && !of)
    ? 'owner'
    : 'granted'
}
