import { compileModules } from '../compile/index.ts'
import { prepare } from '../evaluate/index.ts'
import {
  type Coverage,
  type EvaluateOptions,
  type Policy,
  RegoError,
  RegoErrors,
  type Result,
  type Source,
  type TraceEvent,
} from '../policy.ts'
import { type Location, type Module, parseModule, type Rule, type Term, type Version } from '../syntax/index.ts'
import { caseResults, type TestCase } from './cases.ts'

export type TestResult = {
  /** Without its package; a name that is used again gets a number: `test_x#01`. */
  name: string
  package: string
  passed: boolean
  /** `todo_test_…`: not run. */
  skipped: boolean
  error?: RegoError
  location: Location
  /** Only where a clock is given. */
  durationMs?: number
  prints: readonly string[]
  /** Of a parameterised test (`test_x[note] if …`), one per key that was reached. */
  cases?: readonly TestCase[]
  /** Of a test that failed. */
  trace?: readonly TraceEvent[]
}
export type TestRun = { results: readonly TestResult[]; coverage: Coverage }

export type TestOptions = Pick<
  EvaluateOptions,
  'input' | 'data' | 'now' | 'seed' | 'env' | 'limits' | 'strictBuiltinErrors'
> & {
  version?: Version
  /** Built-ins that must not be used. */
  without?: readonly string[]
  /** Gets `data.package.test_name`. */
  filter?: (name: string) => boolean
}

type Test = { name: string; path: readonly string[]; package: string; rule: Rule; tail: readonly Term[] }

/**
 * Runs every rule whose name begins with `test_`, as `opa test` does: it passes when its value is `true`.
 * @throws RegoErrors when the modules do not compile
 */
export const runTests = (
  sources: readonly Source[],
  options: TestOptions = {},
  { clock }: { clock?: () => number } = {},
): TestRun => {
  const { version = 'v1', without, filter, data, ...rest } = options
  const { modules, tests } = findTests(parseAll(sources, version))
  const policy = compileModules(modules, { version, ...(without && { without }) })
  const given: EvaluateOptions = { ...rest, ...(data !== undefined && { data: prepare(data) }) }
  const lines = new Map<string, Map<number, boolean>>()
  const results = tests
    .filter(({ path }) => filter === undefined || filter(path.join('.')))
    .map((test) => runTest(policy, test, given, lines, clock))
  return { results, coverage: joined(lines) }
}

const parseAll = (sources: readonly Source[], version: Version): Module[] => {
  const errors: RegoError[] = []
  const modules = sources.flatMap((source) => {
    try {
      return [parseModule(source, version)]
    } catch (error) {
      if (!(error instanceof RegoErrors)) throw error
      errors.push(...error.errors)
      return []
    }
  })
  if (errors.length > 0) throw new RegoErrors(errors)
  return modules
}

const nameOf = (term: Term): string | undefined =>
  term.is === 'var' ? term.name : term.is === 'scalar' && typeof term.value === 'string' ? term.value : undefined

/** How many parts of the head lead to the name of the test; 0: it is none. */
const depthOf = (rule: Rule): number => {
  if (rule.head.args || rule.default) return 0
  for (const [at, part] of rule.head.ref.entries()) {
    const name = at === 0 || part.is === 'scalar' ? nameOf(part) : undefined
    if (name === undefined) return 0
    if (/^(todo_)?test_/.test(name)) return at + 1
  }
  return 0
}

/** A test that is written twice is two tests: the second gets a name of its own. Rule: opa test */
const findTests = (modules: readonly Module[]): { modules: Module[]; tests: Test[] } => {
  const tests: Test[] = []
  const used = new Map<string, number>()
  const renamed = modules.map((module): Module => {
    const rules = module.rules.map((rule) => {
      const depth = depthOf(rule)
      if (depth === 0) return rule
      const names = rule.head.ref.slice(0, depth).map((part) => nameOf(part) as string)
      const key = [...module.package, ...names].join('/')
      const count = used.get(key) ?? 0
      used.set(key, count + 1)
      if (count > 0) names[depth - 1] = `${names[depth - 1]}#${String(count).padStart(2, '0')}`
      const last = rule.head.ref[depth - 1] as Term
      const name = names[depth - 1] as string
      const part: Term = last.is === 'var' ? { ...last, name } : { is: 'scalar', value: name, location: last.location }
      const made: Rule = { ...rule, head: { ...rule.head, ref: rule.head.ref.with(depth - 1, part) } }
      const path = [...module.package, ...names]
      tests.push({
        name: names.join('.'),
        path,
        package: module.package.slice(1).join('.'),
        rule: made,
        tail: rule.head.ref.slice(depth),
      })
      return made
    })
    return { ...module, rules }
  })
  return { modules: renamed, tests }
}

const runTest = (
  policy: Policy,
  { name, path, package: from, rule, tail }: Test,
  given: EvaluateOptions,
  lines: Map<string, Map<number, boolean>>,
  clock: (() => number) | undefined,
): TestResult => {
  const base = { name, package: from, location: rule.location }
  if (path.some((part) => part.startsWith('todo_test_'))) return { ...base, passed: false, skipped: true, prints: [] }
  const query = path.reduce((text, part, at) => (at === 0 ? part : `${text}[${JSON.stringify(part)}]`), '')
  const start = clock?.()
  const outcome = attempt(() => policy.evaluate({ query }, { ...given, coverage: true, trace: tail.length > 0 }))
  const durationMs = clock && start !== undefined ? { durationMs: clock() - start } : {}
  if (outcome instanceof RegoError)
    return { ...base, ...durationMs, passed: false, skipped: false, error: outcome, prints: [] }
  mark(lines, outcome.coverage ?? {})
  const prints = outcome.prints.map(({ text }) => text)
  const cases = tail.length > 0 ? caseResults(outcome.value, outcome.trace ?? [], rule, tail) : undefined
  const passed = cases ? cases.length > 0 && cases.every((each) => each.passed) : outcome.value === true
  const trace = passed ? undefined : (outcome.trace ?? tracedAgain(policy, query, given))
  return { ...base, ...durationMs, passed, skipped: false, prints, ...(cases && { cases }), ...(trace && { trace }) }
}

const attempt = (run: () => Result): Result | RegoError => {
  try {
    return run()
  } catch (error) {
    if (error instanceof RegoError) return error
    if (error instanceof RegoErrors && error.errors[0]) return error.errors[0]
    throw error
  }
}

/** An evaluation is the same each time, so that only those that fail pay for their trace. */
const tracedAgain = (policy: Policy, query: string, given: EvaluateOptions): readonly TraceEvent[] => {
  const again = attempt(() => policy.evaluate({ query }, { ...given, trace: true }))
  return again instanceof RegoError ? [] : (again.trace ?? [])
}

const mark = (lines: Map<string, Map<number, boolean>>, coverage: Coverage): void => {
  for (const [file, { covered, notCovered }] of Object.entries(coverage)) {
    const rows = lines.get(file) ?? new Map<number, boolean>()
    lines.set(file, rows)
    for (const row of covered) rows.set(row, true)
    for (const row of notCovered) if (!rows.has(row)) rows.set(row, false)
  }
}

const joined = (lines: ReadonlyMap<string, ReadonlyMap<number, boolean>>): Coverage =>
  Object.fromEntries(
    [...lines].map(([file, rows]) => {
      const sorted = [...rows.keys()].sort((a, b) => a - b)
      return [
        file,
        { covered: sorted.filter((row) => rows.get(row)), notCovered: sorted.filter((row) => !rows.get(row)) },
      ]
    }),
  )
