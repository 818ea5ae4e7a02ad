import type { Query } from '../evaluate/query.ts'
import { RegoError, type RegoErrorCode, RegoErrors } from '../policy.ts'
import { type Location, type Module, parseQuery } from '../syntax/index.ts'
import { type Allowed, checkGoals } from './check.ts'
import type { Known } from './clauses.ts'
import type { Goal, Plain, Tree } from './ir.ts'
import { readNames } from './names.ts'
import { declaredNames, varsOfBody } from './occurs.ts'
import { orderBody } from './safety.ts'
import { newFrame, newScope, refuseUnused, temporary } from './scope.ts'

/** A query in the same steps as the body of a rule; what its expressions come to is kept. @throws RegoErrors */
export const readQuery = (text: string, tree: Tree, known: Known, allowed: Allowed): Query => {
  const { body: exprs } = parseQuery(text, allowed.version)
  const errors: RegoError[] = []
  const report = (code: RegoErrorCode, message: string, location: Location, hint?: string): void => {
    errors.push(new RegoError(code, message, location, hint))
  }
  const stop = (): void => {
    if (errors.length > 0) throw new RegoErrors(errors)
  }
  const frame = newFrame()
  const names = readNames({
    module: nowhere(text),
    globals: new Map(),
    ...known,
    report,
    frame,
    metadata: (_, location) => yes(location),
  })
  const scope = newScope(frame, declaredNames(exprs), varsOfBody(exprs))
  const body: Goal[] = []
  const expressions: Plain[] = []
  for (const expr of exprs) {
    const goals = names.body([expr], scope)
    expressions.push(goals.length === 0 ? yes(expr.location) : kept(goals, frame, exprs.length === 1))
    body.push(...goals)
  }
  refuseUnused(frame, (message, location) => report('rego_compile_error', message, location))
  stop()
  checkGoals(body, tree, allowed, report)
  stop()
  orderBody(body, new Set(), report)
  stop()
  const variables = [...scope.declared.values(), ...scope.free.values()].filter((local) => !local.hidden)
  return { body, variables, expressions, slots: frame.slots, names: frame.names, text }
}

/** The last goal of an expression is the expression itself: a term's value is kept; false is an answer where nothing else is asked. */
const kept = (goals: Goal[], frame: ReturnType<typeof newFrame>, alone: boolean): Plain => {
  const last = goals[goals.length - 1] as Goal
  if (last.is === 'with') return kept(last.body, frame, alone)
  if (last.is !== 'term') return yes(last.location)
  const slot = temporary(frame, last.location)
  goals[goals.length - 1] = { is: 'unify', left: slot, right: last.term, location: last.location }
  if (!alone) goals.push({ is: 'term', term: slot, location: last.location })
  return slot
}

const yes = (location: Location): Plain => ({ is: 'scalar', value: true, location })

const nowhere = (text: string): Module => ({
  file: 'query',
  version: 'v1',
  text,
  package: ['data'],
  packageLocation: { file: 'query', row: 1, col: 1, offset: 0, end: 0 },
  imports: [],
  rules: [],
  annotations: [],
  comments: [],
})
