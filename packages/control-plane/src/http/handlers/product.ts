import type { Action } from '@datamesh/core'
import { accessTo } from '../../access/index.ts'
import { compareReleases, consumersView, getContract, productEntry, qualityHistory } from '../../catalog/index.ts'
import { sloHistory } from '../../observe/index.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'
import { redactQuality } from './redact.ts'
import { decideOnAll, idOf, quotesTold } from './served.ts'

type Names = 'getContract' | 'getQuality' | 'getSlo' | 'compareReleases' | 'listConsumers'

/** What the page of a product tells beyond its card. The guard has decided about the product itself. */
export const productHandlers = ({ access, catalog, identity }: HandlerDeps): Pick<Handlers, Names> => ({
  async getContract({ actor, params, query }) {
    const id = idOf(params)
    const contract = await getContract(id, query.version, catalog)
    if (!(await access.filteredIn(actor, [id])).has(id)) return contract
    return { ...contract, tables: contract.tables.map((table) => ({ ...table, rows: null })) }
  },

  getSlo: ({ params, query }) => sloHistory(idOf(params), query, catalog),

  async getQuality({ actor, params, query, resource }) {
    const id = idOf(params)
    const [{ head }, history] = await Promise.all([productEntry(id, catalog), qualityHistory(id, query, catalog)])
    const decision = await decideOnAll(access, actor, 'data:sample', resource, head?.tables ?? [])
    const told = redactQuality(history, decision)
    const checks = told.checks.flatMap(({ last }) => (last === null ? [] : [last]))
    quotesTold({ access, identity }, actor, id, decision, 'quality', { checks, quarantined: told.quarantined })
    return told
  },

  async compareReleases({ actor, params, query, resource }) {
    const { head } = await productEntry(idOf(params), catalog)
    const [{ visible }, { allow, masks, rowFilter }] = await Promise.all([
      access.sightOf(actor),
      decideOnAll(access, actor, 'data:read', resource, head?.tables ?? []),
    ])
    return compareReleases(
      idOf(params),
      query,
      { visible, readsAll: allow && masks.length === 0 && rowFilter === null },
      catalog,
    )
  },

  async listConsumers({ actor, params, resource }) {
    const id = idOf(params)
    const may = async (action: Action) => (await access.decideFor(actor, action, resource)).allow
    const named = (await may('product:manage')) || (await may('access:decide'))
    const { visible } = await access.sightOf(actor)
    const [consumers, rights] = await Promise.all([
      consumersView(id, { visible, named }, catalog),
      accessTo(id, actor, { access, catalog }),
    ])
    return { ...consumers, access: rights }
  },
})
