import { createInterface } from 'node:readline/promises'
import { connect } from '@datamesh/sdk'
import type { Command } from 'commander'
import { openContext, saveLogin } from '../context.ts'
import { bold, dim, good, show } from '../output.ts'
import { ago, table } from '../text.ts'
import { examples, UsageError, whole } from '../usage.ts'

export const loginCommand = (program: Command): void => {
  const login = program
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
  examples(
    login,
    ['datamesh login --url https://mesh.example.org', 'asks for the code'],
    ['datamesh login --code dms_…', 'the platform of this folder'],
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
