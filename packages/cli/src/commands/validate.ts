import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { blockingIssues, holdsPolicy, type Issue, readManifests } from '@datamesh/core'
import type { Command } from 'commander'
import { openContext } from '../context.ts'
import { bold, dim, good, show } from '../output.ts'
import {
  domainOf,
  judgeLocally,
  type LocalPolicy,
  type LocalVerdict,
  openPolicies,
  policiesNear,
  preparePolicies,
} from '../policies.ts'
import { AnsweredNo, tellIssue } from '../problems.ts'
import { plural } from '../text.ts'
import { examples } from '../usage.ts'
import { blocks, countVerdicts, tellVerdicts } from '../verdicts.ts'
import { findRoot, openProduct, openWorkspace, type ProductFolder, shown } from '../workspace.ts'

type Validated = { file: string; ok: boolean; documents: string[]; issues: Issue[]; verdicts: LocalVerdict[] }

export const validateCommand = (program: Command): void => {
  const validate = program
    .command('validate')
    .argument('[paths...]', 'manifests, product folders or a mesh folder; this folder when left out')
    .option('--strict', 'warnings count as mistakes')
    .option('--no-models', 'only manifests, not the SQL models')
    .option('--no-policies', 'without policies')
    .summary('check manifests: every mistake at once, with file:line:column and what to write instead')
    .description(
      'Reads manifests (kind: DataProduct, Domain, Mesh, or an ownership map) and tells every mistake at once, and compiles the SQL models\nof products without running them: templates, unknown refs and sources, circles. Needs no server.\nAsks the starter set of policies and those of the workspace; what a server holds is asked by plan. Warnings of policies never fail it, --strict or not.\nExit code 0 when all is well, 1 when there are mistakes.',
    )
    .action(
      async (paths: string[], options: { strict?: boolean; models: boolean; policies: boolean }, command: Command) => {
        const { output, now } = openContext(command)
        const sources: Record<string, string> = {}
        const results: Validated[] = []
        for (const path of paths.length > 0 ? paths : ['.'])
          for (const file of filesOf(path)) results.push(await validateFile(file, sources, options.models))
        if (options.policies) await askPolicies(results, now())
        const failed = results.filter((each) => !each.ok || (options.strict && each.issues.length > 0))
        show(output, { ok: failed.length === 0, files: results }, () =>
          [
            ...results.flatMap((each) => [
              ...each.issues.map((issue) => tellIssue(issue, sources)),
              ...tellVerdicts(
                each.verdicts.filter(({ outcome }) => outcome !== 'inform'),
                { sources },
              ),
              ...(each.ok
                ? [
                    `${good('✓')} ${each.file}  ${each.documents.join(', ')}${each.verdicts.length > 0 ? dim(`  ${countVerdicts(each.verdicts)}`) : ''}`,
                  ]
                : []),
            ]),
            failed.length === 0
              ? ''
              : tellCount(results.flatMap((each) => [...each.issues, ...each.verdicts.flatMap(blocking)])),
          ]
            .join('\n')
            .trimEnd(),
        )
        if (failed.length > 0) throw new AnsweredNo()
      },
    )
  examples(
    validate,
    ['datamesh validate', 'the product or the whole mesh of this folder'],
    ['datamesh validate dataproduct.yaml --strict', 'one file, warnings count'],
    ["datamesh validate --json | jq '.files[].issues[]'", 'for a pipeline'],
  )
}

/** The starter set and the policies of the workspace, over every product whose manifest can be read. */
async function askPolicies(results: Validated[], now: Date): Promise<void> {
  const products = results.filter(
    (each) => each.ok && each.documents.some((document) => document.startsWith('DataProduct ')),
  )
  if (products.length === 0) return
  const prepared = new Map<string, LocalPolicy[]>()
  for (const each of products) {
    const read = openProduct(each.file)
    if (!read.product) continue
    const root = findRoot(read.folder) ?? read.folder
    const policies =
      prepared.get(root) ?? (await preparePolicies(policiesNear(read.folder).flatMap((folder) => folder.policies)))
    prepared.set(root, policies)
    each.verdicts = await judgeLocally(
      { ...read, product: read.product },
      policies,
      now,
      domainOf(read.product, read.folder),
    )
    if (each.verdicts.some(blocks)) each.ok = false
  }
}

