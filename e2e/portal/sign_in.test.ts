import { describe, expect } from 'vitest'
import { violations } from './accessible.ts'
import { story } from './stage.ts'

const password = 'four wet horses at noon'

describe('signing in with a password', () => {
  story('somebody sets a password by a link and signs in with it', async (stage) => {
    const admin = stage.client('admin')
    await admin.call('putPrincipal', {
      params: { id: 'nora' },
      body: { name: 'Nora Lind', roles: [{ role: 'consumer' }] },
    })
    const { code } = await admin.call('createSignIn', { params: { id: 'nora' } })

    const nora = await stage.open(null, `/#code=${code}`)
    nora.allow(/^401: GET/)
    const { page } = nora
    await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
    await page.goto('/settings?tab=sign-in')
    await page.getByRole('row').filter({ hasText: 'this browser' }).waitFor()
    const field = page.getByLabel('New password')
    expect(await field.getAttribute('type')).toBe('password')
    await field.fill('password1234')
    nora.allow(/^400: POST .*\/password/)
    await page.getByRole('button', { name: 'Set a password' }).click()
    await page.getByText('tried first').waitFor()
    await field.fill(password)
    await page.getByRole('button', { name: 'Set a password' }).click()
    await page.getByText('Password set').first().waitFor()
    // still signed in, with another secret
    await page.reload()
    await page.getByRole('button', { name: 'Change the password' }).waitFor()

    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.waitForURL(/\/sign-in/)
    await page.goto('/products?q=delay')
    await page.waitForURL(/\/sign-in\?to=/)
    await page.getByRole('link', { name: 'Sign in with a password' }).click()
    await page.getByLabel('Name or e-mail address').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByLabel('Name or e-mail address').fill('nora')
    await page.getByLabel('Password').fill('not this one')
    nora.allow(/^401: POST .*\/oidc\/sign-in/)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').getByText('do not fit together').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/\/products\?q=delay/)
    await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
    // no token anywhere where a script could find it
    expect(
      await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }])),
    ).not.toMatch(/eyJ|dm[a-z]?_/)
  })

  story('the page of the issuer works without scripts and in the dark', async (stage) => {
    const context = await stage.browser.newContext({
      javaScriptEnabled: false,
      colorScheme: 'dark',
      baseURL: stage.mesh.url,
    })
    const page = await context.newPage()
    await page.goto('/auth/start?to=/map')
    await page.getByLabel('Password').fill('wrong password here')
    await page.getByLabel('Name or e-mail address').fill('nobody')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    await context.close()
  })
})
