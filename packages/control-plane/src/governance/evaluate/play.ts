import { type PackageAnswer, packageIn, type RegoSource } from '@datamesh/core'
import { type Coverage, compile, type Policy, RegoError, RegoErrors, runTests, type TraceEvent } from '@datamesh/rego'
import { type Evaluable, policyLimits, prepare, told } from './judge.ts'
import type { AskOf, Mistake, Outcome, TestOutcome } from './wire.ts'

const mostText = 2000
const without = ['http.send', 'net.lookup_ip_addr', 'opa.runtime', 'rego.parse_module']

type Tested = { tests: TestOutcome[]; coverage: Outcome['play']['coverage'] }
type Asked = { version: 'v0' | 'v1'; data: unknown; now: Date }

/** Runs every test rule, each on its own, and says which lines all of them together have reached. @throws RegoErrors */
export const runTestRules = (sources: readonly RegoSource[], { version, data, now }: Asked): Tested => {
  const given = data === undefined ? {} : { data }
  const { results, coverage } = runTests(sources, {
    ...given,
    version,
    without,
    now,
    seed: 'tests',
    limits: policyLimits,
  })
  return {
    tests: results
      .filter(({ skipped }) => !skipped)
      .map(({ name, package: of, passed, error, cases }) => ({
        name: `${of.replace(/^data\./, '')}.${name}`,
        passed,
        error: error === undefined ? failedCases(cases) : told(error),
      })),
    coverage: Object.fromEntries(
      Object.entries(coverage).map(([file, { covered, notCovered }]) => [
        file,
        { covered: [...covered], notCovered: [...notCovered] },
      ]),
    ),
  }
}

const failedCases = (cases: readonly { path: readonly string[]; passed: boolean }[] | undefined): string | null => {
  const failed = (cases ?? []).filter(({ passed }) => !passed).map(({ path }) => path.join(', '))
  return failed.length === 0 ? null : `not for ${failed.slice(0, 5).join('; ')}`
}

const addCoverage = (
  from: Coverage | undefined,
  into: Map<string, { covered: Set<number>; notCovered: Set<number> }>,
): void => {
  for (const [file, { covered, notCovered }] of Object.entries(from ?? {})) {
    const known = into.get(file) ?? { covered: new Set(), notCovered: new Set() }
    for (const line of covered) known.covered.add(line)
    for (const line of notCovered) known.notCovered.add(line)
    into.set(file, known)
  }
}

const testing = ({ version, data }: Evaluable, now: Date): Asked => ({ version, data, now })

/** Does the policy compile, what does it define, and do its tests hold? */
export const check = ({ policy, tests, now }: Pick<AskOf<'check'>, 'policy' | 'tests' | 'now'>): Outcome['check'] => {
  const packages = [...policy.rego, ...tests].flatMap(({ text }) => packageIn(text) ?? [])
  try {
    const { rules } = prepare(policy)
    const all = prepare(policy, tests).policy
    return {
      mistakes: [],
      packages: all.packages.map((name) => name.replace(/^data[./]/, '').replaceAll('/', '.')),
      rules: [...rules],
      tests: runTestRules([...policy.rego, ...tests], testing(policy, new Date(now))).tests,
    }
  } catch (error) {
    return { mistakes: mistakesIn(error), packages, tests: [], rules: [] }
  }
}

/** The same with coverage, for people who write policies. */
export const testPolicy = (
  policy: Evaluable,
  tests: AskOf<'check'>['tests'],
  now: Date,
): Tested & { mistakes: Mistake[] } => {
  try {
    return { ...runTestRules([...policy.rego, ...tests], testing(policy, now)), mistakes: [] }
  } catch (error) {
    return { tests: [], coverage: {}, mistakes: mistakesIn(error) }
  }
}

export const mistakesIn = (error: unknown): Mistake[] => {
  const errors = error instanceof RegoErrors ? error.errors : [error]
  return errors.slice(0, 100).map((each) => {
    const at = each instanceof RegoError ? each.location : null
    return {
      file: at?.file ?? '',
      line: at?.row ?? 1,
      column: at?.col ?? 1,
      code: each instanceof RegoError ? each.code : 'rego_compile_error',
      message: (each instanceof Error ? each.message : String(each)).slice(0, mostText),
      hint: each instanceof RegoError ? (each.hint ?? null) : null,
    }
  })
}

