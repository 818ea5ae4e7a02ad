import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startControlPlane } from '@datamesh/control-plane'
import { type Client, connect } from '@datamesh/sdk'
import { bin, shell } from '../running.ts'
import { makeCrewProduct } from './crew.ts'
import { govern } from './governed.ts'
import { copyMesh, ended, gather, invite, type Name, type PortalMesh, refOf } from './mesh.ts'

const dayMs = 86_400_000
/** A delivery that is refused, and mended an hour later; the second one stays refused. */
const badDays = new Set([5, 11])
const days = 14

/** In the order in which they read each other. */
const products = [
  'reference/airports',
  'meteorology/weather',
  'flight-operations/flights-fact',
  'safety/bird-strikes',
  'network-planning/airport-360',
  'network-planning/daily-operations',
  'passenger-insight/route-performance',
  'passenger-insight/delay-report',
]
/** Who reads what, how often a day. */
const readers: readonly (readonly [Name, string, number])[] = [
  ['leo', 'passenger-insight/delay-report', 6],
  ['leo', 'flight-operations/flights-fact', 3],
  ['vera', 'passenger-insight/route-performance', 4],
  ['samuel', 'network-planning/daily-operations', 2],
  ['rosa', 'reference/airports', 2],
  ['amara', 'meteorology/weather', 1],
]

