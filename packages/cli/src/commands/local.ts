import type { Command } from 'commander'
import { openContext } from '../context.ts'
import type { LocalBuild } from '../local.ts'
import { bad, bold, dim, good, show } from '../output.ts'
import { AnsweredNo } from '../problems.ts'
import { openProgress } from '../progress.ts'
import { bytes, plural } from '../text.ts'
import { examples } from '../usage.ts'
import { findRoot, openProduct, openWorkspace } from '../workspace.ts'
import { tellReport, varsOf } from './publish.ts'

type Options = { var?: string[] }

const declare = (
  program: Command,
  name: string,
  summary: string,
  description: string,
  tell: (done: LocalBuild[]) => string,
): Command =>
  program
    .command(name)
    .argument('[path]', 'product folder or manifest; this folder when left out', '.')
    .option('--var <name=value...>', 'a variable of the models, such as month=2026-01')
    .summary(summary)
    .description(description)
    .action(async (path: string, options: Options, command: Command) => {
      const { output, home, now } = openContext(command)
      const target = openProduct(path)
      const root = findRoot(target.folder)
      const workspace = root ? openWorkspace(root) : null
      const progress = openProgress(output, target.product?.id ?? path)
      const own = workspace?.products.find((each) => each.folder === target.folder) ?? target
      let seq = 0
      const { buildLocally } = await import('../local.ts')
      const done = await buildLocally(own, {
        home,
        workspace,
        vars: varsOf(options.var ?? []),
        now: now(),
        onProgress: (product, entry) => progress.entry({ ...entry, seq: ++seq, message: product }),
      }).finally(() => progress.end())
      show(output, done, tell)
      if (done.some((each) => !each.report.passed)) throw new AnsweredNo()
    })

export const buildCommand = (program: Command): void => {
  const build = declare(
    program,
    'build',
    'build a product on this machine, without a server',
    'Builds the models into Parquet under <home>/local, in the same kind of process as a publish. Products of the workspace that it reads are built first.',
    (done) =>
      done
        .map((each) => {
          const rows = each.snapshot.tables.map(
            (table) => `${table.name}: ${plural(table.rows, 'row')}, ${bytes(table.bytes)}`,
          )
          return `${each.report.passed ? good('✓') : bad('✗')} ${bold(each.product)}  ${rows.join('; ')}${each.reused ? dim('  (not changed)') : ''}`
        })
        .join('\n'),
  )

  examples(
    build,
    ['datamesh build', 'the product of this folder'],
    ['datamesh build sales/orders --var month=2026-01', 'with a variable'],
  )
}

export const testCommand = (program: Command): void => {
  const test = declare(
    program,
    'test',
    'build a product on this machine and run its checks and tests',
    'Builds like build, then tells every check and every test of tests/. Exit code 1 when one of severity error fails.',
    (done) =>
      done
        .map(
          (each) =>
            `${each.report.passed ? good('✓') : bad('✗')} ${bold(each.product)}${each.reused ? dim('  (not changed)') : ''}\n${tellReport(each.report)}`,
        )
        .join('\n'),
  )
  examples(
    test,
    ['datamesh test', 'the product of this folder'],
    ['datamesh test sales/orders --json', 'the whole report, for a pipeline'],
  )
}
