import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type DataProduct, encryptionOf, type Snapshot } from '@datamesh/core'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BuildJob, BuildOutcome } from '../build/index.ts'
import { Compute, rowsOf } from '../compute/index.ts'
import { snapshotSelect } from '../input/index.ts'
import { openServing, type RowsRequest } from '../serve/index.ts'
import { localStorage, reseal } from '../storage/index.ts'
import { filesWith } from '../testing/plaintext.ts'
import { field, jobOf, productOf, productPort } from '../testing/product.ts'
import { checkSpec } from '../testing/staged.ts'
import { runJob } from './index.ts'
import { runProfile } from './run_profile.ts'

const marker = 'MARKERofaperson'
const key = { id: 'dk_one', bytes: randomBytes(32).toString('base64') }
const keys = { [key.id]: key.bytes }

let root: string
let count: number
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'datamesh-encryption-'))
  count = 0
})
afterEach(() => rm(root, { recursive: true, force: true }))

const whole = productOf({ access: { classification: 'internal', piiColumns: [], readers: [], encryption: 'AES-256' } })
const people = (from: number, to: number) =>
  `select i as id, '${marker}-' || i as email, i * 2 as v from range(${from}, ${to}) t(i)`

const run = (product: DataProduct, sql: string, more: Partial<BuildJob> = {}): Promise<BuildOutcome> => {
  const id = `snap-${++count}`
  const encryption = encryptionOf(product, 'declared')
  return runJob(
    jobOf(
      root,
      product,
      { 'models/orders.sql': sql },
      {
        snapshotId: id,
        runId: id,
        keys,
        ...(encryption === null ? {} : { seal: { encryption, key: key.id, bytes: key.bytes } }),
        ...more,
      },
    ),
    () => {},
  )
}
const asParent = ({ staged: { report: _, ...snapshot } }: BuildOutcome): Snapshot => ({
  ...snapshot,
  sequence: count,
  at: '2026-01-01T00:00:00Z',
})
const tableIn = (outcome: BuildOutcome) => outcome.staged.tables[0]!

const read = async (outcome: BuildOutcome, sql: string, with_ = keys): Promise<Record<string, unknown>[]> => {
  const storage = localStorage(join(root, 'storage'))
  const table = tableIn(outcome)
  await using compute = await Compute.open({
    ...{ memoryMb: 256, threads: 1, tempDir: join(root, 'tmp'), writeFolder: null, keys: with_ },
    readFiles: table.files.map((file) => storage.absolute(file.path)),
  })
  return await rowsOf(compute.connection, sql.replace('$t', `(${snapshotSelect(table, storage)})`))
}

