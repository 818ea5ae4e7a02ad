import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { type Actor, MeshError } from '@datamesh/core'
import { createKey, type IdentityDeps, listKeys, revokeKey } from './identity/index.ts'
import type { StoreLog } from './store/index.ts'

/** Where everything lies on this machine. */
export type Home = {
  root: string
  state: string
  data: string
  replicas: string
  tmp: string
  /** Results of queries, for a while. */
  queries: string
  uploads: string
  /** Master keys of encrypted data. */
  keys: string
  token: string
  /** Keys of the embedded issuer. */
  issuer: string
  /** What hashes and tokens of masked columns are made with. */
  maskKey: string
  log: string
}

/** Makes the folders; `root` is for its owner's eyes only. */
export const openHome = (given: string): Home => {
  const root = resolve(given)
  mkdirSync(root, { recursive: true, mode: 0o700 })
  const home = {
    root,
    state: join(root, 'state'),
    data: join(root, 'data'),
    replicas: join(root, 'replicas'),
    tmp: join(root, 'tmp'),
    queries: join(root, 'queries'),
    uploads: join(root, 'uploads'),
    keys: join(root, 'keys.json'),
    token: join(root, 'token'),
    issuer: join(root, 'issuer.json'),
    maskKey: join(root, 'mask.key'),
    log: join(root, 'datamesh.log'),
  }
  for (const folder of [home.data, home.replicas, home.tmp, home.uploads]) mkdirSync(folder, { recursive: true })
  return home
}

/** Several machines, or several homes of one, may share a state: each has its own key. */
const keyNameOf = (file: string): string => `local CLI, ${hostname()}:${file}`
const system: Actor = { id: 'system', name: 'the platform', kind: 'system', roles: [] }

/**
 * The key of the CLI on this machine, in a file that only its owner can read. Made at the first start; when the file is missing or its
 * key does not open any more, a new one is made and those before it are revoked.
 */
export const localToken = async (
  file: string,
  authenticate: (token: string) => Actor | null | Promise<Actor | null>,
  identity: IdentityDeps,
): Promise<string> => {
  const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  if (known !== '' && (await authenticate(known))) return known
  const keyName = keyNameOf(file)
  const older = (await listKeys('admin', identity)).filter((key) => key.name === keyName && key.revokedAt === null)
  for (const key of older) await revokeKey(key.id, system, true, identity)
  const { token } = await createKey({ principal: 'admin', name: keyName }, 'system', identity)
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
  return token
}

/**
 * The master key of masks, for its owner's eyes only; made at the first start. It is never in the state: whoever has a backup of that alone
 * can turn no token back. Lost, tokens stay closed and hashes begin anew.
 */
export const maskKeyOf = (file: string, given: string | undefined): Buffer => {
  if (given !== undefined) return readKey(given, 'mask_key')
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  chmodSync(file, 0o600)
  return readKey(readFileSync(file, 'utf8').trim(), file)
}

const readKey = (hex: string, source: string): Buffer => {
  if (!/^[0-9a-f]{64}$/i.test(hex))
    throw new MeshError('config-invalid', { key: 'mask_key', source, why: 'it is not 64 hexadecimal digits' })
  return Buffer.from(hex, 'hex')
}

const mostLogBytes = 10 * 1024 * 1024

/** JSON lines into a file; the one before is kept. */
export const fileLog = (file: string, now: () => Date): StoreLog => {
  if (existsSync(file) && statSync(file).size > mostLogBytes) renameSync(file, `${file}.1`)
  return ({ level, message, facts }) => {
    try {
      appendFileSync(file, `${JSON.stringify({ at: now().toISOString(), level, message, ...facts })}\n`, {
        mode: 0o600,
      })
    } catch {
      // A full disk must not turn every log line into another failure; readyz tells it.
    }
  }
}
