import type { RegoErrorCode } from '../policy.ts'
import type { Location } from '../syntax/ast.ts'
import { bindsOf } from './binds.ts'
import type { Clause, Goal, Local, Plain } from './ir.ts'
import { operandsOf, walkGoal, walkLocals } from './terms.ts'

type Report = (code: RegoErrorCode, message: string, location: Location) => void

/**
 * Puts the goals of a body in an order in which every variable has its value before it is needed, and those of its closures; tells which
 * variables never get one. Rule: OPA, reorderBodyForSafety. Returns what has a value after the body.
 */
export const orderBody = (body: Goal[], before: ReadonlySet<number>, report: Report): Set<number> => {
  const safe = new Set(before)
  const here = new Set(before)
  for (const goal of body)
    walkGoal(
      goal,
      (local) => here.add(local.slot),
      () => {},
    )
  let waiting = [...body]
  body.length = 0
  for (let count = -1; count !== waiting.length && waiting.length > 0; ) {
    count = waiting.length
    const left: Goal[] = []
    for (const goal of waiting) {
      const binds = bindsOf(goal, safe)
      if (missing(goal, safe, binds, here).length > 0) {
        left.push(goal)
        continue
      }
      orderClosures(goal, safe, report)
      body.push(goal)
      for (const slot of binds) safe.add(slot)
    }
    waiting = left
  }
  if (waiting.length > 0) {
    tell(
      waiting.flatMap((goal) => missing(goal, safe, bindsOf(goal, safe), here)),
      waiting,
      report,
    )
    for (const goal of waiting) body.push(goal)
  }
  return safe
}

const missing = (
  goal: Goal,
  safe: ReadonlySet<number>,
  binds: ReadonlySet<number>,
  here: ReadonlySet<number>,
): Local[] => {
  const found: Local[] = []
  walkGoal(
    goal,
    (local) => {
      if (!safe.has(local.slot) && !binds.has(local.slot)) found.push(local)
    },
    (local) => {
      if (here.has(local.slot) && !safe.has(local.slot)) found.push(local)
    },
  )
  return found
}

const tell = (found: readonly Local[], goals: readonly Goal[], report: Report): void => {
  const told = new Set<number>()
  let named = false
  for (const local of found) {
    if (told.has(local.slot) || isMade(local)) continue
    told.add(local.slot)
    named = true
    unsafe(local, report)
  }
  if (!named && goals[0]) report('rego_unsafe_var_error', 'expression is unsafe', goals[0].location)
}

/** Made by the compiler: its name would tell nobody anything. */
const isMade = (local: Local): boolean => local.hidden && local.firm
const unsafe = (local: Local, report: Report): void =>
  report('rego_unsafe_var_error', `var ${local.hidden ? '_' : local.name} is unsafe`, local.location)

const orderClosures = (goal: Goal, safe: ReadonlySet<number>, report: Report): void => {
  const term = (each: Plain): void => orderTerm(each, safe, report)
  switch (goal.is) {
    case 'term':
      term(goal.term)
      return
    case 'unify':
      term(goal.left)
      term(goal.right)
      return
    case 'not':
      orderClosures(goal.goal, safe, report)
      return
    case 'every': {
      term(goal.domain)
      const inner = new Set(safe)
      if (goal.key) inner.add(goal.key.slot)
      inner.add(goal.value.slot)
      orderBody(goal.body, inner, report)
      return
    }
    case 'with':
      for (const change of goal.changes) if ('is' in change.value) term(change.value)
      orderBody(goal.body, safe, report)
      return
    case 'print':
      for (const arg of goal.args) orderPart(arg, safe, report)
  }
}

const orderPart = (part: { body: Goal[]; value: Plain }, safe: ReadonlySet<number>, report: Report): void => {
  const after = orderBody(part.body, safe, report)
  orderTerm(part.value, after, report)
  checkHead([part.value], after, report)
}

const orderTerm = (each: Plain, safe: ReadonlySet<number>, report: Report): void => {
  for (const inner of operandsOf(each)) orderTerm(inner, safe, report)
  switch (each.is) {
    case 'array-of':
    case 'set-of':
      headAfter(each.body, [each.term], safe, report)
      return
    case 'object-of':
      headAfter(each.body, [each.key, each.value], safe, report)
      return
    case 'template':
      for (const part of each.parts) if (typeof part !== 'string') orderPart(part, safe, report)
      return
    default:
  }
}

const headAfter = (body: Goal[], head: readonly Plain[], safe: ReadonlySet<number>, report: Report): void => {
  const after = orderBody(body, safe, report)
  for (const each of head) orderTerm(each, after, report)
  checkHead(head, after, report)
}

const checkHead = (head: readonly Plain[], safe: ReadonlySet<number>, report: Report): void => {
  const told = new Set<number>()
  for (const each of head) {
    walkLocals(
      each,
      (local) => {
        if (safe.has(local.slot) || told.has(local.slot) || isMade(local)) return
        told.add(local.slot)
        unsafe(local, report)
      },
      () => {},
    )
  }
}

/** A whole clause with its `else`: arguments are known from the start. */
export const orderClause = (clause: Clause, tell: Report): void => {
  const told = new Set<string>()
  // a variable without a value is one mistake, wherever it stands in the clause
  const report: Report = (code, message, location) => {
    if (told.has(message)) return
    told.add(message)
    tell(code, message, location)
  }
  const safe = new Set<number>()
  for (const arg of clause.args)
    walkLocals(
      arg,
      (local) => safe.add(local.slot),
      () => {},
    )
  headAfter(clause.body, [...clause.keys, clause.value], safe, report)
  if (clause.else) orderClause(clause.else, tell)
}
