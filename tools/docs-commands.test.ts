// Commands with names of your own (sales/orders, a server of yours) cannot be run as they stand; here they are parsed by the real
// program, so that no page shows a command, an argument or an option that does not exist. e2e/ runs the others.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildProgram } from '@datamesh/cli'
import { expect, test } from 'vitest'

type Command = ReturnType<typeof buildProgram>
const root = join(import.meta.dirname, '..')
const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: root })

/** Lines of the blocks of a page that are shell or have no language. */
const shellLines = (text: string): string[] => {
  let fence: string | null = null
  return text.split('\n').filter((line) => {
    const mark = /^```(\w*)/.exec(line)
    if (mark) fence = fence === null ? (mark[1] ?? '') : null
    return !mark && (fence === 'sh' || fence === '')
  })
}

const commands = pages.flatMap((page) =>
  shellLines(readFileSync(join(root, page), 'utf8'))
    .map((line) => line.replace(/\s+#.*$/, ''))
    .flatMap((line) => /(?:^|\$\(|npx )datamesh(?:-cli)? ((?:'[^']*'|"[^"]*"|[^|)>])*)/.exec(line)?.[1]?.trim() ?? [])
    .map((line) => [page, line] as const),
)

/** The words of a shell line; quotes keep words together. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((word) => word[1] ?? word[2] ?? word[3] ?? '')

const inert = (command: Command): Command => {
  command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
  if (command.commands.length === 0) command.action(() => undefined)
  for (const each of command.commands) inert(each as Command)
  return command
}

test('there are commands to look at', () => {
  expect(commands.length).toBeGreaterThan(40)
})

test.each(commands.filter(([, line]) => !/^[a-z ]+(<|\[)/.test(line) && !line.endsWith('[options]')))(
  '%s: datamesh %s',
  async (_page, line) => {
    await inert(buildProgram()).parseAsync(wordsOf(line), { from: 'user' })
  },
)
