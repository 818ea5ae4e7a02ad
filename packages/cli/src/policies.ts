import { existsSync, globSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import type { Prepared } from '@datamesh/control-plane/policies'
import {
  appliesTo,
  type DataProduct,
  type Domain,
  factsOfManifest,
  holdsPolicy,
  type Issue,
  MeshError,
  type PolicyDefinition,
  policyInput,
  readManifests,
  readPolicies,
  scopedOf,
  storedHit,
  type Verdict,
  verdictOf,
  writtenProduct,
} from '@datamesh/core'
import { UsageError } from './usage.ts'
import { findRoot, openWorkspace, type ProductFolder, shown } from './workspace.ts'

/** Policies as they lie on disk. Paths are relative to `root`, as they are sent. */
export type PolicyFolder = {
  root: string
  files: Record<string, string>
  policies: PolicyDefinition[]
  issues: Issue[]
}

const partOfPolicies = /\.(ya?ml|json|rego|md)$/i
const leftOut = new Set(['node_modules', '.git', '.datamesh'])
const largestFileBytes = 500_000

const filesUnder = (root: string): Record<string, string> => {
  const files: Record<string, string> = {}
  const walk = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) {
        if (!leftOut.has(entry.name)) walk(path)
      } else if (entry.isFile() && partOfPolicies.test(entry.name) && lstatSync(path).size <= largestFileBytes)
        files[relative(root, path).split(sep).join('/')] = readFileSync(path, 'utf8')
    }
  }
  walk(root)
  return files
}

/** A governance folder, or one document with what lies beside it. @throws file-not-found, policy-invalid where nothing is a policy */
export const openPolicies = (path: string): PolicyFolder => {
  if (!existsSync(path)) throw new MeshError('file-not-found', { file: shown(path) })
  const single = lstatSync(path).isDirectory() ? null : basename(path)
  const root = resolve(single === null ? path : dirname(path))
  const all = filesUnder(root)
  // of other documents only what they name would be missed
  const files =
    single === null
      ? all
      : Object.fromEntries(Object.entries(all).filter(([name, text]) => name === single || !holdsPolicy(text)))
  const read = readPolicies(files)
  if (read.policies.length === 0 && read.issues.length === 0)
    throw new UsageError(`${shown(path)} holds no policy`, 'a policy is a YAML document of kind: Policy')
  const used = new Set(Object.values(read.files).flat())
  return {
    root,
    policies: read.policies,
    issues: read.issues.map((issue) => inFolder(issue, root)),
    files:
      read.issues.length > 0 ? files : Object.fromEntries(Object.entries(files).filter(([name]) => used.has(name))),
  }
}

/** Several paths; without one, those of this workspace. */
export const openAllPolicies = (paths: readonly string[]): PolicyFolder[] => {
  if (paths.length > 0) return paths.map(openPolicies)
  const found = policiesNear('.')
  if (found.length === 0)
    throw new UsageError('there are no policies here', 'name a folder, or keep them in policies/ of the workspace')
  return found
}

/** What a workspace names, or `policies/` in this folder or above it. */
export const policiesNear = (from: string): PolicyFolder[] => {
  const root = findRoot(from)
  if (root !== null) return policiesOfWorkspace(root)
  const folder = upwards(resolve(from))
  return folder === null ? [] : [openPolicies(folder)]
}

const policiesOfWorkspace = (root: string): PolicyFolder[] => {
  const { mesh } = openWorkspace(root)
  const named = (mesh?.policies ?? ['policies/*.yaml']).flatMap((glob) => globSync(glob, { cwd: root })).sort()
  const documents = named.filter((name) => holdsPolicy(readFileSync(join(root, name), 'utf8')))
  const folders = new Map<string, string[]>()
  for (const name of documents) folders.set(dirname(name), [...(folders.get(dirname(name)) ?? []), basename(name)])
  return [...folders].map(([folder, names]) => {
    const opened = openPolicies(join(root, folder))
    const mine = new Set(names)
    return { ...opened, policies: opened.policies.filter(({ file }) => mine.has(file)) }
  })
}

