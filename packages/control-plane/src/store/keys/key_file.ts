import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { MeshError } from '@datamesh/core'
import { z } from 'zod'
import type { KeyProvider } from './provider.ts'
import { unwrapped, wrapped as wrap } from './wrapping.ts'

const KeyFile = z.object({
  datameshKeys: z.literal(1),
  current: z.string(),
  keys: z.record(
    z.string(),
    z.object({ key: z.base64().refine((key) => Buffer.from(key, 'base64').length === 32), createdAt: z.string() }),
  ),
})
type KeyFile = z.infer<typeof KeyFile>

/**
 * Master keys in a file that only its owner can read; made when it is first needed. It is read again with every use that does not know a key,
 * so that servers that share it see a rotation; servers that change it at the same moment do so in turn. Whoever loses this file loses the encrypted data: keep a copy apart from the backups.
 */
export const keyFileProvider = (file: string, { now }: { now: () => Date }): KeyProvider => {
  const read = (): KeyFile | null => {
    if (!existsSync(file)) return null
    const { mode, uid } = statSync(file)
    const unsafe = (why: string) => new MeshError('key-file-unsafe', { file, why })
    if ((mode & 0o077) !== 0) throw unsafe('others than its owner can read or write it')
    const me = process.getuid?.()
    if (me !== undefined && me !== 0 && uid !== me) throw unsafe('it belongs to another user')
    const parsed = KeyFile.safeParse(jsonIn(file))
    if (!parsed.success || parsed.data.keys[parsed.data.current] === undefined)
      throw unsafe('it is no key file of Datamesh')
    return parsed.data
  }
  const refusedBy = (error: unknown) =>
    new MeshError(
      'key-missing',
      { key: file, why: `it cannot be written: ${(error as NodeJS.ErrnoException).code}` },
      { cause: error },
    )
  const write = (content: KeyFile, { first = false } = {}): void => {
    const draft = `${file}.${randomBytes(6).toString('hex')}.partial`
    try {
      const handle = openSync(draft, 'wx', 0o600)
      try {
        writeSync(handle, `${JSON.stringify(content, null, 2)}\n`)
        fsyncSync(handle)
      } finally {
        closeSync(handle)
      }
      // the first one must not take the place of one that another server has made in the meantime
      if (first) linkSync(draft, file)
      else renameSync(draft, file)
      const folder = openSync(dirname(file), 'r')
      fsyncSync(folder)
      closeSync(folder)
    } catch (error) {
      if (first && (error as NodeJS.ErrnoException).code === 'EEXIST') return
      throw refusedBy(error)
    } finally {
      rmSync(draft, { force: true })
    }
  }
  /** One change at a time: two servers that read, add and write would lose the key of one. */
  const alone = async <T>(work: () => T): Promise<T> => {
    const lock = `${file}.lock`
    for (let tries = 0; ; tries++) {
      try {
        closeSync(openSync(lock, 'wx', 0o600))
        break
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw refusedBy(error)
        const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs
        // a change takes milliseconds: whoever holds it for longer has died
        if (since !== undefined && Date.now() - since > staleMs) rmSync(lock, { force: true })
        else if (tries > 100) throw new MeshError('key-file-unsafe', { file, why: 'another server is changing it' })
        else await pause(50)
      }
    }
    try {
      return work()
    } finally {
      rmSync(lock, { force: true })
    }
  }
  const added = (before: KeyFile | null): KeyFile => {
    const id = `mk_${randomBytes(6).toString('hex')}`
    const made = { key: randomBytes(32).toString('base64'), createdAt: now().toISOString() }
    const content: KeyFile = { datameshKeys: 1, current: id, keys: { ...before?.keys, [id]: made } }
    write(content, { first: before === null })
    return read() ?? content
  }
  const away = () => new MeshError('key-missing', { key: file, why: 'it is not there, and keys were wrapped by it' })
  const keyOf = (content: KeyFile | null, id: string): Buffer => {
    const found = content?.keys[id]
    if (found === undefined)
      throw new MeshError('key-missing', {
        key: id,
        why: `${file} ${content === null ? 'is not there' : 'does not hold it'}`,
      })
    return Buffer.from(found.key, 'base64')
  }
  return {
    kind: 'file',
    where: file,
    async wrap(key, about, first) {
      const before = read()
      // a new one in the place of one that is away would be lost when that one comes back
      if (before === null && !first) throw away()
      const content = before ?? added(null)
      const master = content.current
      return { master, wrapped: wrap(keyOf(content, master), key, about).toString('base64') }
    },
    async unwrap({ master, wrapped }, about) {
      const key = keyOf(read(), master)
      try {
        return unwrapped(key, Buffer.from(wrapped, 'base64'), about)
      } catch {
        throw new MeshError('key-missing', {
          key: master,
          why: 'the key of that name is another one, or what it wraps was changed',
        })
      }
    },
    async masters() {
      const content = read()
      return Object.entries(content?.keys ?? {}).map(([id, { createdAt }]) => ({
        id,
        createdAt,
        current: id === content?.current,
        retired: false,
      }))
    },
    rotate: (first) =>
      alone(() => {
        const before = read()
        if (before === null && !first) throw away()
        return added(before).current
      }),
    retire: (id) =>
      alone(() => {
        const content = read()
        if (content?.keys[id] === undefined) throw new MeshError('not-found', { what: `master key ${id}` })
        if (content.current === id)
          throw new MeshError('request-invalid', { what: `${id} is the current master key: rotate first` })
        const { [id]: _, ...keys } = content.keys
        write({ ...content, keys })
      }),
  }
}

const staleMs = 10_000

const jsonIn = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
