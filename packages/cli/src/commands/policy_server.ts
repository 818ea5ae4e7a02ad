import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MeshError, type PolicyImpact, type PolicyView } from '@datamesh/core'
import { type Client, isApiError } from '@datamesh/sdk'
import { type Command, Option } from 'commander'
import { openContext } from '../context.ts'
import { bad, bold, dim, good, show, warn } from '../output.ts'
import { mustRead, openAllPolicies, type PolicyFolder } from '../policies.ts'
import { ago, plain, plural, table } from '../text.ts'
import { examples, UsageError } from '../usage.ts'
import { shown } from '../workspace.ts'

/** What the server knows of policies, and what changes it. */
export const policyServerCommands = (policy: Command): void => {
  impactCommand(policy)
  applyCommand(policy)
  listCommand(policy)
  showCommand(policy)
  switchCommand(policy)
  removeCommand(policy)
  resultsCommand(policy)
}

const modes = ['off', 'shadow', 'warn', 'block'] as const

/** `global/owner-present`; a name alone is global. */
export const policyParams = (text: string): { scope: string; policy: string } => {
  const [scope = '', name, ...rest] = text.split('/')
  if (rest.length > 0 || scope === '' || name === '')
    throw new UsageError(`${text} is no policy`, 'write global/<name> or <domain>/<name>')
  return name === undefined ? { scope: 'global', policy: scope } : { scope, policy: name }
}

const impactCommand = (policy: Command): void => {
  const impact = policy
    .command('impact')
    .argument('[paths...]', 'new or changed policies; those of this workspace when left out')
    .option('--policy <id>', 'a policy that is there, or one of those files')
    .summary("which of today's products a policy would hit, before it is switched on")
    .description(
      'Asks the server to evaluate a new, changed or registered policy over every product that you may find, at its full severity. Changes nothing.',
    )
    .action(async (paths: string[], options: { policy?: string }, command: Command) => {
      const { output, client } = openContext(command)
      const folders = options.policy !== undefined && paths.length === 0 ? [] : openAllPolicies(paths)
      mustRead(folders)
      const asked = options.policy === undefined ? {} : { policy: idOf(options.policy) }
      const mesh = client()
      const results: PolicyImpact[] = []
      for (const folder of folders.length === 0 ? [null] : folders)
        results.push(
          await withPlaces(folder, () =>
            mesh.call('policyImpact', { body: { ...asked, ...(folder === null ? {} : { files: folder.files }) } }),
          ),
        )
      show(output, results.length === 1 ? results[0] : results, () => results.map(tellImpact).join('\n'))
    })
  examples(
    impact,
    ['datamesh policy impact policies/', 'before they are applied'],
    ['datamesh policy impact --policy global/naming', 'before it is switched to block'],
  )
}

const idOf = (text: string): string => {
  const { scope, policy } = policyParams(text)
  return `${scope}/${policy}`
}

const tellImpact = (impact: PolicyImpact): string =>
  [
    ...impact.hits.flatMap(({ product, owner, violations }) => [
      `${violations.some(({ effect }) => effect === 'block') ? bad('✗') : warn('!')} ${bold(product)}  ${dim(`owner ${owner}`)}${impact.newly.includes(product) ? `  ${warn('new')}` : ''}`,
      ...violations.map(
        (each) =>
          `    ${each.at === null ? '' : dim(`${each.at.file}:${each.at.line}:${each.at.column} `)}${plain(each.msg)}${each.fix === null ? '' : dim(`; ${plain(each.fix)}`)}`,
      ),
    ]),
    ...(impact.nolonger.length === 0 ? [] : [`${good('✓')} no longer hit: ${impact.nolonger.join(', ')}`]),
    `${impact.hits.length === 0 ? good('✓') : bold('→')} ${impact.hits.length} of ${plural(impact.judged, 'product')} would be hit, ${impact.newly.length} of them newly ${dim(`(${impact.ms} ms)`)}`,
  ].join('\n')

/** Mistakes that the server tells stand in files here. */
const withPlaces = async <T>(folder: PolicyFolder | null, ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask()
  } catch (error) {
    if (folder === null || !isApiError(error) || error.code !== 'policy-invalid') throw error
    const issues = error.issues.map((issue) =>
      issue.at === undefined ? issue : { ...issue, at: { ...issue.at, file: shown(join(folder.root, issue.at.file)) } },
    )
    throw new MeshError(
      'policy-invalid',
      { mistakes: issues.length, first: issues[0]?.message ?? error.message },
      { issues },
    )
  }
}