const mostTrace = 2000
const mostValueBytes = 256 * 1024

/** The playground: whatever is written there ends in an answer, a mistake or a limit. */
export const play = ({ play: given, now }: Pick<AskOf<'play'>, 'play' | 'now'>): Outcome['play'] => {
  const nothing: Outcome['play'] = {
    mistakes: [],
    value: null,
    answer: null,
    error: null,
    prints: [],
    trace: [],
    tests: [],
    coverage: {},
    steps: 0,
  }
  const sources = Object.entries(given.files).map(([file, text]) => ({ file, text }))
  let policy: Policy
  try {
    policy = compile(sources, { version: given.version, without })
  } catch (error) {
    return { ...nothing, mistakes: mistakesIn(error) }
  }
  const input: unknown = given.input === '' ? undefined : JSON.parse(given.input)
  const data: unknown = given.data === '' ? undefined : JSON.parse(given.data)
  const at = new Date(now)
  const base = {
    ...(input === undefined ? {} : { input }),
    ...(data === undefined ? {} : { data }),
    now: at,
    seed: 'playground',
  }
  const tested = given.tests
    ? runTestRules(sources, { version: given.version, data, now: at })
    : { tests: [], coverage: {} }
  const covered = new Map<string, { covered: Set<number>; notCovered: Set<number> }>()
  const out = { ...nothing, ...tested }
  const ask = (question: { entrypoint: string } | { query: string }): unknown => {
    const result = policy.evaluate(question, { ...base, limits: policyLimits, trace: given.trace, coverage: true })
    out.prints.push(...result.prints.map(({ text }) => text.slice(0, mostText)))
    for (const line of result.trace ?? []) if (out.trace.length < mostTrace) out.trace.push(traceLine(line))
    out.steps += result.steps
    addCoverage(result.coverage, covered)
    return 'query' in question && result.answers.length > 1
      ? result.answers.slice(0, 100).map(({ bindings }) => bindings)
      : result.value
  }
  try {
    if (given.query !== undefined && given.query.trim() !== '')
      out.value = bounded(ask(questionOf(given.query.trim(), policy)))
    else {
      const under = packageOf(sources)
      const answer: Record<string, unknown> = {}
      const there = new Set(policy.rules.map(({ path }) => path.replace(/^data\./, '').replaceAll('/', '.')))
      for (const rule of ['deny', 'violation', 'warn', 'value'] as const)
        if (there.has(`${under}.${rule}`)) {
          const value = ask({ entrypoint: `${under.replaceAll('.', '/')}/${rule}` })
          if (value !== undefined) answer[rule] = value
        }
      out.answer = bounded(answer) as PackageAnswer
      out.value = out.answer
    }
  } catch (error) {
    out.error = told(error)
    out.mistakes = mistakesIn(error)
  }
  if (!given.tests)
    out.coverage = Object.fromEntries(
      [...covered].map(([file, lines]) => [
        file,
        { covered: [...lines.covered], notCovered: [...lines.notCovered].filter((line) => !lines.covered.has(line)) },
      ]),
    )
  return out
}

/** The first package that is not one of tests. */
const packageOf = (sources: readonly { text: string }[]): string => {
  const all = sources.flatMap(({ text }) => packageIn(text) ?? [])
  return all.find((name) => !name.endsWith('_test')) ?? all[0] ?? ''
}

const questionOf = (written: string, policy: Policy): { entrypoint: string } | { query: string } => {
  const path = written.replace(/^data\./, '').replaceAll('.', '/')
  return policy.rules.some((rule) => rule.path.replace(/^data\./, '').replaceAll('.', '/') === path)
    ? { entrypoint: path }
    : { query: written }
}

/** An answer that nobody can read is not sent. Numbers beyond what JSON holds become texts. */
const bounded = (value: unknown): unknown => {
  const text = JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each)) ?? 'null'
  if (text.length > mostValueBytes)
    throw new RegoError('eval_limit_error', `the answer is larger than ${mostValueBytes / 1024} kB`)
  return JSON.parse(text)
}

const traceLine = ({ op, depth, text, location }: TraceEvent): string =>
  `${location === null ? '' : `${location.file}:${location.row}`.padEnd(18)} ${'| '.repeat(Math.min(depth, 20))}${op} ${text}`.slice(
    0,
    300,
  )
