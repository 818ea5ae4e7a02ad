import type { Goal, Plain } from '../compile/ir.ts'
import type { Value } from '../value.ts'
import type { Context } from './context.ts'
import type { Plan } from './plan.ts'

/** Every value of a part that stands for itself (an operand of `print`, an expression in a template). */
export const valuesOf = (
  part: { body: Goal[]; value: Plain },
  p: Plan,
): ((m: Context, s: (Value | undefined)[]) => Value[]) => {
  const slot = p.slots++
  const step = p.inner(part.body, () => {
    const get = p.get(part.value)
    return (m, s) => {
      const value = get(m, s)
      if (value !== undefined) (s[slot] as unknown as Value[]).push(value)
      return false
    }
  })
  return (m, s) => {
    const values: Value[] = []
    s[slot] = values
    step(m, s)
    return values
  }
}
