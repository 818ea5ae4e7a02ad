import {
  type Actor,
  type Excuse,
  effectOf,
  maySeePolicy,
  type ReplyOf,
  type StoredHit,
  type Verdict,
  type Violation,
  verdictOf,
} from '@datamesh/core'
import { sql } from 'kysely'
import type { GovernanceDeps } from './deps.ts'
import type { KnownPolicy } from './policies.ts'
import { liveExcuses } from './waived.ts'

type Deps = Pick<GovernanceDeps, 'store' | 'now' | 'policies'>
type Sight = { hidden: ReadonlySet<string>; visible(product: string): boolean }

export type FindingRow = {
  product: string
  policy: string
  hits: StoredHit[]
  value: number | null
  error: string | null
  since: Date
  owner: string
  domain: string
}

/** Policies that the actor may see. */
export const seenPolicies = async (actor: Actor, { policies }: Deps): Promise<KnownPolicy[]> =>
  (await policies.all()).filter((policy) => maySeePolicy(actor, policy))

/** What every policy says of one product now: findings as they were stored, under the modes and waivers of this moment. */
export const verdictsOf = async (product: string, actor: Actor, deps: Deps): Promise<ReplyOf<'getVerdicts'>> => {
  const policies = await seenPolicies(actor, deps)
  const { db } = deps.store
  const [look, rows, excuses] = [
    await db.selectFrom('policy_look').selectAll().where('product', '=', product).executeTakeFirst(),
    await findings({ products: [product] }, deps),
    await liveExcuses({ products: [product], now: deps.now() }, db),
  ]
  const judged = new Set(look?.judged ?? [])
  const found = new Map(rows.map((row) => [row.policy, row]))
  return {
    at: look?.at.toISOString() ?? null,
    verdicts: policies
      .filter(({ id, mode }) => judged.has(id) && mode !== 'off')
      .map((policy) => ({
        ...verdictNow(
          policy,
          found.get(policy.id) ?? { product, hits: [], value: null, error: null },
          excuses,
          deps.now(),
        ),
        title: policy.title,
        docs: policy.docs,
        mode: policy.mode,
      })),
  }
}

const verdictNow = (
  policy: KnownPolicy,
  row: Pick<FindingRow, 'product' | 'hits' | 'value' | 'error'>,
  excuses: readonly Excuse[],
  now: Date,
): Verdict => verdictOf(policy, row.product, row, excuses, now)

type Narrow = {
  products?: readonly string[]
  policies?: readonly string[]
  domain?: string | undefined
  oldest?: number
}

export const findings = async (
  { products, policies, domain, oldest }: Narrow,
  { store }: Pick<Deps, 'store'>,
): Promise<FindingRow[]> => {
  const { rows } = await sql<FindingRow>`
    select f.product, f.policy, f.hits, f.value, f.error, f.since, p.owner, p.domain
    from policy_finding f
    join product p on p.id = f.product
    where (cast(${products ?? null} as text[]) is null or f.product = any(cast(${products ?? null} as text[])))
      and (cast(${policies ?? null} as text[]) is null or f.policy = any(cast(${policies ?? null} as text[])))
      and (cast(${domain ?? null} as text) is null or p.domain = ${domain ?? null})
    order by f.since, f.product, f.policy
    limit ${oldest ?? 100_000}`.execute(store.db)
  return rows
}

export type ViolationRow = ReplyOf<'listViolations'>['violations'][number]

/** Everything that is wrong now and not excused, oldest first; of products that one may find and policies that one may see. */
export const violationsNow = async (
  narrow: {
    policy?: string | undefined
    domain?: string | undefined
    product?: string | undefined
    limit?: number
    /** Only what counts: nothing that is tried out in shadow. */
    inForce?: boolean
  },
  actor: Actor,
  { visible }: Sight,
  deps: Deps,
): Promise<ViolationRow[]> => {
  const policies = new Map(
    (await seenPolicies(actor, deps))
      .filter(({ mode }) => !narrow.inForce || mode !== 'shadow')
      .map((policy) => [policy.id, policy]),
  )
  const rows = await findings(
    {
      policies: narrow.policy === undefined ? [...policies.keys()] : [narrow.policy].filter((id) => policies.has(id)),
      domain: narrow.domain,
      ...(narrow.product === undefined ? {} : { products: [narrow.product] }),
    },
    deps,
  )
  const now = deps.now()
  const excuses = await liveExcuses({ now }, deps.store.db)
  const all: ViolationRow[] = []
  for (const row of rows) {
    if (!visible(row.product)) continue
    const policy = policies.get(row.policy) as KnownPolicy
    for (const violation of violationsIn(policy, row, excuses, now)) {
      all.push({
        ...violation,
        product: row.product,
        owner: row.owner,
        since: row.since.toISOString(),
        title: policy.title,
      })
      if (all.length >= (narrow.limit ?? 5000)) return all
    }
  }
  return all
}

const violationsIn = (policy: KnownPolicy, row: FindingRow, excuses: readonly Excuse[], now: Date): Violation[] => {
  if (row.error === null)
    return verdictNow(policy, row, excuses, now).violations.filter(({ waiver }) => waiver === null)
  const effect = effectOf(policy.severity, policy.mode)
  return effect === null
    ? []
    : [
        {
          policy: policy.id,
          effect,
          msg: `it could not be evaluated: ${row.error}`,
          path: '',
          fix: null,
          at: null,
          waiver: null,
        },
      ]
}

