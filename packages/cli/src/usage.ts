import { type Command, InvalidArgumentError } from 'commander'

/** The command was written wrongly in a way that only its action could see: exit code 2. */
export class UsageError extends Error {
  readonly hint: string
  constructor(message: string, hint = '--help shows how') {
    super(message)
    this.hint = hint
  }
}

/** Parser of an option that is a whole number from `least` up. */
export const whole =
  (least = 1) =>
  (text: string): number => {
    const n = Number(text)
    if (Number.isSafeInteger(n) && n >= least && text.trim() !== '') return n
    throw new InvalidArgumentError(`It is a whole number, at least ${least}.`)
  }

/** Examples at the end of a command's help: a command line and what it is for. As they stand they are shell. */
export function examples(command: Command, ...lines: readonly (readonly [line: string, what: string])[]): Command {
  const longest = Math.max(...lines.map(([line]) => line.length))
  const beside = longest + Math.max(...lines.map(([, what]) => what.length)) <= 100
  const told = lines.map(([line, what]) => (beside ? `  ${line.padEnd(longest)}  # ${what}` : `  # ${what}\n  ${line}`))
  return command.addHelpText('after', `\nExamples:\n${told.join('\n')}`)
}
