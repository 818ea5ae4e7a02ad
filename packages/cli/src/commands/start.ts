import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { MeshError } from '@datamesh/core'
import { type Command, Option } from 'commander'
import { openContext } from '../context.ts'
import { bold, good, show } from '../output.ts'
import { domainFile, meshFiles, productFiles } from '../scaffold.ts'
import { findRoot, shown } from '../workspace.ts'

const slug = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const named = (what: string, name: string): string => {
  if (slug.test(name)) return name
  throw new MeshError('request-invalid', {
    what: `${name} is no name of a ${what}; write lower case words joined by -, for instance order-items`,
  })
}

export const initCommand = (program: Command): void => {
  program
    .command('init')
    .argument('[folder]', 'where', '.')
    .option('--name <name>', 'name of the mesh; the folder when left out')
    .summary('a new mesh workspace, with one product that works')
    .action((folder: string, options: { name?: string }, command: Command) => {
      const { output } = openContext(command)
      const root = resolve(folder)
      const name = named(
        'mesh',
        options.name ??
          root
            .split(/[\\/]/)
            .at(-1)
            ?.toLowerCase()
            .replaceAll(/[^a-z0-9]+/g, '-') ??
          'mesh',
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
}

export const newCommand = (program: Command): void => {
  const group = program.command('new').summary('scaffold a domain or a product')
  group
    .command('domain')
    .argument('<name>')
    .option('--team <team>', 'owning team; <name>-team when left out')
    .addOption(
      new Option('--alignment <alignment>')
        .choices(['source-aligned', 'aggregate-aligned', 'consumer-aligned'])
        .default('source-aligned'),
    )
    .summary('a domain, in domains/<name>.yaml')
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
  group
    .command('product')
    .argument('<domain/name>')
    .option('--owner <team>', 'owning team; <domain>-team when left out')
    .option('--workspace <folder>', 'the mesh workspace; the one of this folder when left out')
    .option('--from <file>', 'a CSV, JSON, NDJSON or Parquet file: schema and checks are proposed from it')
    .summary('a product, in the layout that data teams know')
    .action(async (text: string, options: { owner?: string; from?: string; workspace?: string }, command: Command) => {
      const { output } = openContext(command)
      const [domain = '', name = ''] = text.split('/')
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
