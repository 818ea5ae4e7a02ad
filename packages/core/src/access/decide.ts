import type { Action, Actor, Context, Decision, Grant, Question, Resource, Role } from './model.ts'

/**
 * May this actor do this? The one answer for every surface: REST, search, lineage, files, streams, SQL.
 *
 * A resource without a domain asks "in general", before a list or a body is known: the answer is yes when some resource could be
 * allowed, and the caller decides again for each row or for the domain that the body names.
 * Rule: docs/guide/access.md
 */
export function decide(question: Question, context: Context): Decision {
  const { actor, action } = question
  if (openToAll.has(action)) return yes('open to everybody')
  if (actor === null) return no('nobody is signed in')
  if (actor.kind === 'system' || isAdmin(actor)) return yes('platform-admin')
  if (action === 'identity:self') return yes('it is about yourself')
  if (!actor.roles.some(isWhole)) return no('no role is bound to you; ask a platform admin for one')
  const { resource } = question
  const domain = resource.domain ?? resource.product?.split('/')[0]
  return rules[action](
    { ...question, actor, resource: domain === undefined ? resource : { ...resource, domain } },
    context,
  )
}

/** Does a live grant let the actor read this? Expired ones, other products, other ports and other purposes do not count. No port asks for any. */
export function grantFor(question: Question, grants: readonly Grant[]): Grant | undefined {
  const { actor, resource, purpose, now } = question
  if (actor === null) return undefined
  const names = new Set([actor.id, ...(actor.teams ?? [])])
  return grants.find(
    (grant) =>
      grant.product === resource.product &&
      (grant.ports.length === 0 || resource.port === undefined || grant.ports.includes(resource.port)) &&
      (grant.until === null || grant.until > now) &&
      (purpose === undefined || grant.purpose === purpose) &&
      ((grant.principal !== null && names.has(grant.principal)) ||
        (grant.role !== null && holds(actor, grant.role as Role, resource.domain))),
  )
}

type Asked = Question & { actor: Actor }
type Rule = (question: Asked, context: Context) => Decision

const openToAll: ReadonlySet<Action> = new Set(['platform:health', 'identity:sign-in'])

const yes = (because: string, masked: readonly string[] = []): Decision => ({
  allow: true,
  because,
  masks: masked.map((column) => ({ column, how: 'redact' })),
  rowFilter: null,
})
const no = (because: string): Decision => ({ allow: false, because, masks: [], rowFilter: null })

/** A binding that means something: owning needs a domain, administering must not have one. Others are ignored, never widened. */
const isWhole = ({ role, domain }: Actor['roles'][number]): boolean =>
  role === 'domain-owner'
    ? domain !== undefined
    : (role !== 'platform-admin' && role !== 'governance') || domain === undefined

const isAdmin = (actor: Actor): boolean => actor.roles.some((b) => b.role === 'platform-admin' && isWhole(b))

/** Holds the role in the domain; without a domain: anywhere. */
const holds = (actor: Actor, role: Role, domain: string | undefined): boolean =>
  actor.roles.some(
    (b) => b.role === role && isWhole(b) && (domain === undefined || b.domain === undefined || b.domain === domain),
  )

const everyRole: Rule = () => yes('every role may')
const adminOnly: Rule = () => no('only a platform admin may')

const inDomain =
  (...allowed: readonly Role[]): Rule =>
  ({ actor, resource }) => {
    const role = allowed.find((each) => holds(actor, each, resource.domain))
    if (role) return yes(`${role}${resource.domain ? ` of ${resource.domain}` : ''}`)
    return no(`${allowed.join(' or ')} of ${resource.domain ?? 'a domain'} may; ask ${resource.owner ?? 'its owner'}`)
  }

/** A draft is its domain's own matter; everything else is there to be found. */
const mayFind: Rule = (question, context) => {
  const { resource } = question
  if (resource.status !== 'draft') return yes('every role finds products')
  return ownOrStewards(question, context)
}
const owns = inDomain('domain-owner')
/** Global rules are governance's; a domain has rules of its own above them. */
const governs: Rule = (question, context) =>
  holds(question.actor, 'governance', undefined) ? yes('governance') : owns(question, context)
const ownOrStewards = inDomain('domain-owner', 'data-steward')

const mayRead: Rule = (question, context) => {
  const { resource } = question
  if (resource.product === undefined) return yes('decided product by product')
  const owner = owns(question, context)
  if (owner.allow) return owner
  if (resource.status === 'draft') return no(`${nameOf(resource)} is a draft; ask ${ownerOf(resource)}`)
  const masked = resource.piiColumns ?? []
  // a product whose sensitivity is unknown is treated as the most sensitive
  const level = resource.classification ?? 'restricted'
  if (level === 'public') return yes('the product is public', masked)
  const readers = resource.readers ?? []
  if (level === 'internal' && readers.length === 0) return yes('the product is internal', masked)
  if (isReader(question.actor, resource)) return yes('named as a reader by the product', masked)
  const grant = grantFor(question, context.grants)
  if (grant) return yes(`grant for ${grant.purpose}`, masked)
  return no(
    `${nameOf(resource)} is ${level} and you hold no live grant${question.purpose ? ` for ${question.purpose}` : ''}; ask ${ownerOf(resource)} for access`,
  )
}

/** Statistics and samples: a steward judges every product of the domain by them, masked. */
const maySample: Rule = (question, context) => {
  const { actor, resource } = question
  const read = mayRead(question, context)
  if (read.allow) return read
  if (holds(actor, 'data-steward', resource.domain)) {
    return yes(`data-steward of ${resource.domain}`, resource.piiColumns ?? [])
  }
  return read
}

const isReader = (actor: Actor, resource: Resource): boolean =>
  (resource.readers ?? []).some(
    (reader) =>
      reader === 'everyone' ||
      reader === actor.id ||
      actor.teams?.includes(reader) === true ||
      actor.roles.some((b) => b.role === reader && isWhole(b)),
  )

const nameOf = (resource: Resource): string => resource.product ?? 'this product'
const ownerOf = (resource: Resource): string =>
  resource.owner ?? (resource.domain ? `the owner of domain ${resource.domain}` : 'its owner')

const rules: Readonly<Record<Action, Rule>> = {
  'platform:health': everyRole,
  'platform:read': everyRole,
  // counts of products that one may not see stand in there
  'platform:metrics': adminOnly,
  'platform:manage': adminOnly,
  'identity:sign-in': everyRole,
  'identity:self': everyRole,
  'identity:manage': adminOnly,
  'domain:read': everyRole,
  'domain:manage': owns,
  'product:read': mayFind,
  'product:plan': ownOrStewards,
  'product:manage': owns,
  'product:publish': owns,
  'data:read': mayRead,
  'data:sample': maySample,
  'access:request': mayFind,
  'access:decide': owns,
  // table by table the data behind is decided as data:read
  'sql:query': everyRole,
  'run:read': mayFind,
  'run:cancel': owns,
  'events:read': everyRole,
  // product by product what is found wrong is decided as product:read
  'policy:read': everyRole,
  'policy:manage': governs,
  'policy:report': governs,
  'waiver:grant': governs,
  'classification:decide': ownOrStewards,
  // about somebody else: decided as access:decide
  'access:explain': everyRole,
  'audit:read': inDomain('governance'),
}
