import { rmSync } from 'node:fs'
import { AuditLog, appendAudit, verifyAudit } from '../packages/control-plane/src/store/index.ts'
import { openTestStore } from '../packages/control-plane/src/store/testing/store.ts'
import { median, printTable } from './measure.ts'

const entries = 100_000

/** (9) What the audit log costs: an entry in a transaction, a read that is gathered, and the proof of 100,000 entries. */
export async function benchAudit({ rounds }: { rounds: number }): Promise<void> {
  await using store = await openTestStore()
  const entry = (n: number) => ({
    ...{ at: new Date(), kind: 'change', actor: 'ann', action: 'release.registered', subject: 'sales/orders' },
    ...{ allow: null, because: '', from: '192.0.2.7', data: { version: '1.0.0', n, files: ['a.sql', 'b.sql'] } },
  })
  const write = performance.now()
  for (let n = 0; n < entries; n += 1000)
    await store.db.transaction().execute((tx) =>
      appendAudit(
        tx,
        Array.from({ length: 1000 }, (_, i) => entry(n + i)),
      ),
    )
  const written = performance.now() - write
  const single: number[] = []
  for (let n = 0; n < 200; n++) {
    const began = performance.now()
    await store.db.transaction().execute((tx) => appendAudit(tx, [entry(n)]))
    single.push(performance.now() - began)
  }
  const proofs: number[] = []
  for (let n = 0; n < rounds; n++) {
    const began = performance.now()
    const { whole } = await verifyAudit(store.db)
    if (!whole) throw new Error('the chain is not whole')
    proofs.push(performance.now() - began)
  }
  const log = new AuditLog(store, { now: () => new Date(), everyMs: 3_600_000 })
  const at = new Date()
  const reads = 1_000_000
  const began = performance.now()
  for (let n = 0; n < reads; n++)
    log.read({
      ...{ at, kind: 'read', actor: `reader-${n % 50}`, action: 'data:read', subject: 'sales/orders', allow: true },
      ...{ because: 'the product is internal', from: '192.0.2.7', rows: 100, bytes: 10_000 },
      data: { port: 'rest', table: 'orders', snapshot: 'snap_1', purpose: undefined, form: 'json' },
    })
  const gathered = performance.now() - began
  await log[Symbol.asyncDispose]()
  printTable('(9) The audit log, embedded state, without fsync', [
    { what: `${entries.toLocaleString('en-US')} entries written, 1,000 in each transaction`, ms: Math.round(written) },
    { what: 'one entry in a transaction of its own, median', ms: Number(median(single).toFixed(2)) },
    { what: `${entries.toLocaleString('en-US')} entries verified, median`, ms: Math.round(median(proofs)) },
    { what: 'one read gathered', ms: Number((gathered / reads).toFixed(5)) },
  ])
  rmSync(store.dir, { recursive: true, force: true })
}
