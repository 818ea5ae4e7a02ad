import {
  type AccessRecord,
  type Action,
  type Actor,
  type Context,
  type Decision,
  decide,
  type Explanation,
  explain,
  isMeshError,
  mayDetokenise,
  needsKey,
  type ReadVerdict,
  type Resource,
  type Routing,
  type Standing,
  standingOf,
} from '@datamesh/core'
import { type MaskKeys, maskKeys, openToken } from '@datamesh/data-plane'
import { type CatalogDeps, catalogChannel, productEntry } from '../catalog/index.ts'
import { AuditLog, fromAddress, type Store } from '../store/index.ts'
import { loadGrants, loadWaiting } from './grants.ts'
import { ProductFacts } from './hidden.ts'
import { pauses } from './pauses.ts'
import { askedOf, noReadPolicies, type ReadPolicies, readInput, routingsOf } from './read_policies.ts'
import { exactly, resourceFrom } from './resources.ts'
import { Usage, type UsageTotals } from './usage.ts'

/** NOTIFY channel: a grant was given, ended or taken back. */
export const accessChannel = 'mesh_access'

/** What an actor may find, for lists: the same verdicts as `decideFor`. */
export type Sight = {
  /** Products that are there but not for this actor. */
  hidden: ReadonlySet<string>
  visible(product: string): boolean
}

/** Sight, and what the actor can read of what is seen. */
export type Reach = Sight & {
  standingOf(product: string): Standing
}

/** A decision with what its hashes and tokens are made with; without them those masks redact. */
export type ReadDecision = Decision & { keys?: MaskKeys }

export type Access = AsyncDisposable & {
  /** The one decision for every surface, with what it needs loaded. A promise only when something has to be read first. */
  decideFor(
    actor: Actor | null,
    action: Action,
    resource: Resource,
    purpose?: string,
  ): ReadDecision | Promise<ReadDecision>
  /** The same question with the rules that decided. */
  explainFor(actor: Actor, action: Action, resource: Resource, purpose?: string): Promise<Explanation>
  /** Who has to say yes to a request of this actor, as policies have it. */
  routingsFor(actor: Actor, resource: Resource, purpose: string): Promise<Routing[]>
  /** What the reader would read with a plain grant for all ports: for whoever is about to ask for one. */
  ifGranted(actor: Actor, resource: Resource): Promise<Explanation>
  mayDetokenise(actor: Actor, resource: Resource): Promise<Decision>
  /** Values of tokens of a product, for whoever holds the right. */
  detokenise(actor: Actor, resource: Resource, tokens: readonly string[]): Promise<Detokenised>
  /** What there is to know about a product; null when there is none. */
  resourceOf(domain: string, product: string, table?: string): Promise<Resource | null>
  sightOf(actor: Actor): Promise<Sight>
  /** Those of these products, or of all, of which the actor reads some rows only: how many there are is not told. */
  filteredIn(actor: Actor, products?: Iterable<string>): Promise<ReadonlySet<string>>
  reachOf(actor: Actor): Promise<Reach>
  /**
   * Every decision about data is written down: reads summed up, refusals as events, both in the audit log. A refusal is told to whoever asked
   * when it is stored: wait for it.
   */
  record(record: AccessRecord): void | Promise<void>
  readonly audit: AuditLog
  readonly totals: UsageTotals
  /** A product was registered or changed in this process: read your writes. */
  productMoved(id: string): void
  grantsMoved(): void
  flush(): Promise<void>
}

export type Detokenised = { allow: boolean; because: string; values: (string | null)[] }

type Granted = { generation: number; until: number; context: Context }
type Seen = { generation: number; sight: Sight }
type Reached = { facts: number; grants: number; until: number; reach: Reach }

/** Of one actor, by everything that the policies are told. */
type Judged = { generation: string; verdicts: Map<string, { until: number; verdict: ReadVerdict }> }
const mostVerdicts = 2_000

const nothing: Context = { grants: [] }
const grantsTtlMs = 5_000
const mostReached = 16
/** The longest that a lost notification can matter to what is shown; what is read asks every time. */
const reachTtlMs = 60_000

