import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'

/**
 * What hashes and tokens of one reader over one product are made with. The secrets stand behind functions, so that nothing that writes an
 * object down (a log, an answer, an error) writes them. `id` tells readers apart and gives nothing away.
 */
export type MaskKeys = { readonly id: string; bare(): BareKeys }

/** The same as it travels to a process of ours: hexadecimal texts. */
export type BareKeys = { id: string; inner: string; outer: string; token: string; nonce: string }

const derived = (master: Buffer, ...about: string[]): Buffer =>
  Buffer.from(hkdfSync('sha256', master, '', JSON.stringify(['datamesh mask', ...about]), 32))

const blockBytes = 64
const pad = (key: Buffer, byte: number): string => {
  const block = Buffer.alloc(blockBytes)
  key.copy(block)
  return Buffer.from(block.map((each) => each ^ byte)).toString('hex')
}

/**
 * Keys are derived from the mesh's master key, never stored. A hash is made with a key of the reader alone: the same value is the same text in
 * every product, so tables that were hashed for one reader can be joined, and those of two readers cannot. Tokens are encrypted with a key
 * of the product; what makes equal values equal tokens is of the reader again.
 */
export const maskKeys = (master: Buffer, reader: string, product: string): MaskKeys => {
  const hash = derived(master, 'hash', reader)
  const id = derived(master, 'id', reader, product).toString('hex').slice(0, 24)
  const token = derived(master, 'token', product)
  const nonce = derived(master, 'nonce', reader, product)
  return {
    id,
    bare: () => ({
      id,
      inner: pad(hash, 0x36),
      outer: pad(hash, 0x5c),
      token: token.toString('hex'),
      nonce: nonce.toString('hex'),
    }),
  }
}

const prefix = 'tok_'
const nonceBytes = 12
const tagBytes = 16

/**
 * AES-256-GCM. The nonce is an HMAC of the value (Rule: RFC 8452, the idea of a synthetic nonce), with a key of the reader: the same value of
 * the same column gives one reader the same token on every surface, and tells nobody else anything. Why: docs/decisions/0017-masks.md
 */
export const tokenOf = (value: string, column: string, keys: Pick<BareKeys, 'token' | 'nonce'>): string => {
  const nonce = createHmac('sha256', Buffer.from(keys.nonce, 'hex'))
    .update(JSON.stringify([column.toLowerCase(), value]))
    .digest()
    .subarray(0, nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(keys.token, 'hex'), nonce)
  const sealed = [nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return prefix + Buffer.concat(sealed).toString('base64url')
}

/** The value of a token of this product, whoever it was made for; null for anything that is none. */
export const openToken = (token: string, master: Buffer, product: string): string | null => {
  if (!token.startsWith(prefix)) return null
  const bytes = Buffer.from(token.slice(prefix.length), 'base64url')
  if (bytes.length < nonceBytes + tagBytes) return null
  const decipher = createDecipheriv('aes-256-gcm', derived(master, 'token', product), bytes.subarray(0, nonceBytes))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  try {
    return decipher.update(bytes.subarray(nonceBytes, -tagBytes)).toString('utf8') + decipher.final('utf8')
  } catch {
    return null
  }
}
