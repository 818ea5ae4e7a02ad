import type { Type } from '../builtins/builtin.ts'
import { builtins } from '../builtins/index.ts'
import { deprecated } from './check.ts'

export type BuiltinReference = {
  name: string
  /** Types of the operands in order; several where one of them is enough. */
  operands: readonly (readonly Type[])[]
  /** Empty for a statement or relation without a value. */
  result: readonly Type[]
  /** v1 left it out. */
  v0Only: boolean
  /** What of it is not answered here, and why. */
  refused: string | undefined
}

/** Every built-in, by name: what the reference in the documentation is made of. */
export const describeBuiltins = (): BuiltinReference[] => {
  const list = (type: Type | readonly Type[] | undefined): readonly Type[] =>
    type === undefined ? [] : typeof type === 'string' ? [type] : type
  return Object.entries(builtins)
    .map(([name, { args, result, refused }]) => ({
      name,
      operands: args.map(list),
      result: list(result),
      v0Only: deprecated.has(name),
      refused,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}
