import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { domainFile, MeshError, meshFiles, productFiles } from '@datamesh/core'
import { type Command, Option } from 'commander'
import { openContext } from '../context.ts'
import { bold, good, show } from '../output.ts'
import { examples, UsageError } from '../usage.ts'
import { findRoot, shown } from '../workspace.ts'

const slug = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const named = (what: string, name: string): string => {
  if (slug.test(name)) return name
  throw new UsageError(
    `"${name}" is no name of a ${what}`,
    'write lower case words joined by -, for instance order-items',
  )
}

export const initCommand = (program: Command): void => {
  const init = program
    .command('init')
    .argument('[folder]', 'where', '.')
    .option('--name <name>', 'name of the mesh; the folder when left out')
    .summary('a new mesh workspace, with one product that works')
    .description(
      'Writes datamesh.yaml, a domain and a product with sample data: validate, test and up work at once.\nNothing that is there is overwritten.',
    )
    .action((folder: string, options: { name?: string }, command: Command) => {
      const { output } = openContext(command)
      const root = resolve(folder)
      const name = named(
        'mesh',
        options.name ??
          (root
            .split(/[\\/]/)
            .at(-1)
            ?.toLowerCase()
            .replaceAll(/[^a-z0-9]+/g, '-')
            .replaceAll(/^[^a-z]+|-+$/g, '') ||
            'mesh'),
      )
      if (existsSync(join(root, 'datamesh.yaml')))
        throw new MeshError('already-there', { what: shown(join(root, 'datamesh.yaml')) })
      const files = {
        ...meshFiles(name),
        'domains/sales.yaml': domainFile('sales', 'sales-team', 'source-aligned'),
        ...under(
          'sales/orders',
          productFiles({ domain: 'sales', name: 'orders', owner: 'sales-team', from: 'sample' }),
        ),
      }
      const written = writeAll(root, files)
      show(output, { root, written }, () =>
        [
          `${good('✓')} ${bold(name)} in ${shown(root)}, ${written.length} files`,
          '',
          'next:',
          `  cd ${shown(root)}`,
          '  datamesh validate',
          '  datamesh up',
        ].join('\n'),
      )
    })
  examples(init, ['datamesh init my-mesh', 'in a new folder'], ['datamesh init --name retail', 'in this folder'])
}

export const newCommand = (program: Command): void => {
  const group = program.command('new').summary('scaffold a domain or a product')
  const domainCommand = group
    .command('domain')
    .argument('<name>', 'lower case words joined by -')
    .option('--team <team>', 'owning team; <name>-team when left out')
    .addOption(
      new Option('--alignment <alignment>', 'what kind of data it owns')
        .choices(['source-aligned', 'aggregate-aligned', 'consumer-aligned'])
        .default('source-aligned'),
    )
    .summary('a domain, in domains/<name>.yaml')
    .description('Writes the manifest of a domain: the team that owns it and what it is about.')
    .action((name: string, options: { team?: string; alignment: string }, command: Command) => {
      const { output } = openContext(command)
      const root = findRoot(process.cwd()) ?? process.cwd()
      const written = writeAll(root, {
        [`domains/${named('domain', name)}.yaml`]: domainFile(name, options.team ?? `${name}-team`, options.alignment),
      })
      show(
        output,
        { written },
        () => `${good('✓')} ${shown(join(root, written[0] ?? ''))}\nnext: datamesh new product ${name}/<product>`,
      )
    })
  const productCommand = group
    .command('product')
    .argument('<domain/name>', 'lower case words joined by -')
    .option('--owner <team>', 'owning team; <domain>-team when left out')
    .option('--workspace <folder>', 'the mesh workspace; the one of this folder when left out')
    .option('--from <file>', 'a CSV, JSON, NDJSON or Parquet file: schema and checks are proposed from it')
    .summary('a product, in the layout that data teams know')
    .description(
      'Writes dataproduct.yaml, schema/, transforms/models/, quality/, tests/, ci/ and docs/.\nWith --from, columns, types, checks and marks of personal data are proposed from a file: read them before you publish.',
    )
    .action(async (text: string, options: { owner?: string; from?: string; workspace?: string }, command: Command) => {
      const { output } = openContext(command)
      const [domain = '', name = '', ...rest] = text.split('/')
      if (rest.length > 0 || name === '') throw new UsageError(`"${text}" is no product`, 'write domain/name')
      named('domain', domain)
      named('product', name)
      const root = findRoot(options.workspace ?? process.cwd()) ?? resolve(options.workspace ?? '.')
      const source = options.from
        ? await (await import('../propose.ts')).proposeFrom(options.from, root, join(root, domain, name))
        : ('sample' as const)
      const written = writeAll(
        root,
        under(
          `${domain}/${name}`,
          productFiles({ domain, name, owner: options.owner ?? `${domain}-team`, from: source }),
        ),
      )
      show(output, { written }, () =>
        [
          `${good('✓')} ${bold(`${domain}/${name}`)}`,
          ...written.map((file) => `    ${shown(join(root, file))}`),
          `next: datamesh validate ${domain}/${name} && datamesh test ${domain}/${name}`,
        ].join('\n'),
      )
    })
  examples(domainCommand, ['datamesh new domain sales --team commerce', 'domains/sales.yaml'])
  examples(
    productCommand,
    ['datamesh new product sales/orders', 'with sample data'],
    ['datamesh new product sales/orders --from ~/orders.csv', 'proposed from a file'],
  )
}

const under = (folder: string, files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]))

/** Writes new files only: nothing that a team wrote is ever overwritten. */
function writeAll(root: string, files: Record<string, string>): string[] {
  const there = Object.keys(files).filter((path) => existsSync(join(root, path)))
  if (there.length > 0)
    throw new MeshError('already-there', { what: there.map((path) => shown(join(root, path))).join(', ') })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return Object.keys(files)
}
