import type { Ailment } from '@datamesh/core'
import type { Command } from 'commander'
import { openContext } from '../context.ts'
import { bad, bold, dim, good, paint, show, warn } from '../output.ts'
import { plain } from '../text.ts'
import { examples } from '../usage.ts'

export const healthCommand = (program: Command): void => {
  const health = program
    .command('health')
    .option('--fail-on <severity>', 'exit 1 when one of this severity or worse is found: low, medium, high')
    .summary('anti-patterns of the mesh, with evidence and a fix')
    .description(
      'Looks through the catalogue for what goes wrong in data meshes: products nobody uses, without an owner, copies, undeclared dependencies, contracts nobody checks, and more.',
    )
    .action(async (options: { failOn?: Ailment['severity'] }, command: Command) => {
      const { output, client } = openContext(command)
      const found = await client().call('meshHealth', {})
      show(output, found, ({ ailments, sound, looked }) =>
        [
          ...ailments.map(lines),
          ...(sound.length > 0 ? [sound.map((each) => `${good('✓')} ${dim(each)}`).join('\n')] : []),
          `${ailments.length === 0 ? good('nothing wrong') : `${ailments.length} found`} in ${looked} products`,
        ].join('\n\n'),
      )
      const least = severities.indexOf(options.failOn ?? 'high')
      if (options.failOn && found.ailments.some(({ severity }) => severities.indexOf(severity) >= least))
        process.exitCode = 1
    })
  examples(health, ['datamesh health', 'all of it'], ['datamesh health --fail-on high', 'for a nightly job'])
}

const severities: readonly Ailment['severity'][] = ['low', 'medium', 'high']
const shown = { high: bad, medium: warn, low: (text: string) => paint('cyan', text) }
const most = 5

const lines = ({ title, severity, evidence, fix }: Ailment): string =>
  [
    `${shown[severity]('✗')} ${bold(plain(title))}  ${dim(`[${severity}]`)}`,
    ...evidence.slice(0, most).map((line) => `    ${plain(line)}`),
    ...(evidence.length > most ? [dim(`    and ${evidence.length - most} more: --json tells all`)] : []),
    `  next: ${plain(fix)}`,
  ].join('\n')
