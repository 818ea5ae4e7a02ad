import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import type { Snapshot } from '@datamesh/core'
import type { Storage } from '@datamesh/data-plane'
import type { Transaction } from 'kysely'
import { type CatalogDeps, cardQuery, factsOf, loadSnapshot, serviceLevels, tellMoved } from '../catalog/index.ts'
import { appendEvent, type Database, json } from '../store/index.ts'
import { type Availability, availabilityOf, minutesMissed, quantile, withMeasurement } from './availability.ts'
import type { RequestCounts } from './requests.ts'
import { tellTier } from './tiers.ts'

export type LevelDeps = CatalogDeps & { storage: Pick<Storage, 'absolute'> }

const availabilityKey = 'observe.availability'
/** An unchanged verdict is written down again this often, so that a chart has points. */
const rewriteMs = 15 * 60_000
/** As long as a measurement speaks for: until the next one is due, with some minutes for a slow look. */
export const measurementHoldsMs = rewriteMs + 5 * 60_000
const keptDays = 90
/** Durations of other servers that are kept per product until somebody measures. */
const mostSeconds = 512

type Stored = {
  lookedAt: string
  products: Record<string, Availability>
  /** Answered by other servers since `lookedAt`. */
  waiting?: Record<string, RequestCounts>
}

/** Servers look once a minute, each in its own rhythm; who comes sooner after another only adds what it answered. */
const turnMs = 50_000

/**
 * Measures every service level that a published product promises: once a minute, whatever the number of servers on one state. Says
 * `slo.breached` and `slo.recovered` when a verdict changes, not while it lasts.
 */
export const measureLevels = async (counted: Map<string, RequestCounts>, deps: LevelDeps): Promise<void> => {
  const now = deps.now()
  const turn = await takeTurn(counted, now, deps)
  if (turn) await measureAll(turn, now, deps)
}

/** Takes the minute's turn, with what all servers answered; null when another one has it, who then gets our counts. */
const takeTurn = (
  counted: Map<string, RequestCounts>,
  now: Date,
  deps: LevelDeps,
): Promise<{ stored: Stored; requests: Map<string, RequestCounts> } | null> =>
  deps.store.db.transaction().execute(async (tx) => {
    const stored = await loadAvailability(tx)
    const requests = new Map(Object.entries(stored.waiting ?? {}))
    for (const [product, counts] of counted) {
      const known = requests.get(product)
      const seconds = [...(known?.seconds ?? []), ...counts.seconds].slice(-mostSeconds)
      const served = (known?.served ?? 0) + counts.served
      requests.set(product, { served, failed: (known?.failed ?? 0) + counts.failed, seconds })
    }
    const since = now.getTime() - new Date(stored.lookedAt).getTime()
    const ours = stored.lookedAt === '' || since >= turnMs || since < 0
    if (ours) await saveAvailability({ ...stored, lookedAt: now.toISOString(), waiting: {} }, now, tx)
    else if (counted.size > 0) await saveAvailability({ ...stored, waiting: Object.fromEntries(requests) }, now, tx)
    return ours ? { stored, requests } : null
  })

