import { z } from 'zod'

/** Every route below this path is a call of the API; everything else belongs to the portal. */
export const api = '/api/v1'
export const product = `${api}/products/:domain/:product`
export const table = `${product}/tables/:table`
export const Ok = z.object({ ok: z.literal(true) })
export const Text = z.string()
