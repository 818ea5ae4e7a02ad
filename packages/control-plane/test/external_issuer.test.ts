import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExternalIssuer } from '../src/http/index.ts'
import { createSignIn, listPrincipals, putPrincipal } from '../src/identity/index.ts'
import { openBrowser } from './browser.ts'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

/** `office` is the issuer of an organisation: the embedded one of another Datamesh. `mesh` lets people sign in there. */
let office: ServedMesh
let mesh: ServedMesh
const home = () => mesh.url.replace('127.0.0.1', 'localhost')
const password = 'four wet horses at noon'
const cliCallback = 'http://127.0.0.1:1/callback'

beforeAll(async () => {
  office = await serveMesh(
    {},
    {},
    {},
    {
      ttlMs: 0,
      clients: () => [
        {
          client_id: 'mesh',
          client_name: 'the mesh',
          client_secret: 'a secret of thirty-two characters',
          redirect_uris: [`${home()}/auth/callback`],
          post_logout_redirect_uris: [`${home()}/sign-in`],
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
    },
  )
  const external: ExternalIssuer = {
    issuer: `${office.url}/oidc`,
    clientId: 'mesh',
    clientSecret: 'a secret of thirty-two characters',
    scopes: ['openid', 'profile', 'email', 'groups'],
    audience: `${office.url}/api`,
    algorithms: ['ES256', 'RS256'],
    groupClaim: 'groups',
    groups: [
      { group: 'staff', role: 'consumer' },
      { group: 'sales', team: 'sales-team', role: 'domain-owner', domain: 'sales' },
    ],
    label: 'Sign in with the office',
  }
  mesh = await serveMesh({}, {}, {}, { external, ttlMs: 0, publicUrl: (port) => `http://localhost:${port}` })
  for (const team of ['staff', 'sales'])
    await putPrincipal({ id: team, name: team, kind: 'team', roles: [] }, 'admin', office.identity)
  await employ('ada', ['staff', 'sales'])
})
afterAll(async () => {
  await mesh?.[Symbol.asyncDispose]()
  await office?.[Symbol.asyncDispose]()
})

const employed: Record<string, readonly string[]> = {}
/** Somebody of the office, in these groups, with a password there. */
const employ = async (id: string, groups: readonly string[]) => {
  await putPrincipal(
    { id, name: `${id} of the office`, roles: [], email: `${id}@office.example` },
    'admin',
    office.identity,
  )
  await regroup(id, groups)
  const browser = openBrowser()
  const { code } = await createSignIn(id, 'admin', office.identity)
  await browser.api(office.url, '/api/v1/session', { method: 'POST', body: { code } })
  const set = await browser.api(office.url, '/api/v1/me/password', { method: 'POST', body: { password } })
  expect(set.status).toBe(200)
}
const regroup = async (id: string, groups: readonly string[]) => {
  employed[id] = groups
  for (const team of ['staff', 'sales']) {
    const members = Object.keys(employed).filter((each) => employed[each]?.includes(team))
    await putPrincipal({ id: team, name: team, kind: 'team', roles: [], members }, 'admin', office.identity)
  }
}

/** Signs in at the mesh by way of the office, in a new browser. */
const signIn = async (id: string) => {
  const browser = openBrowser()
  const page = await browser.go(`${home()}/auth/start?to=/map`)
  expect(page.url).toContain(`${office.url}/oidc/`)
  const end = await browser.submit(page, { as: 'password', name: id, password })
  return { browser, end }
}
/** An access token of the office for somebody, as a command line gets it. */
const tokenOf = async (id: string): Promise<string> => {
  const config = await client.discovery(new URL(`${office.url}/oidc`), 'datamesh-cli', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  })
  const verifier = client.randomPKCECodeVerifier()
  const at = client.buildAuthorizationUrl(config, {
    redirect_uri: cliCallback,
    scope: 'openid profile groups',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const browser = openBrowser()
  const end = await browser.submit(await browser.go(at.href), { as: 'password', name: id, password }, (url) =>
    url.startsWith(cliCallback),
  )
  return (await client.authorizationCodeGrant(config, new URL(end.url), { pkceCodeVerifier: verifier })).access_token
}
const me = (token: string) => mesh.get('/api/v1/me', token)

describe('an issuer of somebody else', () => {
  test('signs people in, who are made at their first sign-in and get teams and roles by their groups', async () => {
    const { browser, end } = await signIn('ada')
    expect(end.url).toBe(`${home()}/map`)
    const it = await json(browser.api(home(), '/api/v1/me'))
    expect(it).toMatchObject({
      name: 'ada of the office',
      email: 'ada@office.example',
      teams: ['sales-team'],
      signsInBy: ['code', 'oidc'],
    })
    expect(it.id).toMatch(/^ada~[0-9a-f]{12}$/)
    expect(it.roles).toEqual(expect.arrayContaining([{ role: 'consumer' }, { role: 'domain-owner', domain: 'sales' }]))
  })

  test('its access tokens open the API for the same person', async () => {
    const it = await json(me(await tokenOf('ada')))
    expect(it.id).toMatch(/^ada~/)
    expect((await listPrincipals(mesh.identity)).filter(({ id }) => id.startsWith('ada~'))).toHaveLength(1)
  })

  test('never takes over somebody who was made here, whatever the names are', async () => {
    await putPrincipal(
      { id: 'boss', name: 'boss', email: 'boss@office.example', roles: [{ role: 'platform-admin' }] },
      'admin',
      mesh.identity,
    )
    await employ('boss', [])
    const { browser } = await signIn('boss')
    expect(await json(browser.api(home(), '/api/v1/me'))).toMatchObject({
      id: expect.stringMatching(/^boss~/),
      roles: [],
    })
  })

  test('a role is gone with its group, and an older token does not bring it back', async () => {
    await employ('leo', ['staff', 'sales'])
    const { browser } = await signIn('leo')
    const older = await tokenOf('leo')
    expect((await json(me(older))).teams).toEqual(['sales-team'])
    await regroup('leo', ['staff'])
    // a token says the second in which it was made
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect(await json(me(await tokenOf('leo')))).toMatchObject({ roles: [{ role: 'consumer' }], teams: [] })
    expect(await json(me(older))).toMatchObject({ roles: [{ role: 'consumer' }], teams: [] })
    expect(await json(browser.api(home(), '/api/v1/me'))).toMatchObject({ roles: [{ role: 'consumer' }], teams: [] })
  })

  test('what was given here stays when groups change', async () => {
    await employ('mia', ['staff'])
    const { id } = await json(me(await tokenOf('mia')))
    await putPrincipal({ id, name: 'mia', roles: [{ role: 'data-steward', domain: 'hr' }] }, 'admin', mesh.identity)
    await regroup('mia', [])
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect((await json(me(await tokenOf('mia')))).roles).toEqual([{ role: 'data-steward', domain: 'hr' }])
  })

  test('somebody who is disabled here is refused, whatever the issuer says', async () => {
    await employ('max', ['staff'])
    const token = await tokenOf('max')
    const { browser } = await signIn('max')
    const { id } = await json(me(token))
    await putPrincipal({ id, name: 'max', roles: [], disabled: true }, 'admin', mesh.identity)
    expect([(await me(token)).status, (await browser.api(home(), '/api/v1/me')).status]).toEqual([401, 401])
    expect((await me(await tokenOf('max'))).status).toBe(401)
    expect((await signIn('max')).end.url).toContain('/sign-in?failed=disabled')
  })

  test('signing out goes on to the issuer', async () => {
    const { browser } = await signIn('ada')
    const { next } = await json(browser.api(home(), '/api/v1/session', { method: 'DELETE' }))
    expect(next).toContain(`${office.url}/oidc/session/end?`)
    const page = await browser.go(next)
    expect(page.text).toContain('Sign out?')
    const end = await browser.submit(page, { logout: 'yes' })
    expect(end.url).toBe(`${home()}/sign-in`)
  })

  test('keeps passwords and client credentials itself', async () => {
    const admin = await mesh.somebody('root', [{ role: 'platform-admin' }])
    const set = await mesh.send('POST', '/api/v1/me/password', admin, { password })
    const made = await mesh.send('POST', '/api/v1/clients', admin, { principal: 'root', name: 'x' })
    expect([set.status, made.status]).toEqual([400, 400])
    expect((await fetch(`${mesh.url}/oidc/.well-known/openid-configuration`)).status).toBe(404)
    const { methods } = await json(mesh.get('/api/v1/auth'))
    expect(methods[0]).toMatchObject({ kind: 'oidc', label: 'Sign in with the office', issuer: `${office.url}/oidc` })
  })

  test('when its keys change, tokens of before and of after are good', async () => {
    const before = await tokenOf('ada')
    expect((await me(before)).status).toBe(200)
    // a new key is looked for at most every ten seconds
    await mesh.get('/api/v1/me', await forged({}, { kid: 'unknown' }))
    office.keys?.rotate()
    const after = await tokenOf('ada')
    await expect.poll(async () => (await me(after)).status, { timeout: 30_000, interval: 500 }).toBe(200)
    expect((await me(before)).status).toBe(200)
  })
})

/** A token as the office would make it, but for what a test changes. */
const forged = async (
  change: Record<string, unknown>,
  header: Record<string, unknown> = {},
  key?: Parameters<SignJWT['sign']>[0],
): Promise<string> => {
  const [own] = office.keys?.signing() ?? []
  if (own === undefined) throw new Error('no key')
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: `${office.url}/oidc`,
    sub: 'mallory',
    aud: `${office.url}/api`,
    iat: now,
    exp: now + 600,
    client_id: 'datamesh-cli',
    groups: ['sales'],
    ...change,
  }
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: own.kid, typ: 'at+jwt', ...header })
    .sign(key ?? (await importJWK(own, 'ES256')))
}

