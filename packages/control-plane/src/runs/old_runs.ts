import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { QueueDeps } from './deps.ts'

/** Of each product and kind, however old: a product that is built once a year has a history too. */
const newestKept = 100
const defaultKeepDays = 90

/** Removes runs that ended long ago, with their logs. @returns their ids; with `dryRun` nothing goes */
export const removeOldRuns = async (
  { dryRun, keepDays = defaultKeepDays, keepNewest = newestKept }: OldRuns,
  deps: QueueDeps,
): Promise<string[]> => {
  const oldest = new Date(deps.now().getTime() - keepDays * 86_400_000)
  const { rows } = await sql<{ id: string }>`
    select id
    from (
      select id, state, finished_at, row_number() over (partition by product, kind order by created_at desc, id desc) as place
      from run) ranked
    where place > ${keepNewest}
      and state in ('succeeded', 'failed', 'cancelled')
      and finished_at < ${oldest}
    order by id`.execute(deps.store.db)
  const ids = rows.map((row) => row.id)
  if (!dryRun)
    // some at a time: requests get between, and a statement that takes too long is ended
    for (let at = 0; at < ids.length; at += 500)
      await deps.store.db
        .deleteFrom('run')
        .where('id', 'in', ids.slice(at, at + 500))
        .execute()
  return ids
}

export type OldRuns = { dryRun: boolean; keepDays?: number; keepNewest?: number }

/** Removes what builds of killed processes left in the folder for temporary files. */
export const removeStrayTemp = async (tempDir: string, deps: QueueDeps): Promise<void> => {
  // The folders first, then who needs them: one that appears in between belongs to a run that is running.
  const names = await readdir(tempDir).catch(() => [])
  if (names.length === 0) return
  const { rows } = await sql<{ id: string; snapshot: string | null }>`
    select id, params ->> 'snapshot' as snapshot from run where state = 'running'`.execute(deps.store.db)
  const needed = new Set(rows.flatMap((row) => [row.id, `profile-${row.snapshot}`]))
  for (const name of names) if (!needed.has(name)) await rm(join(tempDir, name), { recursive: true, force: true })
}
