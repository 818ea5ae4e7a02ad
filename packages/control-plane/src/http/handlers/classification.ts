import { MeshError } from '@datamesh/core'
import { decideProposal, findProposal, listProposals } from '../../catalog/index.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'

/** What a column looks like tells of its values: those who may see samples of a product see its guesses, its stewards decide. */
export const classificationHandlers = ({
  access,
  catalog,
}: Pick<HandlerDeps, 'access' | 'catalog'>): Pick<Handlers, 'listProposals' | 'decideProposal'> => {
  const resourceOf = async (product: string) => {
    const [domain = '', name = ''] = product.split('/')
    return access.resourceOf(domain, name)
  }
  return {
    async listProposals({ actor, query }) {
      if (query.product !== undefined) {
        const resource = await resourceOf(query.product)
        if (resource === null || !(await access.decideFor(actor, 'product:read', resource)).allow)
          throw new MeshError('not-found', { what: `product ${query.product}` })
      }
      const found = await listProposals(query, catalog)
      const shown = new Map<string, boolean>()
      for (const { product } of found)
        if (!shown.has(product))
          shown.set(
            product,
            (await access.decideFor(actor, 'data:sample', (await resourceOf(product)) ?? { product })).allow,
          )
      const { visible } = await access.sightOf(actor)
      return {
        proposals: found
          .filter(({ product }) => shown.get(product))
          .map((each) => (each.source === 'lineage' ? { ...each, because: told(each.because, visible) } : each)),
      }
    },

    async decideProposal({ actor, params, body }) {
      const proposal = await findProposal(params.id, catalog)
      const missing = new MeshError('not-found', { what: `proposal ${params.id}` })
      if (proposal === null) throw missing
      const resource = (await resourceOf(proposal.product)) ?? { product: proposal.product }
      if (!(await access.decideFor(actor, 'data:sample', resource)).allow) throw missing
      const { allow, because } = await access.decideFor(actor, 'classification:decide', resource)
      if (!allow) throw new MeshError('denied', { action: 'classification:decide', because })
      const decided = await decideProposal(params.id, body, actor, catalog)
      if (decided.source !== 'lineage') return decided
      return { ...decided, because: told(decided.because, (await access.sightOf(actor)).visible) }
    },
  }
}

/** Where a tag came from, without the names of products that one may not find. */
const told = (because: readonly string[], visible: (product: string) => boolean): string[] => [
  ...new Set(
    because.map((text) => {
      const product = /^(?:a copy of|computed from) ([^#]+)#/.exec(text)?.[1]
      if (product === undefined || visible(product)) return text
      return `${text.startsWith('a copy of') ? 'a copy of' : 'computed from'} a column that you may not find`
    }),
  ),
]
