import { existsSync, globSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import {
  type Bundle,
  type DataProduct,
  type Issue,
  type Mesh,
  MeshError,
  parseYaml,
  readManifests,
} from '@datamesh/core'

/** A mesh workspace on disk: `datamesh.yaml` with the domains and products it names. */
export type Workspace = {
  root: string
  mesh: Mesh | null
  domainFiles: string[]
  /** Folders of products, absolute. */
  products: ProductFolder[]
}

/** A product as it lies on disk. `manifest` is the file name inside `folder`. */
export type ProductFolder = {
  folder: string
  manifest: string
  product: DataProduct | null
  issues: Issue[]
  files: Record<string, string>
}

/** What travels with a release: text that defines the product. Data (landing files, samples) stays where it is. */
const partOfRelease =
  /(^|\/)(dataproduct\.ya?ml|dbt_project\.yml|packages\.yml|profiles\.yml)$|\.(sql|ya?ml|avsc|json|proto|md|rego)$|(^|\/)seeds\/.*\.csv$/i
const leftOut = new Set(['node_modules', '.git', '.datamesh', 'target', 'dbt_packages', 'logs', 'landing', 'data'])
const largestFileBytes = 2_000_000
const largestBundleBytes = 16_000_000

/** Of an installed dbt package only the macros travel: the project that has it calls them. */
const isForeign = (name: string): boolean =>
  /(^|\/)dbt_packages\//.test(name) && !/(^|\/)dbt_packages\/[^/]+\/macros\/.*\.sql$/.test(name)

/** Folders that a dbt project in `at` keeps its seeds in, where they are not called `seeds`. */
function seedFolders(at: string): string[] {
  const file = join(at, 'dbt_project.yml')
  if (!existsSync(file)) return []
  const settings = parseYaml(readFileSync(file, 'utf8'), file).value as Record<string, unknown> | null
  const written = settings?.['seed-paths'] ?? settings?.['data-paths']
  return Array.isArray(written) ? written.map((path) => join(at, String(path))) : []
}

export function readFolder(folder: string): Record<string, string> {
  const files: Record<string, string> = {}
  let total = 0
  const walk = (at: string, seeds: readonly string[]): void => {
    const project = existsSync(join(at, 'dbt_project.yml'))
    const roots = project ? [...seeds, ...seedFolders(at)] : seeds
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) {
        const wanted = roots.includes(path) || (project && entry.name === 'dbt_packages')
        if (wanted || !leftOut.has(entry.name)) walk(path, roots)
        continue
      }
      const name = relative(folder, path).split(sep).join('/')
      const isSeed =
        /\.csv$/i.test(name) && (/(^|\/)seeds\//.test(name) || roots.some((root) => path.startsWith(root + sep)))
      if (!entry.isFile() || isForeign(name) || !(isSeed || partOfRelease.test(name))) continue
      if (lstatSync(path).size > largestFileBytes) {
        // A seed or model that is not there would be missed by name; anything else that large is data beside the product.
        if (isSeed || /\.sql$/.test(name))
          throw new MeshError('bundle-too-large', { folder: path, limitMb: largestFileBytes / 1e6 })
        continue
      }
      const text = readFileSync(path, 'utf8')
      total += text.length
      if (total > largestBundleBytes)
        throw new MeshError('bundle-too-large', { folder, limitMb: largestBundleBytes / 1e6 })
      files[name] = text
    }
  }
  walk(folder, [])
  return files
}

/** Path as a person would type it from here. */
export const shown = (path: string): string => {
  const near = relative(process.cwd(), path)
  return near === '' ? '.' : near.startsWith(`..${sep}..${sep}..`) ? path : near
}

export function openProduct(path: string): ProductFolder {
  const file = existsSync(path) && lstatSync(path).isDirectory() ? join(path, 'dataproduct.yaml') : path
  if (!existsSync(file)) throw new MeshError('file-not-found', { file: shown(file) })
  const folder = dirname(resolve(file))
  const files = readFolder(folder)
  const read = readManifests(readFileSync(file), shown(file), files)
  const product = read.documents.find((document) => document.kind === 'DataProduct') ?? null
  return {
    folder,
    manifest: basename(file),
    product,
    issues: read.issues,
    files: { ...files, [basename(file)]: readFileSync(file, 'utf8') },
  }
}

/** The folder upwards from here that has a `datamesh.yaml`. */
export function findRoot(from: string): string | null {
  for (let at = resolve(from); ; at = dirname(at)) {
    if (existsSync(join(at, 'datamesh.yaml'))) return at
    if (dirname(at) === at) return null
  }
}

export function openWorkspace(root: string): Workspace {
  const file = join(root, 'datamesh.yaml')
  if (!existsSync(file)) throw new MeshError('file-not-found', { file: shown(file) })
  const read = readManifests(readFileSync(file), shown(file))
  const failed = read.issues.filter((issue) => issue.severity === 'error')
  if (failed.length > 0)
    throw new MeshError('manifest-invalid', { file: shown(file), errors: failed.length }, { issues: read.issues })
  const mesh = read.meshes[0] ?? null
  const find = (globs: readonly string[]) =>
    globs
      .flatMap((glob) => globSync(glob, { cwd: root }))
      .sort()
      .map((path) => join(root, path))
  return {
    root: resolve(root),
    mesh,
    domainFiles: find(mesh?.domains ?? ['domains/*.yaml']),
    products: inDependencyOrder(find(mesh?.products ?? ['*/*/dataproduct.yaml']).map(openProduct)),
  }
}

/** Products before those that read them. Products with mistakes and products in a circle come last, in the order of their folders. */
export function inDependencyOrder(products: readonly ProductFolder[]): ProductFolder[] {
  const waiting = new Set(products)
  const here = new Set(products.map((each) => each.product?.id))
  const done = new Set<string>()
  const ordered: ProductFolder[] = []
  const free = (each: ProductFolder) =>
    each.product !== null && upstreamOf(each.product).every((id) => done.has(id) || !here.has(id))
  for (let next = [...waiting].find(free); next; next = [...waiting].find(free)) {
    waiting.delete(next)
    ordered.push(next)
    if (next.product) done.add(next.product.id)
  }
  return [...ordered, ...waiting]
}

export const upstreamOf = (product: DataProduct): string[] =>
  product.inputPorts.flatMap((port) => (port.source.from === 'product' ? [port.source.product] : []))

export const bundleOf = (each: ProductFolder): Bundle => ({
  root: each.folder,
  manifest: each.manifest,
  files: each.files,
})

export const bundleOfFile = (file: string): Bundle => ({
  root: dirname(resolve(file)),
  manifest: basename(file),
  files: { [basename(file)]: readFileSync(file, 'utf8') },
})

/** Throws `manifest-invalid` with every mistake unless the product can be used. */
export function mustBeValid(each: ProductFolder): DataProduct {
  const errors = each.issues.filter((issue) => issue.severity === 'error')
  if (each.product && errors.length === 0) return each.product
  throw new MeshError(
    'manifest-invalid',
    { file: shown(join(each.folder, each.manifest)), errors: errors.length },
    { issues: each.issues },
  )
}
