import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { MeshError, nearest } from '@datamesh/core'
import { type Client, connect, isApiError } from '@datamesh/sdk'
import type { Command } from 'commander'
import { type Credentials, credentialsFile, lastLogin } from './credentials.ts'
import { type Output, openOutput } from './output.ts'
import { UsageError } from './usage.ts'

export const defaultPort = 4100

/** What every command gets: how to answer, where the state folder is, and a client when it asks for one. */
export type Context = {
  output: Output
  home: string
  /** The server that commands talk to: --url > DATAMESH_URL > the platform that runs on this state folder > the last login. */
  server(): Server
  client(): Client
  now(): Date
}

/** `login`: the sign-in that the token comes from; null: it is a key. */
export type Server = { url: string; token: string | null; from: string; login: Credentials | null }
export type Globals = { json?: boolean; home?: string; url?: string; token?: string }

/** `.datamesh` in the nearest folder upwards that has one; else here. */
function findHome(from: string): string {
  for (let at = resolve(from); ; at = dirname(at)) {
    if (existsSync(join(at, '.datamesh', 'token'))) return join(at, '.datamesh')
    if (dirname(at) === at) return join(resolve(from), '.datamesh')
  }
}

const readJson = (file: string): Record<string, unknown> | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  } catch {
    return null
  }
}
const isThisMachine = (url: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(URL.parse(url)?.hostname ?? '')

/** The platform that runs on a state folder, as it wrote itself down. */
export const endpointFile = (home: string): string => join(home, 'endpoint.json')

export function openContext(command: Command): Context {
  const globals = command.optsWithGlobals<Globals>()
  const home = resolve(globals.home ?? process.env.DATAMESH_HOME ?? findHome(process.cwd()))
  const server = (): Server => {
    const local = existsSync(join(home, 'token')) ? readFileSync(join(home, 'token'), 'utf8').trim() : null
    const running = readJson(endpointFile(home))
    const login = lastLogin()
    const localUrl = typeof running?.url === 'string' ? running.url : null
    const given = globals.url ?? process.env.DATAMESH_URL
    const token = globals.token ?? process.env.DATAMESH_TOKEN
    // the token of a state folder is for the platform on it: never sent to another machine
    const here = (url: string) => url === localUrl || (localUrl === null && isThisMachine(url))
    const known = (url: string) =>
      token ??
      (here(url) ? local : null) ??
      (login?.url === url ? login.token : null) ??
      (isThisMachine(url) ? local : null)
    const of = (url: string, chosen: string | null, from: string): Server => {
      const mine = login !== null && chosen === login.token && login.oidc !== undefined
      return { url, token: chosen, from, login: mine ? login : null }
    }
    if (given) return of(given, known(given), globals.url ? '--url' : 'DATAMESH_URL')
    if (localUrl) return of(localUrl, token ?? local, endpointFile(home))
    if (login) return of(login.url, token ?? login.token, credentialsFile())
    return of(`http://127.0.0.1:${defaultPort}`, token ?? local, 'default')
  }
  return {
    output: openOutput(globals.json === true),
    home,
    server,
    client() {
      const { url, token, from, login } = server()
      if (!token && from === 'default') throw new MeshError('unreachable', { url })
      if (!token) throw new MeshError('unauthenticated', { why: `there is no token for ${url}` })
      if (login === null) return connect({ url, token })
      // what renews tokens is loaded with the first request
      const asLogin: typeof fetch = async (input, init) => (await import('./oidc.ts')).fetchAs(login)(input, init)
      return connect({ url, token, fetch: asLogin })
    },
    now: () => new Date(),
  }
}

/**
 * `domain/product`, or the domain left out where the mesh has one product of that name.
 * @throws not-found with the nearest name
 */
export async function productRef(text: string, client: Client): Promise<{ domain: string; product: string }> {
  const [domain = '', product, ...rest] = text
    .replace(/^datamesh:\/\//, '')
    .replace(/@\d+$/, '')
    .split('/')
  if (rest.length > 0 || !domain || product === '')
    throw new UsageError(`${text} is no product`, 'write domain/product')
  if (product !== undefined) {
    try {
      await client.call('getProduct', { params: { domain, product } })
      return { domain, product }
    } catch (error) {
      if (!isApiError(error) || error.code !== 'not-found') throw error
    }
  }
  const cards = await allProducts(client)
  const named = product === undefined ? cards.filter((card) => card.name === domain) : []
  if (named.length === 1 && named[0]) return { domain: named[0].domain, product: named[0].name }
  if (named.length > 1)
    throw new UsageError(
      `${text} is the name of ${named.length} products`,
      `write ${named.map((it) => it.id).join(' or ')}`,
    )
  const like = nearestProduct(text, cards)
  throw new MeshError('not-found', { what: `product ${text}`, ...(like ? { like } : {}) })
}

const nearestProduct = (text: string, cards: readonly { id: string; name: string }[]): string | undefined => {
  const id = nearest(
    text,
    cards.map((card) => card.id),
  )
  if (id) return id
  const name = nearest(
    text.split('/').at(-1) ?? '',
    cards.map((card) => card.name),
  )
  return cards.find((card) => card.name === name)?.id
}

export async function allProducts(client: Client) {
  const found = []
  for (let after: string | undefined; ; ) {
    const page = await client.call('listProducts', { query: { limit: 1000, ...(after ? { after } : {}) } })
    found.push(...page.products)
    if (!page.next) return found
    after = page.next
  }
}
