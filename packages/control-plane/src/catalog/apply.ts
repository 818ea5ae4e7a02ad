import { type Actor, type Bundle, type DataProduct, MeshError, type Plan, type Step } from '@datamesh/core'
import { sql, type Transaction } from 'kysely'
import { appendEvent, type Database, json } from '../store/index.ts'
import { factsFor, judgeAhead, writeJudged } from './certifiable.ts'
import { productsReadBy, refuseCycle } from './cycles.ts'
import type { CatalogDeps } from './deps.ts'
import { writePortLineage } from './lineage_edges.ts'
import { type Proposal, propose } from './propose.ts'
import { tellMoved } from './rows.ts'
import { writeSchedules } from './schedules.ts'
import { documentOf, searchText } from './search/document.ts'
import { handTagsOn } from './tags.ts'
import { bundleRoot } from './uploads.ts'

/** Applies take turns: two products that begin to read each other at the same moment would otherwise both pass the cycle check. */
const applyLock = 8_160_101

/** What apply would do; nothing is changed. Of the consumers, those that the caller may see are named. @throws manifest-invalid */
export const planProduct = async (
  bundle: Bundle,
  visible: (product: string) => boolean,
  deps: CatalogDeps,
): Promise<Plan> => seenBy(visible, (await propose(bundle, deps)).plan)

/** Consumers that one may not see count in what a plan needs, and are not told. */
export const seenBy = (visible: (product: string) => boolean, plan: Plan): Plan => ({
  ...plan,
  affected: plan.affected.filter(({ product }) => visible(product)),
})

/**
 * Registers the release and provisions its ports, by executing the steps of the plan in order. When one fails, those before it are
 * undone and nothing is registered. Applying the same files again changes nothing.
 * @throws manifest-invalid, plan-refused, provision-failed, product-cycle, release-moved
 */
export const applyProduct = async (
  bundle: Bundle,
  actor: Pick<Actor, 'id'>,
  deps: CatalogDeps,
): Promise<{ plan: Plan; product: DataProduct }> => {
  const proposal = await propose(bundle, deps)
  const { plan, product } = proposal
  if (!plan.ok) throw refusal(proposal)
  const current = await rootNow(product.id, deps)
  const root = await bundleRoot(bundle.root, { current }, actor, deps)
  const judged = proposal.registered ? null : await judgeProposed(proposal, deps)
  const undo = await provisionAll(plan.steps, deps)
  try {
    await deps.store.db
      .transaction()
      .execute((tx) => register(proposal, { files: bundle.files, root, judged }, actor, deps, tx))
  } catch (error) {
    await undo()
    throw error
  }
  deps.cache.drop(product.id)
  return { plan, product }
}

/** Ids of products that the current release reads; none of a product that is not registered. */
export const inputsOf = async (product: string, { store }: Pick<CatalogDeps, 'store'>): Promise<string[]> => {
  const row = await store.db
    .selectFrom('product')
    .innerJoin('release', (join) =>
      join.onRef('release.product', '=', 'product.id').onRef('release.version', '=', 'product.current_version'),
    )
    .select('release.manifest')
    .where('product.id', '=', product)
    .executeTakeFirst()
  return row === undefined ? [] : productsReadBy(row.manifest as DataProduct)
}

/** Which tier the product will hold under this release. */
const judgeProposed = async ({ product, written }: Proposal, deps: CatalogDeps) => {
  const [now] = deps.certify === undefined ? [] : await factsFor([product.id], deps.store.db)
  return judgeAhead({ product, written: written?.value ?? null, published: now?.published ?? null }, deps)
}

const refusal = ({ plan, blocked }: Proposal): MeshError => {
  const errors = plan.issues.filter((issue) => issue.severity === 'error')
  if (blocked) {
    const judging = new Set((plan.verdicts ?? []).map(({ policy }) => policy))
    const stopping = new Set(errors.map((issue) => issue.code).filter((code) => judging.has(code)))
    return new MeshError(
      'policy-blocked',
      { product: plan.product, policies: [...stopping] },
      { issues: errors as MeshError['issues'] },
    )
  }
  return new MeshError(
    'plan-refused',
    {
      product: plan.product,
      why: errors[0]?.message ?? `${plan.needs.step} change: it must be at least ${plan.needs.atLeast}`,
    },
    { issues: plan.issues as MeshError['issues'] },
  )
}

