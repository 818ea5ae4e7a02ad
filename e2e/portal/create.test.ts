import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { story } from './stage.ts'

const first = ['Ana', 'Ben', 'Chloe', 'Dev', 'Edda', 'Femi', 'Gita', 'Hugo']
/** 400 members of crews; their mail addresses are found to be personal, the hotel they stay at is not. */
const csv = [
  'crew_id,full_name,email,base,hotel,hours_flown,joined',
  ...Array.from({ length: 400 }, (_, i) => {
    const name = first[i % first.length] ?? ''
    const day = `${2001 + (i % 9)}-0${1 + (i % 9)}-1${i % 10}`
    return `${1000 + i},${name} Crew${i},${name.toLowerCase()}${i}@example.org,${i % 2 ? 'SEA' : 'DEN'},Room ${i % 40},${(i * 37) % 900},${day}`
  }),
].join('\n')

describe('a new product', () => {
  story(
    'comes from a CSV file to published rows in under two minutes, only through the screen',
    async (stage) => {
      const file = join(stage.mesh.folder, '..', 'crew.csv')
      writeFileSync(file, `${csv}\n`)
      const rosa = await stage.open('rosa', '/products')
      const { page } = rosa
      const since = Date.now()

      await page.getByRole('link', { name: 'New product' }).first().click()
      await page.getByLabel('Sample file').setInputFiles(file)
      await page.getByText('crew.csv').first().waitFor()
      await page.getByRole('textbox', { name: 'Title' }).fill('Crew members')
      await page.getByRole('textbox', { name: 'Description' }).fill('Who flies, from which base, since when')
      await page.getByRole('button', { name: /Propose|Next|Continue|Look/ }).click()

      // what was found: addresses are personal; the hotel is so for us as well
      await page.getByRole('region', { name: 'Proposed columns' }).waitFor()
      expect(await page.getByLabel('email is personal data').isChecked()).toBe(true)
      await page.getByLabel('hotel is personal data').check()
      await page.getByLabel('Description of hours_flown').fill('In the last twelve months')
      await rosa.settled()
      const publish = page.getByRole('button', { name: 'Publish' })
      await expect.poll(() => publish.isEnabled()).toBe(true)
      await expect.poll(() => page.getByRole('main').innerText()).toContain('Ready: applying registers release')
      await publish.click()

      // the run, live to its end
      await page.waitForURL(/\/runs\//)
      await page.getByRole('heading', { name: /Snapshot #1 published/ }).waitFor({ timeout: 60_000 })
      await page.getByRole('link', { name: 'Crew members' }).click()
      await page.getByRole('tab', { name: 'Samples' }).click()
      const sample = page.getByRole('region', { name: /^Sample of/ })
      await sample.waitFor()
      const seconds = (Date.now() - since) / 1000
      expect(await sample.getByRole('row').count()).toBeGreaterThan(10)
      console.log(`from a CSV to published rows: ${seconds.toFixed(1)} s`)
      expect(seconds).toBeLessThan(120)

      // others read it, and what is personal stays closed to them
      const leo = await stage.open('leo', '/sql?product=flight-operations/crew-members')
      await leo.page.getByRole('button', { name: 'Run', exact: true }).click()
      await leo.page.getByRole('grid', { name: /^Result/ }).waitFor()
      await leo.page.getByText(/columns? masked by policy/).waitFor()
      const names = await leo.page.getByRole('columnheader', { name: /masked/ }).allInnerTexts()
      expect(names.join()).toMatch(/email/)
      expect(names.join()).toMatch(/hotel/)
      expect(await leo.page.getByRole('grid').innerText()).not.toContain('@example.org')
    },
    150_000,
  )
})
