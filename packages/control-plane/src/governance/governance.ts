import type {
  Actor,
  BodyOf,
  Certification,
  CertificationFacts,
  PolicyCard,
  PolicyImpact,
  PolicyMode,
  PolicyView,
  ReplyOf,
  Verdict,
  Waiver,
} from '@datamesh/core'
import { MeshError, maySeePolicy } from '@datamesh/core'
import { type CatalogDeps, catalogChannel, type PolicyQuestion, type PolicyVerdicts } from '../catalog/index.ts'
import type { Store, StoreLog } from '../store/index.ts'
import { certifyAll, judgeTiers } from './certification.ts'
import { RegoThread, threadEngine } from './evaluate/engine.ts'
import { prepare } from './evaluate/judge.ts'
import { type OpaSettings, opaEngine } from './evaluate/opa.ts'
import { passGate } from './gate.ts'
import { impactOf } from './impact.ts'
import { lookAgain } from './look.ts'
import {
  applyPolicies,
  asKnown,
  deliverStarterSet,
  type ManageDeps,
  noPolicy,
  readSent,
  removePolicy,
  switchPolicy,
} from './manage.ts'
import { evaluatePolicy } from './playground.ts'
import { type KnownPolicy, PolicySet } from './policies.ts'
import { reportResults } from './results.ts'
import { seenPolicies, verdictsOf, violationsNow } from './verdicts.ts'
import { findingProducts, governanceView, listPolicies, policyCard, policyView } from './views.ts'
import { endWaiver, grantWaiver, listWaivers, tellWaivers, type WaiverRequest } from './waivers.ts'

type Sight = { hidden: ReadonlySet<string>; visible(product: string): boolean }

/** A policy of reading, compiled: access evaluates it for every reader. Those of a domain are about its own products only. */
export type ReadPolicy = Pick<
  KnownPolicy,
  'id' | 'domain' | 'mode' | 'severity' | 'package' | 'applies' | 'data' | 'title'
> & {
  digest: string
  /** Null: it does not compile any more, and everything that it would decide is refused. */
  policy: ReturnType<typeof prepare>['policy'] | null
}

export type Governance = AsyncDisposable & {
  /** Asked by the catalogue and by runs: what stands in the way of a release, or of data. */
  gate(asked: PolicyQuestion): Promise<PolicyVerdicts>
  /** Asked by the catalogue whenever a product moves: which tiers it holds, and what is missing. */
  certify(facts: readonly CertificationFacts[]): Promise<Certification[]>
  /** Policies of `datamesh.access`, for the one decision point. Kept until a policy moves. */
  readPolicies(): Promise<readonly ReadPolicy[]>
  /** Of these, what the actor may see: nothing that is tried out in shadow by others. */
  shownTo(actor: Actor, verdicts: readonly Verdict[]): Promise<Verdict[]>
  listPolicies(
    query: { domain?: string | undefined; mode?: string | undefined },
    actor: Actor,
    sight: Sight,
  ): Promise<PolicyCard[]>
  policy(id: string, which: { version?: number | undefined }, actor: Actor, sight: Sight): Promise<PolicyView>
  apply(
    asked: { files: Record<string, string>; dryRun: boolean; reason?: string | undefined },
    actor: Actor,
    sight: Sight,
  ): Promise<ReplyOf<'applyPolicies'>['policies']>
  switchTo(id: string, asked: { mode: PolicyMode; reason: string }, actor: Actor, sight: Sight): Promise<PolicyCard>
  remove(id: string, reason: string, actor: Actor): Promise<void>
  report(id: string, body: BodyOf<'reportResults'>, actor: Actor, sight: Sight): Promise<void>
  evaluate(body: BodyOf<'evaluatePolicy'>, actor: Actor, sight: Sight): Promise<ReplyOf<'evaluatePolicy'>>
  impact(body: BodyOf<'policyImpact'>, actor: Actor, sight: Sight): Promise<PolicyImpact>
  overview(domain: string | undefined, actor: Actor, sight: Sight): Promise<ReplyOf<'governance'>>
  violations(
    query: { policy?: string | undefined; domain?: string | undefined; product?: string | undefined },
    actor: Actor,
    sight: Sight,
  ): Promise<ReplyOf<'listViolations'>['violations']>
  verdicts(product: string, actor: Actor): Promise<ReplyOf<'getVerdicts'>>
  waivers(
    query: { policy?: string | undefined; product?: string | undefined; state?: Waiver['state'] | undefined },
    actor: Actor,
    sight: Sight,
  ): Promise<Waiver[]>
  waive(asked: WaiverRequest, actor: Actor, sight: Sight): Promise<Waiver>
  endWaiver(id: string, actor: Actor, sight: Sight): Promise<Waiver>
  /** Judges what has moved, now; otherwise soon after it moved, and on a timetable. */
  look(): Promise<number>
}

