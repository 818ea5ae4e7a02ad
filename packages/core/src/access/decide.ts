import { combineMasks, maskOf } from './masks.ts'
import type {
  Action,
  Actor,
  Context,
  DecidingRule,
  Decision,
  Explanation,
  Grant,
  Mask,
  Question,
  ReadVerdict,
  Resource,
  Role,
} from './model.ts'
import { combineFilters, type RowFilter } from './row_filter.ts'

/**
 * May this actor do this? The one answer for every surface: REST, search, lineage, files, streams, SQL.
 *
 * A resource without a domain asks "in general", before a list or a body is known: the answer is yes when some resource could be
 * allowed, and the caller decides again for each row or for the domain that the body names.
 * Rule: docs/guide/access.md
 */
export function decide(question: Question, context: Context): Decision {
  const { allow, because, masks, rowFilter } = explain(question, context)
  return { allow, because, masks, rowFilter }
}

/** `decide` with the rules that decided; there is no other way to a decision, so the two cannot disagree. */
export function explain(question: Question, context: Context): Explanation {
  const { actor, action, resource } = question
  const found = opened(question, context)
  if (actor === null || actor.kind === 'system' || !found.allow || resource.product === undefined || !aboutRows(action))
    return found
  return narrowed(found, context.read, resource)
}

const aboutRows = (action: Action): boolean => action === 'data:read' || action === 'data:sample'

function opened(question: Question, context: Context): Found {
  const { actor, action } = question
  if (openToAll.has(action)) return yes('role', 'open to everybody')
  if (actor === null) return no('role', 'nobody is signed in')
  if (actor.kind === 'system' || isAdmin(actor)) return yes('role', 'platform-admin')
  if (action === 'identity:self') return yes('role', 'it is about yourself')
  if (!actor.roles.some(isWhole)) return no('role', 'no role is bound to you; ask a platform admin for one')
  const { resource } = question
  const domain = resource.domain ?? resource.product?.split('/')[0]
  return rules[action](
    { ...question, actor, resource: domain === undefined ? resource : { ...resource, domain } },
    context,
  )
}

/** Policies have the last word, over owners and administrators as well: a deny wins, a mask hides more, a filter takes rows away. */
function narrowed({ filter: own, ...found }: Found, read: ReadVerdict | undefined, resource: Resource): Explanation {
  const { deny = [], masks = [], filters = [] } = read ?? {}
  const rules: DecidingRule[] = [...found.rules]
  for (const { source, because } of deny) rules.push({ rule: 'policy', source, effect: 'denies', because })
  if (deny[0]) return { ...closed(deny[0].because), rules }
  for (const { source, because, mask } of masks)
    rules.push({ rule: 'policy', source, effect: 'masks', because: `${mask.column}: ${because}` })
  for (const { source, because } of filters) rules.push({ rule: 'policy', source, effect: 'filters', because })
  const filter = combineFilters([...(own ? [own] : []), ...filters.map((each) => each.filter)])
  const known = resource.columns && new Set(resource.columns.map((column) => column.toLowerCase()))
  const missing = known && filter?.columns.find((column) => !known.has(column.toLowerCase()))
  if (missing !== undefined) {
    const because = `a row filter looks at column ${missing}, which table ${resource.table ?? ''} does not have`
    rules.push({ rule: 'row-filter', source: resource.product ?? '', effect: 'denies', because })
    return { ...closed(because), rules }
  }
  const all =
    masks.length === 0
      ? found.masks
      : combineMasks(
          found.masks,
          masks.map(({ mask }) => mask),
        )
  return { ...found, masks: all, rowFilter: filter?.sql ?? null, rules }
}

const closed = (because: string): Explanation => ({
  allow: false,
  because,
  masks: [],
  rowFilter: null,
  rules: [],
  until: null,
})

/** Does a live grant let the actor read this? Expired ones, other products, other ports and other purposes do not count. No port asks for any. */
export const grantFor = (question: Question, grants: readonly Grant[]): Grant | undefined =>
  grants.filter((grant) => misfit(grant, question) === null).sort(widest)[0]

