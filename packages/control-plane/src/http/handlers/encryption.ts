import { MeshError } from '@datamesh/core'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'

type Names = 'listDataKeys' | 'rotateMasterKey' | 'retireMasterKey' | 'destroyDataKeys'

export const encryptionHandlers = ({ keyRing, serving, queries }: HandlerDeps): Pick<Handlers, Names> => ({
  listDataKeys: () => keyRing.list(),
  rotateMasterKey: ({ actor }) => keyRing.rotate(actor.id),
  async retireMasterKey({ params, actor }) {
    await keyRing.retire(params.id, actor.id)
    return { ok: true }
  },
  async destroyDataKeys({ body, actor }) {
    if (body.confirm !== body.product)
      throw new MeshError('request-invalid', { what: 'confirm: write the name of the product once more' })
    const destroyed = await keyRing.destroy(body.product, actor.id)
    // the other servers hear of it; here it is over when this is answered
    await queries.forget(body.product)
    await serving.forgetKeys()
    return { destroyed }
  },
})
