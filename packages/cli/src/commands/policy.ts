import type { Command } from 'commander'
import { policyServerCommands } from './policy_server.ts'
import { policyWriteCommands } from './policy_write.ts'
import { waiverCommands } from './waivers.ts'

export const policyCommand = (program: Command): void => {
  const policy = program
    .command('policy')
    .summary('write, try, roll out and excuse from policies')
    .description(
      'Policies are rules in Rego: of the whole mesh (governance), or of a domain. They are asked when a product is validated, planned, published, on a timetable and at every read.\ntest and eval of files need no server.',
    )
  policyWriteCommands(policy)
  policyServerCommands(policy)
  waiverCommands(policy)
}
