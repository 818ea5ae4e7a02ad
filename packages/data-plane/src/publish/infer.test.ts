import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { infer } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'datamesh-infer-test-'))
const file = join(root, 'wide.parquet')
afterAll(() => rmSync(root, { recursive: true, force: true }))
beforeAll(async () => {
  const engine = await (await DuckDBInstance.create(':memory:')).connect()
  await engine.run(`copy (select md5(cast(i as varchar)) as a from range(600000) t(i)) to '${file}' (format parquet)`)
  engine.closeSync()
})
const limits = { memoryMb: 256, threads: 1, timeoutSeconds: 30, spillMb: 100 }

afterEach(() => vi.unstubAllEnvs())

test('a sample that takes too long or too much memory is refused; its process and its files are gone', async () => {
  const temp = mkdtempSync(join(root, 'temp-'))
  vi.stubEnv('TMPDIR', temp)
  await expect(infer(file, { ...limits, timeoutSeconds: 0.05 })).rejects.toMatchObject({
    code: 'sample-unreadable',
    message: expect.stringContaining('more than 0.05 s'),
  })
  await expect(infer(file, { ...limits, memoryMb: 16, spillMb: 1 })).rejects.toMatchObject({
    code: 'sample-unreadable',
  })
  expect(await infer(file, limits)).toMatchObject({ rows: 600_000, columns: [{ name: 'a', unique: true }] })
  expect(readdirSync(temp)).toEqual([])
})
