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
  const set = starterSet()
  const generated = () => {
    const mesh = generateMesh(products, Math.max(1, Math.round(products / 15)))
    const left = mesh.products.map(({ manifest }) => manifest).reverse()
    const read = function* () {
      // read one by one: kept, they would be most of the memory that is measured
      for (let text = left.pop(); text !== undefined; text = left.pop()) yield readOne(text)
    }
    return { domains: mesh.domains.map(({ name }) => name), read: read() }
  }
  printTable(`(7) ${set.length} policies over ${products.toLocaleString('en-US')} products: evaluation alone`, [
    evaluation(generated().read),
  ])
  printTable('(7) … and the whole look: facts, evaluation, places, findings', await looks(generated()))
}

const readOne = (text: string): Read => {
  const product = readManifests(text, 'dataproduct.yaml').documents[0] as DataProduct
  return { product, text, written: writtenProduct(text, 'dataproduct.yaml') as Written }
}

const evaluation = (read: Iterable<Read>) => {
  const now = new Date('2026-11-20T00:00:00Z')
  const beganCompiling = performance.now()
  const prepared = starterSet().map(({ policy }) => prepare(evaluableOf(policy, policy.id)))
  const compileMs = performance.now() - beganCompiling
  const times: number[] = []
  let hits = 0
  let total = 0
  for (const { product, written } of read) {
    const from = performance.now()
    const input = inputFrom(policyInput(written.value, factsOfManifest(product, now)))
    for (const each of prepared) hits += judgeOne(each, input, now)?.hits.length ?? 0
    const took = performance.now() - from
    times.push(took)
    total += took
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN
  return {
    'compile ms': Math.round(compileMs),
    'total s': total / 1000,
    'p50 ms per product': at(0.5),
    'p99 ms per product': at(0.99),
    'evaluations/s': Math.round((times.length * prepared.length) / (total / 1000)),
    hits,
  }
}

const looks = async ({ domains, read }: { domains: readonly string[]; read: Iterator<Read> }) => {
  await using store = await openTestStore()
  const now = () => new Date()
  const at = now()
  await store.db
    .insertInto('domain')
    .values(
      domains.map((name) => ({ name, owner: `${name}-team`, definition: json({}), created_at: at, updated_at: at })),
    )
    .execute()
  const take = () => {
    const some: Read[] = []
    for (let one = read.next(); !one.done; one = read.next()) if (some.push(one.value) === 200) break
    return some
  }
  for (let some = take(); some.length > 0; some = take()) {
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
    const cpuBefore = process.cpuUsage()
    const looked = await governance.look()
    const seconds = (performance.now() - began) / 1000
    const cpu = process.cpuUsage(cpuBefore)
    delay.disable()
    rows.push({
      what,
      products: looked,
      'total s': seconds,
      'CPU s, all threads': (cpu.user + cpu.system) / 1e6,
      'event loop held, p99 ms': delay.percentile(99) / 1e6,
      'longest ms': delay.max / 1e6,
      'memory MB': residentMb(process.pid) ?? Number.NaN,
    })
  }
  return rows
}
