// A bad day at flight operations, acted out against a running mesh: a delivery with impossible flights arrives, the checks
// refuse it, consumers keep the last good snapshot; then the delivery is mended and appended.
// Run it while the platform is up: npm run bad-day
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tellReport } from '@datamesh/cli'
import type { Client } from '@datamesh/sdk'

const product = { domain: 'flight-operations', product: 'flights-fact' }
const table = { ...product, table: 'flights_fact' }

type Told = {
  before: string
  afterBadDay: string
  refused: { code: string; checks: string[]; samples: number }
  afterMending: string
  added: number
}

/** Acts it out and returns what happened. `say` gets the story line by line; `landing` is the folder of the landing port. */
export async function badDay(client: Client, landing: string, say: (line: string) => void): Promise<Told> {
  const head = async () => (await client.call('getProduct', { params: product })).head ?? ''
  const before = await head()
  const newest = await client.call('readRows', {
    params: table,
    query: { order: '-flight_id', limit: 1, select: 'flight_date' },
  })
  const day = new Date(Date.parse(String(newest.data[0]?.flight_date)) + 86_400_000).toISOString().slice(0, 10)
  const file = join(landing, `${day}.csv`)
  const fine = Array.from(
    { length: 37 },
    (_, i) =>
      `${day} 06:${String(i).padStart(2, '0')}:00,${(i * 7) % 45},${i % 2 ? 1721 : 605},${i % 2 ? 'SEA,ORD' : 'DEN,PHX'}`,
  )
  const impossible = [
    `${day} 07:00:00,99999,1721,SEA,ORD`,
    `${day} 07:01:00,12,605,XXQ,PHX`,
    `${day} 07:02:00,3,-605,DEN,PHX`,
  ]

  try {
    say(`a delivery for ${day} arrives: ${fine.length} flights, and ${impossible.length} that cannot be`)
    writeFileSync(file, `${['date,delay,distance,origin,destination', ...fine, ...impossible].join('\n')}\n`)
    const bad = await publish(client)
    if (bad.state !== 'failed' || !bad.report) throw new Error(`the bad delivery was not refused: ${bad.state}`)
    say(`the publish is refused: ${bad.error?.title}`)
    say(tellReport(bad.report))
    const afterBadDay = await head()
    say(afterBadDay === before ? `consumers still read snapshot ${before}` : 'the head has moved; that must not be')

    say('the team mends the delivery and publishes again')
    writeFileSync(file, `${['date,delay,distance,origin,destination', ...fine].join('\n')}\n`)
    const good = await publish(client)
    if (good.state !== 'succeeded') throw new Error(`the mended delivery was refused: ${good.error?.title}`)
    const afterMending = await head()
    const added = await client.call('readRows', { params: table, query: { flight_date: day, limit: 1000 } })
    say(`snapshot ${afterMending} has ${added.data.length} flights of ${day} more`)
    const failed = bad.report.checks.filter((check) => check.outcome === 'failed')
    return {
      before,
      afterBadDay,
      refused: {
        code: bad.error?.code ?? '',
        checks: failed.map((check) => check.name),
        samples: failed.reduce((sum, check) => sum + check.samples.length, 0),
      },
      afterMending,
      added: added.data.length,
    }
  } finally {
    rmSync(file, { force: true })
  }
}

async function publish(client: Client) {
  const run = await client.call('publish', { params: product, body: {} })
  for await (const _entry of client.follow(run.id)) {
    // the run's log; only its end matters here
  }
  return client.call('getRun', { params: { id: run.id } })
}

if (import.meta.main) {
  // a reader that has seen enough (head) closes the pipe; the delivery must be taken away all the same
  process.stdout.on('error', () => undefined)
  const { openContext, buildProgram } = await import('@datamesh/cli')
  const client = openContext(buildProgram()).client()
  await badDay(client, join(import.meta.dirname, 'flight-operations', 'flights-fact', 'landing'), (line) =>
    console.log(line),
  )
}
