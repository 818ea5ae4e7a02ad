import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
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

const nonceBytes = 12
const tagBytes = 16
/** It travels in a URL, and servers take about 16 KB of headers. */
const maxLength = 8000

const keyFrom = (secret: KeyObject): Buffer => hash('sha256', secret.export(), 'buffer')

/**
 * base64url of the place, sealed with AES-256-GCM: only places that we named are ever looked up, and nobody can read in one where a row lies
 * in its file, which would tell how many rows a filter has hidden before it.
 */
export const encodeCursor = (cursor: Cursor, secret: KeyObject): string => {
  const payload = JSON.stringify([1, cursor.snapshot, cursor.table, cursor.digest, cursor.after])
  // of the place itself: the same page has the same bytes, as its ETag says
  const nonce = createHmac('sha256', secret).update(payload).digest().subarray(0, nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', keyFrom(secret), nonce)
  const sealed = [nonce, cipher.update(payload, 'utf8'), cipher.final(), cipher.getAuthTag()]
  const text = Buffer.concat(sealed).toString('base64url')
  if (text.length > maxLength)
    throw new MeshError('request-invalid', {
      what: 'a text in the columns of the order is too long to page by: order by others',
    })
  return text
}

/** @throws request-invalid for anything that `encodeCursor` with the same secret did not make */
export const decodeCursor = (text: string, secret: KeyObject): Cursor => {
  const bytes = /^[A-Za-z0-9_-]{24,8000}$/.test(text) ? Buffer.from(text, 'base64url') : Buffer.alloc(0)
  const payload = opened(bytes, secret)
  if (payload === null)
    throw new MeshError('request-invalid', {
      what: 'the cursor is not one that this platform made: send the `next` of the page before, unchanged',
    })
  const [, snapshot, table, digest, after] = Payload.parse(JSON.parse(payload))
  return { snapshot, table, digest, after }
}

const opened = (bytes: Buffer, secret: KeyObject): string | null => {
  if (bytes.length < nonceBytes + tagBytes) return null
  const decipher = createDecipheriv('aes-256-gcm', keyFrom(secret), bytes.subarray(0, nonceBytes))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  try {
    return decipher.update(bytes.subarray(nonceBytes, -tagBytes)).toString() + decipher.final('utf8')
  } catch {
    return null
  }
}

const kept = (folder: string): Buffer => {
  const file = resolve(folder, 'cursor.key')
  mkdirSync(folder, { recursive: true })
  try {
    writeFileSync(file, randomBytes(32), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file)
}

/** What cursors are signed with: what the mesh says, or a random secret kept in `folder`, so that cursors survive a restart. */
export const secretOf = (given: string | undefined, folder: string): KeyObject =>
  createSecretKey(given === undefined ? kept(folder) : Buffer.from(given))
