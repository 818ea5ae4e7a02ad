import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { type Actor, type Stage, story } from './stage.ts'

const product = { domain: 'flight-operations', product: 'flights-fact' }
const path = '/products/flight-operations/flights-fact'

/** A delivery of the day after the newest one, as bad-day.ts makes it. `impossible`: with flights that cannot be. */
async function deliver(stage: Stage, { impossible = false } = {}) {
  const { data } = await stage.client('rosa').call('readRows', {
    params: { ...product, table: 'flights_fact' },
    query: { order: '-flight_id', limit: 1, select: 'flight_date' },
  })
  const day = new Date(Date.parse(String(data[0]?.flight_date)) + 86_400_000).toISOString().slice(0, 10)
  const file = join(stage.mesh.folder, 'flight-operations', 'flights-fact', 'landing', `${day}.csv`)
  const fine = Array.from({ length: 40 }, (_, i) => `${day} 06:${10 + i}:00,${(i * 7) % 45},1721,SEA,ORD`)
  const wrong = [`${day} 07:01:00,12,605,XXQ,PHX`, `${day} 07:02:00,3,-605,DEN,PHX`]
  const write = (lines: readonly string[]) =>
    writeFileSync(file, `date,delay,distance,origin,destination\n${lines.join('\n')}\n`)
  write(impossible ? [...fine, ...wrong] : fine)
  return { day, mend: () => write(fine), take: () => rmSync(file, { force: true }) }
}

/** Sequence of the head and how many flights a reader finds on a day. */
async function seen(stage: Stage, day: string) {
  const client = stage.client('leo')
  const { snapshots } = await client.call('listSnapshots', { params: product, query: {} })
  const { data } = await client.call('readRows', {
    params: { ...product, table: 'flights_fact' },
    query: { flight_date: day, limit: 1000 },
  })
  return { sequence: snapshots.find(({ head }) => head)?.sequence ?? 0, rows: data.length }
}