const measureAll = async (
  { stored, requests }: { stored: Stored; requests: Map<string, RequestCounts> },
  now: Date,
  deps: LevelDeps,
): Promise<void> => {
  const { db } = deps.store
  const missed = minutesMissed(stored.lookedAt === '' ? null : new Date(stored.lookedAt), now)
  const rows = await cardQuery(db)
    .select(['head.snapshot_id', 'product.tier'])
    .where('head.snapshot_id', 'is not', null)
    .where('product.lifecycle', '!=', 'retired')
    .execute()
  const last = await lastMeasurements(deps)
  const products: Stored['products'] = {}
  for (const row of rows) {
    const counts = requests.get(row.id)
    const up = await isAtHand(row.snapshot_id as string, deps)
    const known = stored.products[row.id]
    const availability = withMeasurement(
      known ?? {},
      {
        up: up ? 1 : 0,
        down: (up ? 0 : 1) + (known ? missed : 0),
        served: counts?.served ?? 0,
        failed: counts?.failed ?? 0,
      },
      now,
    )
    products[row.id] = availability
    const { share, because } = availabilityOf(availability)
    const { sla } = row.manifest
    const percentile = sla.latency?.percentile ?? 95
    const seconds = quantile(counts?.seconds ?? [], percentile > 1 ? percentile / 100 : percentile)
    const before = last.get(`${row.id} latency`)
    const measured = {
      availability: { value: share, detail: because },
      latency: {
        value: seconds ?? before?.value ?? null,
        detail: `answers of the last minute with requests, ${percentile}th percentile`,
      },
    }
    const levels = serviceLevels(sla, factsOf(row), measured, now)
    await tellTier(row, levels, deps)
    for (const level of levels)
      if (level.measured !== null && level.met !== null)
        await remember(
          row.id,
          { ...level, measured: level.measured, met: level.met },
          last.get(`${row.id} ${level.name}`),
          deps,
        )
  }
  await db.transaction().execute(async (tx) => saveAvailability({ ...(await loadAvailability(tx)), products }, now, tx))
  await db
    .deleteFrom('slo_measurement')
    .where('at', '<', new Date(now.getTime() - keptDays * 86_400_000))
    .execute()
}

type Last = { value: number | null; met: boolean; at: Date }

const lastMeasurements = async (deps: LevelDeps): Promise<Map<string, Last>> => {
  const rows = await deps.store.db
    .selectFrom('slo_measurement')
    .distinctOn(['product', 'slo'])
    .select(['product', 'slo', 'value', 'met', 'at'])
    .orderBy('product')
    .orderBy('slo')
    .orderBy('at', 'desc')
    .execute()
  return new Map(rows.map((row) => [`${row.product} ${row.slo}`, row]))
}

type Level = { name: string; measured: number; met: boolean; target: number | null; written: string; because: string }

const remember = async (product: string, level: Level, last: Last | undefined, deps: LevelDeps): Promise<void> => {
  const now = deps.now()
  const turned = last === undefined ? !level.met : last.met !== level.met
  if (!turned && last && now.getTime() - last.at.getTime() < rewriteMs) return
  await deps.store.db.transaction().execute(async (tx) => {
    await tx
      .insertInto('slo_measurement')
      .values({
        product,
        slo: level.name,
        at: now,
        value: level.measured,
        met: level.met,
        detail: json({ because: level.because, target: level.target }),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    // search keeps the tier, and that asks whether every level is met
    if (turned || last === undefined) await tellMoved(product, tx)
    if (turned)
      await appendEvent(tx, {
        type: level.met ? 'slo.recovered' : 'slo.breached',
        subject: product,
        actor: 'system',
        at: now,
        data: { level: level.name, written: level.written, target: level.target, measured: level.measured },
      })
  })
}

/** Every file of the snapshot is there: what any port would read. */
const isAtHand = async (id: string, deps: LevelDeps): Promise<boolean> => {
  const snapshot: Snapshot | null = await deps.cache.snapshot(id, () => loadSnapshot(id, deps.store.db))
  if (!snapshot) return false
  for (const table of snapshot.tables)
    for (const file of table.files)
      try {
        await access(deps.storage.absolute(file.path), constants.R_OK)
      } catch {
        return false
      }
  return true
}

/** Locks the row, so that two servers add up. */
const loadAvailability = async (tx: Transaction<Database>): Promise<Stored> => {
  const empty: Stored = { lookedAt: '', products: {} }
  // a row to lock must be there first
  await tx
    .insertInto('setting')
    .values({ key: availabilityKey, value: json(empty), updated_at: new Date(0) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const row = await tx
    .selectFrom('setting')
    .select('value')
    .where('key', '=', availabilityKey)
    .forUpdate()
    .executeTakeFirstOrThrow()
  return row.value as Stored
}

const saveAvailability = (stored: Stored, now: Date, tx: Transaction<Database>): Promise<unknown> =>
  tx
    .updateTable('setting')
    .set({ value: json(stored), updated_at: now })
    .where('key', '=', availabilityKey)
    .execute()
