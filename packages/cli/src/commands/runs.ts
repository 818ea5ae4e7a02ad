import type { Run } from '@datamesh/core'
import type { Command } from 'commander'
import { openContext } from '../context.ts'
import { ago, bad, dim, duration, good, show, table, warn } from '../output.ts'
import { AnsweredNo } from '../problems.ts'
import { follow, tellRun } from './publish.ts'

type Options = {
  follow?: string
  product?: string
  state?: Run['state']
  limit: string
  cancel?: string
  retry?: string
}

export const runsCommand = (program: Command): void => {
  program
    .command('runs')
    .argument('[id]', 'one run, with its report')
    .option('--follow <id>', 'follow a run live to its end')
    .option('--cancel <id>', 'cancel a run')
    .option('--retry <id>', 'run it again')
    .option('--product <id>', 'only of domain/product')
    .option('--state <state>', 'queued, running, succeeded, failed or cancelled')
    .option('--limit <n>', 'how many', '20')
    .summary('runs: list, look, follow, cancel, retry')
    .action(async (id: string | undefined, options: Options, command: Command) => {
      const { output, client, now } = openContext(command)
      const mesh = client()
      if (options.cancel)
        return show(
          output,
          await mesh.call('cancelRun', { params: { id: options.cancel } }),
          (run) => `${run.product}: ${run.state}`,
        )
      if (options.retry)
        return show(
          output,
          await mesh.call('retryRun', { params: { id: options.retry } }),
          (run) => `${run.product}: ${run.state}, run ${run.id}`,
        )
      if (options.follow || id) {
        const run = options.follow
          ? await follow(mesh, options.follow, output)
          : await mesh.call('getRun', { params: { id: id ?? '' } })
        show(output, run, tellRun)
        if (options.follow && run.state !== 'succeeded') throw new AnsweredNo()
        return
      }
      const reply = await mesh.call('listRuns', {
        query: {
          limit: Number(options.limit),
          ...(options.product ? { product: options.product } : {}),
          ...(options.state ? { state: options.state } : {}),
        },
      })
      show(output, reply, (it) =>
        table(
          it.runs.map((run) => ({
            run: run.id,
            product: run.product,
            state: stateText(run),
            by: `${run.trigger.by} ${run.requestedBy}`,
            started: ago(run.startedAt ?? run.createdAt, now()),
            took:
              run.startedAt && run.finishedAt ? duration(Date.parse(run.finishedAt) - Date.parse(run.startedAt)) : null,
            error: run.error?.code ?? null,
          })),
        ),
      )
    })
}

const stateText = (run: Run): string =>
  ({
    queued: dim('queued'),
    running: warn('running'),
    succeeded: good('succeeded'),
    failed: bad('failed'),
    cancelled: dim('cancelled'),
  })[run.state]