/** The aviation mesh after two weeks of deliveries, bad days, reads and requests: the clock of the platform runs through them. */
export async function startLivedMesh(say: (line: string) => void): Promise<PortalMesh> {
  const place = mkdtempSync(join(tmpdir(), 'datamesh-pictures-'))
  const remove = () => rmSync(place, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  try {
    const folder = copyMesh(place)
    let behindMs = days * dayMs
    const start = (port: number) =>
      startControlPlane({
        home: join(place, 'home'),
        port,
        inputRoots: [folder, join(place, 'repository', 'node_modules', 'vega-datasets', 'data')],
        clock: { now: () => new Date(Date.now() - behindMs) },
        log: () => undefined,
      })
    let platform = await start(0)
    let since = Date.now()
    const { url, token } = platform
    const stop = async () => {
      await platform.close()
      remove()
    }
    try {
      const admin = connect({ url, token })
      const env = { DATAMESH_URL: url, DATAMESH_TOKEN: token, DATAMESH_HOME: join(place, 'home') }
      await apply(folder, env)
      for (const id of products) await publish(admin, id)
      await invite(admin)
      const readersOf = await keys(admin, url)
      for (let day = 0; day < days; day++) {
        if (day === 8) await release(folder, env)
        await live(day, folder, admin, readersOf)
        say(`day ${day + 1} of ${days}`)
        // it looks at itself every minute, and a day that passes between two looks is a day on which it was off
        const rest = Date.now() - since > 30_000 || day === days - 1
        if (rest) await platform.close()
        behindMs = Math.max(0, behindMs - dayMs)
        if (rest) {
          platform = await start(Number(new URL(url).port))
          since = Date.now()
        }
        await idle(admin)
      }
      await live(days, folder, admin, readersOf)
      await profiled(admin)
      await measured(admin, say)
      await talk(readersOf)
      await aboutCrews(admin, url, readersOf)
      await govern(admin, readersOf.rosa)
      const people = await gather(admin, url, token)
      const client = (who: Name) => connect({ url, token: people[who].token })
      return { url, folder, people, client, stop }
    } catch (error) {
      await stop()
      throw error
    }
  } catch (error) {
    remove()
    throw error
  }
}

const apply = async (path: string, env: Record<string, string>): Promise<void> => {
  const { code, err } = await shell(`"${process.execPath}" "${bin}" apply "${path}"`, env)
  if (code !== 0) throw new Error(err)
}

/** A second release of flights: a promise more, a limit tighter, a text better. */
async function release(folder: string, env: Record<string, string>): Promise<void> {
  const product = join(folder, 'flight-operations', 'flights-fact')
  const file = join(product, 'dataproduct.yaml')
  const text = readFileSync(file, 'utf8')
    .replace('version: 1.0.0', 'version: 1.1.0')
    .replace('freshness: 25 hours', 'freshness: 24 hours')
    .replace('Arrival delay in minutes; negative is early', 'Minutes late at arrival; negative is early')
    .replace('    - type: row_count\n', '    - type: not_null\n      columns: [is_delayed]\n    - type: row_count\n')
  writeFileSync(file, text)
  await apply(product, env)
}

type Clients = Record<Name, Client>

async function keys(admin: Client, url: string): Promise<Clients> {
  const clients: [string, Client][] = [['admin', admin]]
  for (const principal of ['rosa', 'amara', 'priya', 'samuel', 'leo', 'vera']) {
    const { token } = await admin.call('createKey', { body: { name: 'notebook', principal } })
    clients.push([principal, connect({ url, token })])
  }
  return Object.fromEntries(clients) as Clients
}

const publish = async (client: Client, id: string) =>
  ended(client, (await client.call('publish', { params: refOf(id), body: {} })).id)

async function live(day: number, folder: string, admin: Client, clients: Clients): Promise<void> {
  const date = new Date(Date.UTC(2001, 6, 1 + day)).toISOString().slice(0, 10)
  const file = join(folder, 'flight-operations', 'flights-fact', 'landing', `${date}.csv`)
  const many = 900 + ((day * 271) % 600)
  const fine = Array.from({ length: many }, (_, i) => {
    const at = `${String(5 + Math.floor(i / 80)).padStart(2, '0')}:${String((i * 7) % 60).padStart(2, '0')}`
    return `${date} ${at}:00,${((i * 37 + day * 11) % 70) - 12},1721,${i % 2 ? 'SEA,ORD' : 'DEN,PHX'}`
  })
  const deliver = (lines: readonly string[]) =>
    writeFileSync(file, `date,delay,distance,origin,destination\n${lines.join('\n')}\n`)
  if (badDays.has(day)) {
    deliver([...fine, `${date} 07:01:00,12,605,XXQ,PHX`, `${date} 07:02:00,3,-605,DEN,PHX`])
    await publish(clients.rosa, 'flight-operations/flights-fact')
  }
  deliver(fine)
  await publish(clients.rosa, 'flight-operations/flights-fact')
  if (day % 3 === 1) await publish(clients.amara, 'safety/bird-strikes').catch(() => undefined)
  for (const [who, id, times] of readers)
    for (let i = 0; i < times + ((day * 5) % 3); i++) {
      const table = refOf(id).product.replaceAll('-', '_')
      await clients[who].call('readRows', { params: { ...refOf(id), table }, query: { limit: 50 + day } })
    }
  await idle(admin)
}

/** Requests, decisions, follows and queries, as people leave them. */
async function talk({ leo, vera, samuel, amara, rosa }: Clients): Promise<void> {
  const strikes = 'safety/bird-strikes'
  const ask = async (client: Client, purpose: string) =>
    (await client.call('requestAccess', { body: { products: [strikes], purpose } })).access[0]?.id ?? ''
  const granted = await ask(leo, 'Strikes along our routes, for the winter schedule')
  await amara.call('decideAccess', { params: { id: granted }, body: { decision: 'approve' } })
  const denied = await ask(samuel, 'To try something')
  await amara.call('decideAccess', {
    params: { id: denied },
    body: { decision: 'deny', reason: 'Say which report it is for' },
  })
  await ask(vera, 'Claims of passengers after diversions: which airports are affected')
  for (const id of ['flight-operations/flights-fact', 'passenger-insight/delay-report', 'network-planning/airport-360'])
    for (const client of [leo, rosa]) await client.call('followProduct', { params: refOf(id) })
  const sql = `select origin, count(*) as departures, round(avg(delay_minutes), 1) as mean_delay
from flight_operations.flights_fact
group by origin
order by departures desc
limit 20`
  await leo.call('saveQuery', {
    params: { id: 'new' },
    body: { name: 'Busiest airports and their delay', sql, shared: true },
  })
}

/** What is restricted: asked for by two, approved by the owner alone so far, and by both. */
async function aboutCrews(admin: Client, url: string, { leo, vera, amara, priya }: Clients): Promise<void> {
  const { token } = await admin.call('createKey', { body: { name: 'crews', principal: 'amara' } })
  await makeCrewProduct('crew-injuries', { url, token, classification: 'restricted' })
  await makeCrewProduct('crew-leave', { url, token, classification: 'confidential' })
  const ask = async (client: Client, purpose: string, days: number) => {
    const until = new Date(Date.now() + days * dayMs).toISOString().slice(0, 10)
    const body = { products: ['safety/crew-injuries'], purpose, until }
    return (await client.call('requestAccess', { body })).access[0]?.id ?? ''
  }
  const both = await ask(leo, 'Rosters of the winter: who is hurt where, and how often', 60)
  const some = { decision: 'approve' as const, rowFilter: "base = 'SEA'", detokenise: true }
  await amara.call('decideAccess', { params: { id: both }, body: some })
  await priya.call('decideAccess', { params: { id: both }, body: { decision: 'approve', detokenise: true } })
  const one = await ask(vera, 'Claims of crew after diversions', 30)
  await amara.call('decideAccess', { params: { id: one }, body: { decision: 'approve' } })
}

/** Waits until nothing builds, what a publish caused is over as well. */
async function idle(admin: Client): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    const [queued, running] = await Promise.all(
      (['queued', 'running'] as const).map((state) => admin.call('listRuns', { query: { state, limit: 1 } })),
    )
    quiet = queued?.runs.length === 0 && running?.runs.length === 0 ? quiet + 1 : 0
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}

/** Profiles are made after the publish, when there is nothing else to do; waits for them, but not for ever. */
async function profiled(admin: Client): Promise<void> {
  const until = Date.now() + 60_000
  for (const id of products) {
    const table = refOf(id).product.replaceAll('-', '_')
    while (
      Date.now() < until &&
      (await admin.call('getProfile', { params: { ...refOf(id), table } }).catch(() => null)) === null
    )
      await new Promise((resolve) => setTimeout(resolve, 150))
  }
}

/** Availability and latency are measured by the minute, and no product is silver before; every product is read meanwhile. */
async function measured(admin: Client, say: (line: string) => void): Promise<void> {
  say('the first minutes are measured')
  for (const until = Date.now() + 200_000; Date.now() < until; ) {
    for (const id of products) {
      const table = refOf(id).product.replaceAll('-', '_')
      await admin.call('readRows', { params: { ...refOf(id), table }, query: { limit: 5 } })
    }
    const all = await Promise.all(products.map((id) => admin.call('getProduct', { params: refOf(id) })))
    if (all.every(({ tier }) => tier !== 'bronze' && tier !== null)) return
    await new Promise((resolve) => setTimeout(resolve, 5_000))
  }
}
