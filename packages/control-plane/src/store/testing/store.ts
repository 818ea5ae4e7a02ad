import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { schemaDigest } from '../migrate.ts'
import { openStore, type Store, type StoreOptions } from '../store.ts'

export type TestStore = Store & {
  /** The folder of this store's state; gone after dispose. */
  dir: string
}

/**
 * A migrated, empty, real embedded store in a folder of its own, without fsync: a copy of a template that the first caller on the machine
 * makes (2 s) and all others use (about 0.4 s). Dispose it: `await using store = await openTestStore()`.
 */
export const openTestStore = async (options: Partial<Omit<StoreOptions, 'url'>> = {}): Promise<TestStore> => {
  const dir = await newTestDir()
  const clean = () => fs.rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
  try {
    const store = await openStore({
      url: `pglite:${dir}`,
      clock: { now: () => new Date() },
      durable: false,
      ...options,
    })
    const close = store[Symbol.asyncDispose]
    return {
      ...store,
      dir,
      async [Symbol.asyncDispose]() {
        await close()
        clean()
      },
    }
  } catch (error) {
    clean()
    throw error
  }
}

/** A folder with an empty, migrated state in it, for tests that open it themselves; the caller removes it. */
export const newTestDir = async (): Promise<string> => {
  const template = await templateDir()
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-store-'))
  fs.cpSync(template, dir, { recursive: true })
  return dir
}

/** Made under another name and renamed, so that several test processes may make it at the same time and none sees half of it. */
const templateDir = async (): Promise<string> => {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const { version } = JSON.parse(fs.readFileSync(path.join(entry, '../../package.json'), 'utf8')) as { version: string }
  const template = path.join(os.tmpdir(), `datamesh-store-template-${version}-${schemaDigest()}`)
  if (fs.existsSync(template)) return template
  const draft = fs.mkdtempSync(`${template}.`)
  const store = await openStore({ url: `pglite:${draft}`, clock: { now: () => new Date() }, durable: false })
  await store[Symbol.asyncDispose]()
  try {
    fs.renameSync(draft, template)
  } catch {
    fs.rmSync(draft, { recursive: true, force: true })
  }
  return template
}
