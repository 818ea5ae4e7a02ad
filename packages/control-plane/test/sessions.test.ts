import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSignIn, openSession } from '../src/identity/index.ts'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
let owner: string
beforeAll(async () => {
  mesh = await serveMesh({ publicHosts: ['mesh.example'], lookEveryMs: 50 })
  owner = await mesh.somebody('olga', [{ role: 'domain-owner', domain: 'sales' }])
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

const session = '/api/v1/session'
const call = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
  fetch(mesh.url + path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
/** Past the route, which is slow to those who come too often. */
const signedIn = async () => `datamesh_session=${(await openSession({ token: owner }, mesh.identity)).secret}`
const ours = () => ({ origin: mesh.url })

describe('a browser signs in', () => {
  test('with a one-time code, and gets a cookie that no script reads and no other site sends', async () => {
    const { code } = await createSignIn('olga', 'admin', mesh.identity)
    const opened = await mesh.send('POST', session, undefined, { code })
    expect(opened.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^datamesh_session=dmb_[\w-]{43}; Max-Age=43(200|199); Path=\/; HttpOnly; SameSite=Strict$/,
      ),
    ])
    expect(await json(opened)).toMatchObject({ principal: { id: 'olga' }, expiresAt: expect.any(String) })
    expect(await json(mesh.get('/api/v1/me', undefined, { cookie: cookieOf(opened) }))).toMatchObject({ id: 'olga' })
    const again = await mesh.send('POST', session, undefined, { code })
    expect([again.status, again.headers.getSetCookie()]).toEqual([401, []])
  })
  test('with a key of hers, whichever other cookies the browser sends', async () => {
    const opened = await mesh.send('POST', session, undefined, { token: owner })
    const cookie = `a=1; ${cookieOf(opened)}; datamesh=x`
    expect(await json(mesh.get('/api/v1/me', undefined, { cookie }))).toMatchObject({ id: 'olga' })
  })
  test.each([{}, { code: 'dms_x', token: 'dm_x' }])('with one of both: not with %o', async (body) => {
    const refused = await mesh.send('POST', session, undefined, body)
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([400, []])
  })
  test('the cookie is for https only when the browser came by https', async () => {
    const opened = (host: string, proto: string) =>
      mesh.app.inject({
        method: 'POST',
        url: session,
        headers: { host, 'x-forwarded-proto': proto },
        payload: { token: owner },
      })
    const secure = await Promise.all([
      opened('mesh.example', 'https'),
      opened('mesh.example:443', 'https,http'),
      opened('mesh.example', 'http'),
      opened('localhost', 'https'),
    ])
    expect(secure.map((each) => String(each.headers['set-cookie']).endsWith('; Secure'))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
  test('no secret and no code stands in the log', async () => {
    const cookie = await signedIn()
    await call('POST', '/api/v1/keys', { cookie, ...ours() }, { name: '' })
    await call('POST', '/api/v1/keys', { cookie, ...ours() }, { name: 'mine' })
    expect(JSON.stringify(mesh.log)).not.toContain(cookie.slice('datamesh_session=dmb_'.length))
    expect(mesh.log.length).toBeGreaterThan(0)
  })
})

describe('what the cookie opens', () => {
  test('streams and downloads, which send no header of ours', async () => {
    const cookie = await signedIn()
    const stop = new AbortController()
    const stream = await fetch(`${mesh.url}/api/v1/events?after=0`, { headers: { cookie }, signal: stop.signal })
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
    const { value } = (await stream.body?.getReader().read()) ?? {}
    expect(new TextDecoder().decode(value)).toContain('retry:')
    stop.abort()
    const list = await json(mesh.get('/api/v1/products/sales/orders/files', undefined, { cookie }))
    const file = await mesh.get(list.tables[0].files[0].url, undefined, { cookie })
    expect([file.status, (await file.arrayBuffer()).byteLength]).toEqual([200, list.tables[0].files[0].bytes])
  })
  test('nothing beside an Authorization header, which wins', async () => {
    const cookie = await signedIn()
    expect((await mesh.get('/api/v1/me', 'dm_wrong', { cookie })).status).toBe(401)
    const other = await mesh.somebody('otto', [{ role: 'consumer' }])
    expect(await json(mesh.get('/api/v1/me', other, { cookie }))).toMatchObject({ id: 'otto' })
  })
  test('nothing when it is not one of ours', async () => {
    for (const cookie of ['datamesh_session=', 'datamesh_session=dmb_x', `other=${(await signedIn()).split('=')[1]}`])
      expect((await mesh.get('/api/v1/me', undefined, { cookie })).status).toBe(401)
  })
})

describe('a change that only a cookie signs', () => {
  test.each([
    ['with our Origin', 'yes', {}, 201],
    ['without Origin, said to be of the same origin', 'no', { 'sec-fetch-site': 'same-origin' }, 201],
    ['with our Origin, said to be of the same origin', 'yes', { 'sec-fetch-site': 'same-origin' }, 201],
    ['with neither', 'no', {}, 403],
    ['typed by the user or from an extension', 'no', { 'sec-fetch-site': 'none' }, 403],
    ['from another port of this machine', 'no', { 'sec-fetch-site': 'same-site' }, 403],
    ['with an Origin that the other header denies', 'yes', { 'sec-fetch-site': 'cross-site' }, 403],
    ['with the Origin of somebody else', 'no', { origin: 'https://evil.example' }, 403],
    ['from a sandboxed frame', 'no', { origin: 'null', 'sec-fetch-site': 'cross-site' }, 403],
  ])('%s', async (_, origin, headers, status) => {
    const cookie = await signedIn()
    const all = { cookie, ...(origin === 'yes' ? ours() : {}), ...headers }
    expect((await call('POST', '/api/v1/keys', all, { name: 'a key' })).status).toBe(status)
  })
  test('a program with a key needs none of that', async () => {
    expect((await mesh.send('POST', '/api/v1/keys', owner, { name: 'a key' })).status).toBe(201)
  })
})

describe('the end of a session', () => {
  test('signing out drops the cookie, and the secret opens nothing more', async () => {
    const cookie = await signedIn()
    const refused = await call('DELETE', session, { cookie })
    expect(refused.status).toBe(403)
    const closed = await call('DELETE', session, { cookie, ...ours() })
    expect([closed.status, closed.headers.getSetCookie()]).toEqual([
      200,
      ['datamesh_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict'],
    ])
    expect((await mesh.get('/api/v1/me', undefined, { cookie })).status).toBe(401)
  })
  test('ends the streams that it opened, and so do a revoked key and other roles', async () => {
    const listening = async (headers: Record<string, string>) => {
      const stream = await fetch(`${mesh.url}/api/v1/events`, { headers })
      expect(stream.status).toBe(200)
      return stream.text()
    }
    const cookie = await signedIn()
    const byCookie = listening({ cookie })
    const kim = await mesh.somebody('kim', [{ role: 'consumer' }])
    const { id, token } = await json(mesh.send('POST', '/api/v1/keys', kim, { name: 'a key' }))
    const byKey = listening({ authorization: `Bearer ${token}` })
    const byRole = listening({ authorization: `Bearer ${kim}` })
    let ended = 0
    for (const each of [byCookie, byKey, byRole]) void each.then(() => ended++)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(ended).toBe(0)
    await call('DELETE', session, { cookie, ...ours() })
    await byCookie
    await mesh.send('DELETE', `/api/v1/keys/${id}`, kim)
    await byKey
    expect(ended).toBe(2)
    await mesh.somebody('kim', [])
    await byRole
  })
  test('a used one is sent again, good for twelve hours more', async () => {
    const cookie = await signedIn()
    expect((await mesh.get('/api/v1/me', undefined, { cookie })).headers.getSetCookie()).toEqual([])
    const before = new Date(Date.now() - 11 * 60_000)
    await mesh.catalog.store.db.updateTable('session').set({ last_seen_at: before }).execute()
    mesh.identity.authenticator.forget()
    const rows = '/api/v1/products/sales/orders/tables/orders/rows?limit=1'
    const [renewed] = (await mesh.get(rows, undefined, { cookie })).headers.getSetCookie()
    expect(renewed).toMatch(new RegExp(`^${cookie}; Max-Age=43200;`))
    expect((await mesh.get(rows, undefined, { cookie })).headers.getSetCookie()).toEqual([])
  })
  test('whoever guesses is slowed down, with codes and keys alike', async () => {
    const tries = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        mesh.send('POST', i % 2 ? session : '/api/v1/sign-in', undefined, { code: 'dms_no' }),
      ),
    )
    expect(new Set(tries.map((each) => each.status))).toEqual(new Set([401, 429]))
    expect((await mesh.send('POST', session, undefined, { token: owner })).status).toBe(429)
  })
})