const upwards = (from: string): string | null => {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'policies')
    if (existsSync(folder) && lstatSync(folder).isDirectory()) {
      const texts = Object.entries(filesUnder(folder)).filter(([name]) => /\.ya?ml$/.test(name))
      if (texts.some(([, text]) => holdsPolicy(text))) return folder
    }
    if (dirname(at) === at || existsSync(join(at, '.git'))) return null
  }
}

/** The place as a person would open it from here. */
export const inFolder = (issue: Issue, root: string): Issue =>
  issue.at === undefined ? issue : { ...issue, at: { ...issue.at, file: shown(join(root, issue.at.file)) } }

export const mustRead = (folders: readonly PolicyFolder[]): PolicyDefinition[] => {
  const issues = folders.flatMap((each) => each.issues.filter(({ severity }) => severity === 'error'))
  if (issues.length > 0)
    throw new MeshError('policy-invalid', { mistakes: issues.length, first: issues[0]?.message ?? '' }, { issues })
  return folders.flatMap((each) => each.policies)
}

export type LocalPolicy = { policy: PolicyDefinition; prepared: Prepared | Error; starter: boolean }

/** Policies ready to judge, each compiled once: the starter set, and those that lie here. */
export const preparePolicies = async (
  local: readonly PolicyDefinition[],
  { starter = true } = {},
): Promise<LocalPolicy[]> => {
  const { evaluableOf, prepare, starterSet } = await import('@datamesh/control-plane/policies')
  const ids = new Set(local.map(({ id }) => id))
  const delivered = starter
    ? starterSet()
        .map(({ policy }) => policy)
        .filter(({ id }) => !ids.has(id))
    : []
  const ready = (policy: PolicyDefinition, isStarter: boolean): LocalPolicy => {
    try {
      return { policy, prepared: prepare(evaluableOf(policy, policy.id)), starter: isStarter }
    } catch (error) {
      return { policy, prepared: error instanceof Error ? error : new Error(String(error)), starter: isStarter }
    }
  }
  return [...delivered.map((each) => ready(each, true)), ...local.map((each) => ready(each, false))]
}

export type LocalVerdict = Verdict & {
  title: string
  severity: PolicyDefinition['severity']
  mode: PolicyDefinition['mode']
}

/** What policies say of a manifest on disk, with nothing known but the manifest itself: what needs a platform stays unsaid. */
export const judgeLocally = async (
  each: Pick<ProductFolder, 'folder' | 'manifest' | 'files'> & { product: DataProduct },
  policies: readonly LocalPolicy[],
  now: Date,
  domain: Domain | null = null,
): Promise<LocalVerdict[]> => {
  const { inputFrom, judgeOne } = await import('@datamesh/control-plane/policies')
  const file = shown(join(each.folder, each.manifest))
  const written = writtenProduct(each.files[each.manifest] ?? '', file)
  const input = inputFrom(policyInput(written?.value ?? {}, factsOfManifest(each.product, now)))
  const scoped = scopedOf(each.product, domain)
  return policies.flatMap(({ policy, prepared }): LocalVerdict[] => {
    const asked =
      policy.mode !== 'off' &&
      policy.when.includes('validate') &&
      policy.policyKind !== 'change' &&
      policy.policyKind !== 'passive'
    if (!asked || !appliesTo(policy, scoped)) return []
    const finding = judgeOne(prepared, input, now)
    if (finding === null) return []
    const stored = { ...finding, hits: finding.hits.map((hit) => storedHit(hit, written?.placeOf ?? (() => null))) }
    const { title, severity, mode } = policy
    return [{ ...verdictOf(policy, each.product.id, stored, [], now), title, severity, mode }]
  })
}

/** The domain of a product, where its workspace has a file of it. */
export const domainOf = (product: DataProduct, folder: string): Domain | null => {
  const root = findRoot(folder)
  if (root === null) return null
  for (const file of openWorkspace(root).domainFiles)
    for (const document of readManifests(readFileSync(file), file).documents)
      if (document.kind === 'Domain' && document.name === product.domain) return document
  return null
}
