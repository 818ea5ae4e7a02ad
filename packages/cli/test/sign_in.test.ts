import { spawn } from 'node:child_process'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect } from '@datamesh/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { datamesh, type Folder, folder, type Up, up } from './program.ts'

const password = 'four wet horses at noon'
let here: Folder
let platform: Up

/**
 * A browser without pictures: a program of its own that is given an address, signs in there and follows where it is sent. What it does at the
 * form is in FAKE_BROWSER: a name and a password, or `no`.
 */
const browserProgram = `
const jar = new Map()
let [, , at] = process.argv, form
for (let step = 0; step < 20; step++) {
  const url = new URL(at)
  const reply = await fetch(url, {
    redirect: 'manual',
    headers: {
      accept: 'text/html',
      cookie: [...jar].map(([name, value]) => name + '=' + value).join('; '),
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded', origin: url.origin, 'sec-fetch-site': 'same-origin' } : {}),
    },
    ...(form ? { method: 'POST', body: new URLSearchParams(form).toString() } : {}),
  })
  for (const line of reply.headers.getSetCookie()) {
    const [pair] = line.split(';')
    jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
  }
  const to = reply.headers.get('location')
  if (to) { at = new URL(to, url).href; form = undefined; if (process.env.STOP_AT_CALLBACK && at.includes('/callback')) { console.log(at); break } continue }
  const [name, secret] = process.env.FAKE_BROWSER.split('|')
  if (form || !(await reply.text()).includes('<form')) break
  form = name === 'no' ? { as: 'no' } : { as: 'password', name, password: secret }
}
`

beforeAll(async () => {
  here = folder()
  platform = await up({ cwd: here.path })
  const program = join(here.path, 'browser.mjs')
  writeFileSync(program, browserProgram)
  chmodSync(program, 0o755)
  await invite('ada', 'platform-admin')
})
afterAll(async () => {
  await platform?.stop()
  here?.[Symbol.dispose]()
})

/** Somebody with a password, set in a browser that a link has signed in. */
const invite = async (id: string, role: 'platform-admin' | 'consumer') => {
  const { url, token } = platform.ready
  const admin = connect({ url, token })
  await admin.call('putPrincipal', { params: { id }, body: { name: `${id} of the mesh`, roles: [{ role }] } })
  const { code } = await admin.call('createSignIn', { params: { id } })
  const headers = { 'content-type': 'application/json', origin: url }
  const post = (path: string, body: unknown, more = {}) =>
    fetch(url + path, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) })
  const cookie = (await post('/api/v1/session', { code })).headers.getSetCookie()[0]?.split(';')[0] ?? ''
  expect((await post('/api/v1/me/password', { password }, { cookie })).status).toBe(200)
}
/** A machine of somebody's own: no state folder, no login of before. */
const at = (name: string, as: string) => ({
  cwd: here.path,
  env: {
    XDG_CONFIG_HOME: join(here.path, name),
    DATAMESH_HOME: join(here.path, name, 'none'),
    BROWSER: `${process.execPath} ${join(here.path, 'browser.mjs')}`,
    FAKE_BROWSER: as,
  },
})
const kept = (name: string) => join(here.path, name, 'datamesh', 'credentials.json')
const read = (name: string) => JSON.parse(readFileSync(kept(name), 'utf8'))

