import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  explainStep,
  holdsPolicy,
  type Issue,
  MeshError,
  type Plan,
  type Position,
  readManifests,
} from '@datamesh/core'
import { type Client, isApiError } from '@datamesh/sdk'
import type { Command } from 'commander'
import { openContext } from '../context.ts'
import { bad, bold, dim, good, type Output, show, warn } from '../output.ts'
import { openPolicies, type PolicyFolder, policiesNear } from '../policies.ts'
import { AnsweredNo, tellIssue } from '../problems.ts'
import { examples, UsageError } from '../usage.ts'
import { countVerdicts, tellVerdicts } from '../verdicts.ts'
import {
  bundleOf,
  bundleOfFile,
  findRoot,
  openProduct,
  openWorkspace,
  type ProductFolder,
  shown,
} from '../workspace.ts'
import { applyPolicyFolders } from './policy_server.ts'

const pathsArgument = [
  '[paths...]',
  'product folders, manifests, domain files or a mesh folder; this folder when left out',
] as const

export const planCommand = (program: Command): void => {
  const plan = program
    .command('plan')
    .argument(...pathsArgument)
    .summary('say what apply would do, without doing it')
    .description(
      'Compares products with what is registered: changes with a verdict, the version they need, who is affected, the steps.\nExit code 1 when apply would refuse.',
    )
    .action(async (paths: string[], _options: unknown, command: Command) => {
      const { output, client } = openContext(command)
      const plans: Plan[] = []
      const mesh = client()
      const { products } = mustAllBeValid(targetsOf(paths))
      for (const each of products) plans.push(await mesh.call('planProduct', { body: bundleOf(each) }))
      show(output, plans, (all) => all.map((each, i) => tellPlan(each, products[i])).join('\n'))
      if (plans.some((plan) => !plan.ok)) throw new AnsweredNo()
    })
  examples(
    plan,
    ['datamesh plan', 'every product of this workspace'],
    ['datamesh plan sales/orders', 'one product'],
    ["datamesh plan --json | jq '.[] | {product, proposed, ok}'", 'for a pipeline'],
  )
}

export const applyCommand = (program: Command): void => {
  const apply = program
    .command('apply')
    .argument(...pathsArgument)
    .summary('register releases and domains')
    .description(
      'Registers what plan shows: domains first, then policies, then products in the order in which they read each other.\nOne mistake anywhere and nothing is applied. Nothing is built: run publish for that.',
    )
    .action(async (paths: string[], _options: unknown, command: Command) => {
      const { output, client } = openContext(command)
      const done = await applyAll(client(), targetsOf(paths), output)
      const changed = done.plans.filter((each) => each.steps.length > 0)
      show(output, done, () =>
        changed.length + done.domains.length === 0
          ? 'nothing to apply: everything is registered as it is written'
          : changed.length === 0
            ? `${good('✓')} applied`
            : `${good('✓')} applied; next: datamesh publish ${changed.map((each) => each.product).join(' ')}`,
      )
    })
  examples(
    apply,
    ['datamesh apply', 'domains and products of this workspace'],
    ['datamesh apply sales/orders', 'one product'],
    ['datamesh apply domains/sales.yaml', 'one domain'],
  )
}

export type Targets = { domainFiles: string[]; products: ProductFolder[]; policies?: PolicyFolder[] }

/** What the paths of a command mean: a mesh folder is its domains and products in order, a product folder is itself. */
export function targetsOf(paths: readonly string[]): Targets {
  const all = (paths.length > 0 ? paths : ['.']).map((path): Targets => {
    if (!existsSync(path)) throw new MeshError('file-not-found', { file: path })
    if (isProduct(path)) return { domainFiles: [], products: [openProduct(path)] }
    if (!lstatSync(path).isDirectory() && holdsPolicy(readFileSync(path, 'utf8')))
      return { domainFiles: [], products: [], policies: [openPolicies(path)] }
    if (!lstatSync(path).isDirectory() && !/datamesh\.ya?ml$/.test(path)) return { domainFiles: [path], products: [] }
    const root = findRoot(path)
    if (!root)
      throw new UsageError(
        `${shown(path)} has neither dataproduct.yaml nor datamesh.yaml`,
        'name a product folder or a mesh folder, or make one: datamesh init',
      )
    const { domainFiles, products } = openWorkspace(root)
    return { domainFiles, products, policies: policiesNear(root) }
  })
  return {
    domainFiles: all.flatMap((each) => each.domainFiles),
    products: all.flatMap((each) => each.products),
    policies: all.flatMap((each) => each.policies ?? []),
  }
}

