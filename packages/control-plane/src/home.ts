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
import type { Actor } from '@datamesh/core'
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
  token: string
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
    token: join(root, 'token'),
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
