import type { DataProduct } from '@datamesh/core'
import { Cron } from 'croner'
import type { Kysely } from 'kysely'
import { type Database, json } from '../store/index.ts'

export type ScheduleTrigger = { cron: string; zone: string } | { onInput: true }

/** The next moment of a cron pattern strictly after `from`, in its zone; null when there is none. */
export const nextMoment = (cron: string, zone: string, from: Date): Date | null =>
  new Cron(cron, { timezone: zone, paused: true }).nextRun(from)

/** The schedules of a release replace those before it. An unchanged cron keeps its next moment, so that apply skips no run. */
export const writeSchedules = async (product: DataProduct, now: Date, tx: Kysely<Database>): Promise<void> => {
  const { cron, onInput, timezone } = product.transforms.schedule
  const before = await tx.selectFrom('schedule').selectAll().where('product', '=', product.id).execute()
  await tx.deleteFrom('schedule').where('product', '=', product.id).execute()
  const add = (id: string, trigger: ScheduleTrigger, next: Date | null) => {
    const same = before.find((row) => row.id === id && sameTrigger(row.trigger as ScheduleTrigger, trigger))
    return tx
      .insertInto('schedule')
      .values({
        id,
        product: product.id,
        trigger: json(trigger),
        next_at: same ? same.next_at : next,
        last_at: same?.last_at ?? null,
        last_run_id: same?.last_run_id ?? null,
        updated_at: now,
      })
      .execute()
  }
  if (cron !== undefined) await add(`${product.id}:cron`, { cron, zone: timezone }, nextMoment(cron, timezone, now))
  if (onInput) await add(`${product.id}:input`, { onInput: true }, null)
}

const sameTrigger = (a: ScheduleTrigger, b: ScheduleTrigger): boolean =>
  'cron' in a && 'cron' in b ? a.cron === b.cron && a.zone === b.zone : 'onInput' in a && 'onInput' in b
