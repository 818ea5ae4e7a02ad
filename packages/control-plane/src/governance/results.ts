import {
  type Actor,
  type BodyOf,
  globalScope,
  MeshError,
  mayGovern,
  maySeePolicy,
  parsePath,
  pathText,
} from '@datamesh/core'
import { sql } from 'kysely'
import { json } from '../store/index.ts'
import type { GovernanceDeps } from './deps.ts'
import type { PushedResult } from './judging.ts'
import { denied, noPolicy } from './manage.ts'
import { tellPolicies } from './policies.ts'

/** Takes what another tool found. Of each product in the request it replaces what was known. @throws not-found, denied, request-invalid */
export const reportResults = async (
  id: string,
  { results }: BodyOf<'reportResults'>,
  actor: Actor,
  visible: (product: string) => boolean,
  deps: GovernanceDeps,
): Promise<void> => {
  const policy = await deps.policies.find(id)
  if (policy === undefined || !maySeePolicy(actor, policy)) throw noPolicy(id)
  if (!mayGovern(actor, policy.domain ?? globalScope)) throw denied(policy.domain)
  if (policy.policyKind !== 'passive')
    throw new MeshError('request-invalid', { what: `${id} is evaluated here; only a passive policy takes results` })
  const byProduct = new Map<string, PushedResult[]>()
  for (const { product, ...result } of results) {
    const each = { ...result, path: pathText(parsePath(result.path)) }
    byProduct.set(product, [...(byProduct.get(product) ?? []), each])
  }
  await deps.store.db.transaction().execute(async (tx) => {
    const ids = [...byProduct.keys()]
    const rows = await tx
      .selectFrom('product')
      .select(['id', 'domain'])
      .where('id', '=', sql<string>`any(cast(${ids} as text[]))`)
      .execute()
    const known = new Set(
      rows
        .filter((row) => visible(row.id) && (policy.domain === null || row.domain === policy.domain))
        .map((row) => row.id),
    )
    const unknown = ids.find((each) => !known.has(each))
    if (unknown !== undefined) throw new MeshError('not-found', { what: `product ${unknown}` })
    const now = deps.now()
    for (const [product, found] of byProduct) {
      const row = { results: json(found), at: now, reported_by: actor.id }
      await tx
        .insertInto('policy_result')
        .values({ policy: id, product, ...row })
        .onConflict((conflict) => conflict.columns(['policy', 'product']).doUpdateSet(row))
        .execute()
      await tellPolicies(tx, `${id} ${product}`)
    }
  })
}
