import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKey, createSignIn, putPrincipal } from '../src/identity/index.ts'
import { openBrowser } from './browser.ts'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

const password = 'four wet horses at noon'
const everybody = '127.0.0.1'
let mesh: ServedMesh
beforeAll(async () => {
  // behind a proxy on this machine, which says who asks
  mesh = await serveMesh({ trustedProxies: [everybody] }, {}, {}, { ttlMs: 0 })
  await putPrincipal({ id: 'ada', name: 'Ada', roles: [{ role: 'consumer' }] }, 'admin', mesh.identity)
  const browser = openBrowser()
  const { code } = await createSignIn('ada', 'admin', mesh.identity)
  await browser.api(mesh.url, '/api/v1/session', { method: 'POST', body: { code } })
  await browser.api(mesh.url, '/api/v1/me/password', { method: 'POST', body: { password } })
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

const createdBy = async (init: RequestInit, body: object) => {
  const reply = await fetch(`${mesh.url}/api/v1/keys`, {
    method: 'POST',
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
    body: JSON.stringify({ name: 'more', ...body }),
  })
  expect(reply.status).toBe(201)
  return ((await reply.json()) as { expiresAt: string | null }).expiresAt
}

describe('a key that ends', () => {
  test.each([{}, { expiresInDays: 3_650 }])('makes none that outlasts it, asked for %j', async (body) => {
    const key = await createKey({ principal: 'ada', name: 'a day', expiresInDays: 1 }, 'admin', mesh.identity)
    expect(await createdBy({ headers: { authorization: `Bearer ${key.token}` } }, body)).toBe(key.expiresAt)
    const basic = Buffer.from(`ada:${key.token}`).toString('base64')
    expect(await createdBy({ headers: { authorization: `Basic ${basic}` } }, body)).toBe(key.expiresAt)
    const opened = await fetch(`${mesh.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: key.token }),
    })
    const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const ours = { cookie, origin: mesh.url, 'sec-fetch-site': 'same-origin' }
    expect(await createdBy({ headers: ours }, body)).toBe(key.expiresAt)
  })
  test('may make one that ends before it; one without an end makes what was asked for', async () => {
    const long = await createKey({ principal: 'ada', name: 'long', expiresInDays: 30 }, 'admin', mesh.identity)
    const short = await createdBy({ headers: { authorization: `Bearer ${long.token}` } }, { expiresInDays: 2 })
    expect(Date.parse(short ?? '')).toBeLessThan(Date.now() + 2.1 * 86_400_000)
    const { token } = await createKey({ principal: 'ada', name: 'no end' }, 'admin', mesh.identity)
    expect(await createdBy({ headers: { authorization: `Bearer ${token}` } }, {})).toBeNull()
  })
})

describe('a stranger', () => {
  const asks = (from: string, path: string, headers: Record<string, string> = {}) =>
    fetch(mesh.url + path, { redirect: 'manual', headers: { 'x-forwarded-for': from, ...headers } })

  test('does not decide how long the audit log gets', async () => {
    const before = (await mesh.identity.store.db.selectFrom('audit_entry').select('seq').execute()).length
    const tries = 250
    for (let i = 0; i < tries; i += 25)
      await Promise.all(
        Array.from({ length: 25 }, () =>
          asks('198.51.100.1', '/api/v1/me', { authorization: `Bearer dm_${'0'.repeat(12)}_${'A'.repeat(43)}` }).then(
            (reply) => expect(reply.status).toBe(401),
          ),
        ),
      )
    const written = (await mesh.identity.store.db.selectFrom('audit_entry').select(['seq', 'because']).execute()).slice(
      before,
    )
    expect(written.length).toBeLessThan(200)
    expect(written.filter(({ because }) => because.startsWith('many more'))).toHaveLength(1)
    // and hides nobody else by it
    await asks('198.51.100.2', '/api/v1/me', { authorization: 'Bearer wrong' })
    const after = await mesh.identity.store.db.selectFrom('audit_entry').select('seq').execute()
    expect(after.length).toBe(before + written.length + 1)
  })

  test('who uses up what an address may ask keeps nobody from signing in, whose portal asks from this machine', async () => {
    // also with a mark that is made up
    const ask = () => fetch(`${mesh.url}/oidc/jwks`, { headers: { 'x-datamesh-self': 'a'.repeat(64) } })
    let last = 0
    for (let i = 0; i < 400 && last !== 429; i++) last = (await ask()).status
    expect(last).toBe(429)
    let over = false
    const goesOn = (async () => {
      while (!over) await ask()
    })()
    const browser = openBrowser()
    const from = { headers: { 'x-forwarded-for': '198.51.100.7' } }
    const page = await browser.go(`${mesh.url}/auth/start?to=/openapi.json`, from)
    const end = await browser.submit(page, { as: 'password', name: 'ada', password }, undefined, from.headers)
    expect(new URL(end.url).pathname).toBe('/openapi.json')
    expect(browser.cookies(mesh.url).map(({ name }) => name)).toContain('datamesh_session')
    over = true
    await goesOn
  })

  test('with all addresses of a network is one', async () => {
    let last = 0
    for (let i = 0; i < 400 && last !== 429; i++)
      last = (await asks(`2001:db8:7:7::${i.toString(16)}`, '/oidc/jwks')).status
    expect(last).toBe(429)
    expect((await asks('2001:db8:7:8::1', '/oidc/jwks')).status).toBe(200)
    const methods = await json(asks('2001:db8:7:8::1', '/api/v1/auth'))
    expect(methods.methods.length).toBeGreaterThan(0)
  })
})
