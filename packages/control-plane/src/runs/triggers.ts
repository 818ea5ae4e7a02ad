import { type DataProduct, RunParams, type Snapshot } from '@datamesh/core'
import { sql, type Transaction } from 'kysely'
import type { Database } from '../store/index.ts'
import type { QueueDeps } from './deps.ts'
import { enqueue } from './requests.ts'

/**
 * What a publish causes, in its own transaction: a profile of the new snapshot, and a run of every product that wants to follow this
 * input, once all of its inputs have published. A reader that is queued already gets no second run: the one it has will read this
 * snapshot. The graph has no circles, so
 * this ends; a reader waits in the queue until everything upstream of it has settled (queue.ts).
 */
export const afterPublish = async (
  snapshot: Snapshot,
  product: DataProduct,
  deps: QueueDeps,
  tx: Transaction<Database>,
): Promise<void> => {
  const asked = RunParams.parse({})
  for (const reader of await followers(product.id, tx))
    await enqueue(
      {
        product: reader.product,
        params: { asked, release: reader.version },
        trigger: { by: 'input', snapshot: snapshot.id },
        by: 'system',
        attempts: reader.attempts,
      },
      deps,
      tx,
    )
  await enqueue(
    {
      product: product.id,
      kind: 'profile',
      params: { asked, release: snapshot.release, snapshot: snapshot.id },
      trigger: { by: 'input', snapshot: snapshot.id },
      by: 'system',
      attempts: 1,
      priority: -10,
    },
    deps,
    tx,
  )
}

type Follower = { product: string; version: string; attempts: number }

const followers = async (product: string, tx: Transaction<Database>): Promise<Follower[]> => {
  const { rows } = await sql<Follower>`
    select distinct
      s.product,
      p.current_version as version,
      coalesce(cast(r.manifest #>> '{transforms,retry,attempts}' as integer), 1) as attempts
    from schedule s
    join lineage_edge e on e.product = s.product
    join product p on p.id = s.product
    join release r on r.product = p.id and r.version = p.current_version
    where s.enabled
      and s.trigger ? 'onInput'
      and e.level = 'product'
      and e.from_kind = 'product'
      and e.from_ref = ${product}
      and p.lifecycle <> 'retired'
      and not exists (
        select
        from lineage_edge i
        left join head h on h.product = i.from_ref
        where i.product = s.product and i.level = 'product' and i.from_kind = 'product' and h.snapshot_id is null)
      and not exists (
        select from run q
        where q.product = s.product and q.kind = 'publish' and q.state = 'queued' and not q.params ? 'group')
    order by s.product`.execute(tx)
  return rows
}
