import { importJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { putPrincipal } from '../src/identity/index.ts'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

/** With memories as long as they are in earnest, or longer: what ends has to be forgotten, not to grow old. */
let mesh: ServedMesh
let admin: string
beforeAll(async () => {
  mesh = await serveMesh({ lookEveryMs: 100 }, {}, {}, { ttlMs: 60_000 })
  admin = await mesh.somebody('admin2', [{ role: 'platform-admin' }])
  await team(['tina', 'tom'])
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

const team = async (members: readonly string[], disabled = false) => {
  for (const id of members) if (!(id in tokens)) tokens[id] = await mesh.somebody(id, [{ role: 'consumer' }])
  const reply = await mesh.send('PUT', '/api/v1/principals/finance', admin, {
    name: 'Finance',
    kind: 'team',
    roles: [],
    members,
    disabled,
  })
  expect(reply.status).toBe(200)
}
const tokens: Record<string, string> = {}
const granted = (principal: string, more: { ports?: string[] } = {}) =>
  mesh.catalog.store.db
    .insertInto('access_grant')
    .values({
      id: mesh.catalog.newId('acc'),
      product: 'sales/payroll',
      principal,
      purpose: 'closing the books',
      state: 'granted',
      requested_by: 'admin',
      requested_at: new Date(),
      ...more,
    })
    .execute()
    .then(() => mesh.access.grantsMoved())

const rows = '/api/v1/products/sales/payroll/tables/payroll/rows'
/** Everything that was in somebody's hand while they might. */
const inHand = async (token: string) => {
  const page = await json(mesh.get(`${rows}?limit=2`, token))
  expect(page.data).toHaveLength(2)
  const file = (await json(mesh.get('/api/v1/products/sales/payroll/files', token))).tables[0].files[0].url as string
  const query = await json(
    mesh.send('POST', '/api/v1/sql/queries', token, { sql: 'select id, amount from sales.payroll' }),
  )
  expect(await json(mesh.get(`/api/v1/sql/queries/${query.id}?wait=10000`, token))).toMatchObject({
    state: 'succeeded',
  })
  const next = page.next as string
  return [
    `${rows}?limit=2`,
    next.startsWith('/') ? next : `${rows}?limit=2&cursor=${encodeURIComponent(next)}`,
    file,
    `/api/v1/sql/queries/${query.id}/rows`,
    `/api/v1/sql/queries/${query.id}/export?format=csv`,
    '/api/v1/products/sales/payroll/files',
  ]
}
const statuses = (paths: readonly string[], token: string) =>
  Promise.all(
    paths.map(async (path) => {
      const reply = await mesh.get(path, token)
      await reply.arrayBuffer()
      return reply.status
    }),
  )
const listening = async (token: string) => {
  const stream = await fetch(`${mesh.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } })
  expect(stream.status).toBe(200)
  return stream.text()
}

describe('who leaves a team', () => {
  test('loses at once what the team may read, and what was in hand already; who stays keeps it', async () => {
    await granted('finance')
    const { tina = '', tom = '' } = tokens
    const [hers, his] = [await inHand(tina), await inHand(tom)]
    expect(await statuses(hers, tina)).toEqual(hers.map(() => 200))
    const stream = listening(tina)
    await team(['tom'])
    const after = await statuses(hers, tina)
    expect(after.filter((status) => status < 400)).toEqual([])
    expect(await statuses(his, tom)).toEqual(his.map(() => 200))
    const query = await json(mesh.send('POST', '/api/v1/sql/queries', tina, { sql: 'select id from sales.payroll' }))
    expect(await json(mesh.get(`/api/v1/sql/queries/${query.id}?wait=10000`, tina))).toMatchObject({
      state: 'failed',
      error: { code: 'denied' },
    })
    await stream
    expect((await json(mesh.get('/api/v1/me', tina))).teams).toEqual([])
  })
  test('a result of somebody else is not there, not even in one team', async () => {
    await team(['tina', 'tom'])
    const { tina = '', tom = '' } = tokens
    const results = (await inHand(tina)).filter((path) => path.includes('/sql/'))
    expect(await statuses(results, tom)).toEqual(results.map(() => 404))
  })
  test('a team that is empty or disabled gives nobody anything', async () => {
    const { tina = '', tom = '' } = tokens
    await team(['tina', 'tom'], true)
    expect(await statuses([`${rows}?limit=1`], tina)).toEqual([403])
    await team([])
    expect(await statuses([`${rows}?limit=1`], tom)).toEqual([403])
  })
  test('a grant for one port is one for that port, for teams as for people', async () => {
    const uma = await mesh.somebody('uma', [{ role: 'consumer' }])
    const put = (id: string, members: readonly string[]) =>
      putPrincipal({ id, name: id, kind: 'team', roles: [], members }, 'admin', mesh.identity)
    await put('payers', ['uma'])
    await granted('payers', { ports: ['files'] })
    expect((await mesh.get('/api/v1/products/sales/payroll/files', uma)).status).toBe(200)
    expect((await mesh.get(`${rows}?limit=1`, uma)).status).toBe(403)
    await expect(put('nested', ['payers'])).rejects.toMatchObject({ code: 'request-invalid' })
    // a name with something around it is not the team
    for (const id of ['Payers', 'payers.', 'payers2']) {
      await put(id, [`not-${id}`]).catch(() => {})
      const other = await mesh.somebody(`not-${id}`, [{ role: 'consumer' }])
      await put(id, [`not-${id}`])
      expect((await mesh.get('/api/v1/products/sales/payroll/files', other)).status).toBe(403)
    }
  })
})

test('who is disabled or demoted loses what was in hand at once', async () => {
  const vera = await mesh.somebody('vera', [{ role: 'domain-owner', domain: 'sales' }])
  const hers = await inHand(vera)
  await putPrincipal({ id: 'vera', name: 'vera', roles: [{ role: 'consumer' }] }, 'admin', mesh.identity)
  expect((await statuses(hers, vera)).filter((status) => status < 400)).toEqual([])
  await putPrincipal({ id: 'vera', name: 'vera', roles: [], disabled: true }, 'admin', mesh.identity)
  expect(await statuses(hers, vera)).toEqual(hers.map(() => 401))
})

describe('a token of the embedded issuer', () => {
  const now = () => Math.floor(Date.now() / 1000)
  const made = async (claims: Record<string, unknown>, header: Record<string, unknown> = {}) => {
    const [own] = mesh.keys?.signing() ?? []
    if (own === undefined) throw new Error('no key')
    return new SignJWT({
      iss: `${mesh.url}/oidc`,
      aud: `${mesh.url}/api`,
      sub: 'vic',
      client_id: 'datamesh-cli',
      gid: 'grant-of-vic',
      jti: 'x',
      iat: now(),
      exp: now() + 600,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: own.kid, ...header })
      .sign(await importJWK(own, 'ES256'))
  }
  const status = async (token: string) => (await mesh.get('/api/v1/me', token)).status
  beforeAll(async () => {
    await mesh.somebody('vic', [{ role: 'consumer' }])
    await mesh.somebody('wim', [{ role: 'consumer' }])
    await mesh.identity.store.db
      .insertInto('oidc_record')
      .values({ kind: 'Grant', id: 'grant-of-vic', payload: { x: 1 } as never, account: 'vic' })
      .execute()
  })
  test('is refused, signed as it may be, unless all of it is right', async () => {
    expect(await status(await made({}))).toBe(200)
    expect(await status(await made({ aud: ['https://else.example', `${mesh.url}/api`] }))).toBe(200)
    const wrong: [Record<string, unknown>, Record<string, unknown>?][] = [
      [{ aud: `${mesh.url}/oidc` }],
      [{ aud: 'datamesh-cli' }],
      [{ aud: [] }],
      [{ aud: `${mesh.url}/api/` }],
      [{ sub: 'wim' }],
      [{ sub: 'admin2' }],
      [{ sub: ['vic'] }],
      [{ gid: 'grant-of-nobody' }],
      [{ gid: undefined }],
      [{ gid: ['grant-of-vic'] }],
      [{ gid: "grant-of-vic' or '1'='1" }],
      [{ client_id: undefined }],
      [{ client_id: `dmc_${'0'.repeat(12)}` }],
      [{ sub: `dmc_${'0'.repeat(12)}`, client_id: `dmc_${'0'.repeat(12)}` }],
      [{ exp: now() - 31 }],
      [{ nbf: now() + 60 }],
      [{ exp: `${now() + 600}` }],
      [{ cnf: { jkt: 'x' } }],
      [{}, { typ: 'JWT' }],
      [{}, { typ: undefined }],
      [{}, { kid: '../../../dev/null' }],
      [{}, { kid: "x' union select 1 --" }],
    ]
    for (const [claims, header] of wrong)
      expect([claims, header, await status(await made(claims, header).catch(() => 'eyJ.x.y'))]).toEqual([
        claims,
        header,
        401,
      ])
  })
  test('headers that name other keys are not followed', async () => {
    const asked: string[] = []
    const trap = await import('node:http').then(({ createServer }) =>
      createServer((request, reply) => {
        asked.push(request.url ?? '')
        reply.end('{"keys":[]}')
      }),
    )
    await new Promise<void>((listening) => trap.listen(0, '127.0.0.1', listening))
    const at = `http://127.0.0.1:${(trap.address() as { port: number }).port}/keys`
    for (const header of [{ jku: at }, { x5u: at }, { jku: at, kid: 'unknown' }]) await status(await made({}, header))
    trap.close()
    expect(asked).toEqual([])
  })
  test('is nothing any more when what was granted is gone, and a bomb is nothing at once', async () => {
    const token = await made({})
    expect(await status(token)).toBe(200)
    await mesh.send('PUT', '/api/v1/principals/vic', admin, { name: 'vic', roles: [], disabled: true })
    await mesh.send('PUT', '/api/v1/principals/vic', admin, { name: 'vic', roles: [], disabled: false })
    expect(await status(token)).toBe(401)
    for (const bomb of [
      `eyJ${'A'.repeat(12_000)}.eyJ.x`,
      `${Buffer.from(`{"iss":${'['.repeat(5_000)}`).toString('base64url')}.e30.x`,
      `eyJhbGciOiJFUzI1NiJ9.${Buffer.from(`{"iss":"${mesh.url}/oidc","a":${'['.repeat(4_000)}${']'.repeat(4_000)}}`).toString('base64url')}.AA`,
      `eyJhbGciOiJFUzI1NiIsInppcCI6IkRFRiJ9.${Buffer.from(`{"iss":"${mesh.url}/oidc"}`).toString('base64url')}.AA`,
    ])
      expect(await status(bomb)).toBe(401)
  })
})

describe('a client of the issuer', () => {
  const asks = (fields: Record<string, string>, basic?: string) =>
    fetch(`${mesh.url}/oidc/token`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(basic === undefined ? {} : { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }),
      },
      body: new URLSearchParams(fields),
    }).then(async (reply) => [reply.status, (await json(reply)).error])

  test('has its grants and no other', async () => {
    await putPrincipal({ id: 'bot', name: 'bot', kind: 'machine', roles: [] }, 'admin', mesh.identity)
    const made = await json(mesh.send('POST', '/api/v1/clients', admin, { principal: 'bot', name: 'x' }))
    const basic = `${made.clientId}:${made.clientSecret}`
    expect(await asks({ grant_type: 'client_credentials' }, basic)).toEqual([200, undefined])
    const not = [400, 'invalid_request']
    expect(await asks({ grant_type: 'client_credentials', client_id: 'datamesh-cli' })).toEqual(not)
    expect(await asks({ grant_type: 'authorization_code', code: 'x', redirect_uri: 'http://a' }, basic)).toEqual(not)
    expect(await asks({ grant_type: 'refresh_token', refresh_token: 'x' }, basic)).toEqual(not)
    const none = [400, 'unsupported_grant_type']
    for (const grant_type of [
      'password',
      'implicit',
      'urn:ietf:params:oauth:grant-type:device_code',
      'urn:ietf:params:oauth:grant-type:token-exchange',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
    ])
      expect([grant_type, ...(await asks({ grant_type, assertion: 'x', device_code: 'x' }, basic))]).toEqual([
        grant_type,
        ...none,
      ])
    // the secret in the body, and for an audience of somebody else
    expect(
      (await asks({ grant_type: 'client_credentials', client_id: made.clientId, client_secret: made.clientSecret }))[0],
    ).toBe(401)
    expect(await asks({ grant_type: 'client_credentials', resource: 'https://else.example' }, basic)).toEqual([
      400,
      'invalid_target',
    ])
  })
})
