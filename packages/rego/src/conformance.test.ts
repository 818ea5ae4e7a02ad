import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { readValue } from './compile/index.ts'
import { exceptions } from './conformance-exceptions.ts'
import { Prepared } from './evaluate/index.ts'
import { compare, compile, fromJson, RegoError, RegoErrors, toJson, type Value } from './index.ts'

/** OPA's own cases; part of its suite. Where the folder is absent nothing is proven, and the report says so. */
const folder = fileURLToPath(new URL('../../../../shared/conformance/rego/', import.meta.url))

type Case = {
  note: string
  file: string
  query: string
  modules?: readonly string[]
  data?: unknown
  input?: unknown
  input_term?: string
  want_result?: readonly unknown[]
  want_defined?: boolean
  want_error?: string
  want_error_code?: string
  sort_bindings?: boolean
  strict_error?: boolean
  env?: Record<string, string>
}

/** Integers that a double cannot hold stay whole. */
const readCases = (path: string): Case[] => {
  const exact = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source as string)
      : value
  return JSON.parse(readFileSync(path, 'utf8'), exact) as Case[]
}

/** What is wrong with our answer; undefined where it is right. */
const wrongWith = (each: Case): string | undefined => {
  let answers: Value[]
  try {
    const modules = (each.modules ?? []).map((text, at) => ({ file: `module-${at}.rego`, text }))
    const input = each.input_term === undefined ? each.input : new Prepared(readValue(each.input_term))
    const result = compile(modules).evaluate(
      { query: each.query },
      {
        ...(input === undefined ? {} : { input }),
        data: each.data ?? {},
        now: new Date(),
        env: each.env ?? {},
        strictBuiltinErrors: each.strict_error === true,
      },
    )
    answers = result.answers.map((answer) => fromJson(answer.bindings))
  } catch (error) {
    if (error instanceof RegoErrors) return `does not compile: ${error.message}`
    if (!(error instanceof RegoError)) throw error
    if (each.want_error_code === undefined && each.want_error === undefined) return `${error.code}: ${error.message}`
    if (each.want_error_code !== undefined && each.want_error_code !== error.code)
      return `code ${error.code}: ${error.message}`
    const whole = `${error.code}: ${error.message}`
    return each.want_error === undefined || whole.includes(each.want_error) ? undefined : whole
  }
  if (each.want_error_code !== undefined || each.want_error !== undefined) return 'no error'
  if (each.want_defined !== undefined) return answers.length > 0 === each.want_defined ? undefined : 'defined otherwise'
  const set = (list: readonly Value[]): Value[] => {
    const sorted = list.map((value) => (each.sort_bindings ? sortedLists(value) : value)).sort(compare)
    return sorted.filter((value, at) => at === 0 || compare(value, sorted[at - 1] as Value) !== 0)
  }
  const want = set((each.want_result ?? []).map(fromJson))
  const got = set(answers)
  return compare(want, got) === 0 ? undefined : `answers ${print(got)}, not ${print(want)}`
}

/** Lists that are values of variables count as sets where a case says so. */
const sortedLists = (value: Value): Value =>
  fromJson(
    Object.fromEntries(
      Object.entries(toJson(value) as Record<string, unknown>).map(([name, held]) => [
        name,
        Array.isArray(held) ? [...(fromJson(held) as Value[])].sort(compare).map(toJson) : held,
      ]),
    ),
  )

const print = (values: readonly Value[]): string =>
  JSON.stringify(values.map(toJson), (_, value) => (typeof value === 'bigint' ? String(value) : value)).slice(0, 300)

if (!existsSync(folder)) {
  test.skip('the cases of OPA are not here: nothing about conformance is proven', () => {})
} else {
  describe('the cases of OPA', () => {
    let passed = 0
    let total = 0
    const known = new Set<string>()
    for (const file of readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()) {
      const cases = readCases(folder + file)
      total += cases.length
      test(`${file.replace('.json', '')}: ${cases.length}`, () => {
        const wrong: string[] = []
        for (const each of cases) {
          const reason = wrongWith(each)
          if (reason === undefined) {
            passed++
            if (exceptions[each.note] !== undefined)
              wrong.push(`${each.note}: passes now, take it out of the exceptions`)
          } else if (exceptions[each.note] === undefined) wrong.push(`${each.note} (${each.file}): ${reason}`)
          else known.add(each.note)
        }
        expect(wrong).toEqual([])
      })
    }
    afterAll(() => {
      console.info(`OPA's cases: ${passed} of ${total} pass, ${known.size} are known not to`)
    })
  })
}