const isProduct = (path: string): boolean =>
  lstatSync(path).isDirectory()
    ? existsSync(join(path, 'dataproduct.yaml')) && !existsSync(join(path, 'datamesh.yaml'))
    : /dataproduct\.ya?ml$/.test(path) || /^kind:\s*DataProduct\b/m.test(readFileSync(path, 'utf8'))

/** Half of a workspace is never applied. @throws manifest-invalid with the mistakes of every file */
function mustAllBeValid(targets: Targets): Targets {
  const issues = [
    ...targets.domainFiles.flatMap((file) => readManifests(readFileSync(file), shown(file)).issues),
    ...targets.products.flatMap((each) => each.issues),
    ...(targets.policies ?? []).flatMap((each) => each.issues),
  ].filter((issue) => issue.severity === 'error')
  if (issues.length === 0) return targets
  const files = [...new Set(issues.flatMap((issue) => (issue.at ? [issue.at.file] : [])))]
  const file = files.length === 1 ? (files[0] ?? 'the manifest') : 'the workspace'
  throw new MeshError('manifest-invalid', { file, errors: issues.length }, { issues })
}

export async function applyAll(
  client: Client,
  targets: Targets,
  output: Output,
): Promise<{ domains: string[]; plans: Plan[] }> {
  const domains: string[] = []
  const plans: Plan[] = []
  mustAllBeValid(targets)
  for (const file of targets.domainFiles) {
    const { changed } = await client.call('applyDomain', { body: bundleOfFile(file) })
    domains.push(...changed)
    for (const name of changed) output.note(`${good('✓')} domain ${bold(name)}`)
  }
  for (const { id, change } of await applyPolicyFolders(client, targets.policies ?? []))
    if (change !== 'unchanged') output.note(`${good('✓')} policy ${bold(id)}`)
  for (const each of targets.products) {
    const { plan } = await blockedHere(each, () => client.call('applyProduct', { body: bundleOf(each) }))
    if (plan.steps.length > 0) output.note(tellPlan(plan, each))
    plans.push(plan)
  }
  return { domains, plans }
}

/** What the server says of a manifest stands in a file here. */
const placedIn = <I extends { at?: Position | null | undefined }>(each: ProductFolder | undefined, issue: I): I =>
  each === undefined || !issue.at
    ? issue
    : { ...issue, at: { ...issue.at, file: shown(join(each.folder, issue.at.file)) } }

/** @throws policy-blocked pointing into the files here */
const blockedHere = async <T>(each: ProductFolder, ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask()
  } catch (error) {
    if (!isApiError(error) || error.code !== 'policy-blocked') throw error
    const { product, policies } = error.facts as { product: string; policies: string[] }
    throw new MeshError(
      'policy-blocked',
      { product, policies },
      { issues: error.issues.map((issue) => placedIn(each, issue)) },
    )
  }
}

function tellPlan(plan: Plan, each?: ProductFolder): string {
  const sign = { breaking: bad('breaking'), compatible: good('compatible'), informative: dim('note') }
  const head =
    plan.current === plan.proposed
      ? `${bold(plan.product)} ${plan.proposed}`
      : `${bold(plan.product)} ${plan.current ?? dim('new')} → ${plan.proposed}`
  return [
    plan.ok ? `${good('✓')} ${head}` : `${bad('✗')} ${head}`,
    ...plan.changes.map(
      (change) => `    ${sign[change.verdict]}  ${change.what}${change.because ? dim(`, ${change.because}`) : ''}`,
    ),
    ...plan.affected.map((each) => `    ${warn('affects')} ${each.product}: ${each.because}`),
    ...plan.steps.map(
      (step) => `    ${step.do === 'declare' ? dim(`· ${explainStep(step)}`) : `· ${explainStep(step)}`}`,
    ),
    ...plan.issues.map((issue) => tellIssue(placedIn(each, issue as Issue))),
    ...tellVerdicts(
      (plan.verdicts ?? [])
        .filter(({ outcome }) => outcome === 'warn' || (outcome === 'error' && plan.ok))
        .map((verdict) => ({
          ...verdict,
          violations: verdict.violations.map((violation) => placedIn(each, violation)),
        })),
    ).map((line) => `    ${line}`),
    ...(plan.verdicts?.length ? [dim(`    ${countVerdicts(plan.verdicts)}`)] : []),
    ...(plan.steps.length + plan.changes.length === 0 ? [dim('    nothing to do')] : []),
  ].join('\n')
}