describe('datamesh login', () => {
  test('opens the browser, keeps what it got for this user alone, renews it, and takes it back', async () => {
    const place = at('laptop', `ada|${password}`)
    const ran = await datamesh(place, 'login', '--url', platform.ready.url)
    expect(ran).toMatchObject({ code: 0 })
    expect(ran.out).toContain('as ada of the mesh')
    expect(statSync(kept('laptop')).mode & 0o777).toBe(0o600)
    expect((await datamesh(place, 'whoami')).out).toContain('platform-admin')

    // as if ten minutes had gone by
    const before = read('laptop')
    writeFileSync(kept('laptop'), JSON.stringify({ ...before, oidc: { ...before.oidc, expiresAt: Date.now() - 1 } }))
    const both = await Promise.all([datamesh(place, 'whoami'), datamesh(place, 'keys')])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    const after = read('laptop')
    expect(after.oidc.refreshToken).not.toBe(before.oidc.refreshToken)

    expect((await datamesh(place, 'logout')).out).toContain('signed out')
    await expect(connect({ url: platform.ready.url, token: after.token }).call('me', {})).rejects.toMatchObject({
      status: 401,
    })
    expect((await datamesh(place, 'logout')).out).toBe('You were not signed in.\n')
  })

  test('says so when the answer in the browser is no, and keeps nothing', async () => {
    const ran = await datamesh(at('refused', 'no|'), 'login', '--url', platform.ready.url)
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('you said no')
    expect(() => read('refused')).toThrow()
  })

  test('without a browser, the address that another one ended at is pasted', async () => {
    const place = at('server', `ada|${password}`)
    const child = spawn(
      process.execPath,
      [
        '--conditions=mesh-source',
        join(import.meta.dirname, '..', 'src', 'main.ts'),
        'login',
        '--no-browser',
        '--url',
        platform.ready.url,
      ],
      { cwd: place.cwd, env: { PATH: process.env.PATH, HOME: here.path, ...place.env } },
    )
    const ended = new Promise<number | null>((done) => child.once('close', done))
    const address = await new Promise<string>((tell) => {
      let said = ''
      child.stderr.on('data', (text) => {
        said += text
        const found = /http:\/\/\S+\/oidc\/auth\S+/.exec(said)
        if (found && said.includes('paste')) tell(found[0])
      })
    })
    const browser = spawn(process.execPath, [join(here.path, 'browser.mjs'), address], {
      env: { ...process.env, FAKE_BROWSER: `ada|${password}`, STOP_AT_CALLBACK: '1' },
    })
    let landed = ''
    for await (const text of browser.stdout) landed += text
    expect(landed).toContain('/callback?code=')
    child.stdin.write(`${landed.trim()}\n`)
    expect(await ended).toBe(0)
    expect(read('server').url).toBe(platform.ready.url)
  })
})

test('the token of a state folder is sent to the platform on it, never to another machine', async () => {
  const heard: (string | undefined)[] = []
  // by this name it is not the machine's own
  await using server = createServer((request, reply) => {
    heard.push(request.headers.authorization)
    reply.writeHead(401).end()
  })
  await new Promise<void>((listening) => server.listen(0, '0.0.0.0', listening))
  const url = `http://0.0.0.0:${(server.address() as AddressInfo).port}`
  for (const args of [['--url', url], []]) {
    const place = { cwd: here.path, env: args.length === 0 ? { DATAMESH_URL: url } : {} }
    const told = await datamesh(place, 'whoami', ...args)
    expect(told.code).not.toBe(0)
    expect(told.err + told.out).toContain(`there is no token for ${url}`)
  }
  expect(heard.filter((each) => each !== undefined)).toEqual([])
  expect((await datamesh({ cwd: here.path }, 'whoami', '--url', platform.ready.url)).code).toBe(0)
})

describe('an administrator', () => {
  const dm = (...args: string[]) => datamesh({ cwd: here.path }, ...args)
  test('adds people, teams and machines, and gives machines credentials that work', async () => {
    expect(await dm('user', 'add', 'leo', '--name', 'Leo Brandt', '--role', 'consumer')).toMatchObject({ code: 0 })
    expect((await dm('team', 'set', 'sales-team', '--member', 'leo', '--role', 'domain-owner:sales')).code).toBe(0)
    expect((await dm('team')).out).toMatch(/sales-team.*domain-owner:sales.*leo/)
    expect((await dm('user')).out).toMatch(/leo .*\(domain-owner:sales\).*sales-team/)
    expect((await dm('user', 'add', 'nightly', '--machine', '--owner', 'sales-team')).code).toBe(0)
    const made = (await dm('client', 'create', 'nightly')).out
    const of = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(made)?.[1] ?? ''
    const reply = await fetch(of('token_endpoint'), {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${of('client_id')}:${of('client_secret')}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    })
    const { access_token: token } = (await reply.json()) as { access_token: string }
    expect(await connect({ url: platform.ready.url, token }).call('me', {})).toMatchObject({
      id: 'nightly',
      owners: ['sales-team'],
    })
    expect((await dm('client', 'revoke', of('client_id'))).code).toBe(0)
    await expect(connect({ url: platform.ready.url, token }).call('me', {})).rejects.toMatchObject({ status: 401 })
  })
  test('gets a link that signs somebody in, until they are disabled', async () => {
    await dm('user', 'add', 'max')
    const link = (await dm('user', 'link', 'max')).out.trim()
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#code=dms_/)
    expect((await dm('user', 'disable', 'max')).code).toBe(0)
    const refused = await datamesh(
      { cwd: here.path, env: { XDG_CONFIG_HOME: join(here.path, 'x') } },
      'login',
      '--url',
      platform.ready.url,
      '--code',
      link.split('=')[1] ?? '',
    )
    expect(refused.code).toBe(1)
    expect((await dm('user', 'link', 'max')).code).toBe(1)
    expect((await dm('user', 'enable', 'max')).code).toBe(0)
    expect(await dm('user', 'add', 'max', '--role', 'king')).toMatchObject({ code: 2 })
  })
})
