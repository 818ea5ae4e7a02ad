import { randomInt } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { CatalogCache, timeOrderedId } from '../packages/control-plane/src/catalog/index.ts'
import { openGovernance } from '../packages/control-plane/src/governance/index.ts'
import { evaluableOf, inputFrom, judgeOne, prepare, starterSet } from '../packages/control-plane/src/policies.ts'
import { json } from '../packages/control-plane/src/store/index.ts'
import { openTestStore } from '../packages/control-plane/src/store/testing/store.ts'
import {
  type DataProduct,
  factsOfManifest,
  policyInput,
  readManifests,
  type Written,
  writtenProduct,
} from '../packages/core/src/index.ts'
import { generateMesh } from '../tools/generate-mesh.ts'
import { printTable, residentMb } from './measure.ts'

type Read = { product: DataProduct; written: Written; text: string }

/** (7) The starter set over generated products: evaluation alone, and the platform looking at all of them while it answers others. */
export async function benchPolicies({ products }: { products: number }): Promise<void> {
  const mesh = generateMesh(products, Math.max(1, Math.round(products / 15)))
  const read = mesh.products.map(({ manifest }): Read => {
    const product = readManifests(manifest, 'dataproduct.yaml').documents[0] as DataProduct
    return { product, text: manifest, written: writtenProduct(manifest, 'dataproduct.yaml') as Written }
  })
  const set = starterSet()
  printTable(`(7) ${set.length} policies over ${products.toLocaleString('en-US')} products: evaluation alone`, [
    evaluation(read),
  ])
  printTable(
    '(7) … and the whole look: facts, evaluation, places, findings',
    await looks(
      mesh.domains.map(({ name }) => name),
      read,
    ),
  )
}

const evaluation = (read: readonly Read[]) => {
  const now = new Date('2026-11-20T00:00:00Z')
  const beganCompiling = performance.now()
  const prepared = starterSet().map(({ policy }) => prepare(evaluableOf(policy, policy.id)))
  const compileMs = performance.now() - beganCompiling
  const times: number[] = []
  let hits = 0
  const began = performance.now()
  for (const { product, written } of read) {
    const from = performance.now()
    const input = inputFrom(policyInput(written.value, factsOfManifest(product, now)))
    for (const each of prepared) hits += judgeOne(each, input, now)?.hits.length ?? 0
    times.push(performance.now() - from)
  }
  const total = performance.now() - began
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN
  return {
    'compile ms': Math.round(compileMs),
    'total s': total / 1000,
    'p50 ms per product': at(0.5),
    'p99 ms per product': at(0.99),
    'evaluations/s': Math.round((read.length * prepared.length) / (total / 1000)),
    hits,
  }
}

const looks = async (domains: readonly string[], read: readonly Read[]) => {
  await using store = await openTestStore()
  const now = () => new Date()
  const at = now()
  await store.db
    .insertInto('domain')
    .values(
      domains.map((name) => ({ name, owner: `${name}-team`, definition: json({}), created_at: at, updated_at: at })),
    )
    .execute()
  for (let from = 0; from < read.length; from += 200) {
    const some = read.slice(from, from + 200)
    await store.db
      .insertInto('product')
      .values(
        some.map(({ product }) => ({
          id: product.id,
          domain: product.domain,
          name: product.name,
          title: product.name,
          owner: product.owner,
          classification: product.access.classification,
          current_version: product.version,
          created_at: at,
          updated_at: at,
        })),
      )
      .execute()
    await store.db
      .insertInto('release')
      .values(
        some.map(({ product, text, written }) => ({
          product: product.id,
          version: product.version,
          digest: '',
          manifest: json(product),
          files: json({ 'dataproduct.yaml': text }),
          written: json({ file: written.file, value: written.value }),
          created_by: 'bench',
          created_at: at,
        })),
      )
      .execute()
  }
  const catalog = {
    store,
    cache: new CatalogCache(),
    now,
    newId: (kind: string) => timeOrderedId(kind, now(), randomInt),
  }
  await using governance = await openGovernance({ store, catalog, now, log: () => {}, lookEveryMs: 0 })
  const rows = []
  for (const what of ['first look at all', 'nothing moved', 'a policy moved: all again']) {
    if (what.startsWith('a policy'))
      await governance.switchTo(
        'global/naming',
        { mode: 'block', reason: 'the bench asks for it' },
        { id: 'system', name: 'bench', kind: 'system', roles: [] },
        { hidden: new Set(), visible: () => true },
      )
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const began = performance.now()
    const looked = await governance.look()
    const seconds = (performance.now() - began) / 1000
    delay.disable()
    rows.push({
      what,
      products: looked,
      'total s': seconds,
      'event loop held, p99 ms': delay.percentile(99) / 1e6,
      'longest ms': delay.max / 1e6,
      'memory MB': residentMb(process.pid) ?? Number.NaN,
    })
  }
  return rows
}
