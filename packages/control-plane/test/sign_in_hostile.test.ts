import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pathOf } from '../src/http/oidc/relying.ts'
import { createSignIn, openSession, putPrincipal } from '../src/identity/index.ts'
import { openBrowser } from './browser.ts'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

const password = 'four wet horses at noon'
let mesh: ServedMesh
beforeAll(async () => {
  mesh = await serveMesh(
    { publicHosts: ['mesh.example'], corsOrigins: ['https://notebooks.example'] },
    {},
    {},
    { ttlMs: 0 },
  )
  await putPrincipal(
    { id: 'ada', name: '<img src=x onerror=alert(1)>', roles: [{ role: 'consumer' }] },
    'admin',
    mesh.identity,
  )
  await codeBrowser().then((browser) =>
    browser.api(mesh.url, '/api/v1/me/password', { method: 'POST', body: { password } }),
  )
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

const codeBrowser = async () => {
  const browser = openBrowser()
  const { code } = await createSignIn('ada', 'admin', mesh.identity)
  await browser.api(mesh.url, '/api/v1/session', { method: 'POST', body: { code } })
  return browser
}
const cliStart = (more = '') =>
  `${mesh.url}/oidc/auth?client_id=datamesh-cli&response_type=code&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcallback&code_challenge=${'a'.repeat(43)}&code_challenge_method=S256${more}`
const via = (host: string, proto: string, path: string, more: Record<string, string> = {}) =>
  mesh.app.inject({
    method: 'GET',
    url: path,
    headers: { host, 'x-forwarded-proto': proto, accept: 'text/html', ...more },
  })

describe('a redirect', () => {
  test.each([
    ['/map', '/map'],
    ['/products?q=a%20b#x', '/products?q=a%20b#x'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/\n/evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/.//evil.example', '/evil.example'],
    ['/a/..//evil.example', '/evil.example'],
    ['/x\r\nset-cookie: a=b', '/'],
    ['', '/'],
    [['/a', '/b'], '/'],
    [`/${'a'.repeat(3_000)}`, '/'],
  ])('after signing in to %j goes to %j', (to, expected) => {
    expect(pathOf(to)).toBe(expected)
  })
  test('of the issuer goes to no address that was not agreed upon, and the page says so instead', async () => {
    for (const uri of [
      'https://evil.example/callback',
      'http://127.0.0.1.evil.example/callback',
      'http://127.0.0.1:1@evil.example/callback',
      'http://127.0.0.1:1/other',
      'javascript:alert(1)',
    ]) {
      const at = `${mesh.url}/oidc/auth?client_id=datamesh-cli&response_type=code&scope=openid&code_challenge=${'a'.repeat(43)}&code_challenge_method=S256&redirect_uri=${encodeURIComponent(uri)}`
      const end = await openBrowser().go(at)
      expect([end.status, end.visited.length, end.text.includes('Sign-in cannot go on')]).toEqual([400, 1, true])
    }
  })
  test('of the portal goes to the name that the browser knows, never to one that a header makes up', async () => {
    const at = (uri: string) =>
      `/oidc/auth?client_id=datamesh-portal&response_type=code&scope=openid&code_challenge=${'a'.repeat(43)}&code_challenge_method=S256&redirect_uri=${encodeURIComponent(uri)}`
    const good = await via('mesh.example', 'https', at('https://mesh.example/auth/callback'))
    expect([good.statusCode, good.headers.location]).toEqual([303, expect.stringMatching(/^\/oidc\/sign-in\//)])
    for (const [uri, headers] of [
      ['https://evil.example/auth/callback', { 'x-forwarded-host': 'evil.example' }],
      ['http://mesh.example/auth/callback', {}],
      ['https://mesh.example/auth/callback/../../evil', {}],
    ] as const)
      expect((await via('mesh.example', 'https', at(uri), headers)).statusCode).toBe(400)
  })
  test('back from the issuer without the journey that began it opens nothing', async () => {
    const browser = openBrowser()
    expect((await browser.go(`${mesh.url}/auth/callback?code=x&state=y`)).url).toContain('/sign-in?failed=expired')
    const page = await browser.go(`${mesh.url}/auth/start`)
    // a code and a state of somebody else
    expect((await browser.go(`${mesh.url}/auth/callback?code=x&state=y&iss=${mesh.url}/oidc`)).url).toContain(
      '/sign-in?failed=',
    )
    // and the journey is used up by it
    const end = await browser.submit(page, { as: 'password', name: 'ada', password })
    expect(end.url).toContain('/sign-in?failed=expired')
    expect((await browser.api(mesh.url, '/api/v1/me')).status).toBe(401)
  })
})

describe('the form', () => {
  test('is taken from our own page only', async () => {
    const browser = openBrowser()
    const page = await browser.go(cliStart())
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'none' },
    ]) {
      const end = await browser.go(page.url, {
        method: 'POST',
        from: page.url,
        form: { as: 'password', name: 'ada', password },
        headers,
      })
      expect(end.status).toBe(403)
    }
  })
  test('is nothing without the cookie of its browser, nor with that of another sign-in', async () => {
    const page = await openBrowser().go(cliStart())
    const thief = openBrowser()
    expect((await thief.go(page.url)).status).toBe(400)
    expect((await thief.submit(page, { as: 'password', name: 'ada', password })).status).toBe(400)
  })
  test('shows names as text, and a wrong name is not said to be wrong', async () => {
    const browser = await codeBrowser()
    const confirm = await browser.go(cliStart())
    expect(confirm.text).not.toContain('<img')
    const other = openBrowser()
    const page = await other.go(cliStart())
    const told = async (name: string) => (await other.submit(page, { as: 'password', name, password: 'wrong' })).text
    const known = await told('ada')
    const unknown = await told('"><script>alert(1)</script>')
    expect(unknown).not.toContain('<script')
    expect(known.replace('value="ada"', '')).toBe(unknown.replace(/value="[^"]*script[^"]*"/, ''))
  })
  test('allows no script, no frame, and forms only to us and where the sign-in goes', async () => {
    const page = await openBrowser().go(cliStart())
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("form-action 'self' http://127.0.0.1:1")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(page.text).not.toMatch(/<script|style=|onload/i)
    expect(page.headers.get('cache-control')).toBe('no-store')
  })
})

describe('cookies and headers', () => {
  test('over https the session has a name that nobody else can set, and only that name counts', async () => {
    const { secret } = await openSession({ principal: 'ada', method: 'password' }, mesh.identity)
    const me = (cookie: string) => via('mesh.example', 'https', '/api/v1/me', { cookie })
    expect((await me(`__Host-datamesh_session=${secret}`)).statusCode).toBe(200)
    expect((await me(`datamesh_session=${secret}`)).statusCode).toBe(401)
    const token = await mesh.somebody('leo', [])
    const opened = await mesh.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers: { host: 'mesh.example', 'x-forwarded-proto': 'https' },
      payload: { token },
    })
    expect(String(opened.headers['set-cookie'])).toMatch(
      /^__Host-datamesh_session=\S+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    )
  })
  test('https is asked for from then on, where it was used and nowhere else', async () => {
    const secure = await via('mesh.example', 'https', '/healthz')
    expect(secure.headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
    expect((await via('localhost', 'https', '/healthz')).headers['strict-transport-security']).toBeUndefined()
  })
  test('the issuer sends cookies that no script reads, and headers as every page', async () => {
    const reply = await via('mesh.example', 'https', cliStart().slice(mesh.url.length))
    const cookies = reply.headers['set-cookie'] as string[]
    expect(cookies.length).toBeGreaterThan(2)
    for (const cookie of cookies) expect(cookie.toLowerCase()).toMatch(/httponly.*|expires=thu, 01 jan 1970/)
    for (const cookie of cookies) expect(cookie.toLowerCase()).toContain('samesite=lax')
    expect(reply.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
  })
  test('another site may call the API with a token when it was named, never with a cookie', async () => {
    const ask = (origin: string, method = 'OPTIONS') =>
      fetch(`${mesh.url}/api/v1/me`, { method, headers: { origin, 'access-control-request-method': 'GET' } })
    const named = await ask('https://notebooks.example')
    expect([named.status, named.headers.get('access-control-allow-origin')]).toEqual([204, 'https://notebooks.example'])
    expect(named.headers.get('access-control-allow-credentials')).toBeNull()
    for (const origin of [
      'https://evil.example',
      'https://notebooks.example.evil.example',
      'null',
      'http://notebooks.example',
    ]) {
      const refused = await ask(origin)
      expect([origin, refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([origin, 403, null])
    }
    const browser = await codeBrowser()
    const cookie = browser
      .cookies(mesh.url)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const post = (headers: Record<string, string>) =>
      fetch(`${mesh.url}/api/v1/keys`, {
        method: 'POST',
        headers: { origin: 'https://notebooks.example', 'content-type': 'application/json', ...headers },
        body: '{"name":"x"}',
      })
    expect((await post({ cookie })).status).toBe(403)
    expect((await post({ authorization: `Bearer ${await mesh.somebody('nina', [])}` })).status).toBe(201)
  })
  test('no site may, when none was named; the issuer says no more', async () => {
    await using closed = await serveMesh()
    for (const path of ['/api/v1/me', '/oidc/jwks', '/oidc/.well-known/openid-configuration']) {
      const reply = await fetch(closed.url + path, { headers: { origin: 'https://evil.example' } })
      expect(reply.headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})

describe('sessions', () => {
  test('a browser gets another secret when it signs in again and when its password changes', async () => {
    const browser = await codeBrowser()
    const secret = () => browser.cookies(mesh.url).find(({ name }) => name === 'datamesh_session')?.value ?? ''
    const first = secret()
    const { code } = await createSignIn('ada', 'admin', mesh.identity)
    await browser.api(mesh.url, '/api/v1/session', { method: 'POST', body: { code } })
    const second = secret()
    expect(second).not.toBe(first)
    const as = (value: string) => mesh.get('/api/v1/me', undefined, { cookie: `datamesh_session=${value}` })
    expect((await as(first)).status).toBe(401)
    await browser.api(mesh.url, '/api/v1/me/password', {
      method: 'POST',
      body: { password: 'five dry camels at dawn' },
    })
    const third = secret()
    expect([third === second, (await as(second)).status, (await as(third)).status]).toEqual([false, 401, 200])
    await browser.api(mesh.url, '/api/v1/me/password', {
      method: 'POST',
      body: { password, current: 'five dry camels at dawn' },
    })
  })
  test('a secret that was put into the browser beforehand is never taken', async () => {
    const planted = `dmb_${'A'.repeat(43)}`
    const { code } = await createSignIn('ada', 'admin', mesh.identity)
    const opened = await fetch(`${mesh.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: `datamesh_session=${planted}` },
      body: JSON.stringify({ code }),
    })
    expect(opened.headers.getSetCookie()[0]).not.toContain(planted)
    expect((await mesh.get('/api/v1/me', undefined, { cookie: `datamesh_session=${planted}` })).status).toBe(401)
  })
  test('are listed without their secrets, and ended one by one or all at once', async () => {
    const [one, two, three] = [await codeBrowser(), await codeBrowser(), await codeBrowser()]
    const list = async () =>
      (await json(one.api(mesh.url, '/api/v1/me/sessions'))).sessions as { id: string; current: boolean }[]
    const own = one.cookies(mesh.url)[0]?.value ?? ''
    expect(JSON.stringify(await list())).not.toContain(own.slice(4))
    expect((await list()).filter(({ current }) => current)).toHaveLength(1)
    const status = async () =>
      Promise.all([one, two, three].map(async (each) => (await each.api(mesh.url, '/api/v1/me')).status))
    const target = (await json(two.api(mesh.url, '/api/v1/me/sessions'))).sessions.find(
      ({ current }: { current: boolean }) => current,
    )
    await one.api(mesh.url, `/api/v1/me/sessions?id=${target.id}`, { method: 'DELETE' })
    expect(await status()).toEqual([200, 401, 200])
    await one.api(mesh.url, '/api/v1/me/sessions', { method: 'DELETE' })
    expect(await status()).toEqual([200, 401, 401])
  })
})

describe('odd input', () => {
  const paths = [
    '/oidc/auth',
    '/oidc/token',
    '/oidc/token/revocation',
    '/oidc/me',
    '/oidc/jwks',
    '/oidc/session/end',
    '/oidc/session/end/confirm',
    '/oidc/session/end/success',
    '/oidc/auth/nothing',
    '/oidc/sign-in/nothing',
    '/oidc/.well-known/openid-configuration',
    '/oidc/nothing',
    '/oidc/',
    '/oidc/%00',
    '/auth/start',
    '/auth/callback',
    '/auth/nothing',
  ]
  const odd = [
    '?client_id=%00&redirect_uri=%00&response_type=%00&scope=%00',
    '?client_id[]=a&client_id[]=b&client_id=datamesh-cli&client_id=datamesh-cli',
    '?__proto__[x]=1&constructor=1&toString=1',
    `?client_id=datamesh-cli&state=${'a'.repeat(8_000)}`,
    '?client_id=datamesh-cli&claims=%7B&request=eyJ&request_uri=http%3A%2F%2F169.254.169.254%2F&resource=http%3A%2F%2Fevil',
    '?code=%ED%A0%80&state=%FF%FE&to=%ED%A0%80',
    '?id_token_hint=eyJhbGciOiJub25lIn0.e30.&post_logout_redirect_uri=https%3A%2F%2Fevil.example',
    "?client_id=' or 1=1 --&code='; drop table principal; --",
  ]
  const bodies: [string, string][] = [
    [
      'application/x-www-form-urlencoded',
      'grant_type=authorization_code&code=%00&client_id=datamesh-cli&code_verifier=x',
    ],
    [
      'application/x-www-form-urlencoded',
      `grant_type=refresh_token&client_id=datamesh-cli&refresh_token=${'a'.repeat(40_000)}`,
    ],
    ['application/x-www-form-urlencoded', 'a=1&'.repeat(30_000)],
    ['application/x-www-form-urlencoded', '%E0%A4%A&&&==='],
    ['application/x-www-form-urlencoded', 'grant_type=client_credentials&client_id=dmc_0123456789ab&client_secret=x'],
    ['application/json', '{"grant_type":{"$gt":""},"__proto__":{"admin":true}}'],
    ['application/json', '['.repeat(20_000)],
    ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="as"\r\n\r\nsession\r\n--x--'],
    ['text/xml', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
    ['', 'x'],
  ]
  const isTold = async (reply: Response) => {
    const text = await reply.text()
    expect(reply.status, `${reply.url.slice(0, 200)} ${text.slice(0, 300)}`).toBeLessThan(500)
    expect(text).not.toMatch(/\bat .*\.(ts|js):\d+|node_modules|select .* from|<img|javascript:/)
  }
  test.each(paths)('in the address of %s is answered, and nothing falls over', async (path) => {
    for (const query of ['', ...odd])
      await isTold(await fetch(mesh.url + path + query, { redirect: 'manual', headers: { accept: 'text/html' } }))
  })
  test.each(paths)('in the body of %s is answered, and nothing falls over', async (path) => {
    for (const [type, body] of bodies)
      await isTold(
        await fetch(mesh.url + path, {
          method: 'POST',
          redirect: 'manual',
          headers: {
            ...(type === '' ? {} : { 'content-type': type }),
            origin: mesh.url,
            'sec-fetch-site': 'same-origin',
          },
          body,
        }),
      )
  })
  test('in headers and cookies opens nothing', async () => {
    for (const headers of [
      { authorization: 'Bearer ' },
      { authorization: `Bearer ${'.'.repeat(1_000)}` },
      { authorization: 'Bearer eyJ.eyJ.x' },
      { authorization: `Bearer eyJ${'a'.repeat(14_000)}.b.c` },
      { authorization: 'Basic !!!' },
      { cookie: 'datamesh_session=dmb_%00; datamesh_session=' },
      { cookie: `datamesh_session=dmb_${'A'.repeat(43)}; __Host-datamesh_session=dmb_${'B'.repeat(43)}` },
    ])
      expect((await mesh.get('/api/v1/me', undefined, headers as Record<string, string>)).status).toBe(401)
  })
  test('a request that is never finished harms nobody', async () => {
    const { hostname, port } = new URL(mesh.url)
    const slow = connect(Number(port), hostname)
    slow.write(
      `POST /oidc/token HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 1000\r\n\r\ngrant`,
    )
    expect((await fetch(`${mesh.url}/api/v1/auth`)).status).toBe(200)
    slow.destroy()
  })
  test('nothing that is secret stands in the log or in events', async () => {
    const events = await mesh.identity.store.db.selectFrom('event').selectAll().execute()
    const written = JSON.stringify(mesh.log) + JSON.stringify(events)
    expect(written).not.toMatch(/dmb_|dms_[\w-]{20}|dmcs_|eyJ[\w-]+\.eyJ|four wet|five dry|\$argon2/)
  })
})

test('whoever knocks too often waits', async () => {
  await using busy = await serveMesh()
  let last = 0
  for (let i = 0; i < 300 && last !== 429; i++) last = (await fetch(`${busy.url}/oidc/jwks`)).status
  expect(last).toBe(429)
})
