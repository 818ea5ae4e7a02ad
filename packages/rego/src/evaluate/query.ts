import type { Goal, Local, Plain } from '../compile/ir.ts'
import { toJson, type Value } from '../value.ts'
import { newPlan } from './clause.ts'
import { planBody } from './goals.ts'
import type { Program } from './program.ts'
import type { Asked } from './run.ts'

/** A query whose names are resolved: its goals, its variables, and what each of its expressions comes to. */
export type Query = {
  body: Goal[]
  variables: readonly Local[]
  expressions: readonly Plain[]
  slots: number
  names: readonly Local[]
  text: string
}

export const planQuery = (query: Query, program: Program): Asked => {
  const p = newPlan(program, query.slots, query.names, query.text)
  let answer: Parameters<Asked>[1] = () => {}
  const step = planBody(query.body, p, () => {
    const values = query.expressions.map((term) => p.get(term))
    const variables = query.variables.filter((local) => p.bound.has(local.slot))
    return (m, s) => {
      const bindings: Record<string, unknown> = {}
      for (const { name, slot } of variables) bindings[name] = toJson(s[slot] as Value)
      answer(
        bindings,
        values.map((get) => toJson(get(m, s) as Value)),
      )
      return false
    }
  })
  return (m, report) => {
    answer = report
    step(m, new Array(p.slots))
  }
}
