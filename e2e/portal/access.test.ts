import { describe, expect } from 'vitest'
import { type Actor, story } from './stage.ts'

const strikes = '/products/safety/bird-strikes'

describe('access', () => {
  story('is asked for, given in the inbox, used, and taken back', async (stage) => {
    const leo = await stage.open('leo', strikes)
    // what stood open is asked for once more when the right has ended
    leo.allow(/^403: .*\/(profile|rows|files)/)
    const amara = await stage.open('amara', '/access?box=inbox')

    // nothing to be seen before, and the page says what there would be
    await leo.page.getByRole('tab', { name: 'Samples' }).click()
    await leo.page.getByText('Samples are for those who may read').waitFor()
    await leo.page.getByRole('button', { name: 'Request access' }).first().click()
    const dialog = leo.page.getByRole('dialog', { name: 'Request access to Bird strikes' })
    await dialog.getByRole('textbox', { name: 'Purpose' }).fill('Strikes along our routes, for the winter schedule')
    await dialog.getByRole('button', { name: 'Send request' }).click()
    await dialog.getByText('Your request is sent').waitFor()
    await leo.page.keyboard.press('Escape')
    await leo.page.getByRole('link', { name: 'Requested' }).waitFor()

    // it arrives at the owner without a reload
    const request = amara.page.getByRole('listitem').filter({ hasText: 'for the winter schedule' })
    await request.getByText('Leo Brandt').waitFor()
    await request.getByRole('button', { name: 'Approve' }).click()
    await request.waitFor({ state: 'detached' })

    // and the answer at the consumer
    await leo.page.getByRole('region', { name: /^Sample of/ }).waitFor()
    await leo.page.getByRole('tab', { name: 'Overview' }).click()
    await leo.page.getByText('Access was granted to you').first().waitFor()
    expect(await readStatus(leo)).toBe(200)

    // taken back by the owner, where the readers stand
    await amara.go(`${strikes}?tab=consumers`)
    const grant = amara.page.getByRole('row').filter({ hasText: 'Leo Brandt' }).filter({ hasText: 'granted' })
    await grant.getByRole('button', { name: /Revoke/ }).click()
    const take = amara.page.getByRole('dialog', { name: 'Take the right back' })
    for (const field of await take.getByRole('textbox').all()) await field.fill('The winter schedule is done')
    await take.getByRole('button', { name: /Revoke|Take/ }).click()
    await amara.page.getByRole('row').filter({ hasText: 'Leo Brandt' }).getByText('revoked').first().waitFor()
    await leo.page.getByRole('button', { name: 'Request access' }).first().waitFor()
    expect(await readStatus(leo)).toBe(403)
  })
})

describe('somebody who is not signed in', () => {
  const places = [
    '/',
    '/products?q=delay',
    '/products/reference/airports?tab=schema',
    '/domains/safety',
    '/map',
    '/lineage',
    '/sql',
    '/runs',
    '/access?box=inbox',
    '/settings?tab=appearance',
    '/new',
  ]

  story('is sent to sign-in from every page, and comes back to it', async (stage) => {
    const stranger = await stage.open(null, '/sign-in')
    stranger.allow(/^401: GET/)
    for (const place of places) {
      await stranger.page.goto(place)
      await stranger.page.waitForURL(/\/sign-in/)
      expect(new URL(stranger.page.url()).searchParams.get('to') ?? '/').toBe(place)
    }
    await stranger.page.goto('/products/reference/airports?tab=schema')
    await stranger.page.getByLabel('Code or API key').fill('dm_wrong')
    stranger.allow(/^401: POST .*\/session/)
    await stranger.page.getByRole('button', { name: 'Sign in' }).click()
    await stranger.page
      .getByText(/token|code|key/i)
      .nth(1)
      .waitFor()
    await stranger.page.getByLabel('Code or API key').fill(stage.mesh.people.leo.token)
    await stranger.page.getByRole('button', { name: 'Sign in' }).click()
    await stranger.page.waitForURL(/\/products\/reference\/airports\?tab=schema/)
    await stranger.page.getByRole('heading', { level: 1, name: 'Airports' }).waitFor()
    // and out again
    await stranger.page.getByRole('button', { name: 'Sign out' }).click()
    await stranger.page.waitForURL(/\/sign-in/)
    await stranger.page.goto('/products')
    await stranger.page.waitForURL(/\/sign-in/)
  })

  story('a page that is not there says so, with the id of the request', async (stage) => {
    const leo = await stage.open('leo', '/')
    leo.allow(/^404: /)
    const asked = leo.page.waitForResponse((response) => response.status() === 404)
    await leo.go('/products/flight-operations/nothing')
    const id = (await asked).headers()['x-request-id'] ?? ''
    expect(id).not.toBe('')
    await leo.page.getByRole('alert').getByText(id).waitFor()
    await leo.go('/nowhere')
    await leo.page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor()
  })
})

/** Of a read with the session of this browser. */
const readStatus = ({ page }: Actor): Promise<number> =>
  page.evaluate(async () => {
    const reply = await fetch('/api/v1/products/safety/bird-strikes/tables/bird_strikes/rows?limit=1')
    return reply.status
  })
