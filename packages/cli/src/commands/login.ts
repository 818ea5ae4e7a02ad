import { createInterface } from 'node:readline/promises'
import { connect } from '@datamesh/sdk'
import type { Command } from 'commander'
import { openContext } from '../context.ts'
import { type Credentials, forgetLogin, lastLogin, saveLogin } from '../credentials.ts'
import { bold, dim, good, show, warn } from '../output.ts'
import { ago, plain, table } from '../text.ts'
import { examples, UsageError, whole } from '../usage.ts'

type LoginOptions = { code?: string; name?: string; browser: boolean }

export const loginCommand = (program: Command): void => {
  const login = program
    .command('login')
    .option('--code <code>', 'a one-time code that the platform printed or an administrator gave you')
    .option('--name <name>', 'with --code: how this sign-in is named in the list of keys')
    .option('--no-browser', 'print the address instead of opening it: for a machine without a browser')
    .summary('sign in with your browser, or with a one-time code')
    .description(
      'Opens your browser to sign in and keeps what it gets, readable for this user alone; it is renewed by itself.\nWith --no-browser the address is printed: open it anywhere, and when that browser cannot come back to this machine, paste the address it ended at.\nWith --code a one-time code is exchanged for a key: from the screen of `datamesh up`, or from an administrator.',
    )
    .action(async (options: LoginOptions, command: Command) => {
      const { output, server } = openContext(command)
      const { url } = server()
      const door = options.code === undefined && maySeePeople(options) ? await doorOf(url) : null
      const tokens =
        door === null
          ? await byCode(url, options)
          : await (await import('../oidc.ts')).signInByBrowser(door, {
              open: options.browser,
              tell: (at, opened) => output.note(opened ? opening(at) : printed(at)),
            })
      const principal = await connect({ url, token: tokens.token }).call('me', {})
      const file = saveLogin({ url, ...tokens })
      show(
        output,
        { url, principal, file },
        (it) =>
          `${good('✓')} signed in to ${bold(it.url)} as ${plain(it.principal.name)}\n  ${dim(`kept in ${it.file}`)}`,
      )
    })
  examples(
    login,
    ['datamesh login --url https://mesh.example.org', 'in your browser'],
    ['datamesh login --no-browser', 'on a machine without one'],
    ['datamesh login --code dms_…', 'with a one-time code'],
  )
}

export const logoutCommand = (program: Command): void => {
  const logout = program
    .command('logout')
    .summary('sign out and take the tokens back')
    .description('Takes back what `datamesh login` got, at the issuer or at the platform, and forgets it here.')
    .action(async (_options: unknown, command: Command) => {
      const { output } = openContext(command)
      const login = lastLogin()
      forgetLogin()
      const takenBack = login === null ? false : await takeBack(login)
      show(output, { url: login?.url ?? null, takenBack }, (it) => {
        if (it.url === null) return 'You were not signed in.'
        return `${good('✓')} signed out of ${bold(it.url)}${it.takenBack ? '' : `\n  ${warn('the tokens could not be taken back there; they end by themselves')}`}`
      })
    })
  examples(logout, ['datamesh logout', 'of the platform of the last datamesh login'])
}

export const whoamiCommand = (program: Command): void => {
  const whoami = program
    .command('whoami')
    .summary('who you are to the platform')
    .description('Your name, roles and teams, and which platform was asked.')
    .action(async (_options: unknown, command: Command) => {
      const { output, client, server } = openContext(command)
      const me = await client().call('me', {})
      show(output, { ...me, url: server().url }, (it) =>
        [
          `${bold(plain(it.name))} ${dim(`(${it.id})`)} at ${it.url}`,
          `  roles  ${it.roles.map(({ role, domain }) => (domain ? `${role} of ${domain}` : role)).join(', ') || 'none'}`,
          ...(it.teams.length > 0 ? [`  teams  ${it.teams.join(', ')}`] : []),
        ].join('\n'),
      )
    })
  examples(whoami, ['datamesh whoami', 'with the token that commands here take'])
}

/** Somebody can look at a browser, or was told to open one. */
const maySeePeople = ({ browser }: LoginOptions): boolean =>
  process.stdin.isTTY === true || !browser || Boolean(process.env.BROWSER)

