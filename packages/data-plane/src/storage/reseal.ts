import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'

const magic = Buffer.from('PARE')
const lengthBytes = 4
const nonceBytes = 12
const tagBytes = 16
/** What a module holds at least besides its content. */
const around = nonceBytes + tagBytes
/** Thrift compact of FileCryptoMetaData {algorithm: AES_GCM_V1 {}} as the engine writes it, without a prefix and without key metadata. */
const cryptoHead = Buffer.from([0x1c, 0x1c, 0x00, 0x00, 0x00])
const writeAtOnce = 1 << 20

/**
 * Copies an encrypted Parquet file under another key, module by module, and forces it to disk. @returns sha256 and size of the copy, and a
 * digest of its content that only who has the key can make: two files of the same rows have the same, though no byte of them is equal
 *
 * The engine that is bundled can read encrypted Parquet with care, but draws the nonces it writes with from a generator that is not made for
 * it. So it writes under a key that lives as long as the build, and what stays is sealed here: nonces from the system's generator, tags
 * checked on the way. A module under another key has the same length, so no offset changes. Rule: Parquet Modular Encryption, AES_GCM_V1,
 * encrypted footer; modules carry no additional data, as the engine writes and reads them.
 */
export const reseal = async (
  source: string,
  target: string,
  { from, to }: { from: Buffer; to: Buffer },
): Promise<{ sha256: string; bytes: number; content: string }> => {
  await using input = await open(source, 'r')
  await using output = await open(target, 'wx', 0o600)
  const { size } = await input.stat()
  const hash = createHash('sha256')
  const content = createHmac('sha256', to)
  let waiting: Buffer[] = []
  let waitingBytes = 0
  let written = 0
  const flush = async () => {
    const body = Buffer.concat(waiting)
    const { bytesWritten } = await output.write(body, 0, body.length, written)
    if (bytesWritten < body.length) throw new Error('the disk is full')
    hash.update(body)
    written += body.length
    waiting = []
    waitingBytes = 0
  }
  const put = async (bytes: Buffer) => {
    waiting.push(bytes)
    waitingBytes += bytes.length
    if (waitingBytes >= writeAtOnce) await flush()
  }
  const read = async (at: number, length: number): Promise<Buffer> => {
    const bytes = Buffer.allocUnsafe(length)
    const { bytesRead } = await input.read(bytes, 0, length, at)
    if (bytesRead < length) throw broken()
    return bytes
  }
  const turned = (module: Buffer): Buffer => {
    const nonce = randomBytes(nonceBytes)
    const decipher = createDecipheriv('aes-256-gcm', from, module.subarray(0, nonceBytes))
    decipher.setAuthTag(module.subarray(module.length - tagBytes))
    const plain = decipher.update(module.subarray(nonceBytes, module.length - tagBytes))
    decipher.final()
    content.update(plain)
    const cipher = createCipheriv('aes-256-gcm', to, nonce)
    const body = cipher.update(plain)
    cipher.final()
    const length = Buffer.alloc(lengthBytes)
    length.writeUInt32LE(module.length)
    return Buffer.concat([length, nonce, body, cipher.getAuthTag()])
  }

  const tail = await read(size - 8, 8)
  const footer = tail.readUInt32LE(0)
  const footerAt = size - 8 - footer
  if (!(await read(0, 4)).equals(magic) || !tail.subarray(4).equals(magic) || footerAt < 4) throw broken()
  await put(magic)
  // pages are small: many are read at once
  let window: Buffer = Buffer.alloc(0)
  let at = 4
  while (at < footerAt) {
    if (window.length < lengthBytes) window = await read(at, Math.min(footerAt - at, writeAtOnce))
    if (window.length < lengthBytes) throw broken()
    const length = window.readUInt32LE(0)
    if (length < around || at + lengthBytes + length > footerAt) throw broken()
    if (window.length < lengthBytes + length)
      window = await read(at, Math.min(footerAt - at, Math.max(writeAtOnce, lengthBytes + length)))
    await put(turned(window.subarray(lengthBytes, lengthBytes + length)))
    window = window.subarray(lengthBytes + length)
    at += lengthBytes + length
  }
  const end = await read(footerAt, footer)
  const module = end.subarray(cryptoHead.length + lengthBytes)
  if (!end.subarray(0, cryptoHead.length).equals(cryptoHead) || end.readUInt32LE(cryptoHead.length) !== module.length)
    throw broken()
  await put(cryptoHead)
  await put(turned(module))
  await put(tail)
  await flush()
  await output.sync()
  return { sha256: hash.digest('hex'), bytes: written, content: content.digest('hex') }
}

const broken = () => new Error('the file is no Parquet file as the engine encrypts it')
