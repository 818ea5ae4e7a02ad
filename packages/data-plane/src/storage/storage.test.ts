import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { localStorage, type Storage } from './index.ts'

let root: string
let storage: Storage
beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'datamesh-storage-')), 'root')
  storage = localStorage(root)
})
afterEach(() => rm(join(root, '..'), { recursive: true, force: true }))

const stageFile = async (snapshotId: string, n: number, text: string) => {
  const staging = await storage.openStaging('sales/orders', snapshotId)
  const staged = join(staging, `${n}.parquet`)
  await writeFile(staged, text)
  return { table: 'orders', staged, path: storage.dataPath('sales/orders', 'orders', snapshotId, n) }
}

test('a settled file is revealed under its final name, read-only', async () => {
  const file = await stageFile('s-1', 0, 'hello')
  expect(await storage.settle(file.staged)).toEqual({
    sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    bytes: 5,
  })
  await storage.reveal([file])
  expect(await readFile(storage.absolute('sales/orders/orders/s-1-0.parquet'), 'utf8')).toBe('hello')
  expect((await stat(storage.absolute(file.path))).mode & 0o222).toBe(0)
  // After a crash between reveal and commit the same call is made again.
  await storage.reveal([file])
})

test('a file that was never staged is not revealed', async () => {
  await expect(
    storage.reveal([{ table: 'orders', staged: join(root, 'no'), path: 'sales/orders/orders/s-1-0.parquet' }]),
  ).rejects.toThrow(/is gone/)
})

test('lists every file with the snapshot it belongs to, and removes those of one', async () => {
  await storage.reveal([await stageFile('s-1', 0, 'a')])
  await storage.reveal([await stageFile('s-10', 0, 'b')])
  await stageFile('s-2', 0, 'c')
  const aside = storage.quarantinePath('sales/orders', 's-1', 'raw')
  await mkdir(join(storage.absolute(aside), '..'), { recursive: true })
  await writeFile(storage.absolute(aside), 'd')
  const listed = async () =>
    (await storage.listSnapshotFiles('sales/orders')).map(({ snapshotId, kind }) => `${snapshotId} ${kind}`).sort()
  expect(await listed()).toEqual(['s-1 data', 's-1 quarantine', 's-10 data', 's-2 staged'])
  expect(await storage.removeSnapshotFiles('sales/orders', 's-1')).toBe(2)
  await storage.discardStaging('sales/orders', 's-2')
  expect(await listed()).toEqual(['s-10 data'])
  expect(await storage.listSnapshotFiles('sales/nothing')).toEqual([])
})

test('a name that would leave the folder is refused', () => {
  expect(() => storage.dataPath('../etc', 'x', 's', 0)).toThrow(TypeError)
  expect(() => storage.dataPath('sales/orders', '..', 's', 0)).toThrow(TypeError)
  expect(() => storage.quarantinePath('sales/orders', 's/../..', 'x')).toThrow(TypeError)
})
