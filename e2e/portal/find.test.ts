import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { bin, root, shell } from '../running.ts'
import { type Actor, story } from './stage.ts'

const report = '/products/passenger-insight/delay-report'

describe('somebody looks for data and uses it', () => {
  story(
    'finds a product, reads its contract, runs a snippet, queries it and sees where it comes from',
    async (stage) => {
      const leo = await stage.open('leo', '/products')
      const { page } = leo

      // find: the reason is marked where it stands
      await page.getByRole('searchbox').first().fill('rank in week')
      await page.waitForURL(/q=rank/)
      await leo.settled()
      await page.locator('main mark').first().waitFor()
      await page
        .getByRole('main')
        .getByRole('link', { name: /Delay report/ })
        .first()
        .click()
      await page.getByRole('heading', { level: 1, name: 'Delay report' }).waitFor()

      // the contract: terms, service levels, rules
      await page.getByRole('tab', { name: 'Contract' }).click()
      for (const heading of ['Terms', 'Service levels', 'Rules'])
        await page.getByRole('heading', { name: heading }).waitFor()
      expect(await page.getByRole('tabpanel').innerText()).toMatch(/freshness/i)

      // a key of one's own
      const token = await makeKey(leo, 'report notebook')
      expect(token).toMatch(/^dm_/)

      // every snippet that this machine has the program for
      await leo.go(`${report}?tab=ports`)
      const ran = await runSnippets(leo, token)
      expect(ran).toEqual(expect.arrayContaining(['curl', 'SQL', 'CLI', 'TypeScript']))

      // the same in the workbench
      await page.getByRole('link', { name: 'Query' }).first().click()
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      const grid = page.getByRole('grid', { name: /^Result/ })
      await grid.waitFor()
      expect(await grid.getByRole('columnheader', { name: /mean_delay_minutes/ }).count()).toBe(1)

      // where it comes from
      await leo.go(`${report}?tab=lineage`)
      await page.getByRole('tabpanel').getByText('Daily operations').first().waitFor()
      await page.getByRole('link', { name: 'Open full lineage' }).click()
      await page.waitForURL(/\/lineage/)
      await page.getByRole('main').getByText('Flights fact').first().waitFor()
    },
  )

  story('the palette finds products, columns, people and what can be done', async (stage) => {
    const leo = await stage.open('leo', '/')
    const { page } = leo
    const found = async (text: string, group: string, option: RegExp): Promise<void> => {
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog', { name: 'Command palette' }).waitFor()
      await page.keyboard.type(text)
      await page.getByRole('group', { name: group }).getByRole('option', { name: option }).first().waitFor()
    }
    await found('bird', 'Data products', /Bird strikes/)
    await page.keyboard.press('Escape')
    await found('mean_delay', 'Columns', /mean_delay_minutes/)
    await page.keyboard.press('Escape')
    await found('Okafor', 'People', /Amara Okafor/)
    await page.keyboard.press('Escape')
    await found('new data', 'Actions', /New data product/)
    await page.keyboard.press('Escape')
    await found('pipel', 'Go to', /Pipelines/)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/runs$/)
    // a column leads to where it stands
    await found('rank_in_week', 'Columns', /rank_in_week/)
    await page
      .getByRole('option', { name: /rank_in_week/ })
      .first()
      .click()
    await page.waitForURL(/tab=schema.*column=rank_in_week/)
    // on a product its own actions come first
    await leo.go(report)
    await page.keyboard.press('Control+k')
    const first = page.getByRole('dialog', { name: 'Command palette' }).getByRole('group').first()
    await first.getByText('This product').waitFor()
    await first.getByRole('option', { name: /Read the contract/ }).click()
    await page.waitForURL(/tab=contract/)
  })
})

/** Through the screen; the key is copied as a reader would. */
async function makeKey({ page, go, settled }: Actor, name: string): Promise<string> {
  await go('/settings')
  await page.getByRole('textbox', { name: 'What is it for?' }).fill(name)
  await page.getByRole('button', { name: 'Make a key' }).click()
  const made = page.getByRole('region', { name: 'New API key' })
  await made.waitFor()
  await made.locator('..').getByRole('button', { name: 'Copy' }).click()
  await settled()
  return (await page.evaluate(() => navigator.clipboard.readText())).replace('export DATAMESH_TOKEN=', '')
}

/** Copies each snippet by its button and runs it as it is. @returns the labels of those that ran */
async function runSnippets({ page }: Actor, token: string): Promise<string[]> {
  const place = mkdtempSync(join(tmpdir(), 'datamesh-snippets-'))
  // beside the packages: it imports one of them
  const code = join(root, 'coverage', `snippet-${process.pid}.ts`)
  mkdirSync(join(root, 'coverage'), { recursive: true })
  const here = join(place, 'bin')
  mkdirSync(here)
  writeFileSync(join(here, 'datamesh'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`, { mode: 0o755 })
  const env = { DATAMESH_TOKEN: token, PATH: `${here}:${process.env.PATH}` }
  const has = async (program: string) => (await shell(`command -v ${program}`, env)).code === 0
  const ran: string[] = []
  const run = async (label: string, line: string): Promise<void> => {
    const { code, out, err } = await shell(`cd "${place}" && ${line}`, env)
    expect({ label, code, err: code === 0 ? '' : err }).toEqual({ label, code: 0, err: '' })
    // either it tells of rows, or it wrote a file
    const files = readdirSync(place).filter((name) => statSync(join(place, name)).size > 0)
    expect(out.length + files.length, label).toBeGreaterThan(0)
    ran.push(label)
  }
  try {
    for (const group of await page.getByRole('group', { name: /^Ways to read/ }).all())
      for (const button of await group.getByRole('button').all()) {
        const label = await button.innerText()
        await button.click()
        await group.locator('..').getByRole('button', { name: 'Copy', exact: true }).click()
        const snippet = await page.evaluate(() => navigator.clipboard.readText())
        const file = join(place, 'snippet')
        writeFileSync(file, snippet)
        if (['curl', 'SQL', 'CLI'].includes(label)) await run(label, 'sh -e ./snippet')
        else if (label === 'Python' && (await has('python3')) && !/import (pandas|pyarrow)/.test(snippet))
          await run(label, 'python3 ./snippet')
        else if (label === 'DuckDB' && (await has('duckdb'))) await run(label, 'sh -e ./snippet')
        else if (label === 'TypeScript') {
          writeFileSync(code, snippet)
          await run(label, `"${process.execPath}" --conditions=mesh-source "${code}"`)
        }
      }
    return ran
  } finally {
    rmSync(place, { recursive: true, force: true })
    rmSync(code, { force: true })
  }
}
