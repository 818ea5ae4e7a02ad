import type { HostOptions, PgliteHost } from './host.ts'
import type { Session } from './session.ts'

export type Upkeep = {
  log: HostOptions['log']
  lookEveryMs?: number
  checkpointEveryMs?: number
  /** WAL written since the last checkpoint that asks for the next. */
  checkpointBytes?: number
  vacuumEveryMs?: number
}

/** Longer than any table here needs; a vacuum that takes longer is broken. */
const upkeepDeadlineMs = 10 * 60_000

/**
 * Does what Postgres's background processes would: PGlite has none, so WAL would grow for ever and dead rows stay.
 * CHECKPOINT by time and by WAL volume, VACUUM (ANALYZE) of the tables that changed. Resolves nothing; `stop()` ends it.
 */
export const maintain = (host: PgliteHost, upkeep: Upkeep): (() => void) => {
  const { lookEveryMs = 10_000, checkpointEveryMs = 5 * 60_000, checkpointBytes = 64 * 2 ** 20 } = upkeep
  const { vacuumEveryMs = 10 * 60_000 } = upkeep
  let last = { wal: 0, checkpointAt: performance.now(), vacuumAt: performance.now() }
  let busy = false

  const look = async () => {
    const now = performance.now()
    const wal = await host.withSession(walBytes)
    if (last.wal === 0) last = { ...last, wal }
    const grown = wal - last.wal
    // A checkpoint itself writes a little WAL: an idle state must not checkpoint itself for ever.
    if (grown > checkpointBytes || (grown > 64 * 1024 && now - last.checkpointAt > checkpointEveryMs)) {
      await host.withSession((session) => session.exec('checkpoint', upkeepDeadlineMs))
      last = { ...last, wal: await host.withSession(walBytes), checkpointAt: performance.now() }
    }
    if (now - last.vacuumAt > vacuumEveryMs) {
      await vacuumChanged(host)
      last = { ...last, vacuumAt: performance.now() }
    }
  }
  const timer = setInterval(() => {
    if (busy || host.closed || host.failed) return
    busy = true
    look()
      .catch((error: Error) => {
        if (!host.closed)
          upkeep.log({ level: 'warn', message: 'upkeep of the state failed', facts: { why: error.message } })
      })
      .finally(() => {
        busy = false
      })
  }, lookEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** Position in the WAL, in bytes since the database began. */
const walBytes = async (session: Session): Promise<number> => {
  const { rows } = await session.query(`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes`)
  return (rows[0] as { bytes: number }).bytes
}

/** One table per turn, so that requests get between. */
const vacuumChanged = async (host: PgliteHost): Promise<string[]> => {
  const { rows } = await host.withSession((session) =>
    session.query(`
      select relname as name
      from pg_stat_user_tables
      where n_dead_tup > 200 + n_live_tup / 10
         or n_mod_since_analyze > 200 + n_live_tup / 10`),
  )
  const names = (rows as { name: string }[]).map(({ name }) => name)
  for (const name of names)
    await host.withSession((session) =>
      session.exec(`vacuum (analyze) "${name.replaceAll('"', '""')}"`, upkeepDeadlineMs),
    )
  return names
}
