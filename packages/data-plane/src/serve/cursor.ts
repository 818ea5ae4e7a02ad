import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { MeshError } from '@datamesh/core'
import { z } from 'zod'

const Payload = z.tuple([
  z.literal(1),
  z.string(), // snapshot
  z.string(), // table
  z.string(), // digest of filters and order
  z.array(z.string().nullable()), // the last row's values in the columns of the order, its place last
])

/** Where a page ended. It pins its snapshot: the next page comes from the same data, whatever is published meanwhile. */
export type Cursor = { snapshot: string; table: string; digest: string; after: readonly (string | null)[] }

const signatureBytes = 16

const sign = (payload: string, secret: KeyObject): Buffer =>
  createHmac('sha256', secret).update(payload).digest().subarray(0, signatureBytes)

/** base64url of the signature and the JSON of the place. Signed, so that only places that we named are ever looked up. */
export const encodeCursor = (cursor: Cursor, secret: KeyObject): string => {
  const payload = JSON.stringify([1, cursor.snapshot, cursor.table, cursor.digest, cursor.after])
  return Buffer.concat([sign(payload, secret), Buffer.from(payload)]).toString('base64url')
}

/** @throws request-invalid for anything that `encodeCursor` with the same secret did not make */
export const decodeCursor = (text: string, secret: KeyObject): Cursor => {
  const bytes = /^[A-Za-z0-9_-]{24,16384}$/.test(text) ? Buffer.from(text, 'base64url') : Buffer.alloc(0)
  const payload = bytes.subarray(signatureBytes).toString()
  const signature = bytes.subarray(0, signatureBytes)
  if (signature.length < signatureBytes || !timingSafeEqual(signature, sign(payload, secret)))
    throw new MeshError('request-invalid', {
      what: 'the cursor is not one that this platform made: send the `next` of the page before, unchanged',
    })
  const [, snapshot, table, digest, after] = Payload.parse(JSON.parse(payload))
  return { snapshot, table, digest, after }
}
