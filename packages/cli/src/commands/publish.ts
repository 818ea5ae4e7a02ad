import type { CheckResult, Report, Run } from '@datamesh/core'
import type { Client } from '@datamesh/sdk'
import type { Command } from 'commander'
import { openContext, productRef } from '../context.ts'
import { bad, bold, dim, good, type Output, show, warn } from '../output.ts'
import { AnsweredNo } from '../problems.ts'
import { openProgress } from '../progress.ts'
import { count, duration, plain, plural, table } from '../text.ts'
import { examples, UsageError } from '../usage.ts'

type Options = { fullRefresh?: boolean; var?: string[]; dryRun?: boolean; wait: boolean; expecting?: string }

export const publishCommand = (program: Command): void => {
  const publish = program
    .command('publish')
    .argument('<products...>', 'domain/product')
    .option('--full-refresh', 'build incremental models from the beginning')
    .option('--dry-run', 'build and check, commit nothing')
    .option('--var <name=value...>', 'a variable of the models, for this run')
    .option('--expecting <snapshot>', 'refuse when the head is another snapshot by now')
    .option('--no-wait', 'return at once; follow with: datamesh runs --follow <id>')
    .summary('build, check and publish products')
    .description(
      'Builds a product, checks it against its contract and publishes it as one snapshot.\nWhen a check of severity error fails nothing is published: exit code 1 and the rows that failed.',
    )
    .action(async (products: string[], options: Options, command: Command) => {
      const { output, client } = openContext(command)
      const mesh = client()
      const runs: Finished[] = []
      for (const text of products) {
        const params = await productRef(text, mesh)
        const body = {
          ...(options.fullRefresh ? { fullRefresh: true } : {}),
          ...(options.dryRun ? { dryRun: true } : {}),
          ...(options.var ? { vars: varsOf(options.var) } : {}),
          ...(options.expecting ? { expecting: options.expecting } : {}),
        }
        const run = await mesh.call('publish', { params, body })
        runs.push(options.wait ? await follow(mesh, run.id, output) : { ...run, report: null })
      }
      show(output, runs, (all) => all.map((run) => tellRun(run)).join('\n'))
      if (runs.some((run) => run.state === 'failed' || run.state === 'cancelled')) throw new AnsweredNo()
    })

  examples(
    publish,
    ['datamesh publish sales/orders', 'build, check, publish; wait for the end'],
    ['datamesh publish sales/orders --dry-run', 'only build and check'],
    ['datamesh publish sales/orders --full-refresh --var since=2026-01-01', 'incremental models from the beginning'],
  )
}

export const backfillCommand = (program: Command): void => {
  const backfill = program
    .command('backfill')
    .argument('<product>', 'domain/product')
    .requiredOption('--var <name=values>', 'one run for each value: month=2001-01,2001-02')
    .option('--no-wait', 'return at once; the runs go on')
    .summary('publish once for each value of a variable, in order')
    .description(
      'Queues one run for each value; they run one after the other, oldest first.\nExit code 1 when one of them did not succeed.',
    )
    .action(async (text: string, options: { var: string; wait: boolean }, command: Command) => {
      const { output, client } = openContext(command)
      const mesh = client()
      const [name = '', values = ''] = options.var.split(/=(.*)/s)
      if (!name || !values) throw new UsageError(`${options.var} is no variable`, 'write --var month=2001-01,2001-02')
      const vars = values.split(',').map((value) => ({ [name]: value.trim() }))
      const { runs } = await mesh.call('backfill', { params: await productRef(text, mesh), body: { vars } })
      const done: Finished[] = []
      for (const run of runs) done.push(options.wait ? await follow(mesh, run.id, output) : { ...run, report: null })
      show(output, done, (all) => all.map((run) => tellRun(run)).join('\n'))
      if (done.some((run) => run.state === 'failed' || run.state === 'cancelled')) throw new AnsweredNo()
    })
  examples(backfill, [
    'datamesh backfill flight-operations/flights-fact --var month=2001-01,2001-02,2001-03',
    'three months, one after the other',
  ])
}