describe('an encrypted product', () => {
  test('has no value in clear on disk, in its statistics or in its report, and reads back as it was', async () => {
    const outcome = await run(whole, people(0, 50_000))
    expect(await filesWith(root, marker)).toEqual([])
    expect(JSON.stringify(outcome.staged)).not.toContain(marker)
    expect(tableIn(outcome).files[0]).toMatchObject({ key: key.id, rows: 50_000, stats: { email: { nulls: 0 } } })
    expect(await read(outcome, `select count(*)::int as n, max(email) as most, sum(v)::bigint as v from $t`)).toEqual([
      { n: 50_000, most: `${marker}-9999`, v: '2499950000' },
    ])
  })

  test('does not open with another key, nor when a byte of it was changed', async () => {
    const outcome = await run(whole, people(0, 2_000))
    const other = { [key.id]: randomBytes(32).toString('base64') }
    await expect(read(outcome, 'select * from $t', other)).rejects.toThrow(/tag differs|right key/)
    const file = join(root, 'storage', tableIn(outcome).files[0]!.path)
    const bytes = await readFile(file)
    bytes[200] = (bytes[200] as number) ^ 1
    await rm(file)
    await writeFile(file, bytes)
    await expect(read(outcome, 'select * from $t')).rejects.toThrow()
  })

  test('fails a check without telling a value', async () => {
    const checked = productOf({
      access: whole.access,
      schema: {
        compatibility: 'BACKWARD',
        tables: { orders: { fields: [field('email', 'VARCHAR', { nullable: false })] } },
      } as never,
      checks: [checkSpec('range', ['v'], { max: 20 })],
    })
    const outcome = await run(checked, people(0, 100))
    expect(outcome.staged.report.passed).toBe(false)
    expect(JSON.stringify(outcome.staged.report)).not.toContain(marker)
    expect(outcome.staged.report.checks.some(({ samples }) => samples.length > 0)).toBe(true)
  })

  test('every nonce is used once, and the staged key opens nothing that stays', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'datamesh-reseal-'))
    try {
      await using compute = await Compute.open({
        ...{ memoryMb: 256, threads: 1, tempDir: folder, readFiles: [], writeFolder: folder, seals: true },
      })
      const { id, key: from } = compute.sealing!
      const [source, target] = [join(folder, 'a.parquet'), join(folder, 'b.parquet')]
      await compute.connection.run(
        `copy (${people(0, 30_000)}) to '${source}' (format parquet, row_group_size 4096, encryption_config {footer_key: '${id}'})`,
      )
      const to = Buffer.from(key.bytes, 'base64')
      const sealed = await reseal(source, target, { from, to })
      const again = await reseal(source, join(folder, 'c.parquet'), { from, to })
      expect(again.content).toBe(sealed.content)
      expect(again.sha256).not.toBe(sealed.sha256)
      const nonces = new Set<string>()
      let modules = 0
      for (const file of [source, target, join(folder, 'c.parquet')]) {
        const bytes = await readFile(file)
        const end = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
        for (let at = 4; at < end; at += 4 + bytes.readUInt32LE(at)) {
          nonces.add(bytes.subarray(at + 4, at + 16).toString('hex'))
          modules += 1
        }
      }
      expect(nonces.size).toBe(modules)
      await expect(reseal(target, join(folder, 'd.parquet'), { from, to })).rejects.toThrow()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('the same rows again are no new snapshot, though no byte would be equal', async () => {
    const first = await run(whole, people(0, 100))
    const second = await run(whole, people(0, 100), { parent: asParent(first) })
    expect(second.unchanged).toBe('no new, changed or deleted rows')
  })

  test('is appended to and merged into, and read by another product', async () => {
    const append = productOf({ access: whole.access, transforms: { materialisation: 'append' } })
    const first = await run(append, people(0, 10))
    const second = await run(append, people(10, 20), { parent: asParent(first) })
    expect(tableIn(second).files.map((file) => file.key)).toEqual([key.id, key.id])
    expect(await read(second, 'select count(*)::int as n from $t')).toEqual([{ n: 20 }])

    const merge = productOf({ access: whole.access, transforms: { materialisation: 'merge', key: ['id'] } })
    const base = await run(merge, people(0, 10))
    const merged = await run(merge, `select 3::bigint as id, '${marker}-new' as email, 0::bigint as v`, {
      parent: asParent(base),
    })
    expect(await read(merged, 'select count(*)::int as n, max(email) as m from $t where id = 3')).toEqual([
      { n: 1, m: `${marker}-new` },
    ])
    const reader = productOf({ id: 'sales/report', name: 'report', inputPorts: [productPort('up', 'sales/orders')] })
    const derived = await run(reader, `select count(*)::int as n from {{ source('up', 'orders') }}`, {
      inputs: { up: asParent(second) },
    })
    expect(await read(derived, 'select * from $t')).toEqual([{ n: 20 }])
    expect(await filesWith(root, marker)).toEqual([])
  })

  test.each(['append', 'merge'] as const)('switched on over plain files, %s writes them anew', async (mode) => {
    const transforms = { materialisation: mode, key: ['id'] }
    const before = await run(productOf({ transforms }), people(0, 10))
    expect(await filesWith(root, marker)).toHaveLength(1)
    const after = await run(productOf({ access: whole.access, transforms }), people(10, 12), {
      parent: asParent(before),
    })
    expect(tableIn(after).files.every((file) => file.key === key.id)).toBe(true)
    expect(await read(after, 'select count(*)::int as n, count(distinct id)::int as d from $t')).toEqual([
      { n: 12, d: 12 },
    ])
    // switched off again: files under the key and plain ones are read together
    const off = await run(productOf({ transforms }), people(20, 22), { parent: asParent(after) })
    expect(await read(off, 'select count(*)::int as n from $t')).toEqual([{ n: 14 }])
  })

  test('only the tables with a column that asks for it are encrypted', () => {
    const schema = {
      compatibility: 'BACKWARD' as const,
      tables: {
        a: { fields: [field('id', 'BIGINT'), field('email', 'VARCHAR', { encryption: 'AES-256', pii: true })] },
        b: { fields: [field('id', 'BIGINT'), field('phone', 'VARCHAR', { pii: true })] },
      },
    } as unknown as DataProduct['schema']
    expect(encryptionOf(productOf({ schema }), 'declared')).toEqual({ tables: ['a'], columns: ['email'] })
    expect(encryptionOf(productOf({ schema }), 'personal')).toEqual({ tables: ['a', 'b'], columns: ['email', 'phone'] })
    expect(encryptionOf(productOf(), 'personal')).toBe(null)
    expect(encryptionOf(productOf(), 'all')).toEqual({ tables: 'all', columns: 'all' })
  })

  test('what spills while encrypted files are read or written is not in clear either', async () => {
    const tempDir = join(root, 'tmp')
    await using compute = await Compute.open({
      ...{ memoryMb: 40, threads: 1, tempDir, readFiles: [], writeFolder: null, keys },
    })
    await compute.connection.run(
      `create temp table big as select md5(i::varchar) as m, * from (${people(0, 600_000)}) t(i)`,
    )
    expect((await readdir(join(tempDir, 'spill'))).length).toBeGreaterThan(0)
    expect(await filesWith(tempDir, marker)).toEqual([])
  })

  test('is served in every form, without a replica, and its profile is made; without the key it fails and loses nothing', async () => {
    const outcome = await run(whole, people(0, 30_000))
    const snapshot = asParent(outcome)
    const table = tableIn(outcome)
    const options = {
      storageRoot: join(root, 'storage'),
      replicaRoot: join(root, 'replicas'),
      replicaMinRows: 1,
      hotReads: 1,
      memoryMb: 128,
      clock: { now: () => new Date() },
    }
    const ask = (format: 'json' | 'parquet', limit: number | null): RowsRequest => ({
      snapshot,
      table,
      select: null,
      filters: [],
      order: null,
      limit,
      cursor: null,
      format,
      meta: false,
      decision: { masks: [], rowFilter: null },
    })
    const readAll = async () => {
      await using serving = openServing({ ...options, keysFor: async () => keys })
      for (let n = 0; n < 3; n++)
        expect(String((await serving.rows(ask('json', 10 + n))).body)).toContain(`${marker}-0`)
      await serving.warm(snapshot, table)
      expect(serving.metrics().replicas.count).toBe(0)
      const page = (await serving.rows(ask('parquet', 5))).body as Buffer
      expect(page.subarray(0, 4).toString()).toBe('PAR1')
      const copy = await serving.masked.of(snapshot, table, { masks: [], rowFilter: null })
      const bytes = await buffer(copy.stream())
      expect(bytes.length).toBe(copy.bytes)
      expect(bytes.subarray(0, 4).toString()).toBe('PAR1')
      expect(await buffer(copy.stream({ start: 5, end: bytes.length - 7 }))).toEqual(bytes.subarray(5, -6))
      await writeFile(join(tmpdir(), `${snapshot.id}-plain.parquet`), bytes)
      const instance = await DuckDBInstance.create(':memory:')
      const plain = await instance.connect()
      const told = await plain.runAndReadAll(
        `select count(*)::int from '${join(tmpdir(), `${snapshot.id}-plain.parquet`)}'`,
      )
      expect(told.getRows()).toEqual([[30_000]])
      plain.closeSync()
      instance.closeSync()
      await rm(join(tmpdir(), `${snapshot.id}-plain.parquet`))
      expect(await filesWith(root, marker)).toEqual([])
    }
    await readAll()
    const limits = { memoryMb: 256, threads: 1, timeoutSeconds: 60, tempDir: join(root, 'tmp') }
    const { profiles } = await runProfile({
      ...{ snapshot, storageRoot: options.storageRoot, limits, keys },
      encryption: encryptionOf(whole, 'declared'),
    })
    expect(profiles[0]?.columns.find(({ name }) => name === 'id')?.rows).toBe(30_000)
    expect(JSON.stringify(profiles)).not.toContain(marker)
    await using locked = openServing(options)
    await expect(locked.rows(ask('json', 10))).rejects.toMatchObject({ code: 'key-missing' })
    expect(await filesWith(root, marker)).toEqual([])
  }, 60_000)
})
