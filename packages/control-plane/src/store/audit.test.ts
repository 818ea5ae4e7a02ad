import fs from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { auditConformance, killedWriter } from './audit.conformance.ts'
import { verifyAudit } from './audit.ts'
import { testClock as clock } from './store.conformance.ts'
import { openStore } from './store.ts'
import { newTestDir, openTestStore } from './testing/store.ts'

const emptyDir = async () => {
  const dir = await newTestDir()
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }))
  return dir
}

auditConformance('the embedded state', {
  open: (options) => openTestStore({ clock, ...options }),
  target: async () => ({ url: `pglite:${await emptyDir()}`, clock, durable: false }),
})

test('a writer that is killed leaves a whole chain, with everything that it was told is stored', async () => {
  const url = `pglite:${await emptyDir()}`
  const stored = await killedWriter(url)
  expect(stored).toBeGreaterThan(60)
  await using store = await openStore({ url, clock })
  const { whole, last } = await verifyAudit(store.db)
  expect(whole).toBe(true)
  expect(last).toBeGreaterThanOrEqual(stored)
}, 60_000)
