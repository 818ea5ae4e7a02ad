import { type Certifiable, type LevelFacts, type TierName, tierNow, tiers } from '@datamesh/core'
import { type CatalogDeps, certificationOf } from '../catalog/index.ts'
import { appendEvent } from '../store/index.ts'

type Judged = { id: string; certifiable: Certifiable | null; tier: TierName | null }

const height = (tier: TierName | null): number => (tier === null ? -1 : tiers.indexOf(tier))

/** Says `certification.gained` or `certification.lost`, with what is missing, when the tier is another than was told last. */
export const tellTier = async (
  { id, certifiable, tier: told }: Judged,
  levels: readonly LevelFacts[],
  deps: Pick<CatalogDeps, 'store' | 'now' | 'certify'>,
): Promise<void> => {
  const tier = tierNow(levels, certifiable)
  if (tier === told) return
  const { db } = deps.store
  const missing = (await certificationOf(id, levels, deps)).find(({ held }) => !held)?.missing ?? []
  await db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('product')
      .set({ tier })
      .where('id', '=', id)
      .where('tier', 'is not distinct from', told)
      .executeTakeFirst()
    // another server has told it
    if (numUpdatedRows !== 1n) return
    await appendEvent(tx, {
      type: height(tier) > height(told) ? 'certification.gained' : 'certification.lost',
      subject: id,
      actor: 'system',
      at: deps.now(),
      data: { from: told, to: tier, missing: missing.slice(0, 10).map(({ what }) => what) },
    })
  })
}
