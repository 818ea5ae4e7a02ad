import type { Goal, Local, Plain } from './ir.ts'

/** Calls `see` for every local of a term that is not inside a closure; `inside` gets those that are. */
export const walkLocals = (term: Plain, see: (local: Local) => void, inside: (local: Local) => void): void => {
  const go = (each: Plain): void => walkLocals(each, see, inside)
  switch (term.is) {
    case 'local':
      see(term)
      return
    case 'ref':
      go(term.head)
      term.parts.forEach(go)
      return
    case 'array':
    case 'set':
      term.items.forEach(go)
      return
    case 'object':
      for (const [key, value] of term.entries) {
        go(key)
        go(value)
      }
      return
    case 'call':
      term.args.forEach(go)
      return
    case 'array-of':
    case 'set-of':
      walkLocals(term.term, inside, inside)
      walkBody(term.body, inside)
      return
    case 'object-of':
      walkLocals(term.key, inside, inside)
      walkLocals(term.value, inside, inside)
      walkBody(term.body, inside)
      return
    case 'template':
      for (const part of term.parts) {
        if (typeof part === 'string') continue
        walkLocals(part.value, inside, inside)
        walkBody(part.body, inside)
      }
      return
    default:
  }
}

export const walkBody = (body: readonly Goal[], see: (local: Local) => void): void => {
  for (const goal of body) walkGoal(goal, see, see)
}

export const walkGoal = (goal: Goal, see: (local: Local) => void, inside: (local: Local) => void): void => {
  switch (goal.is) {
    case 'term':
      walkLocals(goal.term, see, inside)
      return
    case 'unify':
      walkLocals(goal.left, see, inside)
      walkLocals(goal.right, see, inside)
      return
    case 'not':
      walkGoal(goal.goal, see, inside)
      return
    case 'every':
      walkLocals(goal.domain, see, inside)
      if (goal.key) inside(goal.key)
      inside(goal.value)
      walkBody(goal.body, inside)
      return
    case 'with':
      for (const each of goal.changes) if ('is' in each.value) walkLocals(each.value, see, inside)
      for (const each of goal.body) walkGoal(each, see, inside)
      return
    case 'print':
      for (const each of goal.args) {
        walkLocals(each.value, inside, inside)
        walkBody(each.body, inside)
      }
  }
}

/** What a term is made of, closures left out: their terms stand behind a body. */
export const operandsOf = (term: Plain): readonly Plain[] => {
  switch (term.is) {
    case 'ref':
      return [term.head, ...term.parts]
    case 'array':
    case 'set':
      return term.items
    case 'object':
      return term.entries.flat()
    case 'call':
      return term.args
    default:
      return []
  }
}

/** All terms and goals of a body, closures too. */
export const eachTerm = (body: readonly Goal[], see: (term: Plain) => void, seeGoal?: (goal: Goal) => void): void => {
  const term = (each: Plain): void => {
    see(each)
    operandsOf(each).forEach(term)
    switch (each.is) {
      case 'array-of':
      case 'set-of':
        term(each.term)
        each.body.forEach(goal)
        return
      case 'object-of':
        term(each.key)
        term(each.value)
        each.body.forEach(goal)
        return
      case 'template':
        for (const part of each.parts) {
          if (typeof part === 'string') continue
          term(part.value)
          part.body.forEach(goal)
        }
        return
      default:
    }
  }
  const goal = (each: Goal): void => {
    seeGoal?.(each)
    switch (each.is) {
      case 'term':
        term(each.term)
        return
      case 'unify':
        term(each.left)
        term(each.right)
        return
      case 'not':
        goal(each.goal)
        return
      case 'every':
        term(each.domain)
        each.body.forEach(goal)
        return
      case 'with':
        for (const change of each.changes) if ('is' in change.value) term(change.value)
        each.body.forEach(goal)
        return
      case 'print':
        for (const arg of each.args) {
          term(arg.value)
          arg.body.forEach(goal)
        }
    }
  }
  body.forEach(goal)
}
