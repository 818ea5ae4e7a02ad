import fs from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { newTestDir } from '../testing/store.ts'
import { PgliteHost } from './host.ts'
import { maintain } from './maintain.ts'

test('what Postgres would do in the background is done: checkpoints by WAL volume, vacuum of what changed', async () => {
  const dir = await newTestDir()
  const host = await PgliteHost.open({
    dir,
    durable: false,
    statementDeadlineMs: 30_000,
    turnDeadlineMs: 30_000,
    onFatal: () => {},
    log: () => {},
    now: () => new Date(),
  })
  const complaints: unknown[] = []
  const stop = maintain(host, {
    log: (entry) => complaints.push(entry),
    lookEveryMs: 20,
    checkpointBytes: 1_000_000,
    vacuumEveryMs: 100,
  })
  onTestFinished(async () => {
    stop()
    await host.close()
    fs.rmSync(dir, { recursive: true, force: true })
  })
  const ask = async (sql: string) => (await host.withSession((session) => session.query(sql))).rows[0]
  const redo = `select redo_lsn::text as redo from pg_control_checkpoint()`
  const before = await ask(redo)
  await new Promise((resolve) => setTimeout(resolve, 60))
  await ask(
    `insert into setting select 'k' || n, to_jsonb(repeat(md5(n::text), 20)), now() from generate_series(1, 3000) n`,
  )
  await ask(`update setting set updated_at = now()`)
  await expect.poll(() => ask(redo), { timeout: 20_000 }).not.toEqual(before)
  const vacuumed = `
    select n_dead_tup as dead, vacuum_count > 0 as vacuumed, analyze_count > 0 as analyzed
    from pg_stat_user_tables
    where relname = 'setting'`
  await expect.poll(() => ask(vacuumed), { timeout: 20_000 }).toEqual({ dead: 0, vacuumed: true, analyzed: true })
  expect(complaints).toEqual([])
})