const applyCommand = (policy: Command): void => {
  const apply = policy
    .command('apply')
    .argument('[paths...]', 'folders or documents of policies; those of this workspace when left out')
    .option('--dry-run', 'say what would change and hit, without doing it')
    .option('--reason <text>', 'why; kept in the history')
    .summary('register new and changed policies')
    .description(
      'Sends policies with their Rego, tests and docs. One mistake or one failing test anywhere and nothing is changed.\nHow far a policy is rolled out stays as it is, unless its file names another mode than before.',
    )
    .action(async (paths: string[], options: { dryRun?: boolean; reason?: string }, command: Command) => {
      const { output, client } = openContext(command)
      const folders = openAllPolicies(paths)
      mustRead(folders)
      const done = await applyPolicyFolders(client(), folders, options)
      show(output, { dryRun: options.dryRun === true, policies: done }, () =>
        done.length === 0
          ? 'nothing to apply'
          : done
              .flatMap(({ id, change, impact }) => [
                `${change === 'unchanged' ? dim('·') : good('✓')} ${bold(id)}  ${dim(change)}`,
                ...(impact === null ? [] : [tellImpact(impact).replaceAll(/^/gm, '    ')]),
              ])
              .join('\n'),
      )
    })
  examples(
    apply,
    ['datamesh policy apply policies/ --dry-run', 'what would change, and whom it would hit'],
    ["datamesh policy apply policies/ --reason 'agreed in the guild'", 'register them'],
  )
}

type Applied = { id: string; change: 'added' | 'changed' | 'unchanged'; impact: PolicyImpact | null }

export const applyPolicyFolders = async (
  client: Client,
  folders: readonly PolicyFolder[],
  { dryRun = false, reason }: { dryRun?: boolean | undefined; reason?: string | undefined } = {},
): Promise<Applied[]> => {
  const done: Applied[] = []
  for (const folder of folders) {
    const { policies } = await withPlaces(folder, () =>
      client.call('applyPolicies', {
        body: { files: folder.files, dryRun, ...(reason === undefined ? {} : { reason }) },
      }),
    )
    done.push(...policies)
  }
  return done
}

const listCommand = (policy: Command): void => {
  const list = policy
    .command('list')
    .option('--domain <name>', 'only those of this domain; `global` for those of the mesh')
    .addOption(new Option('--mode <mode>', 'only rolled out so far').choices(modes))
    .summary('policies, how far they are rolled out, and what they hit')
    .description(
      'Policies of the mesh and of domains. Only products that you may find are counted; a policy in shadow is listed for governance and its owner.',
    )
    .action(async (options: { domain?: string; mode?: (typeof modes)[number] }, command: Command) => {
      const { output, client } = openContext(command)
      const { policies } = await client().call('listPolicies', { query: options })
      show(output, policies, (all) =>
        table(
          all.map((each) => ({
            policy: each.id,
            mode: paintMode(each.mode),
            severity: each.severity,
            when: each.when.join(' '),
            judged: each.judged,
            hits: each.hits,
            waived: each.waived,
            title: each.title,
          })),
        ),
      )
    })
  examples(list, ['datamesh policy list', 'all'], ['datamesh policy list --mode shadow', 'what is tried out'])
}

const paintMode = (mode: string): string => (mode === 'block' ? bad(mode) : mode === 'warn' ? warn(mode) : dim(mode))

const showCommand = (policy: Command): void => {
  const view = policy
    .command('show')
    .argument('<policy>', 'global/<name>, <domain>/<name>, or the name of a global one')
    .option('--history', 'every change: who, when, why')
    .option('--rego', 'its Rego')
    .option('--diff <version>', 'its files against those of an earlier version', Number)
    .summary('a policy: what it asks, how far it is rolled out, its tests and history')
    .description('Tells what a policy asks and of whom, runs its tests, and shows its texts and every change of them.')
    .action(async (id: string, options: { history?: boolean; rego?: boolean; diff?: number }, command: Command) => {
      const { output, client, now } = openContext(command)
      const mesh = client()
      const params = policyParams(id)
      const found = await mesh.call('getPolicy', { params })
      const before =
        options.diff === undefined ? null : await mesh.call('getPolicy', { params, query: { version: options.diff } })
      show(output, before === null ? found : { ...found, before: before.files }, (it) =>
        [
          `${bold(it.id)}  ${paintMode(it.mode)}  ${dim(`version ${it.version}, ${it.updatedBy}, ${ago(it.updatedAt, now())}`)}`,
          `  ${plain(it.title)}. ${plain(it.description)}`,
          dim(
            `  owner ${it.owner} · severity ${it.severity} · asked at ${it.when.join(', ')} · ${it.starter ? 'comes with Datamesh' : `package ${it.package}`}`,
          ),
          `  ${it.hits} of ${plural(it.judged, 'product')} hit, ${it.waived} waived${it.tests.length === 0 ? '' : `; ${it.tests.filter(({ passed }) => passed).length} of ${plural(it.tests.length, 'test')} hold`}`,
          ...(it.docs === ''
            ? []
            : [
                '',
                ...it.docs
                  .trim()
                  .split('\n')
                  .map((line) => `  ${line}`),
              ]),
          ...(options.rego ? ['', ...regoOf(it)] : []),
          ...(options.history ? ['', historyOf(it)] : []),
          ...(before === null ? [] : ['', ...diffOf(before.files, it.files)]),
        ].join('\n'),
      )
    })
  examples(
    view,
    ['datamesh policy show owner-present --rego', 'the rule itself'],
    ['datamesh policy show sales/no-free-text --history', 'who changed what, and why'],
  )
}

