import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { buildProgram } from '../src/main.ts'
import { datamesh, folder } from './program.ts'

const here = folder()
const place = { cwd: here.path }
afterAll(() => here[Symbol.dispose]())

type Command = ReturnType<typeof buildProgram>
const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap((each) => leaves(each as Command))

describe('help', () => {
  const commands = leaves(buildProgram())

  test('has every command of the platform', () => {
    const names = buildProgram().commands.map((command) => command.name())
    expect(names).toEqual(
      expect.arrayContaining([
        ...['up', 'init', 'new', 'validate', 'plan', 'apply', 'build', 'test', 'publish', 'status', 'read', 'search'],
        ...[
          'lineage',
          'runs',
          'sql',
          'docs',
          'config',
          'doctor',
          'login',
          'backfill',
          'keys',
          'access',
          'backup',
          'restore',
        ],
      ]),
    )
  })

  test.each(commands.map((command) => [command.name(), command] as const))(
    '%s says what it does, what each option means, and shows an example',
    (_name, command) => {
      let help = ''
      const writeOut = (text: string) => {
        help += text
      }
      command.configureOutput({ writeOut }).outputHelp()
      expect(help).toContain('Examples:\n')
      expect(command.description()).not.toBe('')
      for (const option of command.options) expect(option.description, option.flags).not.toBe('')
      for (const argument of command.registeredArguments) expect(argument.description, argument.name()).not.toBe('')
    },
  )
})

describe.concurrent('exit code 2', () => {
  test.each([
    [['statsu'], 'Did you mean status?'],
    [['read', 'a/b', '--limt', '3'], 'Did you mean --limit?'],
    [['read'], "missing required argument 'product'"],
    [['read', 'a/b', '--limit', 'many'], 'It is a whole number'],
    [['read', 'a/b', '--format', 'xls'], 'Allowed choices are table, csv'],
    [['new', 'product', 'Sales/Orders'], 'lower case words joined by -'],
    [['access', 'request', 'a/b'], '--purpose'],
    [['access', 'deny', 'acc_1'], '--reason'],
    [['login', '--url', 'http://127.0.0.1:9'], 'write --code <code>'],
  ])('stands for a command that is written wrongly: %j', async (args, told) => {
    const ran = await datamesh(place, ...args)
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(ran.err).toContain(told)
  })
})

describe.concurrent('exit code 3', () => {
  test('stands for a platform that does not run, and says how to start it', async () => {
    // a home of its own: on this machine somebody may have a platform on the default port
    const ran = await datamesh(place, 'status', '--url', 'http://127.0.0.1:9', '--token', 'dm_x')
    expect(ran).toMatchObject({ code: 3, out: '' })
    expect(ran.err).toContain('nothing answers at http://127.0.0.1:9')
    expect(ran.err).toContain('datamesh up')
  })

  test('is one line of JSON with --json', async () => {
    const ran = await datamesh(place, 'status', '--json', '--url', 'http://127.0.0.1:9', '--token', 'dm_x')
    expect(ran.code).toBe(3)
    expect(JSON.parse(ran.out)).toMatchObject({ error: { code: 'unreachable', kind: 'failed' } })
  })

  test('stands for a port that is taken, and says what to write instead', async () => {
    const other = createServer()
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    const { port } = other.address() as { port: number }
    const ran = await datamesh(place, 'up', '--port', String(port), '--home', join(here.path, 'taken'))
    other.close()
    expect(ran.code).toBe(3)
    expect(ran.err).toContain('another program listens there')
    expect(ran.err).toContain('--port')
  })

  test('stands for a state folder that cannot be one', async () => {
    writeFileSync(join(here.path, 'file'), '')
    const ran = await datamesh(place, 'up', '--port', '0', '--home', join(here.path, 'file'))
    expect(ran.code).toBe(3)
    expect(ran.err).toContain('choose another with --home')
  })
})

test('a folder that is neither product nor mesh is told what it could be', async () => {
  mkdirSync(join(here.path, 'nothing'))
  const ran = await datamesh({ cwd: join(here.path, 'nothing') }, 'docs', 'generate')
  expect(ran.code).toBe(2)
  expect(ran.err).toContain('datamesh init')
})