export type Cell = {
  policy: string
  judged: number
  passed: number
  hit: number
  hint: number
  waived: number
  shadow: number
}

/** Counts of every domain and policy. Two statements over all products, and a look at those that have waivers. */
export const countCells = async (
  policies: readonly KnownPolicy[],
  { hidden, visible }: Sight,
  deps: Deps,
  domain?: string,
): Promise<Map<string, Cell[]>> => {
  const active = policies.filter(({ mode }) => mode !== 'off')
  const ids = active.map(({ id }) => id)
  const gone = [...hidden]
  const { db } = deps.store
  const judged = await sql<{ domain: string; policy: string; n: number }>`
    select p.domain, j.policy, count(*)::int as n
    from policy_look l
    join product p on p.id = l.product
    cross join unnest(l.judged) j (policy)
    where not p.id = any(cast(${gone} as text[]))
      and j.policy = any(cast(${ids} as text[]))
      and (cast(${domain ?? null} as text) is null or p.domain = ${domain ?? null})
    group by 1, 2`.execute(db)
  const hit = await sql<{ domain: string; policy: string; n: number; hints: number }>`
    select p.domain, f.policy, count(*)::int as n,
      (count(*) filter (where f.error is null and not jsonb_path_exists(f.hits, '$[*] ? (@.level != "inform")')))::int as hints
    from policy_finding f
    join product p on p.id = f.product
    where not p.id = any(cast(${gone} as text[]))
      and f.policy = any(cast(${ids} as text[]))
      and (f.error is not null or jsonb_array_length(f.hits) > 0)
      and (cast(${domain ?? null} as text) is null or p.domain = ${domain ?? null})
    group by 1, 2`.execute(db)
  const waived = await waivedNow(active, visible, deps, domain)
  const modeOf = new Map(active.map((policy) => [policy.id, policy.mode]))
  const cells = new Map<string, Map<string, Cell>>()
  const cellOf = (of: string, policy: string): Cell => {
    const row = cells.get(of) ?? new Map<string, Cell>()
    cells.set(of, row)
    const cell = row.get(policy) ?? { policy, judged: 0, passed: 0, hit: 0, hint: 0, waived: 0, shadow: 0 }
    row.set(policy, cell)
    return cell
  }
  for (const row of judged.rows) cellOf(row.domain, row.policy).judged = row.n
  for (const row of hit.rows) {
    const cell = cellOf(row.domain, row.policy)
    cell.waived = waived.get(`${row.domain} ${row.policy}`) ?? 0
    const rest = row.n - cell.waived
    if (modeOf.get(row.policy) === 'shadow') cell.shadow = rest
    else {
      cell.hit = rest
      cell.hint = Math.min(rest, row.hints)
    }
  }
  for (const row of cells.values())
    for (const cell of row.values()) cell.passed = Math.max(0, cell.judged - cell.hit - cell.waived - cell.shadow)
  return new Map([...cells].map(([of, row]) => [of, ids.flatMap((id) => row.get(id) ?? [])]))
}

/** Products of which waivers excuse everything that a policy found. Keys are `domain policy`. */
const waivedNow = async (
  policies: readonly KnownPolicy[],
  visible: (product: string) => boolean,
  deps: Deps,
  domain?: string,
): Promise<Map<string, number>> => {
  const now = deps.now()
  const excuses = await liveExcuses({ now }, deps.store.db)
  const counts = new Map<string, number>()
  if (excuses.length === 0) return counts
  const byId = new Map(policies.map((policy) => [policy.id, policy]))
  const rows = await findings(
    {
      products: [...new Set(excuses.map(({ product }) => product))],
      policies: [...new Set(excuses.map(({ policy }) => policy))].filter((id) => byId.has(id)),
      domain,
    },
    deps,
  )
  for (const row of rows) {
    if (!visible(row.product)) continue
    if (verdictNow(byId.get(row.policy) as KnownPolicy, row, excuses, now).outcome !== 'waived') continue
    const key = `${row.domain} ${row.policy}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** Products judged at all, and those that something warns about or blocks. */
export const complianceOf = async (
  policies: readonly KnownPolicy[],
  { hidden, visible }: Sight,
  deps: Deps,
  domain?: string,
): Promise<{ judged: number; wrong: number; blocking: number; violations: number }> => {
  const byId = new Map(
    policies.filter(({ mode }) => mode === 'warn' || mode === 'block').map((policy) => [policy.id, policy]),
  )
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n
    from policy_look l
    join product p on p.id = l.product
    where not l.product = any(cast(${[...hidden]} as text[]))
      and (cast(${domain ?? null} as text) is null or p.domain = ${domain ?? null})`.execute(deps.store.db)
  const now = deps.now()
  const excuses = await liveExcuses({ now }, deps.store.db)
  const wrong = new Set<string>()
  let blocking = 0
  let violations = 0
  for (const row of await findings({ policies: [...byId.keys()], domain }, deps)) {
    if (!visible(row.product)) continue
    for (const { effect } of violationsIn(byId.get(row.policy) as KnownPolicy, row, excuses, now)) {
      violations += 1
      if (effect === 'block') blocking += 1
      if (effect !== 'inform') wrong.add(row.product)
    }
  }
  return { judged: rows[0]?.n ?? 0, wrong: wrong.size, blocking, violations }
}
