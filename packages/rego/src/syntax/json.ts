import type { Num } from '../value.ts'
import type { Annotation, Expr, Module, Rule, Term } from './ast.ts'

/** OPA's JSON of a syntax tree: plain JSON, integers beyond ±2^53 as bigints. Without places, as `rego.parse_module` gives it. */
export type Json = null | boolean | string | Num | readonly Json[] | { readonly [key: string]: Json }
type Typed = { type: string; value: Json }

export const toJsonAst = (module: Module): Json => ({
  package: { path: pathOf(module.package) },
  ...(module.imports.length > 0 && {
    imports: module.imports.map(({ path, alias }) => ({
      path: { type: 'ref', value: pathOf(path) },
      ...(alias !== undefined && { alias }),
    })),
  }),
  ...(module.annotations.length > 0 && { annotations: module.annotations.map(annotation) }),
  ...(module.rules.length > 0 && {
    rules: module.rules.map((rule, at) => ruleJson(rule, module, documentation(module, at))),
  }),
  ...(module.comments.length > 0 && {
    comments: module.comments.map(({ text, location }) => ({
      Text: text === '' ? null : base64(text),
      Location: { file: location.file, row: location.row, col: location.col },
    })),
  }),
})

const pathOf = (path: readonly string[]): Typed[] =>
  path.map((value, at) => ({ type: at === 0 ? 'var' : 'string', value }))

/** What is said about a document holds for all rules of its path. */
const documentation = (module: Module, at: number): readonly Annotation[] =>
  module.annotations.filter(
    ({ rule, scope }) =>
      rule === at || (scope === 'document' && rule !== undefined && headPath(module, rule) === headPath(module, at)),
  )
const headPath = (module: Module, at: number): string =>
  JSON.stringify(
    module.rules[at]?.head.ref.map((part) =>
      part.is === 'scalar' ? String(part.value) : part.is === 'var' && part.name,
    ),
  )

const annotation = ({ scope, body }: Annotation): Json => {
  const schemas = (body.schemas ?? []) as readonly { path: string[]; schema?: string[]; definition?: Json }[]
  return {
    ...(body as { [key: string]: Json }),
    ...(schemas.length > 0 && {
      schemas: schemas.map(({ path, schema, definition }) => ({
        path: pathOf(path),
        ...(schema && { schema: pathOf(schema) }),
        ...(definition !== undefined && { definition }),
      })),
    }),
    scope,
  }
}

const ruleJson = (rule: Rule, module: Module, about: readonly Annotation[] = []): { [key: string]: Json } => ({
  ...(about.length > 0 && { annotations: about.map(annotation) }),
  ...(rule.default && { default: true }),
  head: headJson(rule, module),
  body: bodyJson(rule.body, module),
  ...(rule.else && { else: ruleJson(rule.else, module) }),
})

/** Heads of two parts have a name and a key for the sake of older readers. Rule: OPA, parseRules */
const headJson = ({ head, body }: Rule, module: Module): Json => {
  const { ref, args, contains, value, assign } = head
  const [name, second] = ref
  const hasIf = body.length > 0 && (module.version === 'v1' || value === undefined)
  const isPair = ref.length === 2 && contains === undefined
  const isNamed =
    ref.length === 1 || (isPair && (hasIf ? value !== undefined || args !== undefined : args === undefined))
  const isKeyed = isPair && args === undefined && (!hasIf || second?.is !== 'scalar')
  const key = contains ?? (isKeyed ? second : undefined)
  return {
    ...(isNamed && name?.is === 'var' && { name: name.name }),
    ...(args && { args: args.map((arg) => termJson(arg, module)) }),
    ...(key && { key: termJson(key, module) }),
    ...(value ? { value: termJson(value, module) } : !contains && { value: { type: 'boolean', value: true } }),
    ...(assign && { assign: true }),
    ref: ref.map((part) => termJson(part, module)),
  }
}

const bodyJson = (body: readonly Expr[], module: Module): Json =>
  body.length === 0
    ? [{ index: 0, terms: { type: 'boolean', value: true } }]
    : body.map((expr, index) => ({ index, ...exprJson(expr, module) }))

const exprJson = (expr: Expr, module: Module): { [key: string]: Json } => ({
  ...(expr.negated && { negated: true }),
  terms: termsJson(expr, module),
  ...(expr.with.length > 0 && {
    with: expr.with.map(({ target, value }) => ({ target: termJson(target, module), value: termJson(value, module) })),
  }),
})

