import { type Role, roles } from '@datamesh/core'
import type { Client } from '@datamesh/sdk'
import { type Command, Option } from 'commander'
import { openContext } from '../context.ts'
import { bold, dim, good, show } from '../output.ts'
import { ago, plain, table } from '../text.ts'
import { examples, UsageError } from '../usage.ts'

type Principal = Awaited<ReturnType<Client['listPrincipals']>>['principals'][number]
type Binding = Principal['roles'][number]

const roleHelp = `a role: ${roles.join(', ')}; of a domain as domain-owner:sales`

/** People and machines: made, disabled, let in. */
export const userCommand = (program: Command): void => {
  const user = program
    .command('user')
    .summary('people and machines: list, add, link, disable')
    .description(
      'Who may use the platform, for administrators. A password is never set for somebody: they set it themselves.',
    )
  const list = user
    .command('list', { isDefault: true })
    .summary('everybody, with roles and teams')
    .description('People and machines with their roles; roles by a team or a group are in brackets.')
    .action(async (_options: unknown, command: Command) => {
      const { output, client } = openContext(command)
      const { principals } = await client().call('listPrincipals', {})
      show(
        output,
        principals.filter(({ kind }) => kind !== 'team'),
        (all) =>
          table(
            all.map((each) => ({
              id: each.id,
              name: plain(each.name),
              kind: each.kind,
              roles: [...each.roles.map(wordOf), ...each.inherited.map((role) => `(${wordOf(role)})`)].join(', '),
              teams: each.teams.join(', '),
              signs_in_by: each.signsInBy.join(', '),
              state: each.disabled ? 'disabled' : 'live',
            })),
            { widest: 60 },
          ),
      )
    })
  const add = user
    .command('add')
    .argument('<id>', 'small letters, digits, . _ @ -')
    .option('--name <name>', 'as others see it; the id when left out')
    .option('--email <address>', 'also a name to sign in with')
    .option('--role <role...>', roleHelp)
    .option('--machine', 'a program, not a person')
    .option('--owner <id...>', 'of a machine: the people and teams that own it')
    .summary('add somebody, or change name and roles')
    .description('Adds a person or a machine. For somebody who is there, what is given replaces what was.')
    .action(async (id: string, options: AddOptions, command: Command) => {
      const { output, client } = openContext(command)
      const mesh = client()
      const before = await principal(mesh, id)
      if (options.owner && !options.machine && before?.kind !== 'machine')
        throw new UsageError('only machines have owners', 'write --machine')
      const made = await mesh.call('putPrincipal', {
        params: { id },
        body: {
          name: options.name ?? before?.name ?? id,
          roles: options.role?.map(bindingOf) ?? before?.roles ?? [{ role: 'consumer' }],
          ...(options.machine ? { kind: 'machine' as const } : {}),
          ...(options.email === undefined ? {} : { email: options.email }),
          ...(options.owner === undefined ? {} : { members: options.owner }),
        },
      })
      show(output, made, (it) => {
        const next = it.kind === 'machine' ? `datamesh client create ${it.id}` : `datamesh user link ${it.id}`
        return `${good('✓')} ${bold(plain(it.name))} ${dim(`(${it.id})`)}: ${it.roles.map(wordOf).join(', ') || 'no role'}\n  ${dim(`next: ${next}`)}`
      })
    })
  const link = user
    .command('link')
    .argument('<id>', 'who is to sign in')
    .summary('a link that signs somebody in once')
    .description(
      'Works once, for 10 minutes. Whoever has it signs in as that person and can set a password under Settings.',
    )
    .action(async (id: string, _options: unknown, command: Command) => {
      const { output, client, server } = openContext(command)
      const { url } = server()
      const { code, expiresAt } = await client().call('createSignIn', { params: { id } })
      show(output, { url: `${url}/#code=${code}`, code, expiresAt }, (it) => {
        output.note(dim(`signs ${id} in once, until ${it.expiresAt}`))
        return it.url
      })
    })
  const switched = (name: 'disable' | 'enable', about: string) =>
    user
      .command(name)
      .argument('<id>', 'a person, a machine or a team')
      .summary(about)
      .description(
        name === 'disable'
          ? 'Sessions, tokens, keys and client credentials are refused at once, everywhere; nothing is deleted.'
          : 'Keys and client credentials work again; sessions do not come back.',
      )
      .action(async (id: string, _options: unknown, command: Command) => {
        const { output, client } = openContext(command)
        const mesh = client()
        const body = { ...(await known(mesh, id)), disabled: name === 'disable' }
        show(output, await mesh.call('putPrincipal', { params: { id }, body }), () => `${good('✓')} ${name}d`)
      })
  const disable = switched('disable', 'refuse somebody from now on')
  const enable = switched('enable', 'let somebody in again')
  examples(list, ['datamesh user', 'the same as datamesh user list'])
  examples(
    add,
    ['datamesh user add ada --name "Ada Lovelace" --role domain-owner:sales', 'a person'],
    ['datamesh user add nightly --machine --owner sales-team', 'a machine'],
  )
  examples(link, ['datamesh user link ada', 'send it to her'])
  examples(disable, ['datamesh user disable ada', 'she is out'])
  examples(enable, ['datamesh user enable ada', 'she may come back'])
}

type AddOptions = { name?: string; email?: string; role?: string[]; machine?: true; owner?: string[] }