export const openAccess = async (deps: {
  store: Store
  catalog: CatalogDeps
  now: () => Date
  flushEveryMs?: number
  audit?: AuditLog
  /** The master key of hashes and tokens, 32 bytes. */
  maskKey?: Buffer
  policies?: ReadPolicies
}): Promise<Access> => {
  const { store, catalog, now, flushEveryMs = 3_000, audit = new AuditLog(deps.store, { now: deps.now }) } = deps
  const { maskKey, policies = noReadPolicies } = deps
  const facts = new ProductFacts(store)
  const usage = new Usage(store)
  // by the actor object: it lives as long as the verified token does, so changed roles bring a new one
  const granted = new WeakMap<Actor, Granted>()
  const seen = new WeakMap<Actor, Seen>()
  // by what the actor is: to judge ten thousand products takes longer than a token is remembered
  const reached = new Map<string, Reached>()
  const judged = new WeakMap<Actor, Judged>()
  const allFiltered = new WeakMap<Actor, { generation: string; until: number; found: Promise<ReadonlySet<string>> }>()
  let grantGeneration = 0

  const contextOf = (actor: Actor): Context | Promise<Context> => {
    const known = granted.get(actor)
    if (known !== undefined && known.generation === grantGeneration && known.until > now().getTime())
      return known.context
    return loadContext(actor)
  }

  const loadContext = async (actor: Actor): Promise<Context> => {
    const generation = grantGeneration
    const at = now()
    const context: Context = { grants: await loadGrants(actor, at, store) }
    granted.set(actor, { generation, until: at.getTime() + grantsTtlMs, context })
    return context
  }

  const keysOf = keyRing(maskKey)

  /** What policies say is asked once and remembered for a few seconds, for it may depend on the time of day. */
  const readOf = (
    actor: Actor,
    action: Action,
    resource: Resource,
    purpose: string | undefined,
  ): ReadVerdict | undefined | Promise<ReadVerdict> => {
    if (policies.none || actor.kind === 'system') return undefined
    const input = readInput(actor, action === 'data:sample' ? 'sample' : 'read', resource, purpose)
    const generation = `${policies.generation} ${facts.generation}`
    const known = judged.get(actor)
    const mine: Judged = known?.generation === generation ? known : { generation, verdicts: new Map() }
    if (known !== mine) judged.set(actor, mine)
    const key = JSON.stringify([
      input.action,
      input.product,
      input.table,
      input.port,
      input.purpose,
      input.columns,
      input.pii_columns,
      input.classification,
    ])
    const before = mine.verdicts.get(key)
    if (before !== undefined && before.until > now().getTime()) return before.verdict
    return askedOf(policies, input).then((verdict) => {
      if (mine.verdicts.size >= mostVerdicts) mine.verdicts.clear()
      mine.verdicts.set(key, { until: now().getTime() + grantsTtlMs, verdict })
      return verdict
    })
  }

  const questionOf = (actor: Actor | null, action: Action, resource: Resource, purpose: string | undefined) => ({
    actor,
    action,
    resource,
    now: now(),
    ...(purpose === undefined ? {} : { purpose }),
  })

  const decideFor: Access['decideFor'] = (actor, action, resource, purpose) => {
    if (actor === null || resource.product === undefined || !grantsMatter(action))
      return decide(questionOf(actor, action, resource, purpose), nothing)
    const context = contextOf(actor)
    const read = readOf(actor, action, resource, purpose)
    const judge = ({ grants }: Context, verdict: ReadVerdict | undefined): ReadDecision => {
      const decision = decide(questionOf(actor, action, resource, purpose), { grants, read: verdict })
      const keys = needsKey(decision.masks) ? keysOf(actor.id, resource.product as string) : undefined
      return keys === undefined ? decision : { ...decision, keys }
    }
    if (context instanceof Promise || read instanceof Promise)
      return Promise.all([context, read]).then(([known, verdict]) => judge(known, verdict))
    return judge(context, read)
  }

  const explainFor: Access['explainFor'] = async (actor, action, resource, purpose) => {
    const { grants } = await contextOf(actor)
    const read = await readOf(actor, action, resource, purpose)
    return explain(questionOf(actor, action, resource, purpose), { grants, read })
  }

  const mayTurnBack = async (actor: Actor, resource: Resource): Promise<Decision> => {
    const { grants } = await contextOf(actor)
    const read = await readOf(actor, 'data:read', resource, undefined)
    return mayDetokenise(questionOf(actor, 'data:read', resource, undefined), { grants, read })
  }

  const sightOf = async (actor: Actor): Promise<Sight> => {
    const known = seen.get(actor)
    if (known !== undefined && known.generation === facts.generation && facts.fresh) return known.sight
    const { generation } = facts
    const hidden = new Set<string>()
    for (const [id, resource] of await facts.all()) {
      if (!decide({ actor, action: 'product:read', resource, now: now() }, nothing).allow) hidden.add(id)
    }
    const sight: Sight = {
      hidden,
      visible: (product) => !hidden.has(product),
    }
    seen.set(actor, { generation, sight })
    return sight
  }

  const filteredIn: Access['filteredIn'] = async (actor, products) => {
    const { grants } = await contextOf(actor)
    if (policies.none && grants.every(({ rowFilter }) => (rowFilter ?? null) === null)) return new Set()
    if (products !== undefined) return filteredOf(actor, products)
    const generation = `${policies.generation} ${facts.generation} ${grantGeneration}`
    const known = allFiltered.get(actor)
    if (known !== undefined && known.generation === generation && known.until > now().getTime()) return known.found
    const looking = { generation, until: now().getTime() + grantsTtlMs, found: filteredOf(actor) }
    allFiltered.set(actor, looking)
    looking.found.catch(() => allFiltered.delete(actor))
    return looking.found
  }

  const filteredOf = async (actor: Actor, products?: Iterable<string>): Promise<ReadonlySet<string>> => {
    const found = new Set<string>()
    const all = await facts.all()
    const pause = pauses()
    for (const id of products ?? all.keys()) {
      await pause()
      if (await isFiltered(actor, all.get(id) ?? { product: id })) found.add(id)
    }
    return found
  }

  const isFiltered = async (actor: Actor, resource: Resource): Promise<boolean> => {
    const { allow, rowFilter } = await decideFor(actor, 'data:read', resource)
    if (!allow || rowFilter !== null) return allow
    if (policies.none) return false
    // a policy filters a table that has the column, and is told of none where the product as a whole is asked about
    const entry = await productEntry(resource.product ?? '', catalog).catch(() => null)
    for (const table of entry?.head?.tables ?? []) {
      const exact = exactly(resourceFrom(entry as NonNullable<typeof entry>, table.name), table)
      const decision = await decideFor(actor, 'data:read', exact)
      if (decision.allow && decision.rowFilter !== null) return true
    }
    return false
  }

  const reachOf = async (actor: Actor): Promise<Reach> => {
    const at = now().getTime()
    const who = JSON.stringify([actor.id, actor.kind, actor.roles, actor.teams ?? []])
    const known = reached.get(who)
    if (known?.facts === facts.generation && facts.fresh && known.grants === grantGeneration && at < known.until)
      return known.reach
    const generation = { facts: facts.generation, grants: grantGeneration }
    const [sight, grants, waiting] = [
      await sightOf(actor),
      await loadGrants(actor, now(), store),
      await loadWaiting(actor, now(), store),
    ]
    const all = await facts.all()
    const judged = new Map<string, Standing>()
    const reach: Reach = {
      ...sight,
      standingOf(product) {
        const kept = judged.get(product)
        if (kept) return kept
        const resource = all.get(product) ?? { product }
        const standing = standingOf({ actor, resource, now: now(), waiting: waiting.has(product) }, { grants })
        judged.set(product, standing)
        return standing
      },
    }
    const ends = grants.flatMap(({ until }) => (until ? [until.getTime()] : []))
    reached.delete(who)
    if (reached.size >= mostReached) reached.delete(reached.keys().next().value as string)
    reached.set(who, { ...generation, until: Math.min(at + reachTtlMs, ...ends), reach })
    return reach
  }

  const stops = [
    await store.listen(accessChannel, () => {
      grantGeneration += 1
    }),
    await store.listen(catalogChannel, (id) => facts.drop(id)),
  ]
  // what was not written is kept for the next flush
  const timer = setInterval(() => void usage.flush().catch(() => {}), flushEveryMs)
  timer.unref()

  return {
    decideFor,
    explainFor,
    routingsFor: (actor, resource, purpose) => routingsOf(policies, readInput(actor, 'request', resource, purpose)),
    async ifGranted(actor, resource) {
      const read = await readOf(actor, 'data:read', resource, undefined)
      const product = resource.product ?? ''
      const asked = { id: 'asked for', product, ports: [], principal: actor.id, role: null, purpose: '', until: null }
      return explain(questionOf(actor, 'data:read', resource, undefined), { grants: [asked], read })
    },
    mayDetokenise: mayTurnBack,
    async detokenise(actor, resource, tokens) {
      const { allow, because } = await mayTurnBack(actor, resource)
      if (!allow || maskKey === undefined) return { allow: false, because, values: [] }
      return { allow, because, values: tokens.map((token) => openToken(token, maskKey, resource.product ?? '')) }
    },
    sightOf,
    filteredIn,
    reachOf,
    async resourceOf(domain, product, table) {
      try {
        return resourceFrom(await productEntry(`${domain}/${product}`, catalog), table)
      } catch (error) {
        if (isMeshError(error) && error.code === 'not-found') return null
        throw error
      }
    },
    record(record) {
      usage.record(record)
      return written(record, audit)
    },
    audit,
    totals: usage.totals,
    productMoved: (id) => facts.drop(id),
    grantsMoved: () => {
      grantGeneration += 1
    },
    async flush() {
      await audit.flush()
      await usage.flush()
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await usage.flush().catch(() => {})
      await audit[Symbol.asyncDispose]()
      for (const stop of stops) await stop()
    },
  }
}

/** Derived once for a reader and a product; without a master there are none, and what needs them is redacted. */
const keyRing = (master: Buffer | undefined): ((reader: string, product: string) => MaskKeys | undefined) => {
  if (master === undefined) return () => undefined
  const known = new Map<string, MaskKeys>()
  return (reader, product) => {
    const id = `${reader}\n${product}`
    const before = known.get(id)
    if (before !== undefined) return before
    const made = maskKeys(master, reader, product)
    if (known.size >= 10_000) known.clear()
    known.set(id, made)
    return made
  }
}

const written = (record: AccessRecord, audit: AuditLog): void | Promise<void> => {
  const { at, actor, action, product: subject, port, allow, because, rows, bytes } = record
  const { table, snapshot, purpose, form } = record
  const data = { port, table, snapshot, purpose, form }
  if (!allow) return audit.write({ at, kind: 'decision', actor, action, subject, allow, because, data })
  const from = fromAddress.getStore() ?? null
  audit.read({ at, kind: 'read', actor, action, subject, allow, because, from, data, rows, bytes })
}

const grantsMatter = (action: Action): boolean => action === 'data:read' || action === 'data:sample'
