import type { Client } from '@datamesh/sdk'
import { allProducts } from '../context.ts'
import { bad, dim, good, type Output, plural } from '../output.ts'
import type { Workspace } from '../workspace.ts'
import { applyAll } from './apply.ts'
import { follow, tellRun } from './publish.ts'

export type Published = { published: string[]; failed: string[]; unchanged: number }

/** Applies a mesh and publishes, in the order in which products read each other, what has no snapshot of its current release. */
export async function publishMesh(client: Client, workspace: Workspace, output: Output): Promise<Published> {
  const applied = await applyAll(
    client,
    { domainFiles: workspace.domainFiles, products: workspace.products },
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
  for (const product of waiting) {
    const [domain = '', name = ''] = product.id.split('/')
    const blocked = product.inputPorts.find(
      (port) => port.source.from === 'product' && result.failed.includes(port.source.product),
    )
    if (blocked) {
      result.failed.push(product.id)
      output.note(`${bad('✗')} ${product.id} waits for ${blocked.name}, which was not published`)
      continue
    }
    const started = await client.call('publish', { params: { domain, product: name }, body: {} })
    const run = await follow(client, started.id, output)
    if (run.state === 'succeeded') {
      result.published.push(product.id)
      const rows = run.report?.checks[0]?.totalRows
      output.note(
        `  ${good('✓')} ${product.id}  ${dim(`${run.report?.checks.length ?? 0} checks${rows === undefined ? '' : `, ${plural(rows, 'row')}`}`)}`,
      )
    } else {
      result.failed.push(product.id)
      output.note(tellRun(run))
    }
  }
  return result
}

/** At start a plan of every product would fill the screen; mistakes still come as errors. */
const quiet = (output: Output): Output => ({ ...output, note: () => undefined })
