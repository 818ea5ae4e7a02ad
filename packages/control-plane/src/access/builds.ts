import { type Actor, type DataProduct, type DecidingRule, type Domain, MeshError, type Snapshot } from '@datamesh/core'
import type { InputVerdict } from '@datamesh/data-plane'
import { sql } from 'kysely'
import type { CatalogDeps } from '../catalog/index.ts'
import type { Access } from './access.ts'
import { exactly } from './resources.ts'

export type BuildReadDeps = {
  store: CatalogDeps['store']
  access: Pick<Access, 'decideFor' | 'explainFor' | 'resourceOf'>
}

/**
 * A build reads as its domain does: by what is open to it, by the manifest's `readers`, and by grants to the team of the product, the team of
 * the domain, or one of the domain's owners. So a right that was taken back ends the next build, and conditions of a grant, of a policy and
 * masks that the upstream's manifest writes hold in it. The redaction of personal columns by their class alone holds where the upstream is open
 * to everybody, and does not where its owner let the domain in: then the built product inherits the mark and redacts for its own readers. Why: docs/decisions/0018-builds-read-as-their-domain.md
 * @returns null: nothing lies over the input. @throws input-denied
 */
export const inputVerdict = async (
  product: DataProduct,
  port: string,
  snapshot: Snapshot,
  { store, access }: BuildReadDeps,
): Promise<InputVerdict | null> => {
  const [domain = '', name = ''] = snapshot.product.split('/')
  const refuse = (because: string): never => {
    throw new MeshError('input-denied', { product: product.id, port, upstream: snapshot.product, because })
  }
  const resource = await access.resourceOf(domain, name)
  if (resource === null) return refuse('it is gone')
  const reader = await domainReader(product, store)
  let verdict: InputVerdict | null = null
  for (const table of snapshot.tables) {
    const exact = exactly(resource, table)
    const { rules } = await access.explainFor(reader, 'data:read', exact)
    const asked = isTrusted(rules, resource.readers) ? { ...exact, piiColumns: [], sensitiveColumns: [] } : exact
    const { allow, because, masks, rowFilter, keys } = await access.decideFor(reader, 'data:read', asked)
    if (!allow) return refuse(because)
    if (masks.length > 0 || rowFilter !== null) verdict = { masks, rowFilter, keys: keys?.bare() ?? null }
  }
  return verdict
}

/** Somebody who answers for the upstream let this domain in; that everybody may read it is no such word. */
const isTrusted = (rules: readonly DecidingRule[], readers: readonly string[] = []): boolean =>
  rules.some(
    ({ rule, effect }) =>
      effect === 'allows' &&
      (rule === 'role' || rule === 'grant' || (rule === 'reader' && !readers.includes('everyone'))),
  )

/** The domain as a reader; its hashes are made with a key of its own. */
const domainReader = async ({ domain, owner }: DataProduct, { db }: BuildReadDeps['store']): Promise<Actor> => {
  const { rows } = await sql<{ definition: Domain; owners: string[] }>`
    select d.definition, (
      select coalesce(jsonb_agg(distinct b.principal), '[]')
      from role_binding b
      join principal p on p.id = b.principal
      where b.role = 'domain-owner' and b.domain = d.name and p.disabled_at is null) as owners
    from domain d
    where d.name = ${domain}`.execute(db)
  const found = rows[0]
  return {
    id: `domain:${domain}`,
    name: `domain ${domain}`,
    kind: 'key',
    roles: [{ role: 'domain-owner', domain }, { role: 'consumer' }],
    teams: [...new Set([owner, ...(found ? [found.definition.team, ...found.owners] : [])])],
  }
}