type Options = {
  store: Pick<Store, 'db' | 'listen'>
  catalog: Omit<CatalogDeps, 'policies' | 'certify'>
  now: () => Date
  log: StoreLog
  /** An OPA server that answers instead of us. */
  opa?: OpaSettings | undefined
  /** How often it looks by itself. Default 30 s; 0: only when asked. */
  lookEveryMs?: number
}

/** What was told by many notifications in a row is looked at once. */
const gatherMs = 300

/** A thread that nobody waits for is ended after so long. */
const restMs = 60_000

/** Policies of the mesh: who wrote them, what they say of every product, what stands in the way. */
export const openGovernance = async ({
  store,
  catalog,
  now,
  log,
  opa,
  lookEveryMs = 30_000,
}: Options): Promise<Governance> => {
  const thread = new RegoThread()
  /** What is looked at by itself has a thread of its own: no apply and no publish waits for it. */
  const looker = new RegoThread({ idleMs: restMs })
  const workshop = new RegoThread({ idleMs: restMs })
  const policies = new PolicySet(store)
  const deps: ManageDeps = {
    ...catalog,
    store,
    now,
    log,
    policies,
    workshop,
    engine: opa === undefined ? threadEngine(thread) : opaEngine(opa),
  }
  /** Rego that people bring is tried here, also where an OPA server answers what is enforced. */
  const trying: ManageDeps = { ...deps, engine: threadEngine(workshop, { batchMs: 10_000, oneMs: 2_000 }) }
  await deliverStarterSet(deps)
  /** What is kept says nothing when nobody could be asked: it is asked again. */
  const kept = opa === undefined ? null : opaEngine(opa, { whenDown: 'throw' })
  const certify = (facts: readonly CertificationFacts[]) => certifyAll(facts, { ...deps, engine: kept ?? deps.engine })
  const calmly = { ...deps, engine: kept ?? threadEngine(looker), places: looker }

  const dirty = new Set<string>()
  let closed = false
  let looking: Promise<number> = Promise.resolve(0)
  let soon: NodeJS.Timeout | undefined

  const look = (): Promise<number> => {
    const mine = looking
      .catch(() => 0)
      .then(async () => {
        if (closed) return 0
        for (const product of await tellWaivers(deps)) dirty.add(product)
        await judgeTiers(
          (facts) => certifyAll(facts, calmly),
          deps,
          () => closed,
        )
        const now = new Set(dirty)
        dirty.clear()
        try {
          return await lookAgain(now, calmly, () => closed)
        } catch (error) {
          for (const id of now) dirty.add(id)
          throw error
        }
      })
    looking = mine
    return mine
  }
  const tried = () => {
    look().catch((error) => {
      if (!closed) log({ level: 'error', message: 'policies not evaluated', facts: { error: String(error) } })
    })
  }
  const lookSoon = () => {
    if (lookEveryMs === 0 || closed) return
    clearTimeout(soon)
    soon = setTimeout(tried, gatherMs)
    soon.unref()
  }
  const stops = [
    await policies.listen(store, (told) => {
      // `policy`, or `policy product` when one product's results moved
      const [policy = '', product] = told.split(' ')
      if (product !== undefined) dirty.add(product)
      else if (policy !== '' && !closed)
        findingProducts(policy, deps).then(
          (found) => {
            for (const id of found) dirty.add(id)
            lookSoon()
          },
          () => {},
        )
      lookSoon()
    }),
    await store.listen(catalogChannel, (id) => {
      if (id !== '') dirty.add(id)
      lookSoon()
    }),
  ]
  const timer = lookEveryMs === 0 ? undefined : setInterval(tried, lookEveryMs)
  timer?.unref()

  let compiled: { of: readonly KnownPolicy[]; policies: readonly ReadPolicy[] } | null = null

  return {
    gate: (asked) => passGate(asked, deps),
    certify,
    async readPolicies() {
      const all = await policies.all()
      if (compiled?.of === all) return compiled.policies
      const mine = all.filter(({ mode, when }) => mode !== 'off' && when.includes('read')).map(asReadPolicy)
      compiled = { of: all, policies: mine }
      return mine
    },
    async shownTo(actor, verdicts) {
      const seen = new Set((await seenPolicies(actor, deps)).map(({ id }) => id))
      return verdicts.filter(({ policy }) => seen.has(policy))
    },
    listPolicies: (query, actor, sight) => listPolicies(query, actor, sight, deps),
    policy: (id, which, actor, sight) => policyView(id, which, actor, sight, deps),
    apply: (asked, actor, { visible }) =>
      applyPolicies(asked, actor, visible, { ...deps, engine: asked.dryRun ? trying.engine : deps.engine }),
    async switchTo(id, asked, actor, sight) {
      await hiddenIsMissing(id, actor)
      await switchPolicy(id, asked, actor, deps)
      return policyCard(id, actor, sight, deps)
    },
    async remove(id, reason, actor) {
      await hiddenIsMissing(id, actor)
      await removePolicy(id, reason, actor, deps)
    },
    report: (id, body, actor, { visible }) => reportResults(id, body, actor, visible, deps),
    evaluate: (body, actor, { visible }) => evaluatePolicy(body, actor, visible, deps),
    async impact({ files, policy, mode }, actor, { visible }) {
      if (policy === undefined && files === undefined)
        throw new MeshError('request-invalid', { what: 'name a policy, or send files' })
      const all = await policies.all()
      const asked =
        files === undefined
          ? (await seenPolicies(actor, deps)).filter(({ id }) => id === policy)
          : (await readSent(files, actor, deps, { strict: false }))
              .map((each) =>
                asKnown(
                  each,
                  all.find(({ id }) => id === each.policy.id),
                ),
              )
              .filter(({ id }) => policy === undefined || id === policy)
      if (asked.length === 0) throw noPolicy(policy ?? 'in these files')
      const under = asked.map((each) => (mode === undefined ? each : { ...each, mode }))
      const seen = new Set((await seenPolicies(actor, deps)).map(({ id }) => id))
      return impactOf(under, visible, files === undefined ? deps : trying, { seen: (id) => seen.has(id) })
    },
    overview: (domain, actor, sight) => governanceView(domain, actor, sight, deps),
    violations: (query, actor, sight) => violationsNow(query, actor, sight, deps),
    verdicts: (product, actor) => verdictsOf(product, actor, deps),
    waivers: (query, actor, { visible }) => listWaivers(query, actor, visible, deps),
    waive: (asked, actor, { visible }) => grantWaiver(asked, actor, visible, deps),
    endWaiver: (id, actor, { visible }) => endWaiver(id, actor, visible, deps),
    look,
    async [Symbol.asyncDispose]() {
      closed = true
      clearInterval(timer)
      clearTimeout(soon)
      for (const stop of stops) await stop()
      await thread[Symbol.asyncDispose]()
      await looker[Symbol.asyncDispose]()
      await workshop[Symbol.asyncDispose]()
      await looking.catch(() => {})
    },
  }

  /** Who may not see it is not told that it is there. */
  async function hiddenIsMissing(id: string, actor: Actor): Promise<void> {
    const policy = await policies.find(id)
    if (policy === undefined || !maySeePolicy(actor, policy)) throw noPolicy(id)
  }
}

const asReadPolicy = (policy: KnownPolicy): ReadPolicy => {
  const { id, domain, mode, severity, package: name, applies, data, title, evaluable } = policy
  const facts = { id, domain, mode, severity, package: name, applies, data, title, digest: evaluable.digest }
  try {
    return { ...facts, policy: prepare(evaluable).policy }
  } catch {
    return { ...facts, policy: null }
  }
}
