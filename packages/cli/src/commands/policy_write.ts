import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MeshError } from '@datamesh/core'
import type { Command } from 'commander'
import { openContext, productRef } from '../context.ts'
import { bad, bold, dim, good, show, warn } from '../output.ts'
import {
  domainOf,
  judgeLocally,
  mustRead,
  openAllPolicies,
  openPolicies,
  type PolicyFolder,
  policiesNear,
  preparePolicies,
} from '../policies.ts'
import { AnsweredNo } from '../problems.ts'
import { plural } from '../text.ts'
import { examples } from '../usage.ts'
import { blocks, countVerdicts, tellVerdicts } from '../verdicts.ts'
import { mustBeValid, openProduct, shown } from '../workspace.ts'

type Coverage = Record<string, { covered: number[]; notCovered: number[] }>
type Tested = {
  policy: string
  passed: boolean
  tests: { name: string; passed: boolean; error: string | null }[]
  mistakes: { file: string; line: number; column: number; message: string }[]
  /** Share of lines that tests reach. */
  coverage: number | null
  notCovered: Record<string, number[]>
}

/** What is written and tried on this machine. */
export const policyWriteCommands = (policy: Command): void => {
  testCommand(policy)
  evalCommand(policy)
}

const testCommand = (policy: Command): void => {
  const test = policy
    .command('test')
    .argument('[paths...]', 'folders or documents of policies; those of this workspace when left out')
    .option('--starter', 'the policies that come with Datamesh, too')
    .option('--coverage <percent>', 'fail below this share of lines that tests reach', Number)
    .summary('run the Rego tests of policies, with coverage')
    .description(
      'Compiles policies and runs every rule whose name begins with test_. Tells which lines no test reaches. Needs no server.\nExit code 1 when a test fails, a policy does not compile, or coverage is too low.',
    )
    .action(async (paths: string[], options: { starter?: boolean; coverage?: number }, command: Command) => {
      const { output, now } = openContext(command)
      const folders = options.starter && paths.length === 0 ? [] : openAllPolicies(paths)
      const results = [
        ...(options.starter ? await testStarter(now()) : []),
        ...(await Promise.all(folders.map((folder) => testFolder(folder, now())))).flat(),
      ]
      const failed = results.filter(
        ({ passed, coverage }) =>
          !passed || (options.coverage !== undefined && coverage !== null && coverage * 100 < options.coverage),
      )
      show(output, { ok: failed.length === 0, policies: results }, () => results.flatMap(tellTested).join('\n'))
      if (failed.length > 0) throw new AnsweredNo()
    })
  examples(
    test,
    ['datamesh policy test policies/', 'every policy of a folder'],
    ['datamesh policy test --starter', 'what comes with Datamesh'],
    ['datamesh policy test policies/ --coverage 80 --json', 'for a pipeline'],
  )
}

const testFolder = async (folder: PolicyFolder, now: Date): Promise<Tested[]> => {
  const { evaluableOf, testPolicy } = await import('@datamesh/control-plane/policies')
  return mustRead([folder]).map((policy) => {
    const run = testPolicy(evaluableOf(policy, policy.id), policy.tests, now)
    const own = new Set(policy.rego.map(({ file }) => file))
    return tested(policy.id, run, own, (file) => shown(join(folder.root, file)))
  })
}

const testStarter = async (now: Date): Promise<Tested[]> => {
  const { evaluableOf, starterSet, testPolicy } = await import('@datamesh/control-plane/policies')
  return starterSet().map(({ policy }) =>
    tested(
      policy.id,
      testPolicy(evaluableOf(policy, policy.id), policy.tests, now),
      new Set(policy.rego.map(({ file }) => file)),
      (file) => file,
    ),
  )
}

const tested = (
  id: string,
  run: { tests: Tested['tests']; mistakes: Tested['mistakes']; coverage: Coverage },
  own: ReadonlySet<string>,
  fileOf: (file: string) => string,
): Tested => {
  const mine = Object.entries(run.coverage).filter(([file]) => own.has(file))
  const covered = mine.reduce((sum, [, lines]) => sum + lines.covered.length, 0)
  const missed = mine.reduce((sum, [, lines]) => sum + lines.notCovered.length, 0)
  return {
    policy: id,
    passed: run.mistakes.length === 0 && run.tests.every(({ passed }) => passed),
    tests: run.tests,
    mistakes: run.mistakes.map((mistake) => ({ ...mistake, file: fileOf(mistake.file) })),
    // a policy without Rego has nothing that a test could reach; Rego that no test has loaded is not reached at all
    coverage: own.size === 0 ? null : covered / Math.max(1, covered + missed),
    notCovered: Object.fromEntries(
      mine.flatMap(([file, { notCovered }]) => (notCovered.length === 0 ? [] : [[fileOf(file), notCovered]])),
    ),
  }
}

