import { describe, expect } from 'vitest'
import { makeCrewProduct } from './crew.ts'
import { type Stage, story } from './stage.ts'

const injuries = 'safety/crew-injuries'

const makeProducts = async ({ mesh }: Stage): Promise<void> => {
  const { url, people } = mesh
  await makeCrewProduct('crew-injuries', { url, token: people.amara.token, classification: 'restricted' })
  await makeCrewProduct('crew-leave', { url, token: people.amara.token, classification: 'confidential' })
}

describe('rights to read', () => {
  story(
    'two products are asked for at once, owner and steward approve with conditions, and what is read is masked',
    async (stage) => {
      await makeProducts(stage)

      // gathered on the cards, sent from the cart, which says who decides and what stays hidden
      const leo = await stage.open('leo', '/products?q=crew')
      const { page } = leo
      await page.getByRole('button', { name: 'Add to request: Crew injuries' }).click()
      await page.getByRole('button', { name: 'Add to request: Crew leave' }).click()
      await page.getByRole('link', { name: /^Your request/ }).click()
      await page.getByText('Needs both: its owner safety-office and a data steward of Safety.').waitFor()
      await page.getByText('Decided by its owner safety-office.').waitFor()
      expect(await page.getByRole('list', { name: 'Masked columns' }).first().innerText()).toMatch(/email\s+token/)
      await page.getByRole('textbox', { name: 'Purpose' }).fill('Rosters of the winter: who is hurt where')
      await page.getByRole('button', { name: 'Send 2 requests' }).click()
      await page.getByRole('heading', { name: '2 requests sent' }).waitFor()
      await page.getByText('Waits for the owner and the data steward.').waitFor()

      // the owner gives less than was asked for; a filter that cannot be is told at its field
      const amara = await stage.open('amara', '/access?box=inbox')
      const asked = amara.page.getByRole('region', { name: 'Leo Brandt asks for Crew injuries' })
      await asked.getByText('waits for the data steward').waitFor()
      await asked.getByRole('button', { name: 'Narrow' }).click()
      const filter = asked.getByRole('textbox', { name: 'Only rows where' })
      await filter.fill("bas = 'SEA'")
      await asked.getByText(/has no column bas/).waitFor()
      expect(await asked.getByRole('button', { name: 'Approve narrowed' }).isDisabled()).toBe(true)
      await filter.fill("base = 'SEA'")
      await asked.getByText(/^Understood as/).waitFor()
      await asked.getByRole('checkbox', { name: /Tokens may be turned back/ }).check()
      await asked.getByRole('button', { name: 'Approve narrowed' }).click()
      await asked.waitFor({ state: 'detached' })
      const other = amara.page.getByRole('region', { name: 'Leo Brandt asks for Crew leave' })
      await other.getByRole('button', { name: 'Approve' }).click()
      await other.waitFor({ state: 'detached' })

      // the first yes is not enough
      leo.allow(/^403: GET .*\/rows\?limit=1/)
      const before = await page.evaluate(
        async () => (await fetch('/api/v1/products/safety/crew-injuries/tables/crew_injuries/rows?limit=1')).status,
      )
      expect(before).toBe(403)
      const priya = await stage.open('priya', '/access?box=inbox')
      const waits = priya.page.getByRole('region', { name: 'Leo Brandt asks for Crew injuries' })
      await waits.getByText('owner: amara').waitFor()
      await waits.getByText("base = 'SEA'").waitFor()
      await waits.getByRole('button', { name: 'Approve' }).click()
      await waits.waitFor({ state: 'detached' })

      // read by SQL: every mask says what it is, only rows of the filter come
      await leo.go(`/sql?product=${injuries}`)
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      const grid = page.getByRole('grid', { name: /^Result/ })
      await grid.waitFor()
      for (const how of ['email, varchar, masked: token', 'full_name, varchar, masked: redacted'])
        await page.getByRole('columnheader', { name: how }).waitFor()
      const text = await grid.innerText()
      expect(text).not.toContain('@example.org')
      expect(text).not.toContain('Crew 1')

      // a token is turned back by who may, for a purpose
      await page.getByRole('gridcell', { name: /^tok_/ }).first().dblclick()
      await page.getByRole('textbox', { name: 'Turn back, for the purpose' }).fill('To write to them')
      await page.getByRole('button', { name: 'Turn back' }).click()
      await page.getByText(/^crew\d+@example\.org$/).waitFor()
      await page.keyboard.press('Escape')

      // what holds stands with the grant, and it can be renewed
      await leo.go('/access')
      await page.getByRole('button', { name: 'Conditions and history: Crew injuries' }).click()
      await page.getByText('Granted by priya', { exact: false }).waitFor()
      await page.getByText(`"base" = 'SEA'`).waitFor()
      await page.getByRole('button', { name: 'Renew: Crew injuries' }).click()
      const renew = page.getByRole('dialog', { name: 'Renew access to Crew injuries' })
      await renew.getByRole('button', { name: '1 year' }).click()
      await renew.getByRole('button', { name: 'Send request' }).click()
      await renew.waitFor({ state: 'detached' })
      await asked.getByText(/renewal, held until/).waitFor()

      // the audit log has all of it, and is whole
      const admin = await stage.open('admin', `/audit?subject=${injuries}&action=access.`)
      await admin.page.getByRole('row').filter({ hasText: 'access.granted' }).filter({ hasText: 'priya' }).waitFor()
      await admin.page.getByRole('button', { name: 'Verify' }).click()
      await admin.page.getByText('The chain is whole').waitFor()
      await admin.page
        .getByRole('button', { name: /^Entry \d+: open/ })
        .first()
        .click()
      const entry = admin.page.getByRole('dialog', { name: /^Entry/ })
      await entry.getByText('Hash of the entry before').waitFor()
      await admin.page.keyboard.press('Escape')
      const saved = admin.page.waitForEvent('download')
      await admin.page.getByRole('link', { name: 'Export' }).click()
      expect((await saved).suggestedFilename()).toBe('audit.ndjson')
    },
    180_000,
  )

  story('why somebody can or cannot read is told to who may know it', async (stage) => {
    const leo = await stage.open('leo', '/products/safety/bird-strikes')
    leo.allow(/^403: /)
    await leo.page.getByRole('link', { name: /^Why I can(not)? read it/ }).click()
    await leo.page.getByRole('heading', { name: /^You can(not)? read Bird strikes/ }).waitFor()
    expect(await leo.page.getByRole('list', { name: 'Rules' }).getByRole('listitem').count()).toBeGreaterThan(0)
    // about others only for who decides
    await leo.page.getByLabel('Who', { exact: true }).fill('rosa')
    await leo.page.keyboard.press('Enter')
    await leo.page.getByText(/You have no right to this/).waitFor()
    const amara = await stage.open('amara', '/access?box=explain&product=safety/bird-strikes&who=vera')
    await amara.page.getByRole('heading', { name: 'vera cannot read Bird strikes' }).waitFor()
    await amara.page.getByText('A grant for vera').waitFor()
  })

  story('the audit log is for governance, and says so to others', async (stage) => {
    const leo = await stage.open('leo', '/audit')
    await leo.page.getByText('The audit log is for governance').waitFor()
    leo.allow(/^403: GET .*\/audit$/)
    const reply = await leo.page.evaluate(async () => (await fetch('/api/v1/audit')).status)
    expect(reply).toBe(403)
  })
})
