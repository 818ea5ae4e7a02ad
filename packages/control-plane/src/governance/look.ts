import { createHash } from 'node:crypto'
import {
  type Excuse,
  type Finding,
  type Hit,
  type PlaceOf,
  pathText,
  type StoredHit,
  type Verdict,
  verdictOf,
} from '@datamesh/core'
import { sql, type Transaction } from 'kysely'
import { appendEvent, type Database, json, type Row } from '../store/index.ts'
import type { GovernanceDeps } from './deps.ts'
import type { RegoThread } from './evaluate/engine.ts'
import { type Known, knownProducts, manifestTexts } from './facts.ts'
import { askedOfStored, type Judged, judgeAll, stored } from './judging.ts'
import type { KnownPolicy } from './policies.ts'
import { liveExcuses } from './waived.ts'

/** Looked at again after so long even when nothing moved: time itself is a fact (ages, notices, service levels). */
const againMs = 60 * 60_000
/** Products in one question; in between, requests are answered. */
const atOnce = 100

/** `places`: reads manifests where hits point into them. */
type LookDeps = GovernanceDeps & { places: Pick<RegoThread, 'ask'> }

/** One name for what is asked: policies, their texts and how far they are rolled out. */
export const generationOf = (policies: readonly KnownPolicy[]): string =>
  createHash('sha256')
    .update(policies.map(({ id, row, mode }) => `${id} ${row.digest} ${mode}`).join('\n'))
    .digest('hex')
    .slice(0, 16)

/**
 * Judges every product that has moved since it was looked at: release, data, policies, or because `dirty` names it, and whatever was not
 * looked at for an hour. Stores what was found and tells what became wrong or right. @returns how many products were judged
 */
export const lookAgain = async (
  dirty: ReadonlySet<string>,
  deps: LookDeps,
  stop: () => boolean = () => false,
): Promise<number> => {
  const policies = askedOfStored(await deps.policies.all())
  const generation = generationOf(policies)
  let looked = 0
  for (let after = ''; !stop(); ) {
    const ids = await moved(after, generation, dirty, deps)
    if (ids.length === 0) break
    const knownFrom = (at: number) => knownProducts(ids.slice(at, at + atOnce), 'schedule', deps)
    let next = knownFrom(0)
    for (let at = 0; at < ids.length && !stop(); at += atOnce) {
      const known = await next
      next = knownFrom(at + atOnce)
      // read while these are judged; told when its turn comes
      next.catch(() => {})
      await lookAt(known, policies, generation, deps)
      looked += known.size
    }
    after = ids.at(-1) as string
  }
  return looked
}

/** Two servers that look at the same time write in turn: the second one finds nothing new to tell. */
const findingLock = 8_160_104
const pageRows = 1000

const moved = async (
  after: string,
  generation: string,
  dirty: ReadonlySet<string>,
  deps: GovernanceDeps,
): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`
    select p.id
    from product p
    left join head h on h.product = p.id
    left join policy_look l on l.product = p.id
    where p.id > ${after}
      and p.current_version is not null
      and (l.product is null
        or l.seen <> p.current_version || '|' || coalesce(h.snapshot_id, '') || '|' || cast(${generation} as text)
        or l.at < ${new Date(deps.now().getTime() - againMs)}
        or p.id = any(cast(${[...dirty]} as text[])))
    order by p.id
    limit ${pageRows}`.execute(deps.store.db)
  return rows.map((row) => row.id)
}

const lookAt = async (
  known: ReadonlyMap<string, Known>,
  policies: readonly KnownPolicy[],
  generation: string,
  deps: LookDeps,
) => {
  const about = [...known].map(([id, one]) => ({ id, known: one }))
  const judged = await judgeAll(about, policies, deps)
  const placeOf = await placesOfHits(
    about.map(({ id }, i) => ({ id, hits: (judged[i] as Judged[]).flatMap(({ finding }) => finding.hits) })),
    deps,
  )
  await write(
    about.map(({ id, known: { seen } }, i) => ({
      id,
      seen: `${seen}|${generation}`,
      judged: (judged[i] as Judged[]).map((each) => ({ policy: each.policy, finding: stored(each, placeOf(id)) })),
    })),
    deps,
  )
}

/** Where hits point into the manifests: those are read in the thread, and only where something is to be pointed at. */
const placesOfHits = async (
  about: readonly { id: string; hits: readonly Hit[] }[],
  { store, places }: LookDeps,
): Promise<(id: string) => PlaceOf> => {
  const paths = new Map(
    about.map(({ id, hits }) => [
      id,
      new Map(hits.flatMap(({ at, path }) => (at === null ? [[pathText(path), path]] : []))),
    ]),
  )
  const texts = await manifestTexts(
    [...paths].flatMap(([id, pointed]) => (pointed.size > 0 ? [id] : [])),
    store.db,
  )
  if (texts.length === 0) return () => () => null
  const asked = texts.map(({ product, ...text }) => ({ ...text, paths: [...(paths.get(product)?.values() ?? [])] }))
  const found = await places.ask({ do: 'place', manifests: asked }, placeMs)
  const at = new Map(
    texts.map(({ product }, i) => [
      product,
      new Map([...(paths.get(product)?.keys() ?? [])].map((path, k) => [path, found[i]?.[k] ?? null])),
    ]),
  )
  return (id) => (path) => at.get(id)?.get(pathText(path)) ?? null
}

