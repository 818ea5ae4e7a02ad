import type { Command } from 'commander'
import { openContext, productRef } from '../context.ts'
import { bold, dim, good, show } from '../output.ts'
import { ago, plural, table } from '../text.ts'
import { examples, UsageError } from '../usage.ts'

export const encryptionCommand = (program: Command): void => {
  const encryption = program
    .command('encryption')
    .summary('keys of data at rest: which there are, rotation, destruction')
    .description('Data keys encrypt files, master keys wrap data keys. No command shows a key. For administrators.')
  const keys = encryption
    .command('keys')
    .summary('data keys and the master keys that wrap them')
    .description('Which key encrypts which product, and by which master key it is wrapped.')
    .action(async (_options: unknown, command: Command) => {
      const { output, client, now } = openContext(command)
      show(output, await client().call('listDataKeys'), (it) =>
        [
          `${dim('master keys:')} ${it.where}`,
          ...it.masters.map(
            (key) => `  ${key.id}${key.current ? good('  current') : ''}${key.retired ? dim('  retired') : ''}`,
          ),
          table(
            it.keys.map((key) => ({
              key: key.id,
              product: key.product,
              'wrapped by': key.destroyedAt === null ? key.master : 'destroyed',
              made: ago(key.createdAt, now()),
            })),
          ),
        ].join('\n'),
      )
    })
  const rotate = encryption
    .command('rotate')
    .summary('a new master key; no file is written again')
    .description('Every data key is wrapped by the new master key. The old one goes on opening until it is retired.')
    .action(async (_options: unknown, command: Command) => {
      const { output, client } = openContext(command)
      show(
        output,
        await client().call('rotateMasterKey'),
        (it) => `${good('✓')} ${bold(it.master)} wraps ${plural(it.rewrapped, 'data key')}`,
      )
    })
  const retire = encryption
    .command('retire')
    .argument('<master>', 'of datamesh encryption keys')
    .summary('remove an old master key')
    .description('Refused for the current one, and while a data key is wrapped by it.')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { output, client } = openContext(command)
      show(output, await client().call('retireMasterKey', { params: { id } }), () => `${good('✓')} retired`)
    })
  const destroy = encryption
    .command('destroy')
    .argument('<product>', 'domain/product')
    .requiredOption('--confirm <product>', 'domain/product once more: nothing brings the data back')
    .summary('destroy the keys of a product: its files cannot be read any more')
    .description('For a product that is retired. Files and their backups stay where they are and are noise.')
    .action(async (text: string, { confirm }: { confirm: string }, command: Command) => {
      const { output, client } = openContext(command)
      const mesh = client()
      const { domain, product } = await productRef(text, mesh)
      const id = `${domain}/${product}`
      if (confirm !== id) throw new UsageError(`--confirm says ${confirm}`, `write --confirm ${id}`)
      const reply = await mesh.call('destroyDataKeys', { body: { product: id, confirm } })
      show(output, reply, (it) => `${good('✓')} ${plural(it.destroyed, 'key')} destroyed`)
    })
  examples(keys, ['datamesh encryption keys', 'what is encrypted by what'])
  examples(rotate, ['datamesh encryption rotate', 'once a year, or when somebody leaves'])
  examples(retire, ['datamesh encryption retire mk_3f6c0d1e2a4b', 'after a rotation'])
  examples(destroy, [
    'datamesh encryption destroy sales/leads --confirm sales/leads',
    'the right to be forgotten, for a whole product',
  ])
}
