import { createInterface } from 'node:readline/promises'
import { connect } from '@datamesh/sdk'
import type { Command } from 'commander'
import { openContext, saveLogin } from '../context.ts'
import { bold, dim, good, show, table } from '../output.ts'

export const loginCommand = (program: Command): void => {
  program
    .command('login')
    .option('--code <code>', 'the one-time code that the platform printed; asked for when left out')
    .option('--name <name>', 'how this sign-in is named in the list of keys')
    .summary('sign in with a one-time code')
    .description(
      'Exchanges a one-time code for a token and keeps it, readable for this user alone.\nThe code comes from the screen of `datamesh up`, or from an administrator.',
    )
    .action(async (options: { code?: string; name?: string }, command: Command) => {
      const { output, server } = openContext(command)
      const { url } = server()
      const code = options.code ?? (await ask(`one-time code for ${url}: `))
      const reply = await connect({ url }).call('signIn', {
        body: { code, ...(options.name ? { name: options.name } : {}) },
      })
      const file = saveLogin({ url, token: reply.token })
      show(
        output,
        { url, principal: reply.principal, file },
        (it) => `${good('✓')} signed in to ${bold(it.url)} as ${it.principal.name}\n  ${dim(`kept in ${it.file}`)}`,
      )
    })

  const keys = program.command('keys').summary('API keys: list, create, revoke')
  keys
    .command('list', { isDefault: true })
    .summary('my keys')
    .action(async (_options: unknown, command: Command) => {
      const { output, client } = openContext(command)
      const { keys: all } = await client().call('listKeys', {})
      show(output, all, (list) =>
        table(
          list.map((key) => ({
            id: key.id,
            name: key.name,
            prefix: key.prefix,
            created: key.createdAt,
            last_used: key.lastUsedAt,
            state: key.revokedAt ? 'revoked' : 'live',
          })),
        ),
      )
    })
  keys
    .command('create')
    .argument('<name>')
    .option('--expires-in-days <n>')
    .option('--principal <id>', 'for somebody else (administrators)')
    .summary('a new key; shown once')
    .action(async (name: string, options: { expiresInDays?: string; principal?: string }, command: Command) => {
      const { output, client } = openContext(command)
      const key = await client().call('createKey', {
        body: {
          name,
          ...(options.expiresInDays ? { expiresInDays: Number(options.expiresInDays) } : {}),
          ...(options.principal ? { principal: options.principal } : {}),
        },
      })
      show(output, key, (it) => `${bold(it.token)}\n${dim('shown once; only its hash is kept')}`)
    })
  keys
    .command('revoke')
    .argument('<id>')
    .summary('revoke a key at once')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { output, client } = openContext(command)
      show(output, await client().call('revokeKey', { params: { id } }), () => `${good('✓')} revoked`)
    })
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await terminal.question(question)).trim()
  } finally {
    terminal.close()
  }
}
