import type { Plain } from '../compile/ir.ts'
import { RegoObject, RegoSet, type Value } from '../value.ts'

/** The value of a term that needs nothing computed. */
export const constantOf = (term: Plain): Value | undefined => {
  switch (term.is) {
    case 'scalar':
      return term.value
    case 'array':
    case 'set': {
      const items = term.items.map(constantOf)
      if (items.includes(undefined)) return undefined
      return term.is === 'array' ? (items as Value[]) : RegoSet.of(items as Value[])
    }
    case 'object': {
      const made = new RegoObject()
      for (const [key, value] of term.entries) {
        const name = constantOf(key)
        const held = constantOf(value)
        if (name === undefined || held === undefined) return undefined
        made.put(name, held)
      }
      return made
    }
    default:
      return undefined
  }
}
