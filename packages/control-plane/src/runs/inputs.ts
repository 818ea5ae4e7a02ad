import { type DataProduct, MeshError, type Snapshot } from '@datamesh/core'
import type { BuildJob, InputVerdict } from '@datamesh/data-plane'
import { loadSnapshot, pinSnapshot } from '../catalog/index.ts'
import type { RunDeps } from './deps.ts'

/**
 * The snapshots that a build reads: the head of each product input port as it is now, kept until the build is over however often
 * the upstream publishes meanwhile, and what lies over them. @throws not-found, input-not-published, input-denied
 */
export const pinInputs = async (
  product: DataProduct,
  run: string,
  deps: RunDeps,
): Promise<Pick<BuildJob, 'inputs'> & { verdicts: Record<string, InputVerdict> }> => {
  const until = new Date(deps.now().getTime() + (product.transforms.timeoutSeconds + 3600) * 1000)
  const inputs: Record<string, Snapshot> = {}
  const verdicts: Record<string, InputVerdict> = {}
  for (const { name, source } of product.inputPorts) {
    if (source.from !== 'product') continue
    const upstream = await newestOf(source.product, source.major, deps)
    if (!upstream)
      throw new MeshError('input-not-published', { product: product.id, port: name, upstream: source.product })
    await pinSnapshot({ id: `${run}:${name}`, snapshot: upstream.id, by: run, until }, deps)
    const verdict = await deps.inputVerdict(product, name, upstream)
    inputs[name] = upstream
    if (verdict !== null) verdicts[name] = verdict
  }
  return { inputs, verdicts }
}

/** The head; with a major, the newest snapshot of a release of that major. */
const newestOf = async (product: string, major: number | undefined, deps: RunDeps): Promise<Snapshot | null> => {
  const row = await deps.store.db
    .selectFrom('snapshot')
    .select('id')
    .where('product', '=', product)
    .where('expired_at', 'is', null)
    .$if(major !== undefined, (query) => query.where('version', 'like', `${major}.%`))
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? loadSnapshot(row.id, deps.store.db) : null
}