const termsJson = (expr: Expr, module: Module): Json => {
  const of = (term: Term): Json => termJson(term, module)
  switch (expr.is) {
    case 'term':
      return expr.term.is === 'call' ? callJson(expr.term.operator, expr.term.args, module) : of(expr.term)
    case 'some':
      return { symbols: expr.names.map(of) }
    case 'some-in': {
      const operator = ['internal', `member_${expr.pattern.length + 1}`]
      return { symbols: [{ type: 'call', value: callJson(operator, [...expr.pattern, expr.domain], module) }] }
    }
    default:
      return {
        key: expr.key ? of(expr.key) : null,
        value: of(expr.value),
        domain: of(expr.domain),
        body: bodyJson(expr.body, module),
      }
  }
}

const callJson = (operator: readonly string[], args: readonly Term[], module: Module): Json => [
  { type: 'ref', value: pathOf(operator) },
  ...args.map((arg) => termJson(arg, module)),
]

const termJson = (term: Term, module: Module): Typed => {
  const of = (each: Term): Typed => termJson(each, module)
  switch (term.is) {
    case 'scalar':
      return term.value === null ? { type: 'null', value: {} } : { type: scalarType(term.value), value: term.value }
    case 'var':
      // `input` and `data` are references wherever they stand
      return term.name === 'input' || term.name === 'data'
        ? { type: 'ref', value: [{ type: 'var', value: term.name }] }
        : { type: 'var', value: term.name }
    case 'ref':
      return {
        type: 'ref',
        value: [term.head.is === 'var' ? { type: 'var', value: term.head.name } : of(term.head), ...term.parts.map(of)],
      }
    case 'array':
      return { type: 'array', value: term.items.map(of) }
    case 'set':
      return { type: 'set', value: distinct(term.items.map(of), (each) => each) }
    case 'object':
      return {
        type: 'object',
        value: distinct(
          term.entries.map(([key, value]): [Typed, Typed] => [of(key), of(value)]),
          ([key]) => key,
        ),
      }
    case 'call':
      return { type: 'call', value: callJson(term.operator, term.args, module) }
    case 'array-of':
      return { type: 'arraycomprehension', value: { term: of(term.term), body: bodyJson(term.body, module) } }
    case 'set-of':
      return { type: 'setcomprehension', value: { term: of(term.term), body: bodyJson(term.body, module) } }
    case 'object-of':
      return {
        type: 'objectcomprehension',
        value: { key: of(term.key), value: of(term.value), body: bodyJson(term.body, module) },
      }
    default:
      return {
        type: 'templatestring',
        value: {
          parts:
            term.parts.length === 0
              ? null
              : term.parts.map((part): Json => {
                  if (typeof part === 'string') return { type: 'string', value: part }
                  const isConstant = part.is === 'term' && part.term.is === 'scalar' && part.with.length === 0
                  return isConstant ? of(part.term) : { index: 0, ...exprJson(part, module) }
                }),
          multi_line: module.text[term.location.offset + 1] === '`',
        },
      }
  }
}

const scalarType = (value: boolean | string | Num): string => (typeof value === 'bigint' ? 'number' : typeof value)

/** Sets and objects stand in Rego's order of terms, each once; the last value of a key counts. */
const distinct = <T extends Json>(list: readonly T[], keyOf: (each: T) => Typed): T[] => {
  const byText = new Map<string, T>()
  for (const each of list) byText.set(sortText(keyOf(each)), each)
  return [...byText.values()].sort((a, b) => compareTyped(keyOf(a), keyOf(b)))
}

const order = ['null', 'boolean', 'number', 'string', 'var', 'ref', 'array', 'object', 'set']
const rank = (type: string): number => (order.indexOf(type) + order.length + 1) % (order.length + 1)
const compareTyped = (a: Typed, b: Typed): number => {
  const apart = rank(a.type) - rank(b.type)
  if (apart !== 0) return apart
  if (a.type === 'number') return (a.value as Num) < (b.value as Num) ? -1 : (a.value as Num) > (b.value as Num) ? 1 : 0
  if (Array.isArray(a.value) && Array.isArray(b.value)) {
    for (let at = 0; at < Math.min(a.value.length, b.value.length); at++) {
      const parts = compareParts(a.value[at], b.value[at])
      if (parts !== 0) return parts
    }
    return a.value.length - b.value.length
  }
  const left = typeof a.value === 'string' ? a.value : sortText(a)
  const right = typeof b.value === 'string' ? b.value : sortText(b)
  return left < right ? -1 : left > right ? 1 : 0
}
const compareParts = (a: Json | undefined, b: Json | undefined): number =>
  Array.isArray(a) && Array.isArray(b)
    ? compareTyped(a[0] as Typed, b[0] as Typed) || compareTyped(a[1] as Typed, b[1] as Typed)
    : compareTyped(a as Typed, b as Typed)

const sortText = (value: Json): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each))

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')
