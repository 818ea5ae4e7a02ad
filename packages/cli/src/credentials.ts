import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** The last sign-in. `oidc`: the token came from an issuer, ends soon, and can be renewed. */
export type Credentials = {
  url: string
  token: string
  oidc?: { issuer: string; clientId: string; refreshToken: string; expiresAt: number }
}

export const credentialsFile = (): string =>
  join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'datamesh', 'credentials.json')

export const lastLogin = (): Credentials | null => {
  try {
    const it = JSON.parse(readFileSync(credentialsFile(), 'utf8')) as Partial<Credentials>
    if (typeof it.url !== 'string' || typeof it.token !== 'string') return null
    const { oidc } = it
    const whole =
      typeof oidc?.issuer === 'string' && typeof oidc.clientId === 'string' && typeof oidc.refreshToken === 'string'
    return { url: it.url, token: it.token, ...(oidc && whole ? { oidc } : {}) }
  } catch {
    return null
  }
}

/** Kept readable for this user alone, and whole: a reader sees the one before or this one. */
export function saveLogin(credentials: Credentials): string {
  const file = credentialsFile()
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, file)
  return file
}

export const forgetLogin = (): void => rmSync(credentialsFile(), { force: true })

const staleMs = 15_000

/** One process at a time: a refresh token that two use is taken for stolen. */
export async function alone<T>(work: () => Promise<T>): Promise<T> {
  const lock = `${credentialsFile()}.lock`
  mkdirSync(dirname(lock), { recursive: true, mode: 0o700 })
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (ageOf(lock) > staleMs) rmSync(lock, { force: true })
      else await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

const ageOf = (file: string): number => {
  try {
    return Date.now() - statSync(file).mtimeMs
  } catch {
    return 0
  }
}
