import { type Actor, type Bundle, type Domain, type DomainView, MeshError } from '@datamesh/core'
import { sql } from 'kysely'
import { appendEvent, json, type Row } from '../store/index.ts'
import { readBundle, refuseMistakes } from './declared.ts'
import type { CatalogDeps } from './deps.ts'
import { everyProduct, tellMoved } from './rows.ts'

/** Registers or changes domains; all of the bundle or none. @throws manifest-invalid */
export const applyDomains = async (
  bundle: Bundle,
  actor: Pick<Actor, 'id'>,
  deps: CatalogDeps,
): Promise<{ domains: DomainView[]; changed: string[] }> => {
  const { domains, issues } = readBundle(bundle)
  refuseMistakes(bundle.manifest, issues)
  const now = deps.now()
  const changed = await deps.store.db.transaction().execute(async (tx) => {
    const names: string[] = []
    const known = await tx.selectFrom('domain').selectAll().forUpdate().execute()
    for (const domain of parentsFirst(domains, new Set(known.map((row) => row.name)))) {
      const before = known.find((row) => row.name === domain.name)
      if (before && same(before.definition, domain)) continue
      await tx
        .insertInto('domain')
        .values({
          name: domain.name,
          owner: domain.team,
          parent: domain.parent ?? null,
          definition: json(domain),
          created_at: now,
          updated_at: now,
        })
        .onConflict((conflict) =>
          conflict.column('name').doUpdateSet({
            owner: domain.team,
            parent: domain.parent ?? null,
            definition: json(domain),
            updated_at: now,
          }),
        )
        .execute()
      names.push(domain.name)
    }
    for (const name of names)
      await appendEvent(tx, {
        type: known.some((row) => row.name === name) ? 'domain.changed' : 'domain.registered',
        subject: name,
        actor: actor.id,
        at: now,
        data: {},
      })
    // products inherit from their domain, so all of them may read differently now
    if (names.length > 0) await tellMoved(everyProduct, tx)
    return names
  })
  if (changed.length > 0) deps.cache.drop()
  const views = await listDomains(deps)
  const named = new Set(domains.map((domain) => domain.name))
  return { domains: views.filter((view) => named.has(view.name)), changed }
}

/** A parent must be there before its child. A parent that nobody declared, or a circle, is a mistake of the manifest. */
const parentsFirst = (domains: readonly Domain[], known: ReadonlySet<string>): Domain[] => {
  const placed = new Set(known)
  for (const domain of domains) placed.delete(domain.name)
  const sorted: Domain[] = []
  let waiting = [...domains]
  while (waiting.length > 0) {
    const ready = waiting.filter((domain) => domain.parent === undefined || placed.has(domain.parent))
    if (ready.length === 0) {
      const names = waiting.map((domain) => `${domain.name} in ${domain.parent}`).join(', ')
      throw new MeshError('request-invalid', { what: `the parent domain is missing or in a circle: ${names}` })
    }
    for (const domain of ready) placed.add(domain.name)
    sorted.push(...ready)
    waiting = waiting.filter((domain) => !ready.includes(domain))
  }
  return sorted
}

/** jsonb keeps no order of keys. */
const same = (stored: unknown, domain: Domain): boolean => canonical(stored) === canonical(domain)
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

export const listDomains = async (deps: CatalogDeps): Promise<DomainView[]> => {
  const { rows } = await sql<Row<'domain'> & { products: string[] }>`
    select d.*, coalesce(array_agg(p.id order by p.id) filter (where p.id is not null), '{}') as products
    from domain d
    left join product p on p.domain = d.name
    group by d.name
    order by d.name`.execute(deps.store.db)
  return rows.map(viewOf)
}

/** @throws not-found */
export const getDomain = async (name: string, deps: CatalogDeps): Promise<DomainView> => {
  const found = (await listDomains(deps)).find((domain) => domain.name === name)
  if (!found) throw new MeshError('not-found', { what: `domain ${name}` })
  return found
}

const viewOf = (row: Row<'domain'> & { products: string[] }): DomainView => {
  const domain = row.definition as Domain
  return {
    name: domain.name,
    team: domain.team,
    description: domain.description,
    alignment: domain.alignment,
    kind: domain.domainKind,
    parent: row.parent,
    sourceSystems: domain.sourceSystems,
    roles: {
      productOwner: domain.roles.productOwner ?? null,
      technicalLead: domain.roles.technicalLead ?? null,
      dataSteward: domain.roles.dataSteward ?? null,
    },
    products: row.products,
  }
}
