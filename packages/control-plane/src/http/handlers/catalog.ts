import { type Action, type Actor, type Bundle, MeshError, type Resource, readManifests } from '@datamesh/core'
import {
  applyDomains,
  applyProduct,
  getDomain,
  getProduct,
  getRelease,
  getSchema,
  getSla,
  lineageGraph,
  listDomains,
  listProducts,
  listReleases,
  planProduct,
  search,
} from '../../catalog/index.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'

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
    const { allow, because, masks } = await access.decideFor(actor, 'data:read', resource)
    const maskedColumns = masks.map((mask) => mask.column)
    return getProduct(id, { access: { canRead: allow, because, maskedColumns } }, catalog)
  }
  /** The route was decided in general; now the thing itself is known. */
  const insist = async (actor: Actor, action: Action, resource: Resource) => {
    const { allow, because } = await access.decideFor(actor, action, resource)
    if (!allow) throw new MeshError('denied', { action, because })
  }
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
      for (const domain of domainsIn(body)) await insist(actor, 'domain:manage', { domain })
      const { domains, changed } = await applyDomains(body, actor, catalog)
      const sight = await access.sightOf(actor)
      return { domains: domains.map((each) => ({ ...each, products: each.products.filter(sight.visible) })), changed }
    },
    async listProducts({ actor, query }) {
      return listProducts(query, (await access.sightOf(actor)).visible, catalog)
    },
    getProduct: ({ actor, params, resource }) => view(actor, idOf(params), resource),

    async planProduct({ actor, body }) {
      const plan = await planProduct(body, catalog)
      await insist(actor, 'product:plan', { product: plan.product })
      return plan
    },
    async applyProduct({ actor, body }) {
      // only the bundle knows which product it is about
      const { product: id } = await planProduct(body, catalog)
      await insist(actor, 'product:manage', { product: id })
      const { plan, product } = await applyProduct(body, actor, catalog)
      access.productMoved(product.id)
      const resource = await access.resourceOf(product.domain, product.name)
      return { plan, product: await view(actor, product.id, resource ?? {}) }
    },
    listReleases: async ({ params }) => ({ releases: await listReleases(idOf(params), catalog) }),
    getRelease: ({ params }) => getRelease(idOf(params), params.version, catalog),
    getSchema: async ({ params }) => ({ tables: await getSchema(idOf(params), catalog) }),
    getSla: async ({ params }) => ({ levels: await getSla(idOf(params), catalog) }),
    async getLineage({ actor, params, query }) {
      return lineageGraph(idOf(params), query, (await access.sightOf(actor)).visible, catalog)
    },
    async search({ actor, query }) {
      return search(query, (await access.sightOf(actor)).visible, catalog)
    },
  }
}

/** Which domains a bundle is about; its mistakes are told when it is applied. */
const domainsIn = (bundle: Bundle): string[] =>
  readManifests(bundle.files[bundle.manifest] ?? '', bundle.manifest).documents.flatMap((document) =>
    document.kind === 'Domain' ? [document.name] : [],
  )
