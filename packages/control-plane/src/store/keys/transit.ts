import { readFileSync } from 'node:fs'
import { MeshError } from '@datamesh/core'
import { z } from 'zod'
import type { KeyProvider } from './provider.ts'

const Encrypted = z.object({ data: z.object({ ciphertext: z.string() }) })
const Decrypted = z.object({ data: z.object({ plaintext: z.base64() }) })
const Named = z.object({
  data: z.object({
    latest_version: z.number().int().min(1).max(100_000),
    min_decryption_version: z.number().int().default(1),
  }),
})

const deadlineMs = 10_000

/**
 * A key service that speaks the protocol of Vault's transit engine (HashiCorp Vault, OpenBao). Master keys never leave it: data keys are sent
 * there to be wrapped and unwrapped. `url` is that of the engine, `https://vault.example.org/v1/transit`.
 */
export const transitProvider = ({
  url,
  key: name,
  tokenFile,
  send = fetch,
}: {
  url: string
  key: string
  /** Holds the token and nothing else; read with every call, so that it can be renewed. */
  tokenFile: string
  send?: typeof fetch
}): KeyProvider => {
  const base = url.replace(/\/+$/, '')
  const missing = (why: string, cause?: unknown) => new MeshError('key-missing', { key: name, why }, { cause })
  const token = (): string => {
    try {
      return readFileSync(tokenFile, 'utf8').trim()
    } catch (error) {
      throw missing(`the token file ${tokenFile} cannot be read`, error)
    }
  }
  const ask = async <T>(method: 'GET' | 'POST', path: string, shape: z.ZodType<T>, body?: unknown): Promise<T> => {
    let response: Response
    try {
      response = await send(`${base}/${path}`, {
        method,
        headers: { 'x-vault-token': token(), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(deadlineMs),
        redirect: 'error',
      })
    } catch (error) {
      if (error instanceof MeshError) throw error
      throw missing(`the key service does not answer at ${base}`, error)
    }
    if (!response.ok) throw missing(`the key service answers ${response.status} to ${path.split('/')[0]}`)
    const parsed = shape.safeParse(response.status === 204 ? {} : await response.json().catch(() => null))
    if (!parsed.success) throw missing(`the key service answers to ${path.split('/')[0]} with something else`)
    return parsed.data
  }
  const masterOf = (ciphertext: string): string => `${name}:${/^vault:(v\d+):/.exec(ciphertext)?.[1] ?? 'v0'}`
  const at = encodeURIComponent(name)
  const told = () => ask('GET', `keys/${at}`, Named)
  return {
    kind: 'transit',
    where: `${base}/keys/${name}`,
    async wrap(key, about) {
      const { data } = await ask('POST', `encrypt/${at}`, Encrypted, {
        plaintext: key.toString('base64'),
        associated_data: Buffer.from(about).toString('base64'),
      })
      return { master: masterOf(data.ciphertext), wrapped: data.ciphertext }
    },
    async unwrap({ wrapped }, about) {
      const { data } = await ask('POST', `decrypt/${at}`, Decrypted, {
        ciphertext: wrapped,
        associated_data: Buffer.from(about).toString('base64'),
      })
      return Buffer.from(data.plaintext, 'base64')
    },
    async masters() {
      const { data } = await told()
      return Array.from({ length: data.latest_version }, (_, i) => ({
        id: `${name}:v${i + 1}`,
        createdAt: null,
        current: i + 1 === data.latest_version,
        retired: i + 1 < data.min_decryption_version,
      }))
    },
    async rotate() {
      await ask('POST', `keys/${at}/rotate`, z.unknown())
      return `${name}:v${(await told()).data.latest_version}`
    },
    async retire() {
      throw new MeshError('request-invalid', {
        what: 'versions of the master key are retired in the key service itself',
      })
    },
  }
}
