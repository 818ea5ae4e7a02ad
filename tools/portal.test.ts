import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import zlib from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'

const { buildPortal, isBuilt, stampOf } = await import(new URL('portal.mjs', import.meta.url).href)

let root: string
const write = (file: string, text: string) => {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  fs.writeFileSync(path.join(root, file), text)
}
const dist = (...parts: string[]) => path.join(root, 'packages', 'portal', 'dist', ...parts)
const long = 'const a = 1\n'.repeat(200)
/** Stands where vite stands: what counts here is what happens around it. */
const building = (text: string) => (outDir: string) => {
  fs.mkdirSync(path.join(outDir, 'assets'), { recursive: true })
  fs.writeFileSync(path.join(outDir, 'index.html'), text)
  fs.writeFileSync(path.join(outDir, 'assets', 'main.js'), long)
  return true
}

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-portal-build-'))
  write('packages/portal/src/main.tsx', 'one')
  write('packages/core/src/index.ts', 'words')
  write('package-lock.json', '{}')
})
afterEach(() => fs.rmSync(root, { recursive: true, force: true }))

test('a portal is built again when a source has changed, not when only its time has', async () => {
  expect(isBuilt(root)).toBe(false)
  expect(await buildPortal(root, building('first'))).toBe(true)
  expect(isBuilt(root)).toBe(true)
  fs.utimesSync(path.join(root, 'packages/portal/src/main.tsx'), new Date(), new Date())
  write('packages/core/src/index.test.ts', 'a test is in no portal')
  expect(isBuilt(root)).toBe(true)
  for (const file of ['packages/portal/src/main.tsx', 'packages/core/src/more.ts', 'package-lock.json']) {
    write(file, 'changed')
    expect(isBuilt(root)).toBe(false)
    await buildPortal(root, building('again'))
    expect(isBuilt(root)).toBe(true)
  }
  fs.renameSync(path.join(root, 'packages/portal/src/main.tsx'), path.join(root, 'packages/portal/src/other.tsx'))
  expect(isBuilt(root)).toBe(false)
})

test('a build that fails leaves the portal that is there', async () => {
  await buildPortal(root, building('first'))
  write('packages/portal/src/main.tsx', 'broken')
  const failing = (outDir: string) => building('half')(outDir) && false
  expect(await buildPortal(root, failing)).toBe(false)
  expect(fs.readFileSync(dist('index.html'), 'utf8')).toBe('first')
  expect(isBuilt(root)).toBe(false)
  expect(fs.readdirSync(path.join(root, 'node_modules', '.cache'))).toEqual([])
})

test('what is edited during a build is built the next time', async () => {
  const editing = (outDir: string) => {
    write('packages/portal/src/main.tsx', 'typed meanwhile')
    return building('first')(outDir)
  }
  await buildPortal(root, editing)
  expect(isBuilt(root)).toBe(false)
})

test('texts stand beside themselves compressed, small ones do not', async () => {
  await buildPortal(root, building('first'))
  const read = (name: string) => fs.readFileSync(dist('assets', name))
  expect(zlib.brotliDecompressSync(read('main.js.br')).toString()).toBe(long)
  expect(zlib.gunzipSync(read('main.js.gz')).toString()).toBe(long)
  expect(fs.readdirSync(dist()).sort()).toEqual(['.stamp', 'assets', 'index.html'])
})

test('asking whether this repository is built takes no time that anybody notices', () => {
  const repository = path.resolve(import.meta.dirname, '..')
  const began = performance.now()
  expect(stampOf(repository)).toMatch(/^[0-9a-f]{64}$/)
  // 10 ms on an idle machine; ten times that is still the promise
  expect(performance.now() - began).toBeLessThan(1000)
})
