import type { Position } from '../errors.ts'
import type { Path } from '../manifest/yaml.ts'
import type { Comparison, PolicyDefinition } from './definition.ts'
import type { Severity } from './model.ts'
import { parsePath } from './place.ts'

/** What the rules of a policy's package gave, as JSON. Absent rules are absent. */
export type PackageAnswer = {
  deny?: unknown
  warn?: unknown
  violation?: unknown
  /** Of a metric policy. */
  value?: unknown
  /** What the number says; instead of a sentence of ours. */
  msg?: unknown
  path?: unknown
  fix?: unknown
}

/** One hit before roll-out and waivers: what it would come to in mode `block`. */
export type Hit = { msg: string; path: Path; fix: string | null; level: Severity; at: Position | null }

/** Something that is no answer: the policy has to be mended, and until then it counts as an error. */
export class AnswerError extends Error {}

const rank: Readonly<Record<Severity, number>> = { inform: 0, warn: 1, block: 2 }
export const least = (a: Severity, b: Severity): Severity => (rank[a] <= rank[b] ? a : b)
export const mostHits = 200
/** Of all hits of a policy about one product, in characters: they are stored, and shown on one page. */
const mostText = 100_000
const longest = 2000

/**
 * The hits of `deny`, `violation` and `warn`: sets or lists of texts, or of objects `{msg, path, fix, severity?, at?}`; a boolean
 * `deny` counts too. `warn` never comes to more than a warning, and a `severity` only lowers. Sorted, at most 200 and 100,000 characters. @throws AnswerError
 */
export const hitsOf = (answer: PackageAnswer, { severity }: Pick<PolicyDefinition, 'severity'>): Hit[] => {
  const hits = [
    ...hitsIn('deny', answer.deny, severity),
    ...hitsIn('violation', answer.violation, severity),
    ...hitsIn('warn', answer.warn, least('warn', severity)),
  ]
  const known = new Set<string>()
  let room = mostText
  return hits
    .filter((hit) => {
      const mark = JSON.stringify([hit.msg, hit.path])
      return known.has(mark) ? false : known.add(mark)
    })
    .slice(0, mostHits)
    .filter(({ msg, fix }, i) => {
      room -= msg.length + (fix?.length ?? 0)
      return i === 0 || room >= 0
    })
}

const hitsIn = (rule: string, value: unknown, severity: Severity): Hit[] => {
  if (value === undefined || value === false || value === null) return []
  if (value === true) return [{ msg: `the rule ${rule} holds`, path: [], fix: null, level: severity, at: null }]
  if (!Array.isArray(value)) {
    // a partial object `deny[msg] = detail`: the keys are the messages
    if (typeof value === 'object') return Object.keys(value).map((msg) => hitOf(rule, msg, severity))
    throw new AnswerError(`${rule} is ${typeof value === 'string' ? 'a text' : `a ${typeof value}`}; it must be a set`)
  }
  return value.slice(0, mostHits).map((each) => hitOf(rule, each, severity))
}

const hitOf = (rule: string, each: unknown, severity: Severity): Hit => {
  if (typeof each === 'string') return { msg: cut(each), path: [], fix: null, level: severity, at: null }
  if (typeof each !== 'object' || each === null || Array.isArray(each))
    throw new AnswerError(`${rule} holds ${JSON.stringify(each)?.slice(0, 60)}; it must hold texts or objects with msg`)
  const { msg, path, fix, severity: written, at } = each as Record<string, unknown>
  if (typeof msg !== 'string' || msg === '')
    throw new AnswerError(`an object in ${rule} has no msg: ${JSON.stringify(each).slice(0, 80)}`)
  const level = written === undefined ? severity : least(severityOf(rule, written), severity)
  return {
    msg: cut(msg),
    path: parsePath(path),
    fix: typeof fix === 'string' ? cut(fix) : null,
    level,
    at: positionOf(at),
  }
}

const severityOf = (rule: string, written: unknown): Severity => {
  if (written === 'inform' || written === 'warn' || written === 'block') return written
  throw new AnswerError(`${rule} says severity ${JSON.stringify(written)}; it is inform, warn or block`)
}

const positionOf = (at: unknown): Position | null => {
  if (typeof at !== 'object' || at === null) return null
  const { file, line, column } = at as Record<string, unknown>
  const whole = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) > 0
  return typeof file === 'string' && whole(line) && whole(column) ? { file: cut(file), line, column } : null
}

const cut = (text: string): string => shown(text.length > longest ? `${text.slice(0, longest)}…` : text)

/**
 * What a policy says is read in terminals, pages and mails of others: nothing in it may steer those, or turn the direction of writing. A text
 * of several lines stays that, without a line that only looks like one of ours.
 */
export const shown = (text: string): string =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(steering, '\ufffd')
    .replaceAll(/\n(?=\S)/g, '\n  ')

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** The number of a metric policy and what its bands make of it. No number: there was nothing to measure. @throws AnswerError */
export const metricOf = (
  answer: PackageAnswer,
  policy: Pick<PolicyDefinition, 'bands' | 'severity' | 'unit' | 'title'>,
): { value: number | null; hits: Hit[] } => {
  const { value } = answer
  if (value === undefined || value === null) return { value: null, hits: [] }
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new AnswerError(`value is ${JSON.stringify(value)?.slice(0, 60)}; it must be a number`)
  return { value, hits: bandHits(value, policy, answer) }
}

export const bandHits = (
  value: number,
  { bands, severity, unit, title }: Pick<PolicyDefinition, 'bands' | 'severity' | 'unit' | 'title'>,
  told: Pick<PackageAnswer, 'msg' | 'path' | 'fix'> = {},
): Hit[] => {
  const band = (['block', 'warn', 'inform'] as const).find((each) => {
    const bound = bands[each]
    return bound !== undefined && holds(value, bound)
  })
  if (band === undefined) return []
  const bound = bands[band] as Comparison
  const msg =
    typeof told.msg === 'string' && told.msg !== ''
      ? told.msg
      : `${title}: ${value}${unit} is ${bound.is} ${bound.than}${unit}`
  return [
    {
      msg: cut(msg),
      path: parsePath(told.path),
      fix: typeof told.fix === 'string' ? cut(told.fix) : null,
      level: least(band, severity),
      at: null,
    },
  ]
}

const holds = (value: number, { is, than }: Comparison): boolean => {
  switch (is) {
    case '<':
      return value < than
    case '<=':
      return value <= than
    case '>':
      return value > than
    case '>=':
      return value >= than
    case '==':
      return value === than
    case '!=':
      return value !== than
  }
}

/** `< 0.9`, `>= 10` */
export const parseComparison = (text: string): Comparison | null => {
  const match = /^\s*(<=|>=|==|!=|<|>)\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text)
  return match ? { is: match[1] as Comparison['is'], than: Number(match[2]) } : null
}