const tellTested = ({ policy, passed, tests, mistakes, coverage, notCovered }: Tested): string[] => {
  const wrong = tests.filter((each) => !each.passed)
  const count =
    tests.length === 0
      ? warn('no tests')
      : wrong.length === 0
        ? plural(tests.length, 'test')
        : `${wrong.length} of ${plural(tests.length, 'test')} failed`
  const reached = coverage === null ? '' : `, ${Math.floor(coverage * 100)} % of lines`
  return [
    `${passed ? good('✓') : bad('✗')} ${bold(policy)}  ${dim(`${mistakes.length > 0 ? 'does not compile' : count}${reached}`)}`,
    ...mistakes.map((each) => `    ${each.file}:${each.line}:${each.column} ${each.message}`),
    ...wrong.map((each) => `    ${bad('✗')} ${each.name}${each.error === null ? '' : dim(`: ${each.error}`)}`),
    ...Object.entries(notCovered).map(([file, lines]) => dim(`    not reached: ${file}:${ranges(lines)}`)),
  ]
}

/** `3-5,9` */
const ranges = (lines: readonly number[]): string => {
  const parts: string[] = []
  for (let i = 0; i < lines.length; i++) {
    const from = lines[i] as number
    while (lines[i + 1] === (lines[i] as number) + 1) i++
    parts.push(lines[i] === from ? `${from}` : `${from}-${lines[i]}`)
  }
  return parts.join(',')
}

type EvalOptions = { policies?: string[]; policy?: string; starter: boolean; all?: boolean }

const evalCommand = (policy: Command): void => {
  const evaluate = policy
    .command('eval')
    .argument('<product>', 'a manifest or product folder; or domain/product, asked of the server')
    .option('--policies <path...>', 'policies to ask; those of the workspace when left out')
    .option('--policy <id>', 'only this one')
    .option('--no-starter', 'without the policies that come with Datamesh')
    .option('--all', 'also what passes')
    .summary('what policies say of a product, with file:line:column and a fix')
    .description(
      'Of files: asks the starter set and the policies of the workspace, on this machine. What needs a platform (previous release, consumers, reports) is not known then.\nOf a registered product: what the server found last, with waivers.\nExit code 1 when something blocks.',
    )
    .action(async (target: string, options: EvalOptions, command: Command) => {
      const context = openContext(command)
      const { output } = context
      const local = existsSync(target)
      const verdicts = local
        ? await evalLocal(target, options, context.now())
        : await evalRegistered(target, context.client())
      const wanted = verdicts.list.filter((each) => options.policy === undefined || each.policy === options.policy)
      if (wanted.length === 0 && options.policy !== undefined)
        throw new MeshError('not-found', { what: `policy ${options.policy} that is about ${verdicts.product}` })
      show(output, { product: verdicts.product, at: verdicts.at, verdicts: wanted }, () =>
        [
          ...tellVerdicts(wanted, { sources: verdicts.sources, all: options.all === true }),
          `${wanted.some(blocks) ? bad('✗') : good('✓')} ${bold(verdicts.product)}  ${countVerdicts(wanted)}`,
        ].join('\n'),
      )
      if (wanted.some(blocks)) throw new AnsweredNo()
    })
  examples(
    evaluate,
    ['datamesh policy eval dataproduct.yaml', 'before it is applied'],
    ['datamesh policy eval sales/orders --all', 'a registered product, every policy'],
    ['datamesh policy eval . --policies ../governance --no-starter', 'with policies of another folder'],
  )
}

const evalLocal = async (target: string, options: EvalOptions, now: Date) => {
  const each = openProduct(target)
  const product = mustBeValid(each)
  const folders = options.policies === undefined ? policiesNear(each.folder) : options.policies.map(openPolicies)
  const policies = await preparePolicies(mustRead(folders), { starter: options.starter })
  const file = shown(join(each.folder, each.manifest))
  return {
    product: product.id,
    at: null,
    list: await judgeLocally({ ...each, product }, policies, now, domainOf(product, each.folder)),
    sources: { [file]: each.files[each.manifest] ?? '' },
  }
}

const evalRegistered = async (target: string, client: ReturnType<ReturnType<typeof openContext>['client']>) => {
  const params = await productRef(target, client)
  const { verdicts, at } = await client.call('getVerdicts', { params })
  return { product: `${params.domain}/${params.product}`, at, list: verdicts, sources: {} }
}
