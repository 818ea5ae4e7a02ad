import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const nonceBytes = 12
const tagBytes = 16

/** AES-256-GCM: nonce, content, tag. `about` must be the same when it is opened: what was sealed for one place does not open in another. */
export const seal = (key: Buffer, content: Buffer, about: string): Buffer => {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(about))
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()])
}

/** @throws when the key is another one, or anything of it was changed */
export const unseal = (key: Buffer, sealed: Buffer, about: string): Buffer => {
  if (sealed.length < nonceBytes + tagBytes) throw new Error('it is too short to be sealed')
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes))
  decipher.setAAD(Buffer.from(about))
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)), decipher.final()])
}

/** What `seal` adds. */
export const sealBytes = nonceBytes + tagBytes
