import fs from 'node:fs'
import path from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, types } from '@electric-sql/pglite'
import { DurableNodeFS, startParams } from './durable.ts'
import type { Answer, Ask, WireError, WorkerSetup } from './wire.ts'

// The thread in which Postgres runs. It does one thing after the other and knows nothing of sessions: those are the host's.

const port = parentPort!
const setup = workerData as WorkerSetup
const say = (answer: Answer): void => port.postMessage(answer)

/** The same JavaScript values as the `pg` driver gives in postgres.ts: bigint and numeric as there, a date as its text. */
const parsers = {
  [types.INT8]: (text: string) => Number(text),
  [types.DATE]: (text: string) => text,
}

const wireError = (error: unknown): WireError => {
  const e = error as WireError
  const wire: WireError = { message: e.message ?? String(error) }
  for (const key of ['code', 'severity', 'detail', 'hint', 'constraint', 'table', 'column'] as const)
    if (typeof e[key] === 'string') wire[key] = e[key]
  return wire
}

const openDir = async (dir: string, durable: boolean) => {
  const data = path.join(dir, 'pg')
  // A power cut can leave this file empty, and Postgres refuses to start on an empty one. The lock says that nobody else is here.
  const pid = path.join(data, 'postmaster.pid')
  if (fs.existsSync(pid) && fs.statSync(pid).size === 0) fs.rmSync(pid)
  const files = new DurableNodeFS(data)
  const db = await PGlite.create({ fs: files, parsers, startParams: startParams(durable) })
  if (durable) {
    const before = files.fsyncs
    await db.query(`select pg_logical_emit_message(true, 'datamesh', 'opened')`)
    if (files.fsyncs === before) throw Object.assign(new Error('a commit did not reach fsync'), { code: 'NOSYNC' })
  }
  return db
}

const open = async () =>
  setup.dir === null ? PGlite.create({ parsers, startParams: startParams(false) }) : openDir(setup.dir, setup.durable)

const answer = async (db: PGlite, ask: Ask) => {
  switch (ask.do) {
    case 'query': {
      const { rows, affectedRows } = await db.query(ask.sql, ask.params as unknown[])
      return { rows, affected: affectedRows ?? 0 }
    }
    case 'exec':
      await db.exec(ask.sql)
      return { rows: [], affected: 0 }
    case 'close':
      await db.close()
      return { rows: [], affected: 0 }
  }
}

const serve = async (): Promise<void> => {
  const db = await open()
  db.onNotification((channel, payload) => say({ notify: channel, payload }))
  let last: Promise<unknown> = Promise.resolve()
  port.on('message', (ask: Ask) => {
    last = last.then(async () => {
      try {
        say({ id: ask.id, outcome: await answer(db, ask) })
      } catch (error) {
        say({ id: ask.id, error: wireError(error) })
      }
    })
  })
  say({ ready: true })
}

try {
  await serve()
} catch (error) {
  say({ failed: wireError(error) })
}