/** Of several that fit, one decides: without a filter before with one, fewer masks before more, the longest, the first by id. */
const widest = (a: Grant, b: Grant): number =>
  Number((a.rowFilter ?? null) !== null) - Number((b.rowFilter ?? null) !== null) ||
  (a.masks ?? []).length - (b.masks ?? []).length ||
  endOf(b) - endOf(a) ||
  (a.id < b.id ? -1 : 1)

const endOf = ({ until }: Grant): number => until?.getTime() ?? Number.MAX_SAFE_INTEGER

/** Why a grant does not count for this question; null: it does. */
function misfit(grant: Grant, { actor, resource, purpose, now }: Question): string | null {
  if (actor === null || grant.product !== resource.product) return 'it is for another product'
  const mine = grant.principal !== null && (grant.principal === actor.id || actor.teams?.includes(grant.principal))
  if (!mine && !(grant.role !== null && holds(actor, grant.role as Role, resource.domain))) return 'it is for others'
  if (grant.until !== null && grant.until <= now) return `it ended ${grant.until.toISOString()}`
  if (grant.ports.length > 0 && resource.port !== undefined && !grant.ports.includes(resource.port))
    return `it is for ${grant.ports.join(', ')}, not for ${resource.port}`
  if (purpose !== undefined && grant.purpose !== purpose) return `it is for ${grant.purpose}`
  return null
}

/**
 * May the actor turn tokens of the product back into values? Those who read it as it is, and holders of a live grant that says so. A reader
 * who was denied since, by a policy too, may not.
 */
export function mayDetokenise(question: Question, context: Context): Decision {
  const read = explain({ ...question, action: 'data:read' }, context)
  if (!read.allow || question.actor === null) return read
  if (isAdmin(question.actor)) return read
  if (owns({ ...question, actor: question.actor, resource: withDomain(question.resource) }, context).allow) return read
  const grant = context.grants.find((each) => each.detokenise === true && misfit(each, question) === null)
  if (grant) return read
  return no(
    'grant',
    `no grant of yours lets you turn tokens of ${nameOf(question.resource)} back; ask ${ownerOf(question.resource)}`,
  )
}

const withDomain = (resource: Resource): Resource => {
  const domain = resource.domain ?? resource.product?.split('/')[0]
  return domain === undefined ? resource : { ...resource, domain }
}

/** Whoever may approve as a steward of the domain. */
export const isStewardOf = (actor: Actor, domain: string): boolean => holds(actor, 'data-steward', domain)
/** Whoever may approve as the owner, and about their own requests too. */
export const isOwnerOf = (actor: Actor, domain: string): boolean =>
  actor.roles.some((each) => each.role === 'domain-owner' && each.domain === domain)
/** An administrator stands in for whoever is missing. */
export const administers = (actor: Actor): boolean => actor.kind === 'system' || isAdmin(actor)

type Asked = Question & { actor: Actor }
type Rule = (question: Asked, context: Context) => Found
/** The filter as it was read, until it has become SQL. */
type Found = Explanation & { filter?: RowFilter | null }

const openToAll: ReadonlySet<Action> = new Set(['platform:health', 'identity:sign-in'])

const yes = (rule: string, because: string, source = 'roles'): Found => ({
  allow: true,
  because,
  masks: [],
  rowFilter: null,
  rules: [{ rule, source, effect: 'allows', because }],
  until: null,
})
const no = (rule: string, because: string, source = 'roles'): Found => ({
  ...closed(because),
  rules: [{ rule, source, effect: 'denies', because }],
})

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

const everyRole: Rule = () => yes('role', 'every role may')
const adminOnly: Rule = () => no('role', 'only a platform admin may')

const inDomain =
  (...allowed: readonly Role[]): Rule =>
  ({ actor, resource }) => {
    const role = allowed.find((each) => holds(actor, each, resource.domain))
    if (role) return yes('role', `${role}${resource.domain ? ` of ${resource.domain}` : ''}`)
    return no(
      'role',
      `${allowed.join(' or ')} of ${resource.domain ?? 'a domain'} may; ask ${resource.owner ?? 'its owner'}`,
    )
  }

/** A draft is its domain's own matter; everything else is there to be found. */
const mayFind: Rule = (question, context) => {
  const { resource } = question
  if (resource.status !== 'draft') return yes('status', 'every role finds products')
  return ownOrStewards(question, context)
}
const owns = inDomain('domain-owner')
/** Global rules are governance's; a domain has rules of its own above them. */
const governs: Rule = (question, context) =>
  holds(question.actor, 'governance', undefined) ? yes('role', 'governance') : owns(question, context)
