import { type Actor, MeshError } from '@datamesh/core'
import type { Access } from '../../access/index.ts'

/**
 * A build reads every row and every column of its inputs and gives them to another owner: who declares an input must be one who may read
 * it. What is not registered yet cannot be read by anybody. @throws denied, not-found for what the actor may not find
 */
export const insistOnInputs = async (
  actor: Actor,
  products: readonly string[],
  access: Pick<Access, 'decideFor' | 'resourceOf'>,
): Promise<void> => {
  for (const id of products) {
    const [domain = '', name = ''] = id.split('/')
    const resource = await access.resourceOf(domain, name)
    if (resource === null) continue
    if (!(await access.decideFor(actor, 'product:read', resource)).allow)
      throw new MeshError('not-found', { what: `product ${id}` })
    const { allow, because } = await access.decideFor(actor, 'data:read', resource)
    if (!allow) throw new MeshError('denied', { action: 'data:read', because })
  }
}