describe('a token is refused', () => {
  const seconds = (more: number) => Math.floor(Date.now() / 1000) + more
  test('not when everything is right', async () => {
    expect((await me(await forged({}))).status).toBe(200)
  })
  test.each<[string, () => Promise<string>]>([
    ['for somebody else', () => forged({ aud: 'https://other.example/api' })],
    ['for the portal: an ID token', () => forged({ nonce: 'n', aud: [`${office.url}/api`, 'mesh'] })],
    ['that says of itself that it is an ID token', () => forged({ typ: 'ID' }, { typ: 'JWT' })],
    [
      'for a client and the API by one name that says nothing about what it may do',
      () => forged({ aud: [`${office.url}/api`, 'mesh'] }, { typ: 'JWT' }),
    ],
    ['that is bound to a key, without a proof of it', () => forged({ cnf: { jkt: 'a'.repeat(43) } })],
    ['whose subject is no text', () => forged({ sub: { toString: 'ada' } as never })],
    ['of another issuer', () => forged({ iss: 'https://evil.example' })],
    ['of an issuer with a slash more', () => forged({ iss: `${office.url}/oidc/` })],
    ['that has ended', () => forged({ exp: seconds(-60) })],
    ['that does not hold yet', () => forged({ nbf: seconds(120) })],
    ['without an end', () => forged({ exp: undefined })],
    ['without a subject', () => forged({ sub: undefined })],
    ['of another kind', () => forged({}, { typ: 'logout+jwt' })],
    ['with an unknown key', () => forged({}, { kid: 'nobody' })],
    ['signed with a key of whoever made it', async () => forged({}, {}, (await generateKeyPair('ES256')).privateKey)],
    [
      'that brings its own key',
      async () => {
        const pair = await generateKeyPair('ES256')
        return forged({}, { jwk: await exportJWK(pair.publicKey), kid: undefined }, pair.privateKey)
      },
    ],
    [
      'signed with the public key as if it were a secret',
      async () => forged({}, { alg: 'HS256' }, new TextEncoder().encode(JSON.stringify(office.keys?.verifying()[0]))),
    ],
    [
      'with a signature of an algorithm that is not allowed',
      async () => {
        const pair = await generateKeyPair('ES384')
        return forged({}, { alg: 'ES384' }, pair.privateKey)
      },
    ],
    [
      'with a critical header that nobody knows',
      async () => {
        const [head = '', body = '', sign = ''] = (await forged({})).split('.')
        const known = JSON.parse(Buffer.from(head, 'base64url').toString())
        return `${Buffer.from(JSON.stringify({ ...known, crit: ['x'], x: 1 })).toString('base64url')}.${body}.${sign}`
      },
    ],
    [
      'that nobody signed',
      async () => {
        const [, body = ''] = (await forged({})).split('.')
        return `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${body}.`
      },
    ],
    [
      'that nobody signed, with a signature',
      async () => {
        const [, body = '', sign = ''] = (await forged({})).split('.')
        return `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${body}.${sign}`
      },
    ],
    [
      'whose claims were changed',
      async () => {
        const [head = '', , sign = ''] = (await forged({})).split('.')
        const body = Buffer.from(
          JSON.stringify({ iss: `${office.url}/oidc`, sub: 'admin', exp: seconds(600) }),
        ).toString('base64url')
        return `${head}.${body}.${sign}`
      },
    ],
    ['that is no JSON', async () => 'eyJh.eyJh.eyJh'],
    ['that is very long', async () => `eyJ${'a'.repeat(7_000)}.eyJ${'b'.repeat(7_000)}.c`],
  ])('%s', async (_, make) => {
    expect((await me(await make())).status).toBe(401)
  })
  test('of the embedded issuer for a person here, by the same name', async () => {
    expect((await me(await forged({ sub: 'admin' }))).status).toBe(200)
    expect((await json(me(await forged({ sub: 'admin' })))).id).toMatch(/^admin~/)
  })
})

describe('an issuer that does not answer', () => {
  test('is told of as what it is, and keys open the mesh meanwhile', async () => {
    await using lonely = await serveMesh(
      {},
      {},
      {},
      {
        external: {
          issuer: 'http://127.0.0.1:9/oidc',
          clientId: 'x',
          scopes: ['openid'],
          audience: `${office.url}/api`,
          algorithms: ['ES256'],
          groupClaim: 'groups',
          groups: [],
          label: 'x',
        },
      },
    )
    const token = await forged({ iss: 'http://127.0.0.1:9/oidc' })
    const refused = await lonely.get('/api/v1/me', token)
    expect([refused.status, (await json(refused)).code]).toEqual([503, 'issuer-unreachable'])
    const key = await lonely.somebody('ada', [{ role: 'consumer' }])
    expect((await lonely.get('/api/v1/me', key)).status).toBe(200)
    expect((await openBrowser().go(`${lonely.url}/auth/start?to=/map`)).url).toContain('/sign-in?failed=unreachable')
  })
})
