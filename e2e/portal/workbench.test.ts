import { buffer } from 'node:stream/consumers'
import { describe, expect } from 'vitest'
import { type Actor, story } from './stage.ts'

async function ask({ page }: Actor, sql: string): Promise<void> {
  const editor = page.locator('.cm-content')
  await editor.click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(sql)
  await page.keyboard.press('Control+Enter')
}

const exported = async ({ page }: Actor, format: string): Promise<Buffer> => {
  await page.getByRole('button', { name: 'Export' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: format }).click(),
  ])
  return buffer(await download.createReadStream())
}

describe('the SQL workbench', () => {
  story('shows what is locked, and asks for it from where it failed', async (stage) => {
    const vera = await stage.open('vera', '/sql')
    const { page } = vera
    const tree = page.getByRole('tree', { name: 'Products and columns' })
    await tree.getByRole('treeitem', { name: /bird-strikes.*no access/ }).waitFor()
    await ask(vera, 'select * from safety.bird_strikes limit 10')
    const told = page.getByRole('alert').filter({ hasText: 'You may not read this yet' })
    await told.getByRole('link', { name: 'Request access' }).click()
    await page.getByRole('dialog', { name: 'Request access to Bird strikes' }).waitFor()
  })

  story('says where a text is wrong', async (stage) => {
    const leo = await stage.open('leo', '/sql')
    await ask(leo, 'select week,\n  mean_delay\nfrom passenger_insight.delay_report')
    const told = leo.page.getByRole('alert').filter({ hasText: 'The query failed' })
    await told.getByText('line 2').waitFor()
  })

  story('scrolls through 100,000 rows without an empty one, and hands them out as CSV and Parquet', async (stage) => {
    const leo = await stage.open('leo', '/sql')
    const { page } = leo
    await ask(
      leo,
      `select flight_id, departed_at, origin, destination, delay_minutes
from flight_operations.flights_fact order by flight_id limit 100000`,
    )
    const grid = page.getByRole('grid', { name: 'Result, 100,000 rows' })
    await grid.waitFor({ timeout: 60_000 })
    // wherever it is let go, rows stand there
    for (const share of [0.13, 0.5, 0.999, 0.31, 1]) {
      await grid.evaluate((element, to) => element.scrollTo({ top: element.scrollHeight * to }), share)
      await leo.settled()
      await expect
        .poll(() =>
          grid.evaluate((element) => {
            const rows = [...element.querySelectorAll('[role=row][aria-rowindex]')].filter((row) => {
              const box = row.getBoundingClientRect()
              const frame = element.getBoundingClientRect()
              return box.top < frame.bottom && box.bottom > frame.top && Number(row.getAttribute('aria-rowindex')) > 1
            })
            const empty = rows.filter((row) =>
              [...row.querySelectorAll('[role=gridcell]')].some((cell) => cell.textContent === ''),
            )
            return { many: rows.length > 5, empty: empty.length }
          }),
        )
        .toEqual({ many: true, empty: 0 })
    }
    await grid.getByRole('row').filter({ hasText: '100,000' }).first().waitFor()

    const csv = (await exported(leo, 'CSV')).toString('utf8')
    const lines = csv.trimEnd().split('\n')
    expect(lines[0]).toBe('flight_id,departed_at,origin,destination,delay_minutes')
    expect(lines).toHaveLength(100_001)
    expect(lines[1]).toMatch(/^2001010100001,2001-01-01/)

    const parquet = await exported(leo, 'Parquet')
    expect(parquet.subarray(0, 4).toString('latin1')).toBe('PAR1')
    expect(parquet.subarray(-4).toString('latin1')).toBe('PAR1')
    expect(parquet.length).toBeLessThan(csv.length)
  })

  story('cancels a heavy query, and goes on', async (stage) => {
    const leo = await stage.open('leo', '/sql')
    const { page } = leo
    await ask(
      leo,
      'select count(*) from flight_operations.flights_fact a, flight_operations.flights_fact b where a.delay_minutes + b.delay_minutes < -10000',
    )
    await page.getByText('Running').first().waitFor()
    await page.getByRole('button', { name: 'Cancel' }).first().click()
    await page.getByText('The query was stopped and its process ended').waitFor()
    await ask(leo, 'select 1 as one')
    await page.getByRole('grid', { name: 'Result, 1 row' }).waitFor()
  })
})