/** Remembers every state that the page shows from now on, however short. */
const remember = ({ page }: Actor) =>
  page.evaluate(() => {
    const states: string[] = []
    Object.assign(globalThis, { states })
    const look = () => {
      const text = document.querySelector('main')?.textContent ?? ''
      for (const [part] of text.matchAll(/\d+ of \d+ done|Checks\d+ of \d+|Waiting:|Running:|Cancel run/g))
        if (!states.includes(part)) states.push(part)
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
const remembered = ({ page }: Actor): Promise<string[]> =>
  page.evaluate(() => (globalThis as unknown as { states: string[] }).states)

const publishButton = ({ page }: Actor) => page.getByRole('button', { name: 'Publish', exact: true })
const head = ({ page }: Actor, sequence: number) => page.getByRole('row').getByText(`#${sequence}`, { exact: true })

describe('publishing', () => {
  story('is watched live, and readers see the new snapshot without a reload', async (stage) => {
    const { day, take } = await deliver(stage)
    try {
      const before = await seen(stage, day)
      const leo = await stage.open('leo', `${path}?tab=versions`)
      await head(leo, before.sequence).waitFor()
      const rosa = await stage.open('rosa', path)
      await remember(rosa)
      await publishButton(rosa).click()
      await rosa.page.waitForURL(/\/runs\//)
      await rosa.page
        .getByRole('heading', { name: `Snapshot #${before.sequence + 1} published` })
        .waitFor({ timeout: 60_000 })
      const states = await remembered(rosa)
      // models as they are built, checks as they fall: states in between, not only the end
      expect(states).toContain('Cancel run')
      const between = states.map((each) => /(\d+) of (\d+)/.exec(each)).filter((part) => part && part[1] !== part[2])
      expect(between.length).toBeGreaterThan(0)
      await rosa.settled()

      await head(leo, before.sequence + 1).waitFor()
      expect(await seen(stage, day)).toEqual({ sequence: before.sequence + 1, rows: 40 })
      await rosa.page.getByRole('link', { name: 'Flights fact' }).click()
      await rosa.page.getByRole('heading', { level: 1, name: 'Flights fact' }).waitFor()
      await rosa.page
        .getByText(/Published (just now|\d+ (s|sec))/)
        .first()
        .waitFor()
    } finally {
      take()
    }
  })

  story(
    'a broken one stays invisible to consumers until it is mended',
    async (stage) => {
      const { day, mend, take } = await deliver(stage, { impossible: true })
      try {
        const before = await seen(stage, day)
        const leo = await stage.open('leo', `${path}?tab=versions`)
        await head(leo, before.sequence).waitFor()
        const rosa = await stage.open('rosa', path)
        await publishButton(rosa).click()
        await rosa.page.waitForURL(/\/runs\//)
        const main = rosa.page.getByRole('main')
        await main.getByText(`readers still see snapshot #${before.sequence}`).waitFor({ timeout: 60_000 })
        await main
          .getByRole('region', { name: /^Rows that broke: every origin is a known airport/ })
          .getByText('XXQ')
          .waitFor()
        await rosa.settled()

        // the consumer: the same snapshot, the same rows; that it is failing is said
        expect(await seen(stage, day)).toEqual(before)
        await leo.page.getByRole('main').getByText('Failing').first().waitFor()
        await leo.go('/products?health=failing')
        await leo.page
          .getByRole('main')
          .getByRole('link', { name: /Flights fact/ })
          .first()
          .waitFor()
        await leo.go(`${path}?tab=quality`)
        await leo.page.getByRole('tabpanel').getByText('every origin is there as airport_code').first().waitFor()

        // from the failed step: what was built is taken over, and it fails for the same reason
        const failed = rosa.page.url()
        await main.getByRole('button', { name: 'Retry from the failed step' }).click()
        await rosa.page.waitForURL((url) => url.href !== failed)
        await main
          .getByText(/taken over|attempt 2|retry/i)
          .first()
          .waitFor()
        await main.getByText(`readers still see snapshot #${before.sequence}`).waitFor({ timeout: 60_000 })
        expect(await seen(stage, day)).toEqual(before)

        mend()
        await main.getByRole('button', { name: 'Retry whole' }).click()
        await rosa.page
          .getByRole('heading', { name: `Snapshot #${before.sequence + 1} published` })
          .waitFor({ timeout: 60_000 })
        expect(await seen(stage, day)).toEqual({ sequence: before.sequence + 1, rows: 40 })
        await leo.go(path)
        await leo.page.getByRole('main').getByText('Healthy').first().waitFor()
      } finally {
        take()
      }
    },
    150_000,
  )

  story('is cancelled from the page of the run, and nothing is published', async (stage) => {
    const client = stage.client('rosa')
    const { bundle } = await client.call('proposeDerived', {
      body: { domain: 'flight-operations', name: 'slow-report', inputs: ['passenger-insight/delay-report'] },
    })
    const model = Object.keys(bundle.files).find((file) => file.endsWith('.sql')) ?? ''
    // it counts for minutes, and its rows are as they were
    const slow = 'where (select count(*) from range(1000000) a, range(1000000) b where a.range + b.range < 0) = 0'
    const files = { ...bundle.files, [model]: `select * from (\n${bundle.files[model]}\n) ${slow}\n` }
    await client.call('applyProduct', { body: { ...bundle, files } })

    const rosa = await stage.open('rosa', '/products/flight-operations/slow-report')
    await publishButton(rosa).click()
    await rosa.page.waitForURL(/\/runs\//)
    await rosa.page
      .getByText(/Running/)
      .first()
      .waitFor()
    await rosa.page.getByRole('button', { name: 'Cancel run' }).click()
    await rosa.page.getByRole('heading', { level: 2, name: 'Cancelled' }).waitFor({ timeout: 30_000 })
    const params = { domain: 'flight-operations', product: 'slow-report' }
    expect((await client.call('getProduct', { params })).head).toBe(null)
    // it stands among all the others
    await rosa.go('/runs?state=cancelled')
    await rosa.page
      .getByRole('main')
      .getByRole('link', { name: /Slow report/ })
      .first()
      .waitFor()
  })
})
