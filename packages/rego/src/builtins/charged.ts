import type { Builtins } from './builtin.ts'

/** Calls that take much longer than a step of evaluation count as many: `fixed` for each, and `perCharacter` of what is given as text. One step is about 0.1 µs. */
export const charged = (family: Builtins, fixed: number, perCharacter: number): Builtins =>
  Object.fromEntries(
    Object.entries(family).map(([name, builtin]) => [
      name,
      {
        ...builtin,
        eval: (args, call) => {
          let characters = 0
          for (const each of args) if (typeof each === 'string') characters += each.length
          call.spend(fixed + Math.ceil(characters * perCharacter))
          return builtin.eval(args, call)
        },
      } satisfies Builtins[string],
    ]),
  )
