import { parseDuration } from '@datamesh/core'
import { type Command, Option } from 'commander'
import { openContext, productRef } from '../context.ts'
import { bold, dim, good, show, warn } from '../output.ts'
import { plain, table } from '../text.ts'
import { examples } from '../usage.ts'
import { policyParams } from './policy_server.ts'

const states = ['live', 'expired', 'ended'] as const

/** Dated exceptions from policies. */
export const waiverCommands = (policy: Command): void => {
  const waive = policy
    .command('waive')
    .argument('<policy>', 'global/<name> or <domain>/<name>')
    .argument('<product>', 'domain/product')
    .requiredOption('--until <day>', 'last day that it excuses (UTC), or how long: "30 days"')
    .requiredOption('--owner <who>', 'who mends it until then')
    .requiredOption('--reason <text>', 'why; at least ten characters')
    .option('--path <path>', 'only what is found at this place of the manifest')
    .summary('excuse a product from a policy until a day')
    .description(
      'Global policies are waived by governance only, those of a domain by its owner as well. A waiver has an owner, a reason and an end; it stops excusing at that moment, and is announced a week before.',
    )
    .action(
      async (
        id: string,
        product: string,
        options: { until: string; owner: string; reason: string; path?: string },
        command: Command,
      ) => {
        const { output, client, now } = openContext(command)
        const mesh = client()
        const { scope, policy: name } = policyParams(id)
        const ref = await productRef(product, mesh)
        const waiver = await mesh.call('grantWaiver', {
          body: {
            policy: `${scope}/${name}`,
            product: `${ref.domain}/${ref.product}`,
            path: options.path ?? null,
            owner: options.owner,
            reason: options.reason,
            until: untilOf(options.until, now()),
          },
        })
        show(
          output,
          waiver,
          (it) =>
            `${good('✓')} ${it.product} is excused from ${bold(it.policy)} until ${endOf(it.until)}  ${dim(it.id)}`,
        )
      },
    )
  examples(waive, [
    "datamesh policy waive naming sales/orders --until 2026-12-31 --owner sales-team --reason 'renamed with version 2'",
    'until the end of that day',
  ])

  const waivers = policy
    .command('waivers')
    .option('--policy <id>', 'only from this policy')
    .option('--product <id>', 'only of this product')
    .addOption(new Option('--state <state>', 'only those').choices(states))
    .option('--end <waiver>', 'end this one now')
    .summary('exceptions: whose, why, until when')
    .description(
      'Lists what is excused, of products that you may find, and whether it excuses anything today. --end ends one.',
    )
    .action(
      async (
        options: { policy?: string; product?: string; state?: (typeof states)[number]; end?: string },
        command: Command,
      ) => {
        const { output, client } = openContext(command)
        const mesh = client()
        if (options.end !== undefined) {
          const ended = await mesh.call('endWaiver', { params: { id: options.end } })
          show(output, ended, (it) => `${good('✓')} ${it.id} excuses nothing any more`)
          return
        }
        const { end: _end, ...query } = options
        const { waivers: list } = await mesh.call('listWaivers', { query })
        show(output, list, (all) =>
          all.length === 0
            ? 'nothing is excused'
            : table(
                all.map((each) => ({
                  waiver: each.id,
                  policy: each.policy,
                  product: each.product,
                  path: each.path,
                  state: each.state === 'live' ? good(each.state) : warn(each.state),
                  until: endOf(each.until),
                  owner: each.owner,
                  used: each.used ? 'yes' : 'no',
                  reason: plain(each.reason),
                })),
              ),
        )
      },
    )
  examples(
    waivers,
    ['datamesh policy waivers --state live', 'what is excused today'],
    ['datamesh policy waivers --end waiver_01', 'end one now'],
  )
}

/** A day as it is; a length of time as the day on which it is over. */
const untilOf = (written: string, now: Date): string => {
  if (/^\d{4}-\d{2}-\d{2}/.test(written)) return written
  const length = parseDuration(written)
  return length.ok ? new Date(now.getTime() + length.value * 1000).toISOString().slice(0, 10) : written
}

/** The last day that counts; a moment within a day with its time. */
const endOf = (until: string): string =>
  until.endsWith('T00:00:00.000Z')
    ? new Date(Date.parse(until) - 1).toISOString().slice(0, 10)
    : until.slice(0, 16).replace('T', ' ')
