import { type Hit, hitsOf, metricOf, type PackageAnswer, type PolicyDefinition, shown } from '@datamesh/core'
import {
  type CompileOptions,
  compile,
  type Limits,
  type Policy,
  prepare as prepareInput,
  RegoError,
  RegoErrors,
} from '@datamesh/rego'

/** What evaluating a policy needs of it. */
export type Evaluable = Pick<
  PolicyDefinition,
  'id' | 'title' | 'policyKind' | 'severity' | 'version' | 'package' | 'rego' | 'data' | 'bands' | 'unit'
> & {
  /** Of its files: what was compiled once is kept by it. */
  digest: string
}

/** What one policy said of one product; null: the policy's own rule `applies` says that it is not about it. */
export type RawFinding = { hits: Hit[]; value: number | null; error: string | null }

/** A hostile policy ends here. Of one evaluation; ordinary policies take a few thousand steps. */
export const policyLimits: Limits = { steps: 1_000_000, bytes: 64 * 1024 * 1024, depth: 500 }

/** What reaches out of the evaluation, or tells about the machine. */
const without = ['http.send', 'net.lookup_ip_addr', 'opa.runtime', 'rego.parse_module']

export type Prepared = { policy: Policy; rules: readonly string[]; evaluable: Evaluable; data: unknown }

/** An input that many policies are asked about: turned into a value of Rego once. */
export const inputFrom = (json: unknown): unknown => prepareInput(json)

const answering = ['deny', 'warn', 'violation', 'value', 'msg', 'path', 'fix', 'applies'] as const

/** @throws RegoErrors */
export const prepare = (evaluable: Evaluable, more: readonly { file: string; text: string }[] = []): Prepared => {
  const policy = compile([...evaluable.rego, ...more], { version: evaluable.version, without } satisfies CompileOptions)
  const there = new Set(policy.rules.map(({ path }) => path.replace(/^data\./, '').replaceAll('/', '.')))
  return {
    policy,
    evaluable,
    data: prepareInput(evaluable.data),
    rules: answering.filter((rule) => there.has(`${evaluable.package}.${rule}`)),
  }
}

/** What the rules of the policy's package answer. @throws RegoError */
export const answerOf = (
  { policy, rules, evaluable, data }: Prepared,
  input: unknown,
  now: Date,
): PackageAnswer | null => {
  const under = evaluable.package.replaceAll('.', '/')
  const ask = (rule: string) =>
    policy.evaluate({ entrypoint: `${under}/${rule}` }, { input, data, now, seed: evaluable.id, limits: policyLimits })
      .value
  if (rules.includes('applies') && ask('applies') !== true) return null
  const answer: Record<string, unknown> = {}
  for (const rule of rules) {
    const skipped =
      evaluable.policyKind === 'metric' ? /^(deny|warn|violation|applies)$/ : /^(value|msg|path|fix|applies)$/
    if (!skipped.test(rule)) answer[rule] = ask(rule)
  }
  return answer
}

/** A package's answer as a finding. @throws AnswerError */
export const findingFrom = (answer: PackageAnswer, evaluable: Evaluable): RawFinding =>
  evaluable.policyKind === 'metric'
    ? { ...metricOf(answer, evaluable), error: null }
    : { hits: hitsOf(answer, evaluable), value: null, error: null }

/** Never throws: what cannot be evaluated is an error of the finding. */
export const judgeOne = (prepared: Prepared | Error, input: unknown, now: Date): RawFinding | null => {
  if (prepared instanceof Error) return failed(prepared)
  try {
    const answer = answerOf(prepared, input, now)
    return answer === null ? null : findingFrom(answer, prepared.evaluable)
  } catch (error) {
    return failed(error)
  }
}

export const failed = (error: unknown): RawFinding => ({ hits: [], value: null, error: told(error) })

/** One line: code, place and what is wrong. */
export const told = (error: unknown): string => shown(sentenceOf(error).slice(0, 500))

const sentenceOf = (error: unknown): string => {
  if (error instanceof RegoErrors) return error.errors[0] ? sentenceOf(error.errors[0]) : error.message
  if (error instanceof RegoError) {
    const at = error.location === null ? '' : ` (${error.location.file}:${error.location.row}:${error.location.col})`
    return `${error.code}: ${error.message}${at}`
  }
  return error instanceof Error ? error.message : String(error)
}
