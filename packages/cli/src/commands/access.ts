import type { AccessView } from '@datamesh/core'
import type { Client } from '@datamesh/sdk'
import { type Command, Option } from 'commander'
import { openContext, productRef } from '../context.ts'
import { bad, dim, good, show, warn } from '../output.ts'
import { ago, plain, table } from '../text.ts'
import { examples, UsageError } from '../usage.ts'

type Decision = AccessView['may'][number]

export const accessCommand = (program: Command): void => {
  const access = program
    .command('access')
    .summary('ask for the right to read, and decide about requests')
    .description(
      'A consumer asks, with a purpose; the owner of the domain decides; what is granted is read at once, and what is revoked is refused at once.',
    )
  requestCommand(access)
  listCommand(access)
  decisionCommand(access, 'approve', {
    summary: 'say yes',
    description: 'Gives the right that was asked for, or a shorter or longer one. It is read by at once.',
    until: true,
  })
  decisionCommand(access, 'deny', {
    summary: 'say no, and why',
    description: 'Denies a request. The reason is told to who asked.',
    reason: 'required',
  })
  decisionCommand(access, 'revoke', {
    summary: 'take a right back',
    description: 'Ends a right that was given. The next read is refused.',
    reason: 'optional',
  })
  decisionCommand(access, 'withdraw', {
    summary: 'take your own request back',
    description: 'Takes back a request that nobody has decided about.',
  })
}

const requestCommand = (access: Command): void => {
  const request = access
    .command('request')
    .argument('<products...>', 'domain/product, one or several')
    .requiredOption('--purpose <text>', 'what you need it for; the owner reads it')
    .option('--port <name...>', 'only these output ports; all when left out')
    .option('--until <time>', 'ISO date (to the end of that day, UTC) or time; until it is revoked when left out')
    .summary('ask for the right to read products')
    .description('Asks for all of the products, or for none when one cannot be asked for. Asking twice is asking once.')
    .action(
      async (products: string[], options: { purpose: string; port?: string[]; until?: string }, command: Command) => {
        const { output, client, now } = openContext(command)
        const mesh = client()
        const ids: string[] = []
        for (const text of products) {
          const { domain, product } = await productRef(text, mesh)
          ids.push(`${domain}/${product}`)
        }
        const { access } = await mesh.call('requestAccess', {
          body: {
            products: ids,
            ports: options.port ?? [],
            purpose: options.purpose,
            until: options.until ?? null,
          },
        })
        show(output, access, (list) => lines(list, now()))
      },
    )
  examples(
    request,
    ['datamesh access request safety/bird-strikes --purpose "risk model of the winter schedule"', 'all ports'],
    ['datamesh access request strikes --port api --until 2027-06-30 --purpose "thesis"', 'one port, until a day'],
  )
}

const listCommand = (access: Command): void => {
  const list = access
    .command('list', { isDefault: true })
    .option('--inbox', 'those that wait for your decision, instead of your own')
    .addOption(
      new Option('--state <state>', 'only in this state').choices([
        'requested',
        'granted',
        'denied',
        'revoked',
        'withdrawn',
        'expired',
      ]),
    )
    .option('--product <name>', 'only of this product')
    .summary('your rights and requests, or those that wait for you')
    .description('Shows what you have asked for and what came of it; with --inbox what others ask of you.')
    .action(async (options: { inbox?: true; state?: AccessView['state']; product?: string }, command: Command) => {
      const { output, client, now } = openContext(command)
      const mesh = client()
      const query = { box: options.inbox ? ('inbox' as const) : ('mine' as const) }
      const product = options.product === undefined ? null : await productRef(options.product, mesh)
      const { access } = await mesh.call('listAccess', {
        query: {
          ...query,
          ...(options.state ? { state: options.state } : {}),
          ...(product ? { product: `${product.domain}/${product.product}` } : {}),
        },
      })
      show(output, access, (all) =>
        all.length > 0
          ? lines(all, now())
          : options.inbox
            ? 'Nothing waits for you.'
            : 'You have asked for nothing: datamesh access request <product> --purpose <text>',
      )
    })
  examples(
    list,
    ['datamesh access', 'what you have asked for'],
    ['datamesh access list --inbox', 'what others ask of you'],
    ['datamesh access list --inbox --state granted --product safety/bird-strikes', 'who may read a product by a grant'],
  )
}

type About = { summary: string; description: string; until?: true; reason?: 'required' | 'optional' }

const decisionCommand = (access: Command, decision: Decision, about: About): void => {
  const command = access
    .command(decision)
    .argument('<request>', 'id of datamesh access list, or the product when it has one such request')
    .summary(about.summary)
    .description(about.description)
  if (about.until)
    command
      .option('--until <time>', 'another end than was asked for: ISO date or time, or never')
      .option('--reason <text>', 'a word to who asked')
  if (about.reason)
    command.addOption(new Option('--reason <text>', 'why').makeOptionMandatory(about.reason === 'required'))
  command.action(async (text: string, options: { until?: string; reason?: string }, self: Command) => {
    const { output, client, now } = openContext(self)
    const mesh = client()
    const decided = await mesh.call('decideAccess', {
      params: { id: await requestId(text, decision, mesh) },
      body: {
        decision,
        ...(options.reason ? { reason: options.reason } : {}),
        ...(options.until ? { until: options.until === 'never' ? null : options.until } : {}),
      },
    })
    show(output, decided, (it) => lines([it], now()))
  })
  const with_ = about.reason ? ' --reason "no legal basis"' : ''
  examples(
    command,
    [`datamesh access ${decision} acc_01m7w3fjc2c7v9w1y4cc${with_}`, 'by the id of datamesh access list'],
    [`datamesh access ${decision} safety/bird-strikes${with_}`, 'by the product, when only one is meant'],
  )
}

/** A product instead of an id means the one request of it that the decision fits. */
async function requestId(text: string, decision: Decision, mesh: Client): Promise<string> {
  if (!text.includes('/')) return text
  const { domain, product } = await productRef(text, mesh)
  const { access } = await mesh.call('listAccess', {
    query: {
      box: decision === 'withdraw' ? 'mine' : 'inbox',
      state: decision === 'revoke' ? 'granted' : 'requested',
      product: `${domain}/${product}`,
    },
  })
  const [found, ...more] = access.filter((each) => each.may.includes(decision))
  if (!found) throw new UsageError(`there is nothing to ${decision} about ${text}`, 'datamesh access list shows them')
  if (more.length > 0)
    throw new UsageError(
      `${access.length} fit ${text}`,
      `name one by its id: ${access.map((each) => `${each.id} (${each.principalName})`).join(', ')}`,
    )
  return found.id
}

const shown: Readonly<Record<AccessView['state'], (text: string) => string>> = {
  requested: warn,
  granted: good,
  denied: bad,
  revoked: bad,
  withdrawn: dim,
  expired: dim,
}

const lines = (list: readonly AccessView[], now: Date): string =>
  table(
    list.map((each) => ({
      id: each.id,
      product: each.product,
      state: shown[each.state](each.state),
      for: each.principalName,
      ports: each.ports.length === 0 ? 'all' : each.ports.join(', '),
      asked: ago(each.requestedAt, now),
      until: each.until?.slice(0, 16).replace('T', ' ') ?? null,
      purpose: plain(each.purpose),
      reason: each.reason === null ? null : plain(each.reason),
    })),
    { widest: 60 },
  )
