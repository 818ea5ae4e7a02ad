import type { DataProduct } from '@datamesh/core'
import type { Client } from '@datamesh/sdk'
import { allProducts } from '../context.ts'
import { bad, dim, good, type Output } from '../output.ts'
import { policiesNear } from '../policies.ts'
import { plural } from '../text.ts'
import { upstreamOf, type Workspace } from '../workspace.ts'
import { applyAll } from './apply.ts'
import { follow, tellRun } from './publish.ts'

export type Published = { published: string[]; failed: string[]; unchanged: number }

/** Applies a mesh and publishes, in the order in which products read each other, what has no snapshot of its current release. */
export async function publishMesh(client: Client, workspace: Workspace, output: Output): Promise<Published> {
  const since = Date.now() - 1000
  const applied = await applyAll(
    client,
    { domainFiles: workspace.domainFiles, products: workspace.products, policies: policiesNear(workspace.root) },
    quiet(output),
  )
  const cards = new Map((await allProducts(client)).map((card) => [card.id, card]))
  const changed = new Set(
    applied.plans.filter((plan) => plan.steps.some((step) => step.do === 'register')).map((plan) => plan.product),
  )
  const result: Published = { published: [], failed: [], unchanged: 0 }
  const waiting = workspace.products.flatMap(({ product }) =>
    product && (changed.has(product.id) || !cards.get(product.id)?.trust.lastPublishedAt) ? [product] : [],
  )
  result.unchanged = workspace.products.length - waiting.length
  if (waiting.length > 0)
    output.note(dim(`  publishing ${plural(waiting.length, 'product')} of ${workspace.mesh?.name ?? 'the mesh'}`))
  const ids = new Set(waiting.map((product) => product.id))
  const request = async (product: DataProduct) => {
    const [domain = '', name = ''] = product.id.split('/')
    const { runs } = await client.call('listRuns', { query: { product: product.id, limit: 1 } })
    // a publish upstream may have caused it already
    const caused = runs.find(
      (run) =>
        run.trigger.by === 'input' &&
        Date.parse(run.createdAt) >= since &&
        (run.state === 'queued' || run.state === 'running' || run.state === 'succeeded'),
    )
    return (caused ?? (await client.call('publish', { params: { domain, product: name }, body: {} }))).id
  }
  // At once, so that the platform builds side by side what does not depend on each other, and what a publish causes finds its run
  // queued. A product waits by itself for inputs without data; for an input that gets newer data it is asked for after that input.
  const early = new Map<string, string>()
  for (const product of waiting)
    if (!upstreamOf(product).some((id) => ids.has(id) && cards.get(id)?.trust.lastPublishedAt))
      early.set(product.id, await request(product))
  const neverPublished = new Set<string>()
  for (const product of waiting) {
    const { id } = product
    const started = early.get(id) ?? (await request(product))
    const missing = upstreamOf(product).find((upstream) => neverPublished.has(upstream))
    if (missing) await client.call('cancelRun', { params: { id: started } }).catch(() => undefined)
    const run = await follow(client, started, output)
    if (run.state === 'succeeded') {
      result.published.push(id)
      const rows = run.report?.checks[0]?.totalRows
      const facts = [
        ...(run.report?.checks.length ? [plural(run.report.checks.length, 'check')] : []),
        ...(rows === undefined ? [] : [plural(rows, 'row')]),
      ]
      output.note(`  ${good('✓')} ${id}  ${dim(facts.join(', '))}`)
      continue
    }
    result.failed.push(id)
    if (!cards.get(id)?.trust.lastPublishedAt) neverPublished.add(id)
    output.note(
      missing ? `${bad('✗')} ${id} was not published: it reads ${missing}, which has no data yet` : tellRun(run),
    )
  }
  return result
}

/** At start a plan of every product would fill the screen; mistakes still come as errors. */
const quiet = (output: Output): Output => ({ ...output, note: () => undefined })