export function varsOf(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name, value] = pair.split(/=(.*)/s)
      if (!name || value === undefined) throw new UsageError(`${pair} is no variable`, 'write --var name=value')
      return [name, /^(true|false|-?\d+(\.\d+)?)$/.test(value) ? JSON.parse(value) : value]
    }),
  )
}

export type Finished = Run & { report: Report | null }

/** Follows a run to its end, showing progress, and returns it with its report. */
export async function follow(client: Client, id: string, output: Output): Promise<Finished> {
  const progress = openProgress(output, (await client.call('getRun', { params: { id } })).product)
  try {
    for await (const entry of client.follow(id)) progress.entry(entry)
    return await client.call('getRun', { params: { id } })
  } finally {
    progress.end()
  }
}

export function tellRun(run: Finished): string {
  const took =
    run.startedAt && run.finishedAt
      ? dim(` in ${duration(Date.parse(run.finishedAt) - Date.parse(run.startedAt))}`)
      : ''
  const head: Record<Run['state'], string> = {
    queued: `${dim('…')} ${bold(run.product)} waits in the queue ${dim(`run ${run.id}`)}`,
    running: `${dim('…')} ${bold(run.product)} is running ${dim(`run ${run.id}`)}`,
    succeeded: `${good('✓')} ${bold(run.product)} ${run.params.dryRun ? 'passed' : 'published'}${took}${run.snapshot ? dim(`  snapshot ${run.snapshot}`) : dim(run.params.dryRun ? '  (a dry run: nothing was published)' : '  (nothing new)')}`,
    failed: `${bad('✗')} ${bold(run.product)} was not published${took}: ${plain(run.error?.title ?? 'the run failed')}  ${dim(`[${run.error?.code ?? 'unknown'}]`)}`,
    cancelled: `${warn('!')} ${bold(run.product)} was cancelled${took}`,
  }
  return [
    head[run.state],
    ...(run.report ? [tellReport(run.report)] : []),
    ...(run.state === 'failed' && run.error?.hint ? [`  ${bold('next:')} ${run.error.hint}`] : []),
  ].join('\n')
}

/** Passed checks in one line, others with figures, place and rows. */
export function tellReport(report: Report): string {
  const passed = report.checks.filter((check) => check.outcome === 'passed').length
  const rest = report.checks.filter((check) => check.outcome !== 'passed')
  const quarantined = report.quarantined.filter((each) => each.rows > 0)
  return [
    `    ${passed} of ${plural(report.checks.length, 'check')} passed ${dim(`in ${duration(report.durationMs)}`)}`,
    ...rest.map(tellCheck),
    ...quarantined.map((each) =>
      [
        `    ${warn('!')} ${plural(each.rows, 'row')} of port ${each.port} put aside`,
        ...each.examples.slice(0, 3).map((it) => `        ${it.file}:${it.line}  ${plain(it.error)}`),
      ].join('\n'),
    ),
  ].join('\n')
}

/** Samples stand eight columns to the right. */
const roomLeft = () => (process.stdout.isTTY ? { room: (process.stdout.columns || 100) - 8 } : {})

function tellCheck(check: CheckResult): string {
  const sign = check.outcome === 'failed' ? bad('✗') : warn('!')
  const rows = check.failingRows === null ? '' : `  ${count(check.failingRows)} of ${plural(check.totalRows, 'row')}`
  const sample =
    check.samples.length === 0
      ? []
      : [
          table(check.samples.slice(0, 5), { widest: 24, ...roomLeft() })
            .split('\n')
            .map((line) => `        ${line}`)
            .join('\n'),
        ]
  return [
    `    ${sign} ${check.name}${bold(rows)}  ${dim(check.at ?? '')}`,
    `        ${plain(check.message)}`,
    ...sample,
  ].join('\n')
}
