import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, connect } from '@datamesh/sdk'
import { root, up } from '../running.ts'

/** Who takes part in the stories. Roles as in the manifests of the domains; Leo and Vera have none but the consumer's. */
const cast = {
  rosa: { name: 'Rosa Delgado', roles: [{ role: 'domain-owner', domain: 'flight-operations' }] },
  amara: { name: 'Amara Okafor', roles: [{ role: 'domain-owner', domain: 'safety' }] },
  priya: { name: 'Priya Nair', roles: [{ role: 'data-steward', domain: 'safety' }] },
  samuel: { name: 'Samuel Adeyemi', roles: [{ role: 'domain-owner', domain: 'passenger-insight' }] },
  leo: { name: 'Leo Brandt', roles: [{ role: 'consumer' }] },
  vera: { name: 'Vera Lindqvist', roles: [{ role: 'consumer' }] },
} as const

export type Name = keyof typeof cast | 'admin'
export type Session = { name: string; value: string }
export type Person = { token: string; session: Session }
/** Plain values only: it goes from the setup to the processes of the tests. */
export type MeshFacts = { url: string; folder: string; people: Record<Name, Person> }
export type PortalMesh = MeshFacts & { client: (who: Name) => Client; stop: () => Promise<void> }

/**
 * The aviation mesh, copied so that deliveries can be spoilt, on a platform of its own with people who are signed in.
 */
export async function startMesh(): Promise<PortalMesh> {
  const place = mkdtempSync(join(tmpdir(), 'datamesh-portal-'))
  const remove = () => rmSync(place, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  try {
    const folder = copyMesh(place)
    const running = await up(['--home', join(place, 'home'), '--mesh', folder])
    const stop = async () => {
      await running.stop()
      remove()
    }
    try {
      if (running.ready.failed.length > 0) throw new Error(`not published: ${running.ready.failed.join(', ')}`)
      await invite(running.client)
      const people = await gather(running.client, running.url, running.token)
      const client = (who: Name) => connect({ url: running.url, token: people[who].token })
      return { url: running.url, folder, people, client, stop }
    } catch (error) {
      await stop()
      throw error
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** The copy stands as deep as the original and with its inputs beside it: manifests name them by relative paths. @returns its folder */
export function copyMesh(place: string): string {
  const folder = join(place, 'repository', 'examples', 'aviation')
  cpSync(join(root, 'examples', 'aviation'), folder, { recursive: true })
  const data = join('node_modules', 'vega-datasets', 'data')
  mkdirSync(join(place, 'repository', data), { recursive: true })
  for (const file of ['flights-3m.parquet', 'airports.csv', 'birdstrikes.csv', 'weather.csv'])
    cpSync(join(root, data, file), join(place, 'repository', data, file))
  return folder
}

/** Makes the cast known to the platform. */
export async function invite(admin: Client): Promise<void> {
  for (const [id, { name, roles }] of Object.entries(cast))
    await admin.call('putPrincipal', { params: { id }, body: { name, roles: [...roles] } })
}

/** Keys and sessions of everybody; sessions end, so not long before they are used. */
export async function gather(admin: Client, url: string, token: string): Promise<Record<Name, Person>> {
  const people: [Name, Person][] = [['admin', { token, session: await signIn(url, token) }]]
  for (const id of Object.keys(cast)) {
    const key = await admin.call('createKey', { body: { name: 'browser', principal: id } })
    people.push([id as Name, { token: key.token, session: await signIn(url, key.token) }])
  }
  return Object.fromEntries(people) as Record<Name, Person>
}

/** Once for each person: an address may sign in only so often in a minute. */
export async function signIn(url: string, token: string): Promise<Session> {
  const reply = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ token }),
  })
  const [pair = ''] = (reply.headers.get('set-cookie') ?? '').split(';')
  const at = pair.indexOf('=')
  if (!reply.ok || at < 1) throw new Error(`signing in answered ${reply.status}: ${await reply.text()}`)
  return { name: pair.slice(0, at), value: pair.slice(at + 1) }
}

/** Waits for the end of a run. */
export async function ended(client: Client, run: string) {
  for await (const _entry of client.follow(run)) {
    // only its end matters
  }
  return client.call('getRun', { params: { id: run } })
}

export const refOf = (id: string) => ({ domain: id.split('/')[0] ?? '', product: id.split('/')[1] ?? '' })
