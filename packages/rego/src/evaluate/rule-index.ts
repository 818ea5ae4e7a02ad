import type { RuleSet } from '../compile/ir.ts'
import type { Value } from '../value.ts'
import type { Context } from './context.ts'
import type { Program } from './program.ts'

/** Which clauses can hold at all, by their place. */
export type Choice = (m: Context, args: readonly Value[]) => readonly number[] | undefined

export const planIndex = (_rules: RuleSet, _program: Program): Choice | undefined => undefined