/** Null: this platform, or its issuer, has no sign-in for command lines. */
const doorOf = async (url: string): Promise<{ issuer: string; clientId: string; scope: string } | null> => {
  const { methods } = await connect({ url }).call('authMethods', {})
  const found = methods.find(({ kind }) => kind === 'oidc')
  if (!found?.issuer || !found.cliClient) return null
  return { issuer: found.issuer, clientId: found.cliClient, scope: found.scope ?? 'openid' }
}

const byCode = async (url: string, options: LoginOptions): Promise<{ token: string }> => {
  const code = options.code ?? (await ask(`one-time code for ${url}: `))
  const body = { code, ...(options.name ? { name: options.name } : {}) }
  const { token } = await connect({ url }).call('signIn', { body })
  return { token }
}

const opening = (at: string): string => dim(`your browser opens to sign in; if it does not: ${at}`)
const printed = (at: string): string =>
  `Open this address in a browser:\n\n  ${at}\n\n${dim('When it has ended at an address that does not open (127.0.0.1 …/callback), paste that address here.')}`

const takeBack = async (login: Credentials): Promise<boolean> => {
  if (login.oidc !== undefined) return (await import('../oidc.ts')).takenBack(login)
  const id = /^dm_([0-9a-f]{12})_/.exec(login.token)?.[1]
  if (id === undefined) return false
  return connect({ url: login.url, token: login.token })
    .call('revokeKey', { params: { id } })
    .then(
      () => true,
      () => false,
    )
}

export const keysCommand = (program: Command): void => {
  const keys = program
    .command('keys')
    .summary('API keys: list, create, revoke')
    .description(
      'Keys for programs, sent as Authorization: Bearer <key>. Only a hash is kept; a revoked key stops working at once.',
    )
  const list = keys
    .command('list', { isDefault: true })
    .summary('your keys')
    .description('Your keys, with when each was used last.')
    .action(async (_options: unknown, command: Command) => {
      const { output, client, now } = openContext(command)
      const { keys: all } = await client().call('listKeys', {})
      show(output, all, (list) =>
        table(
          list.map((key) => ({
            id: key.id,
            name: key.name,
            prefix: key.prefix,
            created: ago(key.createdAt, now()),
            last_used: ago(key.lastUsedAt, now()),
            state: key.revokedAt ? 'revoked' : 'live',
          })),
        ),
      )
    })
  const create = keys
    .command('create')
    .argument('<name>', 'what it is for, such as ci')
    .option('--expires-in-days <n>', 'it stops working then; never when left out', whole())
    .option('--principal <id>', 'for somebody else (administrators)')
    .summary('a new key; shown once')
    .description('Makes a key and prints it once, alone on a line of stdout.')
    .action(async (name: string, options: { expiresInDays?: number; principal?: string }, command: Command) => {
      const { output, client } = openContext(command)
      const key = await client().call('createKey', {
        body: {
          name,
          ...(options.expiresInDays ? { expiresInDays: options.expiresInDays } : {}),
          ...(options.principal ? { principal: options.principal } : {}),
        },
      })
      show(output, key, (it) => {
        output.note(dim(`key ${it.id}, shown once; only its hash is kept`))
        return bold(it.token)
      })
    })
  const revoke = keys
    .command('revoke')
    .argument('<id>', 'of datamesh keys list')
    .summary('revoke a key at once')
    .description('The key is refused from now on, also where it is in use.')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { output, client } = openContext(command)
      show(output, await client().call('revokeKey', { params: { id } }), () => `${good('✓')} revoked`)
    })
  examples(list, ['datamesh keys', 'the same as datamesh keys list'])
  examples(create, ['export DATAMESH_TOKEN=$(datamesh keys create ci --expires-in-days 90)', 'a key for a pipeline'])
  examples(revoke, ['datamesh keys revoke 5aa971d4414f', 'by the id of datamesh keys list'])
}

async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError('there is no terminal to ask for the code', 'write --code <code>')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await terminal.question(question)).trim()
  } finally {
    terminal.close()
  }
}