/** Rego in files of its own; else the document that holds it. */
const regoOf = ({ files }: PolicyView): string[] => {
  const own = Object.entries(files).filter(([file]) => file.endsWith('.rego') && !file.endsWith('_test.rego'))
  return (own.length > 0 ? own : Object.entries(files)).flatMap(([file, text]) => [
    dim(`# ${file}`),
    ...text.trimEnd().split('\n'),
  ])
}

const historyOf = ({ history }: PolicyView): string =>
  table(
    history.map(({ version, at, by, what, mode, reason, digest }) => ({
      version,
      at: at.slice(0, 16),
      by,
      what,
      mode,
      reason,
      digest: digest.slice(0, 12),
    })),
  )

/** Lines that are gone and lines that are new, file by file. */
const diffOf = (before: Record<string, string>, after: Record<string, string>): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((file) => {
    const [old, now] = [before[file]?.split('\n') ?? [], after[file]?.split('\n') ?? []]
    if (old.join('\n') === now.join('\n')) return []
    return [dim(`--- ${file}`), ...lineDiff(old, now)]
  })

/** By the longest common run of lines. Texts of policies are short. */
const lineDiff = (old: readonly string[], now: readonly string[]): string[] => {
  const width = now.length + 1
  const common = new Uint32Array((old.length + 1) * width)
  const at = (i: number, j: number) => common[i * width + j] ?? 0
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      common[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const lines: string[] = []
  for (let i = 0, j = 0; i < old.length || j < now.length; ) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      i++
      j++
    } else if (j < now.length && (i === old.length || at(i, j + 1) >= at(i + 1, j))) lines.push(good(`+ ${now[j++]}`))
    else lines.push(bad(`- ${old[i++]}`))
  }
  return lines
}

const switchCommand = (policy: Command): void => {
  const roll = policy
    .command('switch')
    .argument('<policy>', 'global/<name> or <domain>/<name>')
    .argument('<mode>', modes.join(', '))
    .requiredOption('--reason <text>', 'why; kept in the history')
    .summary('roll a policy out, or take it back: off, shadow, warn, block')
    .description(
      'shadow evaluates and tells governance and the owner of the policy only; warn tells everybody and stops nothing; block stops where the severity of the policy says so.',
    )
    .action(async (id: string, mode: string, options: { reason: string }, command: Command) => {
      const { output, client } = openContext(command)
      const wanted = modes.find((each) => each === mode)
      if (wanted === undefined) throw new UsageError(`${mode} is no mode`, `write ${modes.join(', ')}`)
      const card = await client().call('switchPolicy', {
        params: policyParams(id),
        body: { mode: wanted, reason: options.reason },
      })
      show(output, card, (it) => `${good('✓')} ${bold(it.id)} is ${paintMode(it.mode)}, version ${it.version}`)
    })
  examples(roll, ["datamesh policy switch naming block --reason 'agreed by all domains'", 'from now on it stops'])
}

const removeCommand = (policy: Command): void => {
  const remove = policy
    .command('remove')
    .argument('<policy>', 'global/<name> or <domain>/<name>')
    .requiredOption('--reason <text>', 'why; kept in the history')
    .summary('take a policy away; its history stays')
    .description('The policy is asked no more. What it said stays in the events, every version of it in its history.')
    .action(async (id: string, options: { reason: string }, command: Command) => {
      const { output, client } = openContext(command)
      const reply = await client().call('removePolicy', { params: policyParams(id), query: { reason: options.reason } })
      show(output, reply, () => `${good('✓')} ${bold(idOf(id))} is removed`)
    })
  examples(remove, ["datamesh policy remove sales/no-free-text --reason 'replaced'", 'it is asked no more'])
}

const resultsCommand = (policy: Command): void => {
  const results = policy
    .command('results')
    .argument('<policy>', 'a passive policy')
    .argument('[file]', 'JSON: a list of {product, passed, value?, msg?, path?, fix?}; standard input when left out')
    .summary('push what another tool found, to a passive policy')
    .description('For scanners and checks that run elsewhere. Of each product in the list, it replaces what was known.')
    .action(async (id: string, file: string | undefined, _options: unknown, command: Command) => {
      const { output, client } = openContext(command)
      const list = readResults(file)
      const reply = await client().call('reportResults', { params: policyParams(id), body: { results: list } })
      show(output, reply, () => `${good('✓')} ${plural(list.length, 'result')} for ${bold(idOf(id))}`)
    })
  examples(results, ['datamesh policy results security-scan findings.json', 'what a scanner wrote'])
}

type Result = { product: string; passed: boolean; value?: number; msg: string; path: string; fix?: string }

const readResults = (file: string | undefined): Result[] => {
  const text = readFileSync(file === undefined ? 0 : resolve(file), 'utf8')
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    throw new UsageError(`${file ?? 'the input'} is no JSON`, 'a list of {product, passed, msg}')
  }
  if (!Array.isArray(list))
    throw new UsageError(`${file ?? 'the input'} is no list`, 'a list of {product, passed, msg}')
  return list.map((each) => ({ msg: '', path: '', ...(each as object) })) as Result[]
}
