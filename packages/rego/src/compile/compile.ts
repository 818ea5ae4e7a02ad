import { builtins } from '../builtins/index.ts'
import { evaluateWith, newProgram, type Program, planQuery } from '../evaluate/index.ts'
import {
  type CompileOptions,
  type EvaluateOptions,
  type Policy,
  RegoError,
  RegoErrors,
  type Result,
  type Source,
} from '../policy.ts'
import { type Module, parseModule, type Rule } from '../syntax/index.ts'
import { arityOf, checkTree } from './check.ts'
import { fillTree, type Known } from './clauses.ts'
import { allRules, checkRecursion, clausesOf, graphOf } from './graph.ts'
import type { Clause, Goal, Tree } from './ir.ts'
import { readQuery } from './query.ts'
import { orderClause } from './safety.ts'
import { checkShadowing } from './shadow.ts'
import { eachTerm } from './terms.ts'
import { plantTree, rulePath } from './tree.ts'
import { checkTypes } from './types.ts'

/** Reads, checks and prepares a set of modules. @throws RegoErrors with everything that is wrong, in order of place */
export const compile = (sources: readonly Source[], options: CompileOptions = {}): Policy => {
  const version = options.version ?? 'v1'
  const errors: RegoError[] = []
  const modules: Module[] = []
  for (const source of sources) {
    try {
      modules.push(parseModule(source, version))
    } catch (error) {
      if (!(error instanceof RegoErrors)) throw error
      errors.push(...error.errors)
    }
  }
  if (errors.length > 0) throw new RegoErrors(errors)
  return compileModules(modules, options)
}

/** The same for modules that are read already. */
export const compileModules = (modules: readonly Module[], options: CompileOptions = {}): Policy => {
  const version = options.version ?? 'v1'
  const errors: RegoError[] = []
  const report: Report = (code, message, location, hint) => {
    errors.push(new RegoError(code, message, location, hint))
  }
  shallow(() => {
    for (const module of modules) checkShadowing(module, report)
  })
  const tree = shallow(() => plantTree(modules, report))
  stopAt(errors)
  const known: Known = {
    arity: (target) => arityOf(target, tree, builtins),
    isRelation: (target) => 'builtin' in target && target.builtin === 'walk',
  }
  shallow(() => fillTree(tree, known, report))
  stopAt(errors)
  const graph = graphOf(tree)
  checkTree(tree, { builtins, without: options.without ?? [] }, report)
  checkRecursion(tree, graph, report)
  stopAt(errors)
  shallow(() => {
    for (const rules of allRules(tree)) {
      if ('kind' in rules && rules.default) orderClause(rules.default, report)
      for (const each of 'kind' in rules ? rules.clauses : rules.clauses.map((keyed) => keyed.clause))
        orderClause(each, report)
    }
  })
  stopAt(errors)
  shallow(() => checkTypes(tree, builtins, options.inputSchema, report))
  stopAt(errors)

  const programs: (Program | undefined)[] = []
  const programOf = (watched: boolean): Program =>
    (programs[Number(watched)] ??= newProgram(tree, builtins, graph.usesInput, watched))
  const asked = new Map<string, ReturnType<typeof planQuery>>()
  const ask = (query: string, watched: boolean): ReturnType<typeof planQuery> => {
    const key = `${watched} ${query}`
    let plan = asked.get(key)
    if (!plan) {
      const read = readQuery(query, tree, known, { builtins, without: options.without ?? [], version })
      plan = planQuery(read, programOf(watched))
      // queries often come from people: only so many are kept
      if (asked.size >= maxPlans) asked.delete(asked.keys().next().value as string)
      asked.set(key, plan)
    }
    return plan
  }
  const evaluate = (question: { entrypoint: string } | { query: string }, given: EvaluateOptions = {}): Result => {
    const query = 'query' in question ? question.query : entrypointQuery(question.entrypoint)
    return evaluateWith(
      (watched) => ask(query, watched),
      given,
      () => linesOf(tree),
    )
  }
  return {
    evaluate,
    rules: modules.flatMap((module) => module.rules.map((rule, index) => described(module, rule, index))),
    packages: [...new Set(modules.map((each) => each.package.slice(1).join('.')))].sort(),
  }
}

type Report = (
  code: RegoError['code'],
  message: string,
  location: NonNullable<RegoError['location']>,
  hint?: string,
) => void
const maxPlans = 200

const stopAt = (errors: readonly RegoError[]): void => {
  if (errors.length === 0) return
  const place = (each: RegoError): number => each.location?.offset ?? 0
  throw new RegoErrors([...errors].sort((a, b) => place(a) - place(b)))
}

/** Terms nested beyond what the stack holds are refused like any other mistake. */
const shallow = <T>(work: () => T): T => {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError)
      throw new RegoErrors([new RegoError('rego_compile_error', 'terms are nested too deeply')])
    throw error
  }
}

const entrypointQuery = (entrypoint: string): string =>
  `data${entrypoint
    .split('/')
    .filter((part) => part !== '')
    .map((part) => `[${JSON.stringify(part)}]`)
    .join('')}`

const described = (module: Module, rule: Rule, index: number): Policy['rules'][number] => {
  const { path, constant } = rulePath(module, rule)
  const kind = rule.head.args
    ? 'function'
    : rule.head.contains
      ? 'set'
      : constant < rule.head.ref.length
        ? 'object'
        : 'complete'
  return {
    path: path.join('/'),
    kind,
    location: rule.location,
    annotations: module.annotations.filter((each) => each.rule === index),
  }
}

/** Lines that an evaluation can reach: heads and expressions. */
const linesOf = (tree: Tree): Map<string, Set<number>> => {
  const lines = new Map<string, Set<number>>()
  const add = (file: string, row: number): void => {
    const rows = lines.get(file)
    if (rows) rows.add(row)
    else lines.set(file, new Set([row]))
  }
  const see = (clause: Clause): void => {
    add(clause.rule.head.location.file, clause.rule.head.location.row)
    eachTerm(
      clause.body,
      () => {},
      (goal: Goal) => add(goal.location.file, goal.location.row),
    )
  }
  for (const rules of allRules(tree)) for (const clause of clausesOf(rules)) if (!clause.rule.default) see(clause)
  return lines
}
