import { type AccessView, maskExamples, maskFrom, maskText } from '@datamesh/core'
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
  renewCommand(access)
  listCommand(access)
  explainCommand(access)
  driftCommand(access)
  decisionCommand(access, 'approve', {
    summary: 'say yes',
    description:
      'Gives the right that was asked for, or a narrower one. Where two have to say yes, it is given with the second word; then it is read by at once.',
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
    .argument('<products...>', 'domain/product, one or several; domain/product:port,port for ports of that one')
    .requiredOption('--purpose <text>', 'what you need it for; the owner reads it')
    .option('--port <name...>', 'only these output ports; all when left out')
    .option('--until <time>', 'ISO date (to the end of that day, UTC) or time; until it is revoked when left out')
    .option('--for <id>', 'a team of yours, or a machine that you own: it will hold the right')
    .summary('ask for the right to read products')
    .description('Asks for all of the products, or for none when one cannot be asked for. Asking twice is asking once.')
    .action(async (products: string[], options: RequestOptions, command: Command) => {
      const { output, client, now } = openContext(command)
      const mesh = client()
      const ids: string[] = []
      const portsOf: Record<string, string[]> = {}
      for (const text of products) {
        const [name = '', ports] = text.split(':')
        const { domain, product } = await productRef(name, mesh)
        ids.push(`${domain}/${product}`)
        if (ports) portsOf[`${domain}/${product}`] = ports.split(',')
      }
      const { access } = await mesh.call('requestAccess', {
        body: {
          products: ids,
          ports: options.port ?? [],
          portsOf,
          purpose: options.purpose,
          until: options.until ?? null,
          ...(options.for ? { onBehalfOf: options.for } : {}),
        },
      })
      show(output, access, (list) => lines(list, now()))
    })
  examples(
    request,
    ['datamesh access request safety/bird-strikes --purpose "risk model of the winter schedule"', 'all ports'],
    ['datamesh access request strikes --port api --until 2027-06-30 --purpose "thesis"', 'one port, until a day'],
    [
      'datamesh access request safety/bird-strikes:files reference/airports --for loader --purpose "nightly load"',
      'a cart, for a machine of yours',
    ],
  )
}

type RequestOptions = { purpose: string; port?: string[]; until?: string; for?: string }

const renewCommand = (access: Command): void => {
  const renew = access
    .command('renew')
    .argument('<grant>', 'id of datamesh access list')
    .requiredOption('--until <time>', 'the new end: ISO date (to the end of that day, UTC) or time')
    .option('--purpose <text>', 'another purpose than before')
    .summary('ask for a right to go on')
    .description(
      'Asks for a grant that follows one that ends, or ended lately, with the same ports and conditions and without a gap.',
    )
    .action(async (id: string, options: { until: string; purpose?: string }, command: Command) => {
      const { output, client, now } = openContext(command)
      const mesh = client()
      const { access: mine } = await mesh.call('listAccess', { query: { box: 'mine' } })
      const before = mine.find((each) => each.id === id)
      if (!before) throw new UsageError(`there is no grant ${id} of yours`, 'datamesh access list shows them')
      const { access: asked } = await mesh.call('requestAccess', {
        body: {
          products: [before.product],
          ports: before.ports,
          portsOf: {},
          purpose: options.purpose ?? before.purpose,
          until: options.until,
          renews: id,
          ...(before.onBehalf && before.principal ? { onBehalfOf: before.principal } : {}),
        },
      })
      show(output, asked, (list) => lines(list, now()))
    })
  examples(renew, ['datamesh access renew acc_01m7w3fjc2c7v9w1y4cc --until 2027-12-31', 'until the end of next year'])
}

type ExplainOptions = { for?: string; port?: string; table?: string; purpose?: string }

const explainCommand = (access: Command): void => {
  const explain = access
    .command('explain')
    .argument('<product>', 'domain/product')
    .option('--for <id>', 'somebody else: a person, a team or a machine; for who decides about the product')
    .option('--port <name>', 'by this output port')
    .option('--table <name>', 'this table of it')
    .option('--purpose <text>', 'for this purpose')
    .summary('why can, or can somebody not, read a product')
    .description('Shows the decision that every read gets, with every rule that took part in it.')
    .action(async (text: string, options: ExplainOptions, command: Command) => {
      const { output, client } = openContext(command)
      const mesh = client()
      const { domain, product } = await productRef(text, mesh)
      const said = await mesh.call('explainAccess', {
        query: {
          product: `${domain}/${product}`,
          ...(options.for ? { principal: options.for } : {}),
          ...(options.port ? { port: options.port } : {}),
          ...(options.table ? { table: options.table } : {}),
          ...(options.purpose ? { purpose: options.purpose } : {}),
        },
      })
      show(output, said, (it) =>
        [
          `${it.allow ? good('yes') : bad('no')}  ${it.principal} ${it.allow ? 'reads' : 'does not read'} ${it.product}: ${plain(it.because)}`,
          table(
            it.rules.map(({ rule, effect, source, because }) => ({ rule, effect, source, because: plain(because) })),
            { widest: 70 },
          ),
          ...(it.masks.length > 0
            ? [`masked: ${it.masks.map((mask) => `${mask.column} (${maskText(mask as never)})`).join(', ')}`]
            : []),
          ...(it.rowFilter === null ? [] : [`rows where ${plain(it.rowFilter)}`]),
          ...(it.until === null ? [] : [`until ${it.until.slice(0, 16).replace('T', ' ')}`]),
          ...(it.next === null ? [] : [`next: ${it.next}`]),
        ].join('\n'),
      )
    })
  examples(
    explain,
    ['datamesh access explain safety/bird-strikes', 'about yourself'],
    ['datamesh access explain safety/bird-strikes --for ann --port api', 'about somebody else, for who decides'],
  )
}

const driftCommand = (access: Command): void => {
  const drift = access
    .command('drift')
    .option('--now', 'prove it now, instead of showing the last proof')
    .summary('does what can be read equal what was approved?')
    .description(
      'Compares every decision with the append-only history of approvals. For administrators and governance.',
    )
    .action(async (options: { now?: true }, command: Command) => {
      const { output, client } = openContext(command)
      const proof = await client().call('accessDrift', { query: { now: options.now ? 'true' : 'false' } })
      show(output, proof, (it) =>
        it.at === null
          ? 'Nothing was proven yet: datamesh access drift --now'
          : [
              `${it.drift.length === 0 ? good('no drift') : bad(`${it.drift.length} differences`)}  ${it.asked} decisions: ${it.principals} principals, ${it.products} products, ${it.at.slice(0, 16).replace('T', ' ')}`,
              ...(it.drift.length === 0
                ? []
                : [
                    table(
                      it.drift.map((each) => ({ ...each, because: plain(each.because) })),
                      { widest: 70 },
                    ),
                  ]),
            ].join('\n'),
      )
    })
  examples(drift, ['datamesh access drift --now', 'prove it now'])
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
      .option('--mask <column=mask...>', `hide a column from this reader: ${maskExamples}`)
      .option('--filter <condition>', 'only rows for which this holds, as SQL over the columns')
      .option('--detokenise', 'the holder may turn tokens back into values')
  if (about.reason)
    command.addOption(new Option('--reason <text>', 'why').makeOptionMandatory(about.reason === 'required'))
  command.action(async (text: string, options: DecisionOptions, self: Command) => {
    const { output, client, now } = openContext(self)
    const mesh = client()
    const decided = await mesh.call('decideAccess', {
      params: { id: await requestId(text, decision, mesh) },
      body: {
        decision,
        ...(options.reason ? { reason: options.reason } : {}),
        ...(options.until ? { until: options.until === 'never' ? null : options.until } : {}),
        ...(options.mask ? { masks: options.mask.map(maskIn) } : {}),
        ...(options.filter ? { rowFilter: options.filter } : {}),
        ...(options.detokenise ? { detokenise: true } : {}),
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

type DecisionOptions = { until?: string; reason?: string; mask?: string[]; filter?: string; detokenise?: true }

const maskIn = (text: string): AccessView['masks'][number] => {
  const cut = text.indexOf('=')
  const mask = cut < 1 ? null : maskFrom(text.slice(0, cut), text.slice(cut + 1))
  if (mask === null) throw new UsageError(`--mask ${text} is not understood`, `write column=mask: ${maskExamples}`)
  return mask
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

/** What lies over what the grant opens. */
const conditions = ({ masks, rowFilter, detokenise }: AccessView): string | null =>
  [
    ...masks.map((mask) => `${mask.column}: ${maskText(mask as never)}`),
    ...(rowFilter === null ? [] : [`rows where ${plain(rowFilter)}`]),
    ...(detokenise ? ['may detokenise'] : []),
  ].join('; ') || null

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
      waits:
        each.state === 'requested'
          ? each.approvals.flatMap(({ by, approvedBy }) => (approvedBy === null ? by : [])).join(', ') || null
          : null,
      conditions: conditions(each),
      purpose: plain(each.purpose),
      reason: each.reason === null ? null : plain(each.reason),
    })),
    { widest: 60 },
  )