/** A hundred manifests of the largest size are read in less. */
const placeMs = 30_000

type Looked = { id: string; seen: string; judged: { policy: KnownPolicy; finding: Finding }[] }
type Kept = Pick<Row<'policy_finding'>, 'product' | 'policy' | 'outcome' | 'since'>

const write = (looked: readonly Looked[], deps: GovernanceDeps): Promise<void> =>
  deps.store.db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(findingLock)})`.execute(tx)
    const now = deps.now()
    const ids = looked.map(({ id }) => id)
    const excuses = await liveExcuses({ products: ids, now }, tx)
    const before = await keptOf(ids, tx)
    const known = new Set(
      (
        await sql<{ product: string }>`
          select product from policy_look where product = any(cast(${ids} as text[]))`.execute(tx)
      ).rows.map((row) => row.product),
    )
    const rows = looked.flatMap(({ id, judged }) => judged.flatMap((each) => rowOf(id, each, before, excuses, now)))
    await sql`delete from policy_finding where product = any(cast(${ids} as text[]))`.execute(tx)
    if (rows.length > 0)
      await sql`
        insert into policy_finding (product, policy, hits, value, error, outcome, since, at)
        select product, policy, hits, value, error, outcome, since, ${now}
        from jsonb_to_recordset(${json(rows)}) as r (
          product text, policy text, hits jsonb, value double precision, error text, outcome text, since timestamptz)
        where exists (select from policy p where p.id = r.policy)`.execute(tx)
    await sql`
      insert into policy_look (product, seen, judged, at)
      select product, seen, array(select jsonb_array_elements_text(judged)), ${now}
      from jsonb_to_recordset(${json(
        looked.map(({ id, seen, judged }) => ({ product: id, seen, judged: judged.map(({ policy }) => policy.id) })),
      )}) as r (product text, seen text, judged jsonb)
      on conflict (product) do update set seen = excluded.seen, judged = excluded.judged, at = excluded.at`.execute(tx)
    for (const { id, judged } of looked)
      if (known.has(id)) for (const each of judged) await tellChange(id, each, before, excuses, deps, tx)
  })

const key = (product: string, policy: string): string => `${product} ${policy}`

const keptOf = async (ids: readonly string[], tx: Transaction<Database>): Promise<Map<string, Kept>> => {
  const { rows } = await sql<Kept>`
    select product, policy, outcome, since from policy_finding where product = any(cast(${ids} as text[]))`.execute(tx)
  return new Map(rows.map((row) => [key(row.product, row.policy), row]))
}

/** What passes leaves no row, but for a number that was measured. */
const rowOf = (
  product: string,
  { policy, finding }: Looked['judged'][number],
  before: ReadonlyMap<string, Kept>,
  excuses: readonly Excuse[],
  now: Date,
) => {
  const { hits, value, error } = finding
  if (hits.length === 0 && value === null && error === null) return []
  const outcome = verdictOf(policy, product, finding, excuses, now).outcome
  const kept = before.get(key(product, policy.id))
  const since = kept !== undefined && isWrong(kept.outcome) === isWrong(outcome) ? kept.since : now
  return [
    {
      product,
      policy: policy.id,
      hits: hits as readonly StoredHit[],
      value,
      error,
      outcome,
      since: since.toISOString(),
    },
  ]
}

/** What owners hear of. A hint is no news, and what is tried out in shadow is told to nobody. */
const isWrong = (outcome: string): boolean => outcome === 'warn' || outcome === 'block' || outcome === 'error'

const tellChange = async (
  product: string,
  { policy, finding }: Looked['judged'][number],
  before: ReadonlyMap<string, Kept>,
  excuses: readonly Excuse[],
  deps: GovernanceDeps,
  tx: Transaction<Database>,
): Promise<void> => {
  if (policy.mode === 'shadow') return
  const now = deps.now()
  const verdict: Verdict = verdictOf(policy, product, finding, excuses, now)
  const was = isWrong(before.get(key(product, policy.id))?.outcome ?? 'pass')
  const is = isWrong(verdict.outcome)
  if (was === is) return
  await appendEvent(tx, {
    type: is ? 'policy.violated' : 'policy.resolved',
    subject: product,
    actor: 'system',
    at: now,
    data: {
      policy: policy.id,
      title: policy.title,
      outcome: verdict.outcome,
      ...(is ? { msg: verdict.error ?? verdict.violations.find((each) => each.waiver === null)?.msg ?? '' } : {}),
    },
  })
}
