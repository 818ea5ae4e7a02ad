import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MeshError, type Report, Snapshot } from '@datamesh/core'
import { build, openWorkers, type Progress } from '@datamesh/data-plane'
import { mustBeValid, type ProductFolder, upstreamOf, type Workspace } from './workspace.ts'

/** A build on this machine, without a server: the same process, checks and files as a publish, kept under `<home>/local`. */
export type LocalBuild = { product: string; snapshot: Snapshot; report: Report; reused: boolean }

type Options = {
  home: string
  workspace: Workspace | null
  vars: Record<string, unknown>
  now: Date
  onProgress: (product: string, entry: Progress) => void
}

/** Builds a product and, before it, every product of the workspace that it reads; what has not changed is not built again. */
export async function buildLocally(target: ProductFolder, options: Options): Promise<LocalBuild[]> {
  const workers = openWorkers()
  const root = join(options.home, 'local')
  const built = new Map<string, LocalBuild & { mark: string }>()
  const visit = async (each: ProductFolder, path: readonly string[]): Promise<LocalBuild & { mark: string }> => {
    const product = mustBeValid(each)
    const done = built.get(product.id)
    if (done) return done
    if (path.includes(product.id))
      throw new MeshError('request-invalid', {
        what: `products read each other in a circle: ${[...path, product.id].join(' → ')}`,
      })
    const upstream = new Map<string, LocalBuild & { mark: string }>()
    for (const id of upstreamOf(product)) {
      const folder = options.workspace?.products.find((other) => other.product?.id === id)
      if (!folder) throw new MeshError('not-found', { what: `product ${id} in this workspace; ${product.id} reads it` })
      upstream.set(id, await visit(folder, [...path, product.id]))
    }
    const asked = each === target ? options.vars : {}
    const mark = digest([each.files, asked, [...upstream.values()].map((it) => it.mark)])
    const kept = each === target ? null : read(root, product.id)
    if (kept?.mark === mark) return remember({ ...kept, reused: true })
    const { staged } = await build(
      {
        runId: `local-${mark.slice(0, 12)}`,
        snapshotId: `local-${mark.slice(0, 12)}-${options.now.getTime()}`,
        product,
        files: each.files,
        productRoot: each.folder,
        inputRoots: inputRootsOf(each, options.workspace),
        inputs: Object.fromEntries(
          product.inputPorts.flatMap((port) =>
            port.source.from === 'product'
              ? [[port.name, (upstream.get(port.source.product) as LocalBuild).snapshot]]
              : [],
          ),
        ),
        parent: null,
        storageRoot: join(root, 'data'),
        params: { fullRefresh: true, vars: asked, dryRun: false },
        env: {},
        now: options.now.toISOString(),
        limits: {
          memoryMb: product.transforms.memoryMb,
          threads: product.transforms.threads,
          timeoutSeconds: product.transforms.timeoutSeconds,
          tempDir: join(root, 'tmp'),
        },
      },
      { workers, onProgress: (entry) => options.onProgress(product.id, entry) },
    ).outcome
    const snapshot = Snapshot.parse({ ...staged, sequence: 1, at: options.now.toISOString() })
    return remember(keep(root, { product: product.id, snapshot, report: staged.report, reused: false, mark }))
  }
  const remember = (one: LocalBuild & { mark: string }) => {
    built.set(one.product, one)
    return one
  }
  mkdirSync(join(root, 'data'), { recursive: true })
  mkdirSync(join(root, 'tmp'), { recursive: true })
  await visit(target, [])
  return [...built.values()].map(({ mark: _mark, ...rest }) => rest)
}

const inputRootsOf = (each: ProductFolder, workspace: Workspace | null): string[] =>
  workspace
    ? [workspace.root, ...(workspace.mesh?.inputRoots ?? []).map((root) => resolve(workspace.root, root))]
    : [each.folder]

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')
const place = (root: string, product: string): string => join(root, `${product.replaceAll('/', '__')}.json`)

function read(root: string, product: string): (LocalBuild & { mark: string }) | null {
  try {
    return JSON.parse(readFileSync(place(root, product), 'utf8')) as LocalBuild & { mark: string }
  } catch {
    return null
  }
}

function keep(root: string, one: LocalBuild & { mark: string }): LocalBuild & { mark: string } {
  if (one.report.passed) writeFileSync(place(root, one.product), JSON.stringify(one))
  return one
}
