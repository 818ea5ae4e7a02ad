import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Snapshot, TableVersion } from '@datamesh/core'
import { openServing } from '@datamesh/data-plane'
import { runJob } from '../packages/data-plane/src/publish/run_job.ts'
import { jobOf, productOf } from '../packages/data-plane/src/testing/product.ts'
import { median, printTable } from './measure.ts'

/** (10) The same rows published and read plain and encrypted, taking turns. */
export async function benchEncryption({ rounds, scale }: { rounds: number; scale: number }): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'datamesh-bench-'))
  const rows = Math.round(2_000_000 * scale)
  const sql = `select i as id, 'person' || i || '@example.org' as email, md5(i::varchar) as code, i * 1.5 as amount, date '2026-01-01' + (i % 365)::integer as day from range(${rows}) t(i)`
  const key = { id: 'dk_bench', bytes: randomBytes(32).toString('base64') }
  const keys = { [key.id]: key.bytes }
  const kinds = ['plain', 'encrypted'] as const
  const seen: Record<string, number[]> = {}
  const note = (what: string, kind: string, ms: number) => {
    const name = `${what}\n${kind}`
    seen[name] = [...(seen[name] ?? []), ms]
  }
  const timed = async (what: string, kind: string, work: () => Promise<unknown>) => {
    const began = performance.now()
    await work()
    note(what, kind, performance.now() - began)
  }
  try {
    const tables: Record<string, TableVersion> = {}
    const serving = openServing({
      storageRoot: join(root, 'storage'),
      replicaRoot: join(root, 'replicas'),
      replicaMinRows: Number.MAX_SAFE_INTEGER,
      pageCacheMb: 0,
      keysFor: async () => keys,
      clock: { now: () => new Date() },
    })
    for (let round = 0; round < rounds; round++)
      for (const kind of kinds) {
        const id = `${kind}-${round}`
        const seal = { encryption: { tables: 'all', columns: 'all' } as const, key: key.id, bytes: key.bytes }
        const job = jobOf(
          root,
          productOf({ transforms: { key: ['id'] } }),
          { 'models/orders.sql': sql },
          {
            ...{ runId: id, snapshotId: id },
            ...(kind === 'encrypted' ? { keys, seal } : {}),
          },
        )
        await timed('publish', kind, async () => {
          tables[kind] = (await runJob(job, () => {})).staged.tables[0] as TableVersion
        })
        const snapshot = {
          id,
          product: 'sales/orders',
          sequence: 1,
          release: '1.0.0',
          at: '2026-01-01T00:00:00Z',
        } as Snapshot
        const ask = (filter: string, format: 'json' | 'csv', limit: number | null) =>
          serving.rows({
            ...{
              snapshot,
              table: tables[kind] as TableVersion,
              select: null,
              order: null,
              limit,
              cursor: null,
              format,
            },
            ...{ meta: false, decision: { masks: [], rowFilter: null } },
            filters: [{ column: 'id', op: 'gte', value: filter }],
          })
        await ask('0', 'json', 10)
        for (let n = 0; n < 10; n++)
          await timed('a page of 100 rows by key, from Parquet', kind, () =>
            ask(String((n * 7919) % rows), 'json', 100),
          )
        await timed('all rows as CSV', kind, async () => {
          const { body } = await ask('0', 'csv', null)
          for await (const _ of body as AsyncIterable<Buffer>);
        })
      }
    await serving[Symbol.asyncDispose]()
    const what = [...new Set(Object.keys(seen).map((name) => name.split('\n')[0] as string))]
    printTable(
      `(10) Encryption at rest, ${rows.toLocaleString('en-US')} rows × 5 columns, ${rounds} rounds`,
      what.map((each) => {
        const [plain, encrypted] = kinds.map((kind) => median(seen[`${each}\n${kind}`] ?? []))
        return {
          what: each,
          'plain ms': Number((plain ?? 0).toFixed(1)),
          'encrypted ms': Number((encrypted ?? 0).toFixed(1)),
          ratio: Number(((encrypted ?? 0) / (plain ?? 1)).toFixed(2)),
        }
      }),
    )
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
