import { explainStep, type Plan } from '@datamesh/core'
import type { Client } from '@datamesh/sdk'
import type { Command } from 'commander'
import { openContext } from '../context.ts'
import { bad, bold, dim, good, type Output, show, warn } from '../output.ts'
import { AnsweredNo, tellIssue } from '../problems.ts'
import {
  bundleOf,
  bundleOfFile,
  findRoot,
  mustBeValid,
  openProduct,
  openWorkspace,
  type ProductFolder,
  shown,
} from '../workspace.ts'

const pathsArgument = [
  '[paths...]',
  'product folders, manifests, domain files or a mesh folder; this folder when left out',
] as const

export const planCommand = (program: Command): void => {
  program
    .command('plan')
    .argument(...pathsArgument)
    .summary('say what apply would do, without doing it')
    .description(
      'Compares products with what is registered: changes with a verdict, the version they need, who is affected, the steps.\nExit code 1 when apply would refuse.',
    )
    .action(async (paths: string[], _options: unknown, command: Command) => {
      const { output, client } = openContext(command)
      const plans: Plan[] = []
      for (const each of targetsOf(paths).products) {
        mustBeValid(each)
        plans.push(await client().call('planProduct', { body: bundleOf(each) }))
      }
      show(output, plans, (all) => all.map(tellPlan).join('\n'))
      if (plans.some((plan) => !plan.ok)) throw new AnsweredNo()
    })
}

export const applyCommand = (program: Command): void => {
  program
    .command('apply')
    .argument(...pathsArgument)
    .option('--no-publish', 'only register; publish later')
    .summary('register releases and domains')
    .description(
      'Registers what plan shows: domains first, then products in the order in which they read each other.\nNothing is built; run publish for that.',
    )
    .action(async (paths: string[], _options: unknown, command: Command) => {
      const { output, client } = openContext(command)
      const done = await applyAll(client(), targetsOf(paths), output)
      show(output, done, (all) => (all.plans.length + all.domains.length === 0 ? dim('nothing to apply') : ''))
    })
}

export type Targets = { domainFiles: string[]; products: ProductFolder[] }

/** What the paths of a command mean: a mesh folder is its domains and products in order, a product folder is itself. */
export function targetsOf(paths: readonly string[]): Targets {
  const all = (paths.length > 0 ? paths : ['.']).map((path): Targets => {
    const root = findRoot(path)
    const product = openProductAt(path)
    if (product) return { domainFiles: [], products: [product] }
    if (/\.(ya?ml|json)$/.test(path) && !/datamesh\.yaml$/.test(path)) return { domainFiles: [path], products: [] }
    const workspace = openWorkspace(root ?? path)
    return { domainFiles: workspace.domainFiles, products: workspace.products }
  })
  return { domainFiles: all.flatMap((each) => each.domainFiles), products: all.flatMap((each) => each.products) }
}

function openProductAt(path: string): ProductFolder | null {
  try {
    return /(datamesh|domains?)\.ya?ml$/.test(path) ? null : openProduct(path)
  } catch {
    return null
  }
}

export async function applyAll(
  client: Client,
  targets: Targets,
  output: Output,
): Promise<{ domains: string[]; plans: Plan[] }> {
  const domains: string[] = []
  const plans: Plan[] = []
  for (const file of targets.domainFiles) {
    const { changed } = await client.call('applyDomain', { body: bundleOfFile(file) })
    domains.push(...changed)
    for (const name of changed) output.note(`${good('✓')} domain ${bold(name)}`)
  }
  for (const each of targets.products) {
    mustBeValid(each)
    const { plan } = await client.call('applyProduct', { body: bundleOf(each) })
    if (plan.steps.length > 0) output.note(tellPlan(plan))
    plans.push(plan)
  }
  return { domains, plans }
}

export function tellPlan(plan: Plan): string {
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
    ...plan.issues.map((issue) => tellIssue(issue as Parameters<typeof tellIssue>[0])),
    ...(plan.steps.length + plan.changes.length === 0 ? [dim('    nothing to do')] : []),
  ].join('\n')
}

export const namesOf = (targets: Targets): string =>
  targets.products.map((each) => each.product?.id ?? shown(each.folder)).join(', ')
