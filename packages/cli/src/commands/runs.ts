import type { Run, RunEntry } from '@datamesh/core'
import { type Command, Option } from 'commander'
import { openContext } from '../context.ts'
import { bad, dim, good, show, warn } from '../output.ts'
import { AnsweredNo } from '../problems.ts'
import { ago, duration, figures, plain, table } from '../text.ts'
import { examples, whole } from '../usage.ts'
import { follow, tellRun } from './publish.ts'

type Options = {
  follow?: string | true
  product?: string
  state?: Run['state']
  limit: number
  cancel?: string
  retry?: string
  fromFailed?: boolean
  domain?: string
  since?: string
}

export const runsCommand = (program: Command): void => {
  const runs = program
    .command('runs')
    .argument('[id]', 'one run, with its log and report')
    .option('--follow [id]', 'follow a run live to its end')
    .option('--cancel <id>', 'cancel a run; nothing of it is published')
    .option('--retry <id>', 'run it again, as a new run')
    .option('--from-failed', 'with --retry: what was built is taken over, the step that failed is done again')
    .option('--product <id>', 'only of domain/product')
    .option('--domain <name>', 'only of this domain')
    .option('--since <time>', 'only asked for since then, as 2026-01-31')
    .addOption(
      new Option('--state <state>', 'only in this state').choices([
        'queued',
        'running',
        'succeeded',
        'failed',
        'cancelled',
      ]),
    )
    .option('--limit <n>', 'how many', whole(), 20)
    .summary('runs: list, look, follow, cancel, retry')
    .description(
      'Lists runs, newest first; with an id shows the log and the report of one.\n--follow ends with the run: exit code 1 unless it succeeded.',
    )
    .action(async (id: string | undefined, options: Options, command: Command) => {
      const { output, client, now } = openContext(command)
      const mesh = client()
      if (options.cancel) {
        const run = await mesh.call('cancelRun', { params: { id: options.cancel } })
        return show(output, run, (it) => `${it.product}: ${it.state === 'running' ? 'stops' : it.state}`)
      }
      if (options.retry) {
        const run = await mesh.call('retryRun', {
          params: { id: options.retry },
          query: { from: options.fromFailed ? 'failed' : 'start' },
        })
        return show(output, run, (it) => `${it.product}: ${it.state}\nnext: datamesh runs --follow ${it.id}`)
      }
      const followed = typeof options.follow === 'string' ? options.follow : options.follow ? (id ?? newest) : null
      if (followed) {
        const target =
          followed === newest ? (await mesh.call('listRuns', { query: { limit: 1 } })).runs[0]?.id : followed
        if (!target) return show(output, null, () => 'there are no runs yet')
        const run = await follow(mesh, target, output)
        show(output, run, tellRun)
        if (run.state !== 'succeeded') throw new AnsweredNo()
        return
      }
      if (id) {
        const run = await mesh.call('getRun', { params: { id } })
        return show(output, run, (it) => [...it.entries.map(tellEntry), tellRun(it)].join('\n'))
      }
      const reply = await mesh.call('listRuns', {
        query: {
          limit: options.limit,
          ...(options.product ? { product: options.product } : {}),
          ...(options.state ? { state: options.state } : {}),
          ...(options.domain ? { domain: options.domain } : {}),
          ...(options.since ? { since: options.since } : {}),
        },
      })
      show(output, reply, (it) =>
        it.runs.length === 0
          ? 'no runs'
          : table(
              it.runs.map((run) => ({
                run: run.id,
                product: run.product,
                state: stateText(run),
                why: run.trigger.by === 'person' ? run.requestedBy : run.trigger.by,
                started: ago(run.startedAt ?? run.createdAt, now()),
                took: tookText(run, now()),
                error: run.error?.code ?? null,
              })),
            ),
      )
    })
  examples(
    runs,
    ['datamesh runs --state failed --limit 5', 'what went wrong lately'],
    ['datamesh runs <id>', 'log and report of one run'],
    ['datamesh runs --follow', 'the newest run, live'],
    ['datamesh runs --retry <id> --from-failed', 'without building again what was built'],
  )
}

const newest = 'the newest run'

/** One line of a run's log: time of day, what, figures. */
function tellEntry(entry: RunEntry): string {
  const sign = entry.state === 'failed' ? bad('✗') : entry.state === 'done' ? good('✓') : dim('·')
  const facts = figures(entry)
  const parts = [entry.name ?? entry.step, entry.message, entry.steps?.join(', ')]
  const what = parts.filter(Boolean).join('  ') || `run ${entry.state ?? entry.kind}`
  return `${dim(entry.at.slice(11, 23))} ${sign} ${plain(what)}${facts ? `  ${dim(facts)}` : ''}`
}

const tookText = (run: Run, now: Date): string | null =>
  run.startedAt === null
    ? null
    : `${duration((run.finishedAt ? Date.parse(run.finishedAt) : now.getTime()) - Date.parse(run.startedAt))}${run.finishedAt ? '' : ' so far'}`

const stateText = (run: Run): string =>
  ({
    queued: dim('queued'),
    running: warn('running'),
    succeeded: good('succeeded'),
    failed: bad('failed'),
    cancelled: dim('cancelled'),
  })[run.state]
