import {
  type Action,
  type Actor,
  type Bundle,
  MeshError,
  type Plan,
  type Resource,
  readManifests,
} from '@datamesh/core'
import {
  applyDomains,
  applyProduct,
  followedBy,
  getDomain,
  getProduct,
  getRelease,
  getSchema,
  getSla,
  inputsOf,
  lineageGraph,
  listDomains,
  listProducts,
  listReleases,
  planProduct,
  productEntry,
  productsReadBy,
  search,
  seenBy,
  withoutRows,
} from '../../catalog/index.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'
import { insistOnInputs } from './inputs.ts'
import { counted } from './redact.ts'
import { decideOnAll } from './served.ts'

type Names =
  | 'listDomains'
  | 'getDomain'
  | 'applyDomain'
  | 'listProducts'
  | 'getProduct'
  | 'planProduct'
  | 'applyProduct'
  | 'listReleases'
  | 'getRelease'
  | 'getSchema'
  | 'getSla'
  | 'getLineage'
  | 'search'

export const catalogHandlers = (deps: HandlerDeps): Pick<Handlers, Names> => {
  const { access, catalog } = deps
  const view = async (actor: Actor, id: string, resource: Resource) => {
    const reach = await access.reachOf(actor)
    const may = async (action: Action) => (await access.decideFor(actor, action, resource)).allow
    const { allow, because, rowFilter, ...read } = await access.decideFor(actor, 'data:read', resource)
    // a steward who may not read it looks at samples, which are masked as well
    const { masks } = allow ? read : await access.decideFor(actor, 'data:sample', resource)
    const tokens = allow && masks.some(({ how }) => how === 'tokenise')
    const standing = reach.standingOf(id)
    const product = await getProduct(
      id,
      {
        // policies of reading are asked about one product, not about every one of a list
        access: {
          ...(allow || !standing.canRead ? standing : { how: 'request' as const, canRead: false, because }),
          maskedColumns: masks.map((mask) => mask.column),
          masks: [...masks],
          mayDetokenise: tokens && (await access.mayDetokenise(actor, resource)).allow,
        },
        may: {
          publish: await may('product:publish'),
          manage: await may('product:manage'),
          decideAccess: await may('access:decide'),
          sample: await may('data:sample'),
        },
        followed: (await followedBy(actor.id, catalog)).has(id),
        visible: reach.visible,
      },
      catalog,
    )
    const filtered = rowFilter !== null || (await access.filteredIn(actor, [id])).has(id)
    return filtered ? { ...product, rows: null, bytes: null } : product
  }
  /** The route was decided in general; now the thing itself is known. */
  const insist = async (actor: Actor, action: Action, resource: Resource) => {
    const { allow, because } = await access.decideFor(actor, action, resource)
    if (!allow) throw new MeshError('denied', { action, because })
  }
  const insistOnAll = async (actor: Actor, action: Action, bundle: Bundle) => {
    for (const document of declaredIn(bundle)) {
      if (document.kind === 'DataProduct') await insist(actor, action, { product: document.id })
    }
  }
  /** What is tried out in shadow is told to those who try it. */
  const shown = async (actor: Actor, plan: Plan): Promise<Plan> =>
    plan.verdicts === undefined ? plan : { ...plan, verdicts: await deps.governance.shownTo(actor, plan.verdicts) }
  const idOf = (params: { domain: string; product: string }) => `${params.domain}/${params.product}`

  return {
    async listDomains({ actor }) {
      const [sight, domains] = await Promise.all([access.sightOf(actor), listDomains(catalog)])
      return { domains: domains.map((domain) => ({ ...domain, products: domain.products.filter(sight.visible) })) }
    },
    async getDomain({ actor, params }) {
      const [sight, domain] = await Promise.all([access.sightOf(actor), getDomain(params.domain, catalog)])
      return { ...domain, products: domain.products.filter(sight.visible) }
    },
    async applyDomain({ actor, body }) {
      for (const document of declaredIn(body)) {
        if (document.kind === 'Domain') await insist(actor, 'domain:manage', { domain: document.name })
      }
      const { domains, changed } = await applyDomains(body, actor, catalog)
      const sight = await access.sightOf(actor)
      return { domains: domains.map((each) => ({ ...each, products: each.products.filter(sight.visible) })), changed }
    },
    async listProducts({ actor, query }) {
      const { visible } = await access.sightOf(actor)
      const followed = query.followed === undefined ? null : await followedBy(actor.id, catalog)
      const wanted = (id: string) => visible(id) && (followed === null || followed.has(id))
      const found = await listProducts(query, wanted, catalog)
      return { ...found, products: await counted(access, actor, found.products) }
    },
    getProduct: ({ actor, params, resource }) => view(actor, idOf(params), resource),

    async planProduct({ actor, body }) {
      await insistOnAll(actor, 'product:plan', body)
      return shown(actor, await planProduct(body, (await access.sightOf(actor)).visible, catalog))
    },
    async applyProduct({ actor, body }) {
      await insistOnAll(actor, 'product:manage', body)
      for (const document of declaredIn(body)) {
        if (document.kind !== 'DataProduct') continue
        const before = new Set(await inputsOf(document.id, catalog))
        const added = productsReadBy(document).filter((id) => !before.has(id))
        await insistOnInputs(actor, added, access)
      }
      const { plan, product } = await applyProduct(body, actor, catalog)
      access.productMoved(product.id)
      const resource = await access.resourceOf(product.domain, product.name)
      const { visible } = await access.sightOf(actor)
      return { plan: await shown(actor, seenBy(visible, plan)), product: await view(actor, product.id, resource ?? {}) }
    },
    listReleases: async ({ params }) => ({ releases: await listReleases(idOf(params), catalog) }),
    async getRelease({ actor, params, resource }) {
      const { head } = await productEntry(idOf(params), catalog)
      const [release, { allow, masks, rowFilter }] = await Promise.all([
        getRelease(idOf(params), params.version, catalog),
        decideOnAll(access, actor, 'data:read', resource, head?.tables ?? []),
      ])
      return allow && masks.length === 0 && rowFilter === null
        ? release
        : { ...release, files: withoutRows(release.files) }
    },
    async getSchema({ actor, params }) {
      const id = idOf(params)
      const tables = await getSchema(id, catalog)
      const filtered = (await access.filteredIn(actor, [id])).has(id)
      return { tables: filtered ? tables.map((table) => ({ ...table, rows: null })) : tables }
    },
    getSla: async ({ params }) => ({ levels: await getSla(idOf(params), catalog) }),
    async getLineage({ actor, params, query }) {
      return lineageGraph(idOf(params), query, (await access.sightOf(actor)).visible, catalog)
    },
    async search({ actor, query }) {
      const found = await search(query, await access.reachOf(actor), catalog)
      return { ...found, hits: await counted(access, actor, found.hits) }
    },
  }
}

/** What a bundle is about, as the catalogue will read it; its mistakes are told there. */
const declaredIn = ({ files, manifest }: Bundle) => {
  const text = Object.hasOwn(files, manifest) ? files[manifest] : undefined
  if (text === undefined) throw new MeshError('file-not-found', { file: manifest })
  return readManifests(text, manifest, files).documents
}