/** Teams and who belongs to them. */
export const teamCommand = (program: Command): void => {
  const team = program
    .command('team')
    .summary('teams: list, set')
    .description(
      'What is granted to a team, its members may do. Members by a group of the issuer are not changed here.',
    )
  const list = team
    .command('list', { isDefault: true })
    .summary('teams with their members')
    .description('Every team, who belongs to it and which roles it gives.')
    .action(async (_options: unknown, command: Command) => {
      const { output, client } = openContext(command)
      const { principals } = await client().call('listPrincipals', {})
      const teams = principals
        .filter(({ kind }) => kind === 'team')
        .map((each) => ({
          ...each,
          members: principals.filter(({ teams }) => teams.includes(each.id)).map(({ id }) => id),
        }))
      show(output, teams, (all) =>
        all.length === 0
          ? 'There is no team: datamesh team set <id> --member <id>'
          : table(
              all.map((each) => ({
                id: each.id,
                name: plain(each.name),
                roles: each.roles.map(wordOf).join(', '),
                members: each.members.join(', '),
              })),
              { widest: 80 },
            ),
      )
    })
  const set = team
    .command('set')
    .argument('<id>', 'as manifests name it, such as sales-team')
    .option('--name <name>', 'as others see it')
    .option('--member <id...>', 'everybody who belongs to it; replaces those of before')
    .addOption(new Option('--role <role...>', `${roleHelp}; its members have it too`))
    .summary('make a team, or change it')
    .description('Makes a team or replaces what is given of it; what is left out stays.')
    .action(async (id: string, options: { name?: string; member?: string[]; role?: string[] }, command: Command) => {
      const { output, client } = openContext(command)
      const mesh = client()
      const before = await principal(mesh, id)
      const made = await mesh.call('putPrincipal', {
        params: { id },
        body: {
          kind: 'team',
          name: options.name ?? before?.name ?? id,
          roles: options.role?.map(bindingOf) ?? before?.roles ?? [],
          ...(options.member === undefined ? {} : { members: options.member }),
        },
      })
      show(output, made, (it) => `${good('✓')} team ${bold(it.id)}`)
    })
  examples(list, ['datamesh team', 'the same as datamesh team list'])
  examples(set, ['datamesh team set sales-team --member ada --member leo --role domain-owner:sales', 'two members'])
}

/** Client credentials of machines. */
export const clientCommand = (program: Command): void => {
  const command = program
    .command('client')
    .summary('client credentials of machines: list, create, revoke')
    .description('OAuth 2 client credentials, for machines that get short-lived tokens instead of holding a key.')
  const list = command
    .command('list', { isDefault: true })
    .summary('credentials of all machines')
    .description('Client credentials with when each was used last; never a secret.')
    .action(async (_options: unknown, self: Command) => {
      const { output, client, now } = openContext(self)
      const { clients } = await client().call('listClients', {})
      show(output, clients, (all) =>
        table(
          all.map((each) => ({
            id: each.id,
            machine: each.principal,
            name: plain(each.name),
            created: ago(each.createdAt, now()),
            last_used: ago(each.lastUsedAt, now()),
            state: each.revokedAt ? 'revoked' : 'live',
          })),
        ),
      )
    })
  const create = command
    .command('create')
    .argument('<machine>', 'id of a machine: datamesh user add <id> --machine')
    .option('--name <name>', 'what it is for', 'client')
    .summary('new credentials; the secret is shown once')
    .description('Prints id, secret and where tokens are had. Only a hash of the secret is kept.')
    .action(async (machine: string, options: { name: string }, self: Command) => {
      const { output, client } = openContext(self)
      const made = await client().call('createClient', { body: { principal: machine, name: options.name } })
      show(output, made, (it) => {
        output.note(dim('shown once; only its hash is kept'))
        return `client_id=${it.clientId}\nclient_secret=${it.clientSecret}\ntoken_endpoint=${it.tokenEndpoint}`
      })
    })
  const revoke = command
    .command('revoke')
    .argument('<client>', 'its id, dmc_…')
    .summary('revoke credentials at once')
    .description('No new tokens, and those that were given out are refused from now on.')
    .action(async (id: string, _options: unknown, self: Command) => {
      const { output, client } = openContext(self)
      show(output, await client().call('revokeClient', { params: { id } }), () => `${good('✓')} revoked`)
    })
  examples(list, ['datamesh client', 'the same as datamesh client list'])
  examples(create, ['datamesh client create nightly --name airflow', 'for a machine'])
  examples(revoke, ['datamesh client revoke dmc_5aa971d4414f', 'by its id'])
}

const wordOf = ({ role, domain }: Binding): string => (domain ? `${role}:${domain}` : role)

const bindingOf = (text: string): Binding => {
  const [role = '', domain, ...rest] = text.split(':')
  if (!(roles as readonly string[]).includes(role) || rest.length > 0)
    throw new UsageError(`${text} is no role`, `write one of ${roles.join(', ')}, or domain-owner:<domain>`)
  return domain ? { role: role as Role, domain } : { role: role as Role }
}

const principal = async (mesh: Client, id: string): Promise<Principal | undefined> =>
  (await mesh.call('listPrincipals', {})).principals.find((each) => each.id === id)

const known = async (mesh: Client, id: string): Promise<{ name: string; roles: Binding[] }> => {
  const found = await principal(mesh, id)
  if (!found) throw new UsageError(`there is nobody with the id ${id}`, 'datamesh user list shows everybody')
  return { name: found.name, roles: found.roles }
}
