import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { MeshError } from '@datamesh/core'
import type { Configuration } from 'openid-client'
import { alone, type Credentials, lastLogin, saveLogin } from './credentials.ts'
import { UsageError } from './usage.ts'

export type Door = { issuer: string; clientId: string; scope: string }
type Tokens = { token: string; oidc: NonNullable<Credentials['oidc']> }

const patienceMs = 10 * 60_000

/**
 * Signs in through a browser: code flow with PKCE, coming back to a port of this machine. Where the browser is on another machine, the address
 * that it ended at is pasted instead. Rule: RFC 8252
 */
export async function signInByBrowser(
  door: Door,
  { open, tell }: { open: boolean; tell: (url: string, opened: boolean) => void },
): Promise<Tokens> {
  const client = await import('openid-client')
  const config = await discovered(door)
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const { redirectUri, came, close } = await listening(state)
  try {
    const at = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: door.scope,
      state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).href
    const opened = open && (await openBrowser(at))
    tell(at, opened)
    const pasted = opened ? null : addressFromInput(redirectUri)
    const back = await Promise.race([came, ...(pasted === null ? [] : [pasted.came])]).finally(() => pasted?.close())
    const tokens = await client
      .authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state })
      .catch((error: unknown) => {
        throw new MeshError('unauthenticated', { why: `the sign-in was refused: ${reasonOf(error)}` })
      })
    return kept(door, tokens)
  } finally {
    close()
  }
}

/** A token that is good for a while, renewed when need be; null when that is over and one has to sign in again. */
export const renewed = async (login: Credentials): Promise<Credentials | null> => {
  if (!endsSoon(login)) return login
  return alone(async () => {
    // somebody else may have been faster
    const there = lastLogin()
    if (there === null || there.url !== login.url || there.oidc === undefined) return there
    if (!endsSoon(there)) return there
    const client = await import('openid-client')
    const door = { ...there.oidc, scope: '' }
    try {
      const tokens = await client.refreshTokenGrant(await discovered(door), there.oidc.refreshToken)
      const next = { url: there.url, ...kept(door, { refresh_token: there.oidc.refreshToken, ...tokens }) }
      saveLogin(next)
      return next
    } catch (error) {
      if ((error as { error?: string }).error !== 'invalid_grant') throw error
      return null
    }
  })
}

/** Takes the tokens back at the issuer. @returns false when it has no way to do so, or does not answer */
export const takenBack = async (login: Credentials): Promise<boolean> => {
  if (login.oidc === undefined) return false
  try {
    const client = await import('openid-client')
    const config = await discovered({ ...login.oidc, scope: '' })
    if (config.serverMetadata().revocation_endpoint === undefined) return false
    await client.tokenRevocation(config, login.oidc.refreshToken, { token_type_hint: 'refresh_token' })
    return true
  } catch {
    return false
  }
}

/** `fetch` with a token that does not end under way. */
export const fetchAs =
  (login: Credentials): typeof fetch =>
  async (input, init) => {
    const now = await renewed(login)
    if (now === null) throw new MeshError('unauthenticated', { why: 'your sign-in is over' })
    const headers = new Headers(init?.headers)
    headers.set('authorization', `Bearer ${now.token}`)
    return fetch(input, { ...init, headers })
  }

const endsSoon = ({ oidc }: Credentials): boolean => oidc !== undefined && oidc.expiresAt < Date.now() + 30_000

const kept = (
  { issuer, clientId }: Pick<Door, 'issuer' | 'clientId'>,
  tokens: { access_token: string; refresh_token?: string; expires_in?: number },
): Tokens => ({
  token: tokens.access_token,
  oidc: {
    issuer,
    clientId,
    refreshToken: tokens.refresh_token ?? '',
    expiresAt: Date.now() + (tokens.expires_in ?? 300) * 1000,
  },
})

const discovered = async ({ issuer, clientId }: Door): Promise<Configuration> => {
  const client = await import('openid-client')
  const at = new URL(issuer)
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(at.hostname)
  if (at.protocol !== 'https:' && !loopback)
    throw new UsageError(`the issuer ${issuer} is not on https`, 'sign in with datamesh login --code <code>')
  try {
    return await client.discovery(at, clientId, undefined, client.None(), {
      timeout: 10,
      execute: [client.enableNonRepudiationChecks, ...(loopback ? [client.allowInsecureRequests] : [])],
    })
  } catch (error) {
    throw new MeshError('issuer-unreachable', { issuer, why: reasonOf(error) }, { cause: error })
  }
}

/** Waits at a free port for the browser that comes back; whoever does not know `state` is not it. */
const listening = async (state: string) => {
  let arrived: (url: URL) => void = () => {}
  let late: (error: Error) => void = () => {}
  const came = new Promise<URL>((resolve, reject) => {
    arrived = resolve
    late = reject
  })
  came.catch(() => {})
  const server = createServer((request, reply) => {
    const url = new URL(request.url ?? '/', redirectUri)
    const ours = request.method === 'GET' && url.pathname === '/callback' && url.searchParams.get('state') === state
    const fine = ours && url.searchParams.has('code')
    reply.writeHead(ours ? 200 : 404, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
      connection: 'close',
    })
    const title = fine ? 'You are signed in' : ours ? 'You are not signed in' : 'Nothing is here'
    reply.end(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${title}</title><h1>${title}</h1><p>Go back to the terminal; this window can be closed.</p></html>`,
    )
    if (ours) arrived(url)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`
  const timer = setTimeout(
    () => late(new MeshError('unauthenticated', { why: 'nobody has signed in within ten minutes' })),
    patienceMs,
  )
  return {
    redirectUri,
    came,
    close: () => {
      clearTimeout(timer)
      server.close()
      server.closeIdleConnections()
    },
  }
}

/** A line of stdin that is the address at which a browser elsewhere could not arrive. */
const addressFromInput = (redirectUri: string) => {
  const lines = createInterface({ input: process.stdin })
  const came = new Promise<URL>((resolve) => {
    lines.on('line', (line) => {
      const url = URL.parse(line.trim())
      if (url === null || !url.searchParams.has('state')) return
      const back = new URL(redirectUri)
      back.search = url.search
      resolve(back)
    })
  })
  return {
    came,
    close: () => {
      lines.close()
      process.stdin.destroy()
    },
  }
}

/** BROWSER names the program; else the one that the system opens links with. @returns false when there is none */
const openBrowser = async (url: string): Promise<boolean> => {
  const { BROWSER, DISPLAY, WAYLAND_DISPLAY } = process.env
  const [program, ...args] = BROWSER
    ? BROWSER.split(' ')
    : process.platform === 'darwin'
      ? ['open']
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler']
        : DISPLAY || WAYLAND_DISPLAY
          ? ['xdg-open']
          : []
  if (!program) return false
  return new Promise((resolve) => {
    const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}

const reasonOf = (error: unknown): string => {
  const { error_description: said, error: code, message, cause } = error as Record<string, unknown>
  return String(said ?? code ?? (cause instanceof Error ? cause.message : message))
}
