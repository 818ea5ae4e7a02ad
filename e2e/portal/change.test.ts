import { describe, expect } from 'vitest'
import { story } from './stage.ts'

describe('a change', () => {
  story('is proposed in the contract, and says whom it would break before anything is registered', async (stage) => {
    const ada = await stage.open('admin', '/products/network-planning/airport-360?tab=contract')
    const { page } = ada
    await page.getByRole('button', { name: 'Propose change' }).click()
    const text = page.getByRole('textbox', { name: 'Text of dataproduct.yaml' })
    const before = await text.inputValue()

    // a column that another product reads goes
    await text.fill(before.replace(/\n.*name: city,.*\n/, '\n'))
    await page.getByText('Breaking', { exact: true }).waitFor()
    await page
      .getByRole('region', { name: 'Who is touched' })
      .getByRole('link', { name: 'Route performance' })
      .waitFor()
    const register = page.getByRole('button', { name: 'Register and publish' })
    expect(await register.isDisabled()).toBe(true)

    // a better description breaks nobody
    await text.fill(before.replace('version: 1.0.0', 'version: 1.0.1').replace('Name of the airport', 'Its full name'))
    await page.getByText('Compatible', { exact: true }).waitFor()
    await register.and(page.locator(':enabled')).waitFor()
    await page.getByRole('button', { name: 'Back to the contract' }).click()
    await page.getByRole('button', { name: 'Propose change' }).waitFor()
    const { releases } = await stage.client('admin').listReleases({
      params: { domain: 'network-planning', product: 'airport-360' },
    })
    expect(releases.map(({ version }) => version)).toEqual(['1.0.0'])
  })
})
