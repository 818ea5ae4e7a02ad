import { z } from 'zod'
import { route } from '../route.ts'
import { api } from './common.ts'

export const encryptionRoutes = {
  listDataKeys: route({
    name: 'listDataKeys',
    method: 'get',
    path: `${api}/encryption/keys`,
    action: 'platform:manage',
    tag: 'encryption',
    summary: 'Which keys encrypt which products, and which master keys wrap them; never a key',
    reply: z.object({
      /** `file` or `transit`. */
      provider: z.string(),
      where: z.string(),
      masters: z.array(
        z.object({ id: z.string(), createdAt: z.string().nullable(), current: z.boolean(), retired: z.boolean() }),
      ),
      keys: z.array(
        z.object({
          id: z.string(),
          product: z.string(),
          master: z.string(),
          createdAt: z.string(),
          rewrappedAt: z.string().nullable(),
          destroyedAt: z.string().nullable(),
        }),
      ),
    }),
    throws: ['key-missing'],
  }),
  rotateMasterKey: route({
    name: 'rotateMasterKey',
    method: 'post',
    path: `${api}/encryption/rotation`,
    action: 'platform:manage',
    tag: 'encryption',
    summary: 'A new master key; every data key is wrapped by it, no file is written again',
    reply: z.object({ master: z.string(), rewrapped: z.number().int() }),
    throws: ['key-missing'],
  }),
  retireMasterKey: route({
    name: 'retireMasterKey',
    method: 'delete',
    path: `${api}/encryption/masters/:id`,
    action: 'platform:manage',
    tag: 'encryption',
    summary: 'Removes a master key by which nothing is wrapped any more',
    params: z.object({ id: z.string() }),
    reply: z.object({ ok: z.literal(true) }),
    throws: ['request-invalid', 'not-found', 'key-missing'],
  }),
  destroyDataKeys: route({
    name: 'destroyDataKeys',
    method: 'post',
    path: `${api}/encryption/destruction`,
    action: 'platform:manage',
    tag: 'encryption',
    summary: 'Destroys the keys of a product for good: its encrypted files cannot be read any more, wherever they lie',
    body: z.object({
      product: z.string(),
      /** The name of the product once more: nothing brings the data back. */
      confirm: z.string(),
    }),
    reply: z.object({ destroyed: z.number().int() }),
    throws: ['request-invalid'],
  }),
}
