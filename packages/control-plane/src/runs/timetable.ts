import { RunParams } from '@datamesh/core'
import { sql } from 'kysely'
import { nextMoment, type ScheduleTrigger } from '../catalog/index.ts'
import type { Row } from '../store/index.ts'
import type { RunDeps } from './deps.ts'
import { enqueue } from './requests.ts'

/**
 * Queues a run for every schedule whose moment has come and sets its next one. However many moments were missed (the platform was
 * off), it runs once. @returns how many were due
 */
export const runSchedules = async (deps: RunDeps): Promise<number> => {
  const now = deps.now()
  const due = await deps.store.db
    .selectFrom('schedule')
    .select('id')
    .where('enabled', '=', true)
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .limit(100)
    .execute()
  for (const { id } of due) await runOne(id, now, deps)
  return due.length
}

type Due = Row<'schedule'> & { version: string; attempts: number; waiting: boolean }

const runOne = (id: string, now: Date, deps: RunDeps): Promise<void> =>
  deps.store.db.transaction().execute(async (tx) => {
    const { rows } = await sql<Due>`
      select
        s.*,
        p.current_version as version,
        coalesce(cast(r.manifest #>> '{transforms,retry,attempts}' as integer), 1) as attempts,
        exists (
          select from run q
          where q.product = s.product and q.kind = 'publish' and q.state = 'queued' and not q.params ? 'group') as waiting
      from schedule s
      join product p on p.id = s.product
      join release r on r.product = p.id and r.version = p.current_version
      where s.id = ${id} and s.enabled and s.next_at <= ${now}
      for update of s skip locked`.execute(tx)
    const due = rows[0]
    if (!due) return
    const trigger = due.trigger as ScheduleTrigger
    const run = due.waiting
      ? null
      : await enqueue(
          {
            product: due.product,
            params: { asked: RunParams.parse({}), release: due.version },
            trigger: { by: 'schedule' },
            by: 'system',
            attempts: due.attempts,
          },
          deps,
          tx,
        )
    await tx
      .updateTable('schedule')
      .set({
        next_at: 'cron' in trigger ? nextOrNever(trigger, now) : null,
        last_at: now,
        ...(run ? { last_run_id: run.id } : {}),
        updated_at: now,
      })
      .where('id', '=', id)
      .execute()
  })

/** A pattern that has become unreadable must not stop the others. */
const nextOrNever = (trigger: { cron: string; zone: string }, now: Date): Date | null => {
  try {
    return nextMoment(trigger.cron, trigger.zone, now)
  } catch {
    return null
  }
}
