import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

const page = '<!doctype html><title>portal</title>'
const script = `console.log(${JSON.stringify('datamesh '.repeat(200))})`
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-portal-'))
const dist = path.join(dir, 'dist')
let mesh: ServedMesh

beforeAll(async () => {
  fs.mkdirSync(path.join(dist, 'assets'), { recursive: true })
  fs.mkdirSync(path.join(dist, '.vite'))
  fs.writeFileSync(path.join(dir, 'secret.txt'), 'beside the portal')
  fs.writeFileSync(path.join(dist, '.vite', 'manifest.json'), '{}')
  fs.writeFileSync(path.join(dist, '.stamp'), 'stamp')
  fs.writeFileSync(path.join(dist, 'index.html'), page)
  fs.writeFileSync(path.join(dist, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  const asset = path.join(dist, 'assets', 'main-C0ffee.js')
  fs.writeFileSync(asset, script)
  fs.writeFileSync(`${asset}.br`, zlib.brotliCompressSync(script))
  fs.writeFileSync(`${asset}.gz`, zlib.gzipSync(script))
  mesh = await serveMesh({ portal: dist })
})
afterAll(async () => {
  await mesh?.[Symbol.asyncDispose]()
  fs.rmSync(dir, { recursive: true, force: true })
})

const asPage = (where: string) => mesh.get(where, undefined, { accept: 'text/html,application/xhtml+xml;q=0.9' })
/** As it is written: fetch would tidy the path up, and ask past every cache. */
const raw = (where: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    const { hostname, port } = new URL(mesh.url)
    http
      .get({ hostname, port, path: where, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk) => chunks.push(chunk))
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        )
      })
      .on('error', reject)
  })

describe('the portal', () => {
  test.each(['/', '/products/sales/orders', '/search?q=a', '/products/sales/orders/versions/1.0.0', '/apiary', '/x/'])(
    '%s is its page, asked for again every time, locked up',
    async (where) => {
      const answer = await asPage(where)
      expect([answer.status, await answer.text()]).toEqual([200, page])
      expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
      expect(answer.headers.get('cache-control')).toBe('no-cache')
      expect(answer.headers.get('content-security-policy')).toContain("script-src 'self';")
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('referrer-policy')).toBe('same-origin')
      expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin')
      const etag = answer.headers.get('etag') ?? ''
      const again = await raw(where, { accept: 'text/html', 'if-none-match': etag })
      expect([again.status, again.body.length, again.headers['cache-control']]).toEqual([304, 0, 'no-cache'])
    },
  )
  test('whoever takes anything gets it at its root, and HEAD tells the same', async () => {
    const answer = await mesh.get('/', undefined, { accept: '*/*' })
    expect([answer.status, await answer.text()]).toEqual([200, page])
    const head = await mesh.send('HEAD', '/', undefined)
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, `${page.length}`, ''])
  })
  test('an asset is kept for good, and comes compressed as the browser can', async () => {
    for (const [accepted, unpack] of [
      ['br, gzip', zlib.brotliDecompressSync],
      ['gzip', zlib.gunzipSync],
      ['identity', (bytes: Buffer) => bytes],
    ] as const) {
      const { status, headers, body } = await raw('/assets/main-C0ffee.js', { 'accept-encoding': accepted })
      expect(status).toBe(200)
      expect(unpack(body).toString()).toBe(script)
      expect(headers['content-type']).toMatch(/javascript/)
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
      expect(headers['content-encoding'] ?? 'identity').toBe(accepted.split(',')[0])
      expect(headers.vary?.toLowerCase()).toContain('accept-encoding')
      expect(headers['x-content-type-options']).toBe('nosniff')
    }
  })
  test.each(['bytes=0-3', 'bytes=99999-', 'bytes=abc', 'lines=1'])(
    'a part of it is never asked for (%s)',
    async (range) => {
      const whole = await mesh.get('/icon.svg')
      const part = await mesh.get('/icon.svg', undefined, { range })
      expect([part.status, await part.text()]).toEqual([200, await whole.text()])
    },
  )
  test('files that keep their name are asked for again', async () => {
    const icon = await mesh.get('/icon.svg')
    expect([icon.status, icon.headers.get('cache-control')]).toEqual([200, 'no-cache'])
    expect(icon.headers.get('content-type')).toMatch(/svg/)
    await icon.text()
  })
})

describe('what is not the portal', () => {
  test.each(['/assets/gone-123.js', '/assets/', '/assets', '/gone.png'])('%s is missing, not a page', async (where) => {
    const browser = where.startsWith('/assets') ? await asPage(where) : await mesh.get(where)
    expect([browser.status, browser.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  })
  test.each(['/api', '/api/v1/nothing', '/healthz/x', '/metrics/x', '/openapi.json/x', '/readyz/'])(
    '%s stays an answer for programs, also in a browser',
    async (where) => {
      const answer = await asPage(where)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
      expect(await json(answer)).toMatchObject({ code: 'not-found', requestId: expect.any(String) })
    },
  )
  test('the API answers a browser as it answers everybody', async () => {
    const answer = await asPage('/api/v1/me')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
    expect((await asPage('/healthz')).headers.get('content-type')).toMatch(/json/)
  })
  test('only reading is answered', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await mesh.send(method, '/', undefined)).status).toBe(404)
  })
  test.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/..\\secret.txt',
    '/%5c..%5csecret.txt',
    '//secret.txt',
    '/assets//main-C0ffee.js',
    '/assets/./main-C0ffee.js',
    '/.stamp',
    '/%2estamp',
    '/.vite/manifest.json',
    '/assets/../.stamp',
    '/index.html%00.js',
    '/assets/main-C0ffee.js%00',
    '/%c0%ae%c0%ae/secret.txt',
  ])('%s leads nowhere', async (where) => {
    for (const accept of ['*/*', 'text/html']) {
      const { status, headers, body } = await raw(where, { accept })
      // the address of a page may be anything: then it is the page, and no file
      if (status === 200) expect(body.toString()).toBe(page)
      else {
        expect([400, 404]).toContain(status)
        expect(headers['content-type']).toBe('application/problem+json')
      }
    }
  })
})

test('without a built portal every page says how to build it, and the API stands', async () => {
  await using bare = await serveMesh({ portal: path.join(dir, 'nowhere') })
  for (const where of ['/', '/products/sales/orders']) {
    const answer = await bare.get(where, undefined, { accept: 'text/html' })
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(await answer.text()).toContain('npm run portal')
  }
  expect((await bare.get('/healthz')).status).toBe(200)
  expect((await bare.get('/api/v1/nothing', undefined, { accept: 'text/html' })).status).toBe(404)
})
