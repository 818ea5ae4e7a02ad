import type { EvaluateOptions, Policy, TraceEvent } from '../policy.ts'
import { type Location, parseQuery, type Term } from '../syntax/index.ts'
import { mentioned, short } from './render.ts'

/** What one rule (one body of it) did in an evaluation. */
export type RuleStory = {
  /** As in `policy.rules`; the text of the head where it is not known. */
  path: string
  head: string
  location: Location
  outcome: 'true' | 'undefined'
  /** Of a rule that is undefined: the expression that it did not get past, and what its variables and input were then. */
  stoppedAt?: { text: string; location: Location; values: Readonly<Record<string, unknown>> }
}
export type Explanation = { value: unknown; rules: readonly RuleStory[]; text: string }

/** Evaluates a question and says which rules decided it, in the order in which they were first asked. */
export const explain = (
  policy: Policy,
  question: Parameters<Policy['evaluate']>[0],
  options: EvaluateOptions = {},
): Explanation => {
  const { value, trace = [] } = policy.evaluate(question, { ...options, trace: true })
  const rules = storiesOf(trace, policy, options.input)
  const asked = 'query' in question ? question.query : `data.${question.entrypoint.replaceAll('/', '.')}`
  const lines = rules.map((rule) => `  ${line(rule)}`)
  return {
    value,
    rules,
    text: [`${asked} is ${value === undefined ? 'undefined' : short(value)}`, ...lines].join('\n'),
  }
}

type Frame = {
  enter: TraceEvent & { location: Location }
  stages: Stage[]
  isTrue: boolean
  now: string
  isOther: boolean
}
type Stage = { location: Location; text: string; locals: Readonly<Record<string, unknown>> }

const replacesInput = /\bwith\s+input\b/

/** Every entry of a rule with the expressions that it reached, first time each. `isOther`: its input was replaced by `with`. */
const framesOf = (trace: readonly TraceEvent[]): Frame[] => {
  const frames: Frame[] = []
  const open: (Frame | undefined)[] = []
  for (const event of trace) {
    const { op, depth, location, text, locals } = event
    if (location === null) continue
    if (op === 'enter') {
      const above = open[depth - 1]
      const isOther = above !== undefined && (above.isOther || replacesInput.test(above.now))
      const frame: Frame = { enter: { ...event, location }, stages: [], isTrue: false, now: '', isOther }
      open.length = depth
      open[depth] = frame
      frames.push(frame)
      continue
    }
    const frame = open[depth]
    if (frame === undefined) continue
    if (op === 'exit') frame.isTrue = true
    if (op === 'eval') frame.now = text
    if (op !== 'eval' && op !== 'fail') continue
    const known = frame.stages.find((each) => each.location.offset === location.offset && each.text === text)
    if (known === undefined) frame.stages.push({ location, text, locals })
    else if (op === 'fail') known.locals = locals
  }
  return frames
}

const storiesOf = (trace: readonly TraceEvent[], policy: Policy, input: unknown): RuleStory[] => {
  const stories = new Map<string, RuleStory>()
  for (const { enter, stages, isTrue, isOther } of framesOf(trace)) {
    const { location } = enter
    const key = placeOf(location)
    const known = stories.get(key)
    if (known?.outcome === 'true') continue
    if (isTrue) {
      stories.set(key, { path: pathOf(policy, location, enter.text), head: enter.text, location, outcome: 'true' })
      continue
    }
    if (known) continue
    const stopped = stages.filter((each) => !stages.some((other) => isWithin(each, other))).at(-1)
    stories.set(key, {
      path: pathOf(policy, location, enter.text),
      head: enter.text,
      location,
      outcome: 'undefined',
      ...(stopped && {
        stoppedAt: {
          text: stopped.text,
          location: stopped.location,
          values: {
            ...Object.fromEntries(mentioned(stopped.text, stopped.locals)),
            ...(isOther || replacesInput.test(stopped.text) ? {} : inputsOf(stopped.text, input)),
          },
        },
      }),
    })
  }
  return [...stories.values()]
}

/** Expressions of comprehensions and `every` belong to the one that holds them. */
const isWithin = (inner: Stage, outer: Stage): boolean =>
  inner !== outer &&
  outer.location.offset <= inner.location.offset &&
  inner.location.end <= outer.location.end &&
  outer.location.end - outer.location.offset > inner.location.end - inner.location.offset

const placeOf = ({ file, row, col }: Location): string => `${file}:${row}:${col}`
const pathOf = (policy: Policy, location: Location, head: string): string =>
  policy.rules.find((rule) => placeOf(rule.location) === placeOf(location))?.path ?? head

/** What `input.…` was in an expression, as far as its path is constant. */
const inputsOf = (text: string, input: unknown): Record<string, unknown> => {
  const found: Record<string, unknown> = {}
  const see = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const term = node as Term
    if (term.is === 'ref' && term.head.is === 'var' && term.head.name === 'input') {
      let value = input
      let path = 'input'
      for (const part of term.parts) {
        if (part.is !== 'scalar' || (typeof part.value !== 'string' && typeof part.value !== 'number')) break
        const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, part.value)
        value = isThere ? (value as Record<string, unknown>)[part.value] : undefined
        path +=
          typeof part.value === 'string' && /^\w+$/.test(part.value)
            ? `.${part.value}`
            : `[${JSON.stringify(part.value)}]`
      }
      found[path] = value
    }
    for (const each of Array.isArray(node) ? node : Object.values(node)) see(each)
  }
  try {
    see(parseQuery(text, 'v1').body)
  } catch {
    // a v0 expression that v1 does not read: told without its input
  }
  return found
}

const line = ({ path, location, outcome, stoppedAt }: RuleStory): string => {
  const head = `${path} (${location.file}:${location.row}) is ${outcome}`
  if (stoppedAt === undefined) return head
  const values = Object.entries(stoppedAt.values).map(
    ([name, value]) => `${name} is ${value === undefined ? 'undefined' : short(value)}`,
  )
  const where = `${stoppedAt.location.file}:${stoppedAt.location.row}`
  const text = stoppedAt.text.replaceAll(/\s*\n\s*/g, ' ')
  return `${head}: not past \`${text}\` (${where})${values.length > 0 ? `, where ${values.join(', ')}` : ''}`
}
