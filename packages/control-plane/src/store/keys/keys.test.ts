import { spawn } from 'node:child_process'
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import { createServer } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { json } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { openTestStore } from '../testing/store.ts'
import { dataKeyChannel, type KeyProvider, keyFileProvider, openKeyRing, transitProvider } from './index.ts'

const now = () => new Date('2026-01-02T03:04:05Z')
let dir: string
let made = 0
const newId = (kind: string) => `${kind}_${++made}`
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-keys-'))
})
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }))

const opened = async (provider: KeyProvider) => {
  const store = await openTestStore()
  onTestFinished(() => store[Symbol.asyncDispose]())
  return {
    store,
    ring: openKeyRing({ store, provider, now, newId }),
    again: () => openKeyRing({ store, provider, now, newId }),
  }
}

/** A key service with real keys, as small as the protocol lets it be: encrypt, decrypt, read and rotate of a transit engine. */
const startTransit = async () => {
  const versions = [randomBytes(32)]
  const token = randomBytes(8).toString('hex')
  let up = true
  const server = createServer(async (request, response) => {
    const answer = (status: number, data?: unknown) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(data === undefined ? '' : JSON.stringify({ data }))
    if (!up) return request.socket.destroy()
    if (request.headers['x-vault-token'] !== token) return answer(403)
    const [, , , what, name, more] = (request.url ?? '').split('/')
    if (name !== 'mesh' && what !== undefined && name !== 'mesh') return answer(404)
    const body =
      request.method === 'POST' && more === undefined ? ((await json(request)) as Record<string, string>) : {}
    const aad = Buffer.from(body.associated_data ?? '', 'base64')
    if (what === 'encrypt') {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', versions.at(-1)!, nonce).setAAD(aad)
      const sealed = Buffer.concat([nonce, cipher.update(Buffer.from(body.plaintext ?? '', 'base64')), cipher.final()])
      return answer(200, {
        ciphertext: `vault:v${versions.length}:${Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64')}`,
      })
    }
    if (what === 'decrypt') {
      try {
        const [, version = '', text = ''] = /^vault:v(\d+):(.*)$/.exec(body.ciphertext ?? '') ?? []
        const sealed = Buffer.from(text, 'base64')
        const decipher = createDecipheriv('aes-256-gcm', versions[Number(version) - 1]!, sealed.subarray(0, 12)).setAAD(
          aad,
        )
        decipher.setAuthTag(sealed.subarray(-16))
        const plain = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
        return answer(200, { plaintext: plain.toString('base64') })
      } catch {
        return answer(400)
      }
    }
    if (more === 'rotate') {
      versions.push(randomBytes(32))
      return answer(204)
    }
    return answer(200, { latest_version: versions.length, min_decryption_version: 1 })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const tokenFile = path.join(dir, 'token')
  fs.writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 })
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/v1/transit`
  return {
    provider: transitProvider({ url, key: 'mesh', tokenFile }),
    tokenFile,
    stop: () => (up = false),
    start: () => (up = true),
  }
}

const lifeOf = async (provider: KeyProvider) => {
  const { store, ring, again } = await opened(provider)
  const first = await ring.forProduct('sales/orders')
  expect(await ring.forProduct('sales/orders')).toEqual(first)
  const other = await ring.forProduct('sales/leads')
  expect(other.bytes).not.toBe(first.bytes)
  expect(await again().keysFor([first.id, other.id])).toEqual({ [first.id]: first.bytes, [other.id]: other.bytes })
  const stored = JSON.stringify(await store.db.selectFrom('data_key').selectAll().execute())
  expect(stored).not.toContain(first.bytes)

  const before = (await ring.list()).masters.find(({ current }) => current)?.id
  const { master, rewrapped } = await ring.rotate('ann')
  expect(rewrapped).toBe(2)
  expect(master).not.toBe(before)
  const listed = await ring.list()
  expect(listed.keys.map((key) => key.master)).toEqual([master, master])
  expect(await again().keysFor([first.id])).toEqual({ [first.id]: first.bytes })
  expect(JSON.stringify(listed)).not.toContain(first.bytes)

  // what is wrapped for one key does not open as another
  const [a, b] = await store.db.selectFrom('data_key').selectAll().orderBy('id').execute()
  await store.db.updateTable('data_key').set({ wrapped: a!.wrapped }).where('id', '=', b!.id).execute()
  await expect(again().keysFor([b!.id])).rejects.toMatchObject({ code: 'key-missing' })

  expect(await ring.destroy('sales/orders', 'ann')).toBe(1)
  await expect(ring.keysFor([first.id])).rejects.toMatchObject({ code: 'key-missing' })
  expect((await ring.forProduct('sales/orders')).id).not.toBe(first.id)
  const told = await store.db.selectFrom('audit_entry').select(['action', 'actor']).orderBy('seq').execute()
  expect(told.map(({ action }) => action)).toEqual([
    ...['data-key.created', 'data-key.created', 'master-key.rotated', 'data-key.destroyed', 'data-key.created'],
  ])
  return { ring, before: before ?? '', again, other }
}

test('data keys are wrapped by a key file; rotated without losing one, destroyed for good', async () => {
  const file = path.join(dir, 'keys.json')
  const { ring, before, again, other } = await lifeOf(keyFileProvider(file, { now }))
  expect(fs.statSync(file).mode & 0o777).toBe(0o600)
  const { current } = JSON.parse(fs.readFileSync(file, 'utf8')) as { current: string }
  await expect(ring.retire(current, 'ann')).rejects.toMatchObject({ code: 'request-invalid' })
  await ring.retire(before, 'ann')
  expect((await ring.list()).masters.map(({ id }) => id)).toEqual([current])
  // gone, and back: nothing was lost
  fs.renameSync(file, `${file}.away`)
  await expect(again().keysFor([other.id])).rejects.toMatchObject({
    code: 'key-missing',
    message: expect.stringContaining('is not there'),
  })
  fs.renameSync(`${file}.away`, file)
})

test('a key file that others can read, or that is none, is refused', async () => {
  const file = path.join(dir, 'keys.json')
  const { again, ring } = await opened(keyFileProvider(file, { now }))
  const { id } = await ring.forProduct('sales/orders')
  fs.chmodSync(file, 0o640)
  await expect(again().keysFor([id])).rejects.toMatchObject({ code: 'key-file-unsafe' })
  fs.chmodSync(file, 0o600)
  await again().keysFor([id])
  fs.writeFileSync(file, '{}')
  await expect(again().keysFor([id])).rejects.toMatchObject({ code: 'key-file-unsafe' })
})

test('data keys are wrapped by a key service; while it is away nothing is opened and nothing is lost', async () => {
  const service = await startTransit()
  const { again, other } = await lifeOf(service.provider)
  const { keys } = await again().list()
  const live = keys.find(({ product, destroyedAt }) => product === 'sales/orders' && destroyedAt === null)
  service.stop()
  await expect(again().keysFor([live!.id])).rejects.toMatchObject({
    code: 'key-missing',
    message: expect.stringContaining('does not answer'),
  })
  service.start()
  expect(Object.keys(await again().keysFor([live!.id]))).toEqual([live!.id])
  fs.writeFileSync(service.tokenFile, 'wrong')
  const refused = await again()
    .keysFor([live!.id])
    .catch((error: Error) => error)
  expect(refused).toMatchObject({ code: 'key-missing', message: expect.stringContaining('403') })
  expect(String(refused)).not.toContain(other.bytes)
})

test('a key file that is away is not replaced by a new one, whoever asks for a key', async () => {
  const file = path.join(dir, 'keys.json')
  const { ring, again } = await opened(keyFileProvider(file, { now }))
  const { id } = await ring.forProduct('sales/orders')
  fs.renameSync(file, `${file}.away`)
  await expect(again().forProduct('sales/leads')).rejects.toMatchObject({ code: 'key-missing' })
  await expect(again().rotate('ann')).rejects.toMatchObject({ code: 'key-missing' })
  expect(fs.existsSync(file)).toBe(false)
  fs.renameSync(`${file}.away`, file)
  await again().forProduct('sales/leads')
  await again().keysFor([id])
})

test('a key that does not open again is never written with, nor does it take the place of one that opens', async () => {
  const good = keyFileProvider(path.join(dir, 'keys.json'), { now })
  let wrong = false
  const provider: KeyProvider = {
    ...good,
    // a service behind a cache that answers with what it was asked before
    wrap: (key, about, first) => good.wrap(wrong ? randomBytes(32) : key, about, first),
  }
  const { ring, again, store } = await opened(provider)
  const { id, bytes } = await ring.forProduct('sales/orders')
  wrong = true
  await expect(ring.forProduct('sales/leads')).rejects.toMatchObject({ code: 'key-missing' })
  await expect(ring.rotate('ann')).rejects.toMatchObject({ code: 'key-missing' })
  expect(await again().keysFor([id])).toEqual({ [id]: bytes })
  const told = await store.db.selectFrom('audit_entry').select('action').where('subject', '=', 'platform').execute()
  // the master key is another one, whatever came after
  expect(told.map(({ action }) => action)).toEqual(['master-key.rotated'])
})

test('what opens to something that is no key of 32 bytes is refused', async () => {
  const good = keyFileProvider(path.join(dir, 'keys.json'), { now })
  const { ring, store } = await opened(good)
  const { id } = await ring.forProduct('sales/orders')
  const short: KeyProvider = { ...good, unwrap: async () => Buffer.from('short') }
  await expect(openKeyRing({ store, provider: short, now, newId }).keysFor([id])).rejects.toMatchObject({
    code: 'key-missing',
  })
})

test('servers that begin and rotate at the same moment lose no master key', async () => {
  const file = path.join(dir, 'keys.json')
  const module = new URL('./key_file.ts', import.meta.url).href
  const script = `
    const { keyFileProvider } = await import(${JSON.stringify(module)})
    const provider = keyFileProvider(${JSON.stringify(file)}, { now: () => new Date() })
    await new Promise((resolve) => { process.stdin.once('data', resolve); process.stdout.write('ready') })
    const wrapped = [await provider.wrap(Buffer.alloc(32, 7), 'about', true)]
    for (let n = 0; n < 5; n++) {
      await provider.rotate(false)
      wrapped.push(await provider.wrap(Buffer.alloc(32, 7), 'about', false))
    }
    process.stdout.write(JSON.stringify(wrapped), () => process.exit())`
  const servers = await Promise.all(
    [1, 2, 3].map(async () => {
      const child = spawn(process.execPath, ['--conditions=mesh-source', '--input-type=module', '-e', script])
      await once(child.stdout, 'data')
      return child
    }),
  )
  const texts = servers.map(async (child) => {
    let text = ''
    child.stdout.on('data', (part) => (text += part))
    await once(child, 'close')
    return text
  })
  for (const child of servers) child.stdin.write('go')
  const provider = keyFileProvider(file, { now })
  const all = (await Promise.all(texts)).flatMap((text) => JSON.parse(text))
  expect(all).toHaveLength(18)
  for (const each of all) expect(await provider.unwrap(each, 'about')).toEqual(Buffer.alloc(32, 7))
  expect(await provider.masters()).toHaveLength(16)
  expect(fs.readdirSync(dir)).toEqual(['keys.json'])
}, 30_000)

test('another server that has opened a key hears of its destruction', async () => {
  const { ring, again, store } = await opened(keyFileProvider(path.join(dir, 'keys.json'), { now }))
  const other = again()
  const { id } = await ring.forProduct('sales/orders')
  await other.keysFor([id])
  const heard = Promise.withResolvers<string>()
  const stop = await store.listen(dataKeyChannel, (product) => {
    other.forget()
    heard.resolve(product)
  })
  await ring.destroy('sales/orders', 'ann')
  expect(await heard.promise).toBe('sales/orders')
  await stop()
  await expect(other.keysFor([id])).rejects.toMatchObject({ code: 'key-missing' })
})