/** @returns how to undo all of it. @throws provision-failed with everything before it undone */
const provisionAll = async (steps: readonly Step[], deps: CatalogDeps): Promise<() => Promise<void>> => {
  const undos: (() => Promise<void>)[] = []
  const undoAll = async () => {
    for (const undo of undos.reverse()) await undo()
  }
  for (const step of steps) {
    if (step.do !== 'provision' || !deps.provision) continue
    try {
      undos.push(await deps.provision(step))
    } catch (cause) {
      await undoAll()
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new MeshError('provision-failed', { product: step.product, port: step.port, why }, { cause })
    }
  }
  return undoAll
}

const register = async (
  { product, digest, current, registered, written }: Proposal,
  bundle: { files: Bundle['files']; root: string | undefined; judged: Awaited<ReturnType<typeof judgeProposed>> },
  actor: Pick<Actor, 'id'>,
  deps: CatalogDeps,
  tx: Transaction<Database>,
): Promise<void> => {
  await sql`select pg_advisory_xact_lock(${sql.lit(applyLock)})`.execute(tx)
  const now = deps.now()
  const before = await tx
    .selectFrom('product')
    .select('current_version')
    .where('id', '=', product.id)
    .executeTakeFirst()
  if ((before?.current_version ?? null) !== current)
    throw new MeshError('release-moved', { product: product.id, planned: current })
  await refuseCycle(product, tx)
  await rememberRoot(product.id, bundle.root, now, tx)
  if (registered) return

  await upsertProduct(product, now, tx)
  await tx
    .insertInto('release')
    .values({
      product: product.id,
      version: product.version,
      digest,
      manifest: json(product),
      files: json(bundle.files),
      written: written === null ? null : json({ file: written.file, value: written.value }),
      created_by: actor.id,
      created_at: now,
    })
    .execute()
  await tx
    .insertInto('head')
    .values({ product: product.id, snapshot_id: null, updated_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await writePortLineage(product, tx)
  await writeSchedules(product, now, tx)
  // what this release declares personal is personal in every copy from now on, and what it takes back is not
  await handTagsOn(product.id, { at: now, newId: deps.newId }, tx)
  await writeJudged(bundle.judged, tx)
  await tellMoved(product.id, tx)
  await appendEvent(tx, {
    type: 'release.registered',
    subject: product.id,
    actor: actor.id,
    at: now,
    data: { version: product.version, from: current },
  })
}

const upsertProduct = (product: DataProduct, now: Date, tx: Transaction<Database>) => {
  const facts = {
    title: product.name,
    description: product.description,
    owner: product.owner,
    alignment: product.alignment ?? null,
    classification: product.access.classification,
    tags: product.tags,
    port_kinds: [...new Set(product.outputPorts.map((port) => port.kind))],
    lifecycle: product.status === 'deprecated' || product.status === 'retired' ? product.status : ('active' as const),
    current_version: product.version,
    search: documentOf(searchText(product, [])),
    updated_at: now,
  }
  return tx
    .insertInto('product')
    .values({ id: product.id, domain: product.domain, name: product.name, created_at: now, ...facts })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(facts))
    .execute()
}

/** Where the sender keeps the product's files. Not part of the release: the same definition may lie elsewhere tomorrow. */
const rememberRoot = async (product: string, root: string | undefined, now: Date, tx: Transaction<Database>) => {
  if (root === undefined) return
  const value = json({ root })
  await tx
    .insertInto('setting')
    .values({ key: rootKey(product), value, updated_at: now })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: now }))
    .execute()
}

/** The folder that a product reads its files from; null: none was said. */
export const rootNow = async (product: string, deps: Pick<CatalogDeps, 'store'>): Promise<string | null> => {
  const row = await deps.store.db
    .selectFrom('setting')
    .select('value')
    .where('key', '=', rootKey(product))
    .executeTakeFirst()
  return (row?.value as { root?: string } | undefined)?.root ?? null
}

export const rootKey = (product: string): string => `product-root:${product}`
