import { type DataProduct, type Issue, isMeshError, type MeshError, type Position } from '@datamesh/core'
import { compile } from './compile.ts'
import type { BuildJob } from './job.ts'
import type { Project } from './project.ts'

export type ModelFiles = {
  product: DataProduct
  files: BuildJob['files']
  env: BuildJob['env']
  now: string
}

/** Stands in for a model that has a mistake already, so that the others are looked at too. */
const standIn = 'select 1 as column_of_a_model_with_a_mistake'
const mostMistakes = 100

/**
 * What is wrong with the models of a product, found without running them: templates, unknown refs and sources, circles, names that
 * are there twice. Files are relative to the product's folder. What only the data can answer is left to the build.
 */
export const modelMistakes = (given: ModelFiles): Issue[] => {
  const issues: Issue[] = []
  const files: Record<string, string> = { ...given.files }
  const standing = new Set<string>()
  let project: Project | null = null
  while (project === null && issues.length < mostMistakes) {
    try {
      project = compile(jobOf({ ...given, files }), () => {})
    } catch (error) {
      if (!isMeshError(error)) throw error
      const found = issuesOf(error, { ...given, files })
      issues.push(...found)
      const file = found.find((issue) => issue.at)?.at?.file
      if (!file?.endsWith('.sql') || standing.has(file)) return issues
      standing.add(file)
      files[file] = standIn
    }
  }
  for (const model of project?.models ?? []) {
    if (standing.has(inFolder(model.path, given))) continue
    try {
      project?.compile(model)
    } catch (error) {
      if (!isMeshError(error)) throw error
      if (!/not known (yet|while)/.test(error.message)) issues.push(...issuesOf(error, given))
    }
  }
  return issues
}

const jobOf = ({ product, files, env, now }: ModelFiles): BuildJob => ({
  runId: 'validate',
  snapshotId: 'validate',
  product,
  files,
  productRoot: null,
  inputRoots: [],
  inputs: {},
  parent: null,
  storageRoot: '',
  params: { fullRefresh: false, vars: {}, dryRun: true },
  env,
  now,
  limits: { memoryMb: 512, threads: 1, timeoutSeconds: 60, tempDir: '' },
})

/** Paths of an existing dbt project are relative to it. */
const inFolder = (path: string, { product, files }: ModelFiles): string => {
  const root = product.transforms.project?.replace(/^\.\/|\/+$/g, '') ?? ''
  return path in files || root === '' || root === '.' ? path : `${root}/${path}`
}

function issuesOf(error: MeshError, given: ModelFiles): Issue[] {
  const placed = error.issues.filter((issue) => issue.at)
  if (placed.length > 0)
    return placed.map((issue) => ({
      ...issue,
      severity: /env_var|environment variable/.test(issue.message) ? 'warning' : issue.severity,
      at: { ...(issue.at as Position), file: inFolder((issue.at as Position).file, given) },
    }))
  const at = placeFor(error, given)
  return [{ code: error.code, message: error.message, severity: 'error', fix: error.hint, ...(at ? { at } : {}) }]
}

/** Some errors are about two files or about none; the place is where the text stands that has to change. */
function placeFor(error: MeshError, given: ModelFiles): Position | null {
  const sql = Object.entries(given.files).filter(([path]) => path.endsWith('.sql'))
  const find = (pattern: RegExp, path?: string): Position | null => {
    for (const [file, text] of sql) {
      const offset = path === undefined || file.endsWith(path) ? text.search(pattern) : -1
      if (offset < 0) continue
      const before = text.slice(0, offset).split('\n')
      return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 }
    }
    return null
  }
  const named = (call: string, name: string) => new RegExp(`\\b${call}\\(\\s*['"]${escapeText(name)}['"]`)
  const facts = error.facts as { path?: readonly string[]; file?: string; model?: string }
  if (error.code === 'model-cycle' && facts.path)
    return find(named('ref', facts.path[1] ?? ''), `${facts.path[0]}.sql`) ?? find(named('ref', facts.path[1] ?? ''))
  const source = /^source\('([^']*)'/.exec(facts.model ?? '')?.[1]
  if (source !== undefined) return find(named('source', source))
  const file = facts.file ?? facts.model
  return file === undefined ? null : find(/^/, inFolder(file, given))
}

const escapeText = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
