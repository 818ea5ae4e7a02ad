import type { Value } from '../value.ts'
import type { Call } from './builtin.ts'
import { builtins } from './index.ts'

/** For tests: a call that may do a million steps in 16 MB. */
export const newCall = (steps = 1_000_000, bytes = 16_000_000): Call => {
  let [stepsLeft, bytesLeft] = [steps, bytes]
  let state = 1
  return {
    now: 1_700_000_000_000_000_000n,
    random: () => {
      state = (state * 16807) % 2147483647
      return state / 2147483647
    },
    env: {},
    spend: (some, size = 0) => {
      stepsLeft -= some
      bytesLeft -= size
      if (stepsLeft < 0 || bytesLeft < 0) throw new Error('spent')
    },
    memo: new Map(),
    say: () => {},
  }
}
/** For tests: one built-in by its name, with a budget of its own. */
export const run = (name: string, ...args: Value[]): Value | undefined => {
  const builtin = builtins[name]
  if (builtin === undefined) throw new Error(`no built-in ${name}`)
  return builtin.eval(args, newCall())
}