const ownOrStewards = inDomain('domain-owner', 'data-steward')

const mayRead: Rule = (question, context) => {
  const { actor, resource } = question
  if (resource.product === undefined) return yes('role', 'decided product by product')
  const owner = owns(question, context)
  if (owner.allow) return owner
  if (resource.status === 'draft') return no('status', `${nameOf(resource)} is a draft; ask ${ownerOf(resource)}`)
  // a product whose sensitivity is unknown is treated as the most sensitive
  const level = resource.classification ?? 'restricted'
  const readers = resource.readers ?? []
  if (level === 'public') return masked(yes('classification', 'the product is public', nameOf(resource)), resource)
  if (level === 'internal' && readers.length === 0)
    return masked(yes('classification', 'the product is internal', nameOf(resource)), resource)
  if (isReader(actor, resource))
    return masked(yes('reader', 'named as a reader by the product', nameOf(resource)), resource)
  return byGrant(question, context)
}

function byGrant(question: Asked, { grants }: Context): Found {
  const { resource, purpose } = question
  const level = resource.classification ?? 'restricted'
  const grant = grantFor(question, grants)
  const others = othersOf(grant, question, grants)
  if (!grant) {
    const because = `${nameOf(resource)} is ${level} and you hold no live grant${purpose ? ` for ${purpose}` : ''}; ask ${ownerOf(resource)} for access`
    const found = no('classification', because, nameOf(resource))
    return { ...found, rules: [...found.rules, ...others] }
  }
  const found = masked(yes('grant', `grant for ${grant.purpose}`, grant.id), resource)
  const { masks = [], rowFilter = null } = grant
  const rules = [...found.rules, ...others]
  for (const mask of masks)
    rules.push({
      rule: 'mask',
      source: grant.id,
      effect: 'masks',
      because: `the grant hides ${mask.column}: ${mask.how}`,
    })
  if (rowFilter)
    rules.push({
      rule: 'row-filter',
      source: grant.id,
      effect: 'filters',
      because: `the grant is for rows where ${rowFilter.sql}`,
    })
  return {
    ...found,
    masks: masks.length === 0 ? found.masks : combineMasks(found.masks, masks),
    filter: rowFilter,
    rules,
    until: grant.until,
  }
}

/** Grants of the actor for the product that do not decide, and why not. Of other people's nothing is told. */
const othersOf = (decides: Grant | undefined, question: Asked, grants: readonly Grant[]): DecidingRule[] =>
  grants.flatMap((grant) => {
    if (grant === decides || grant.product !== question.resource.product) return []
    const because = misfit(grant, question) ?? `grant ${decides?.id} is wider`
    if (because === 'it is for others') return []
    return [{ rule: 'grant', source: grant.id, effect: 'does not apply' as const, because }]
  })

/** The product's own masks: what the manifest writes for a column, else what its class asks for. */
function masked(found: Found, resource: Resource): Found {
  const written = resource.masks ?? []
  const masks: Mask[] = []
  const rules: DecidingRule[] = [...found.rules]
  const hide = (mask: Mask, because: string) => {
    masks.push(mask)
    rules.push({ rule: 'mask', source: nameOf(resource), effect: 'masks', because: `${mask.column}: ${because}` })
  }
  const classes = [
    [resource.piiColumns ?? [], 'it holds personal data'],
    [resource.sensitiveColumns ?? [], 'it is classed higher than the product'],
  ] as const
  for (const mask of written) hide(mask, `${mask.how}, as the product says`)
  for (const [columns, because] of classes)
    for (const column of columns) if (!maskOf(masks, column)) hide({ column, how: 'redact' }, because)
  return { ...found, masks, rules }
}

/** Statistics and samples: a steward judges every product of the domain by them, masked. */
const maySample: Rule = (question, context) => {
  const { actor, resource } = question
  const read = mayRead(question, context)
  if (read.allow) return read
  if (holds(actor, 'data-steward', resource.domain))
    return masked(yes('role', `data-steward of ${resource.domain}`), resource)
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
