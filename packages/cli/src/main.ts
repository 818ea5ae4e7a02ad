import { Command, CommanderError } from 'commander'
import about from '../package.json' with { type: 'json' }
import { accessCommand } from './commands/access.ts'
import { applyCommand, planCommand } from './commands/apply.ts'
import { auditCommand } from './commands/audit.ts'
import { classificationCommand } from './commands/classification.ts'
import { docsCommand } from './commands/docs.ts'
import { encryptionCommand } from './commands/encryption.ts'
import { healthCommand } from './commands/health.ts'
import { lineageCommand } from './commands/lineage.ts'
import { buildCommand, testCommand } from './commands/local.ts'
import { keysCommand, loginCommand, logoutCommand, whoamiCommand } from './commands/login.ts'
import { searchCommand, statusCommand } from './commands/look.ts'
import { clientCommand, teamCommand, userCommand } from './commands/people.ts'
import { backupCommands, configCommand, doctorCommand } from './commands/platform.ts'
import { policyCommand } from './commands/policy.ts'
import { backfillCommand, publishCommand } from './commands/publish.ts'
import { readCommand } from './commands/read.ts'
import { runsCommand } from './commands/runs.ts'
import { sqlCommand } from './commands/sql.ts'
import { initCommand, newCommand } from './commands/start.ts'
import { upCommand } from './commands/up.ts'
import { validateCommand } from './commands/validate.ts'
import { openContext } from './context.ts'
import { openOutput } from './output.ts'
import { exitCodes, tellError } from './problems.ts'

export { tellReport } from './commands/publish.ts'
export { exitCodes, openContext }

const groups: [string, ((program: Command) => void)[]][] = [
  ['Start', [upCommand, initCommand, newCommand, doctorCommand]],
  [
    'Build a product',
    [
      validateCommand,
      buildCommand,
      testCommand,
      planCommand,
      applyCommand,
      publishCommand,
      backfillCommand,
      docsCommand,
    ],
  ],
  ['Use products', [searchCommand, statusCommand, readCommand, sqlCommand, accessCommand, lineageCommand, runsCommand]],
  ['Govern', [classificationCommand, healthCommand]],
  ['Govern', [policyCommand]],
  ['Sign in', [loginCommand, logoutCommand, whoamiCommand, keysCommand]],
  [
    'Run the platform',
    [userCommand, teamCommand, clientCommand, auditCommand, encryptionCommand, configCommand, backupCommands],
  ],
]

/** The whole command line as a value: run by `main`, walked by the generator of its reference. */
export function buildProgram(): Command {
  const program = new Command('datamesh')
    .description('Datamesh: declare data products in YAML and SQL, prove them, publish them, read them.')
    .option('--json', 'answer as JSON')
    .option('--home <folder>', 'state folder (DATAMESH_HOME; default .datamesh)')
    .option('--url <url>', 'server to talk to (DATAMESH_URL; default: the one running here)')
    .option('--token <token>', 'API key (DATAMESH_TOKEN)')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .showHelpAfterError('(--help shows how)')
    .showSuggestionAfterError(true)
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 fine, 1 the answer is no, 2 wrong usage, 3 the platform failed.\nFirst steps: datamesh init my-mesh && cd my-mesh && datamesh up\nVersion: datamesh --version',
    )
  for (const [title, commands] of groups) {
    program.commandsGroup(`${title}:`)
    for (const add of commands) add(program)
  }
  return program
}

async function main(args: string[]): Promise<number> {
  // not an option of the program: read --version means a release of a product
  if (args.length === 1 && /^(--version|-V)$/.test(args[0] ?? '')) {
    openOutput(false).write(about.version)
    return exitCodes.fine
  }
  const program = buildProgram()
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCodes.fine
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage
    return tellError(error, openOutput(args.includes('--json')))
  }
}

if (import.meta.main) {
  // a reader that has seen enough (head, less) closes the pipe; that is no failure
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : exitCodes.failed),
  )
  process.exitCode = await main(process.argv.slice(2))
}