const blocking = (verdict: LocalVerdict): Issue[] =>
  blocks(verdict) ? blockingIssues([verdict], [{ ...verdict, id: verdict.policy }]) : []

/** A policy with the Rego, tests and docs that it names. */
const validatePolicy = (path: string, name: string, sources: Record<string, string>): Validated => {
  const { policies, issues, root } = openPolicies(path)
  const file = basename(path)
  sources[name] = readFileSync(path, 'utf8')
  const mine = policies.filter((each) => each.file === file)
  const wrong = issues.filter((issue) => issue.at === undefined || issue.at.file === shown(join(root, file)))
  return {
    file: name,
    ok: wrong.every((issue) => issue.severity !== 'error'),
    documents: mine.map(({ id }) => `Policy ${id}`),
    issues: wrong,
    verdicts: [],
  }
}

/** A manifest, the manifest of a product folder, or everything a mesh folder names. */
function filesOf(path: string): string[] {
  if (!existsSync(path) || !lstatSync(path).isDirectory()) return [path]
  if (existsSync(join(path, 'dataproduct.yaml')) && !existsSync(join(path, 'datamesh.yaml')))
    return [join(path, 'dataproduct.yaml')]
  const root = findRoot(path)
  if (!root) return [join(path, 'dataproduct.yaml')]
  const workspace = openWorkspace(root)
  return [
    join(root, 'datamesh.yaml'),
    ...workspace.domainFiles,
    ...policiesNear(root).flatMap((each) => [...new Set(each.policies.map(({ file }) => join(each.root, file)))]),
    ...workspace.products.map((each) => join(each.folder, each.manifest)),
  ]
}

async function validateFile(path: string, sources: Record<string, string>, models: boolean): Promise<Validated> {
  const name = shown(path)
  if (!existsSync(path)) {
    return {
      file: name,
      ok: false,
      documents: [],
      verdicts: [],
      issues: [
        {
          code: 'file-not-found',
          severity: 'error',
          message: `there is no file ${name}`,
          fix: 'the path of a manifest',
        },
      ],
    }
  }
  const read = /dataproduct\.ya?ml$/.test(path) ? openProduct(path) : null
  const bytes = readFileSync(path)
  if (!read && /\.(ya?ml|json)$/.test(path) && holdsPolicy(bytes.toString('utf8')))
    return validatePolicy(path, name, sources)
  sources[name] = bytes.toString('utf8')
  const { documents, issues, meshes } = read
    ? { documents: read.product ? [read.product] : [], meshes: [], issues: read.issues }
    : readManifests(bytes, name)
  const all = [...issues, ...(read && models ? await modelIssues(read, sources) : [])]
  return {
    file: name,
    ok: all.every((issue) => issue.severity !== 'error'),
    documents: [...meshes, ...documents].map((document) =>
      'id' in document ? `${document.kind} ${document.id} ${document.version}` : `${document.kind} ${document.name}`,
    ),
    issues: all,
    verdicts: [],
  }
}

/** Models of a product whose manifest can be read; the engine is loaded only when there are some. */
async function modelIssues(read: ProductFolder, sources: Record<string, string>): Promise<Issue[]> {
  if (!read.product || !Object.keys(read.files).some((path) => path.endsWith('.sql'))) return []
  const { modelMistakes } = await import('@datamesh/data-plane')
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (key.startsWith('DBT_') && value ? [[key, value]] : [])),
  )
  return modelMistakes({ product: read.product, files: read.files, env, now: new Date().toISOString() }).map(
    (issue) => {
      if (!issue.at) return issue
      const file = shown(join(read.folder, issue.at.file))
      sources[file] = read.files[issue.at.file] ?? ''
      return { ...issue, at: { ...issue.at, file } }
    },
  )
}

function tellCount(issues: readonly Issue[]): string {
  const files = new Set(issues.map((issue) => issue.at?.file))
  return `${bold(plural(issues.length, 'mistake'))} in ${plural(files.size, 'file')}`
}
