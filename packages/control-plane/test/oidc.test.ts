import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSignIn, putPrincipal } from '../src/identity/index.ts'
import { openBrowser, type TestBrowser } from './browser.ts'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

const password = 'four wet horses at noon'
let mesh: ServedMesh
let admin: string

/** A browser that a one-time code has signed in and that has set a password. */
const withPassword = async (id: string, roles: Parameters<ServedMesh['somebody']>[1] = [{ role: 'consumer' }]) => {
  await putPrincipal({ id, name: `${id} of the mesh`, roles, email: `${id}@example.org` }, 'admin', mesh.identity)
  const browser = openBrowser()
  const { code } = await createSignIn(id, 'admin', mesh.identity)
  await browser.api(mesh.url, '/api/v1/session', { method: 'POST', body: { code } })
  const set = await browser.api(mesh.url, '/api/v1/me/password', { method: 'POST', body: { password } })
  expect(set.status).toBe(200)
  return browser
}
/** What a client hears whose secret is wrong. */
const refused = { cause: [{ parameters: { error: 'invalid_client' } }] }
const me = (token: string) => mesh.get('/api/v1/me', token)
const issuer = () => new URL(`${mesh.url}/oidc`)
const insecure = { execute: [client.allowInsecureRequests] }

beforeAll(async () => {
  mesh = await serveMesh({}, {}, {}, { ttlMs: 60_000 })
  admin = await mesh.somebody('admin2', [{ role: 'platform-admin' }])
  await withPassword('ada')
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

/** What `datamesh login` does, step by step. @returns where the browser ended up */
const asCli = async (browser: TestBrowser, answer: (at: string) => Promise<string>) => {
  const config = await client.discovery(issuer(), 'datamesh-cli', undefined, client.None(), insecure)
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const at = client.buildAuthorizationUrl(config, {
    redirect_uri: 'http://127.0.0.1:1/callback',
    scope: 'openid',
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const came = new URL(await answer(at.href))
  const tokens = () => client.authorizationCodeGrant(config, came, { pkceCodeVerifier: verifier, expectedState: state })
  return { config, came, tokens, browser }
}
const isCallback = (url: string) => url.startsWith('http://127.0.0.1:1/')
const byPassword = (browser: TestBrowser, name: string) => async (at: string) => {
  const page = await browser.go(at)
  return (await browser.submit(page, { as: 'password', name, password }, isCallback)).url
}

describe('the embedded issuer', () => {
  test('tells about itself as the standard says, and nothing that it does not do', async () => {
    const about = await json(fetch(`${mesh.url}/oidc/.well-known/openid-configuration`))
    expect(about).toMatchObject({
      issuer: `${mesh.url}/oidc`,
      token_endpoint: `${mesh.url}/oidc/token`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['ES256'],
    })
    expect(about.registration_endpoint).toBeUndefined()
    for (const off of ['device_authorization', 'pushed_authorization_request', 'introspection'])
      expect(about).not.toHaveProperty(`${off}_endpoint`)
    expect(about).not.toHaveProperty('dpop_signing_alg_values_supported')
    expect(about).toMatchObject({ claims_parameter_supported: false, request_uri_parameter_supported: false })
    for (const path of ['request', 'reg', 'device/auth', 'token/introspection'])
      expect((await fetch(`${mesh.url}/oidc/${path}`, { method: 'POST' })).status).toBe(404)
    const { keys } = await json(fetch(about.jwks_uri))
    expect(keys).toHaveLength(1)
    expect(keys[0]).not.toHaveProperty('d')
  })

  test('signs a person in at the portal: the browser ends with a session and has never seen a token', async () => {
    const browser = openBrowser()
    const page = await browser.go(`${mesh.url}/auth/start?to=/products?q=delay`)
    expect(page.text).toContain('Password')
    const end = await browser.submit(page, { as: 'password', name: 'ada', password })
    expect(new URL(end.url).pathname + new URL(end.url).search).toBe('/products?q=delay')
    expect(await json(browser.api(mesh.url, '/api/v1/me'))).toMatchObject({
      id: 'ada',
      signsInBy: ['code', 'password'],
    })
    const seen = [...page.visited, ...end.visited].join('\n')
    expect(seen).not.toMatch(/eyJ/)
    for (const cookie of browser.cookies(mesh.url)) expect([cookie.name, cookie.httpOnly]).toEqual([cookie.name, true])
    expect(
      browser
        .cookies(mesh.url)
        .map(({ value }) => value)
        .join('\n'),
    ).not.toMatch(/eyJ/)
  })

  test('takes the e-mail address for a name', async () => {
    const browser = openBrowser()
    const page = await browser.go(`${mesh.url}/auth/start`)
    await browser.submit(page, { as: 'password', name: 'ADA@example.org', password })
    expect(await json(browser.api(mesh.url, '/api/v1/me'))).toMatchObject({ id: 'ada' })
  })

  test('gives the command line tokens that open the API, renews them, and takes them back at once', async () => {
    const { config, tokens } = await asCli(openBrowser(), byPassword(openBrowser(), 'ada'))
    const first = await tokens()
    expect(decodeProtectedHeader(first.access_token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
    expect(decodeJwt(first.access_token)).toMatchObject({ sub: 'ada', aud: `${mesh.url}/api`, iss: `${mesh.url}/oidc` })
    expect(await json(me(first.access_token))).toMatchObject({ id: 'ada' })
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '')
    expect((await me(second.access_token)).status).toBe(200)
    await client.tokenRevocation(config, second.refresh_token ?? '')
    expect([(await me(first.access_token)).status, (await me(second.access_token)).status]).toEqual([401, 401])
    await expect(client.refreshTokenGrant(config, second.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  test('a refresh token that is used twice takes everything back that came from it', async () => {
    const { config, tokens } = await asCli(openBrowser(), byPassword(openBrowser(), 'ada'))
    const first = await tokens()
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '')
    await expect(client.refreshTokenGrant(config, first.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    expect((await me(second.access_token)).status).toBe(401)
    await expect(client.refreshTokenGrant(config, second.refresh_token ?? '')).rejects.toThrow()
  })

  test('of many who come with one code at once, at most one gets tokens', async () => {
    const { tokens } = await asCli(openBrowser(), byPassword(openBrowser(), 'ada'))
    const got = await Promise.allSettled(Array.from({ length: 6 }, () => tokens()))
    expect(got.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1)
  })

  test('a browser that is signed in says yes, and needs no password for the command line', async () => {
    const browser = await withPassword('bea')
    const { tokens } = await asCli(browser, async (at) => {
      const page = await browser.go(at)
      expect(page.text).toContain('Let datamesh command line act for you?')
      return (await browser.submit(page, { as: 'session' }, isCallback)).url
    })
    expect(await json(me((await tokens()).access_token))).toMatchObject({ id: 'bea' })
  })
  test('who says no gives nothing', async () => {
    const browser = await withPassword('bea')
    const { tokens, came } = await asCli(
      browser,
      async (at) => (await browser.submit(await browser.go(at), { as: 'no' }, isCallback)).url,
    )
    expect(came.searchParams.get('error')).toBe('access_denied')
    await expect(tokens()).rejects.toMatchObject({ error: 'access_denied' })
  })
  test('a browser that a key signed in gives no rights that last longer than the key', async () => {
    const browser = openBrowser()
    const token = await mesh.somebody('keyed', [{ role: 'consumer' }])
    await browser.api(mesh.url, '/api/v1/session', { method: 'POST', body: { token } })
    await asCli(browser, async (at) => {
      const page = await browser.go(at)
      expect(page.text).toContain('name="password"')
      expect((await browser.submit(page, { as: 'session' })).status).toBe(401)
      return 'http://127.0.0.1:1/callback'
    })
  })

  test('without PKCE there is no way in', async () => {
    const config = await client.discovery(issuer(), 'datamesh-cli', undefined, client.None(), insecure)
    const at = client.buildAuthorizationUrl(config, { redirect_uri: 'http://127.0.0.1:1/callback', scope: 'openid' })
    const end = await openBrowser().go(at.href, {}, isCallback)
    expect(new URL(end.url).searchParams.get('error')).toBe('invalid_request')
  })
})

describe('machines', () => {
  const machine = async (id: string) => {
    await putPrincipal({ id, name: id, kind: 'machine', roles: [{ role: 'consumer' }] }, 'admin', mesh.identity)
    return json(mesh.send('POST', '/api/v1/clients', admin, { principal: id, name: 'nightly' }))
  }
  const configOf = (it: { clientId: string; clientSecret: string }, secret = it.clientSecret) =>
    client.discovery(issuer(), it.clientId, undefined, client.ClientSecretBasic(secret), insecure)

  test('get tokens for their credentials, act as themselves, and lose all of it when the credentials are revoked', async () => {
    const made = await machine('nightly')
    expect(made).toMatchObject({ principal: 'nightly', tokenEndpoint: `${mesh.url}/oidc/token` })
    const config = await configOf(made)
    const { access_token } = await client.clientCredentialsGrant(config)
    expect(await json(me(access_token))).toMatchObject({ id: 'nightly', kind: 'machine', signsInBy: ['client'] })
    expect((await mesh.send('DELETE', `/api/v1/clients/${made.clientId}`, admin)).status).toBe(200)
    expect((await me(access_token)).status).toBe(401)
    await expect(client.clientCredentialsGrant(config)).rejects.toMatchObject(refused)
  })
  test('the secret is kept as a digest only, and a wrong one is refused and written down', async () => {
    const made = await machine('weekly')
    const row = await mesh.identity.store.db
      .selectFrom('oauth_client')
      .selectAll()
      .where('id', '=', made.clientId)
      .executeTakeFirstOrThrow()
    expect(JSON.stringify(row)).not.toContain(made.clientSecret)
    await expect(client.clientCredentialsGrant(await configOf(made, 'wrong'))).rejects.toMatchObject(refused)
    // the digest itself is no secret
    await expect(client.clientCredentialsGrant(await configOf(made, row.hash))).rejects.toMatchObject(refused)
    await expect
      .poll(() => eventsOf('sign-in.failed'))
      .toContainEqual(expect.objectContaining({ data: { by: 'client', client: made.clientId } }))
  })
  test('a machine that is disabled is refused at once', async () => {
    const made = await machine('monthly')
    const { access_token } = await client.clientCredentialsGrant(await configOf(made))
    expect((await me(access_token)).status).toBe(200)
    await putPrincipal({ id: 'monthly', name: 'monthly', roles: [], disabled: true }, 'admin', mesh.identity)
    expect((await me(access_token)).status).toBe(401)
    await expect(client.clientCredentialsGrant(await configOf(made))).rejects.toMatchObject(refused)
  })
})

describe('somebody who is disabled', () => {
  test('is refused at once: sessions, tokens, keys, codes, refreshing, the password', async () => {
    const browser = await withPassword('dora')
    const key = await mesh.somebody('dora', [{ role: 'consumer' }])
    const { config, tokens } = await asCli(
      browser,
      async (at) => (await browser.submit(await browser.go(at), { as: 'session' }, isCallback)).url,
    )
    const { access_token, refresh_token } = await tokens()
    const { code } = await createSignIn('dora', 'admin', mesh.identity)
    const statuses = async () => [
      (await browser.api(mesh.url, '/api/v1/me')).status,
      (await me(access_token)).status,
      (await me(key)).status,
    ]
    expect(await statuses()).toEqual([200, 200, 200])
    await mesh.send('PUT', '/api/v1/principals/dora', admin, {
      name: 'dora',
      roles: [{ role: 'consumer' }],
      disabled: true,
    })
    expect(await statuses()).toEqual([401, 401, 401])
    expect((await mesh.send('POST', '/api/v1/session', undefined, { code })).status).toBe(401)
    await expect(client.refreshTokenGrant(config, refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    const other = openBrowser()
    const page = await other.go(`${mesh.url}/auth/start`)
    expect((await other.submit(page, { as: 'password', name: 'dora', password })).status).toBe(401)
  })
  test('comes back without the sessions of before', async () => {
    const browser = await withPassword('dirk')
    const put = (disabled: boolean) =>
      putPrincipal({ id: 'dirk', name: 'dirk', roles: [], disabled }, 'admin', mesh.identity)
    await put(true)
    await put(false)
    expect((await browser.api(mesh.url, '/api/v1/me')).status).toBe(401)
  })
  test('is never the last administrator', async () => {
    await putPrincipal({ id: 'admin2', name: 'a', roles: [] }, 'admin', mesh.identity)
    await expect(
      putPrincipal(
        { id: 'admin', name: 'a', roles: [{ role: 'platform-admin' }], disabled: true },
        'admin',
        mesh.identity,
      ),
    ).rejects.toMatchObject({ code: 'request-invalid' })
    await putPrincipal({ id: 'admin2', name: 'a', roles: [{ role: 'platform-admin' }] }, 'admin', mesh.identity)
  })
})

const eventsOf = (type: string) =>
  mesh.identity.store.db.selectFrom('event').select(['type', 'subject', 'data']).where('type', '=', type).execute()
