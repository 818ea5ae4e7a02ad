import { describe, expect } from 'vitest'
import { publishGuests } from './governed.ts'
import { ended, refOf } from './mesh.ts'
import { story } from './stage.ts'

const weather = 'meteorology/weather'
const rule = `package meteorology.licensed

deny contains {"msg": "no tag says how it is licensed", "path": "spec.tags", "fix": "add the tag licensed"} if {
	not "licensed" in input.spec.tags
}
`
const document = `apiVersion: datamesh/v1
kind: Policy
metadata: { name: licensed, title: The licence is told, domain: meteorology, owner: met-desk, description: A tag says how it is licensed. }
spec: { when: [plan, schedule], severity: block, mode: shadow, rego: licensed.rego, tests: licensed_test.rego }
`
const tests = `package meteorology.licensed_test

import data.meteorology.licensed

test_without_a_tag if count(licensed.deny) == 1 with input as {"spec": {"tags": []}}
`

describe('governance', () => {
  story(
    'a policy goes from shadow to block, a release is refused, mended and accepted, and the policy goes again',
    async (stage) => {
      await stage.client('admin').call('applyPolicies', {
        body: {
          files: { 'licensed.yaml': document, 'licensed.rego': rule, 'licensed_test.rego': tests },
          dryRun: false,
        },
      })
      // what is tried out is nobody else's business
      const { policies } = await stage.client('leo').call('listPolicies', { query: {} })
      expect(policies.map(({ id }) => id)).not.toContain('meteorology/licensed')

      const ada = await stage.open('admin', '/policies')
      const { page } = ada
      await page.getByRole('link', { name: 'The licence is told' }).click()
      await page.getByRole('button', { name: 'Switch mode' }).click()
      const dialog = page.getByRole('dialog', { name: 'Switch mode' })
      await dialog.getByText('1 of 1 product does not pass').waitFor()
      await dialog.getByRole('radio', { name: /Block/ }).check()
      await dialog.getByText('Releases and publishes that break it are refused.').waitFor()
      await dialog.getByRole('textbox', { name: 'Reason' }).fill('Agreed with everybody who publishes')
      await dialog.getByRole('button', { name: 'Switch to block' }).click()
      await dialog.waitFor({ state: 'detached' })
      await page.getByRole('tab', { name: /History/ }).click()
      await page.getByText('Switched from shadow to block').waitFor()
      await page.getByText('Agreed with everybody who publishes').waitFor()

      await ada.go('/products/meteorology/weather?tab=policies')
      await page.getByText('No tag says how it is licensed.').waitFor()
      await page.getByText(/^dataproduct\.yaml:\d+:\d+$/).waitFor()

      await page.getByRole('tab', { name: 'Contract' }).click()
      await page.getByRole('button', { name: 'Propose change' }).click()
      const text = page.getByRole('textbox', { name: 'Text of dataproduct.yaml' })
      const before = await text.inputValue()
      const next = before.replace('version: 1.0.0', 'version: 1.0.1')
      await text.fill(next)
      const said = page.getByRole('region', { name: 'Policies' })
      await said.getByText(/^Refused: 1 of \d+ policies is not kept$/).waitFor()
      await said.getByText('Add the tag licensed.').waitFor()
      const register = page.getByRole('button', { name: 'Register and publish' })
      expect(await register.isDisabled()).toBe(true)

      await text.fill(next.replace('tags: [weather', 'tags: [licensed, weather'))
      await said.getByText(/^All \d+ policies are kept$/).waitFor()
      await register.and(page.locator(':enabled')).click()
      await page.waitForURL(/\/runs\//)
      const id = page.url().split('/').at(-1) ?? ''
      expect((await ended(stage.client('admin'), id)).state).toBe('succeeded')

      await ada.go('/policies/meteorology/licensed')
      await page.getByRole('button', { name: 'Remove this policy…' }).click()
      const last = page.getByRole('dialog', { name: 'Remove this policy' })
      await last.getByRole('textbox', { name: 'Reason' }).fill('It was a trial')
      await last.getByRole('button', { name: 'Remove' }).click()
      await page.waitForURL(/\/policies$/)
      await ada.settled()
      expect(await page.getByRole('link', { name: 'The licence is told' }).count()).toBe(0)
    },
    120_000,
  )

  story('a violation is waived with a reason and an end, and the waiver is ended', async (stage) => {
    const ada = await stage.open('admin', '/governance')
    const { page } = ada
    await page.getByRole('link', { name: /percent pass\. Network planning, Amounts name their currency/ }).click()
    await page.waitForURL(/tab=violations/)
    const found = page.getByRole('region', { name: 'Airport 360' })
    await found.getByText(/is an amount of money without a currency/).waitFor()
    await found.getByRole('button', { name: 'Waive Amounts name their currency' }).click()
    const dialog = page.getByRole('dialog', { name: 'Waive for Airport 360' })
    await dialog.getByRole('button', { name: 'Waive', exact: true }).waitFor()
    await dialog.getByRole('textbox', { name: 'Why it may stay' }).fill('All figures of this source are in dollars')
    await dialog.getByRole('button', { name: 'Waive', exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('Nothing is wrong here').waitFor()

    await page.getByRole('tab', { name: /Waivers/ }).click()
    const waiver = page.getByRole('region', { name: 'Waiver of network-planning/airport-360' })
    await waiver.getByText('in use').waitFor()
    await waiver.getByText('All figures of this source are in dollars').waitFor()
    // whoever does not govern reads it, and changes nothing
    const leo = await stage.open('leo', '/governance?tab=waivers')
    await leo.page.getByText('All figures of this source are in dollars').waitFor()
    expect(await leo.page.getByRole('button', { name: /End now/ }).count()).toBe(0)

    await waiver.getByRole('button', { name: /End now/ }).click()
    await page.getByRole('button', { name: 'End it now' }).click()
    await page.getByText('Nothing is excused today.').waitFor()
    await page.getByRole('tab', { name: /^Ended/ }).click()
    await page.getByText('All figures of this source are in dollars').waitFor()
  })

  story('the playground evaluates over a product, shows a mistake where it stands, and runs tests', async (stage) => {
    const leo = await stage.open('leo', `/playground?product=${weather}`)
    const { page } = leo
    const answer = page.getByRole('region', { name: 'Answer' })
    await answer.getByText('Compliant', { exact: true }).waitFor()
    await page.getByRole('textbox', { name: 'Input of the product' }).getByText('DataProduct').waitFor()

    const rego = page.getByRole('textbox', { name: 'Text of columns_described.rego' })
    await rego.click()
    await page.keyboard.press('Control+End')
    await page.keyboard.insertText('\ndeny contains msg if msg := coun(input.spec.tags)\n')
    await answer.getByText('Changed since').waitFor()
    await page.keyboard.press('Control+Enter')
    await answer.getByText('1 mistake').waitFor()
    await answer.getByRole('button', { name: /^columns_described\.rego:\d+:\d+$/ }).waitFor()
    await answer.getByText('Did you mean count?').waitFor()
    await page.locator('.cm-lintRange-error').getByText('coun', { exact: true }).waitFor()

    await rego.click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(
      'package mine\n\ndeny contains "it is about weather" if {\n\tprint("looked")\n\t"weather" in input.spec.tags\n}\n\nunused if input.nothing\n',
    )
    await page.keyboard.press('Control+Enter')
    await answer.getByText('Not compliant').waitFor()
    await answer.getByText('It is about weather.').waitFor()
    await answer.getByText('looked').waitFor()
    await page.locator('.cm-covered').first().waitFor()

    await page.getByRole('button', { name: 'Start over' }).click()
    await answer.getByRole('tab', { name: 'Tests' }).click()
    await answer.getByText('All tests pass.').waitFor()
    await answer.getByRole('tab', { name: 'Trace' }).click()
    await answer.getByRole('region', { name: 'Trace' }).waitFor()
    // a reader may try, not apply
    expect(await page.getByRole('button', { name: 'Apply…' }).count()).toBe(0)
  })

  story(
    'columns that look personal are accepted together, and masked from the next read on',
    async (stage) => {
      await publishGuests(stage.client('rosa'))
      const first = async () =>
        JSON.stringify(
          (
            await stage.client('leo').call('readRows', {
              params: { ...refOf('flight-operations/guests'), table: 'guests' },
              query: { limit: 1 },
            })
          ).data,
        )
      expect(await first()).toContain('user0@example.org')

      const rosa = await stage.open('rosa', '/governance?tab=classification&product=flight-operations/guests')
      const { page } = rosa
      await page.getByText('Its values are e-mail addresses.').waitFor()
      await page.getByRole('checkbox', { name: 'Choose all' }).check()
      await page.getByRole('button', { name: /^Accept( \d+)?$/ }).click()
      await page.getByText('No column waits for a decision').waitFor()
      expect(await first()).not.toContain('example.org')

      // rejected again, it is as it was
      await page.getByRole('tab', { name: 'Accepted' }).click()
      await page.getByRole('button', { name: 'Reject guests.reach' }).click()
      await expect.poll(first).toContain('user0@example.org')
    },
    120_000,
  )
})
