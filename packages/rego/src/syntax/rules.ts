import type { Expr, Head, Location, Rule, Term } from './ast.ts'
import { parseBody } from './bodies.ts'
import type { Token } from './lexer.ts'
import type { Reader } from './reader.ts'
import { infix, parseName, parseRefs, parseTerm } from './terms.ts'

/** How to go on when a file is written for the older grammar. */
export const oldFile =
  "write `if` before a rule's body and `contains` for a set (`deny contains msg if { ... }`), or read the file as version v0"

type Draft = Head & { contains?: Term }

/** One rule, or several where bodies are chained: `p { … } { … }`. */
export const parseRules = (r: Reader): Rule[] => {
  r.forget()
  const start = r.tok
  const isDefault = r.isKeyword('default')
  if (isDefault) r.next()
  refuseKeyword(r, isDefault)
  const head = parseHead(r)
  if (isDefault) return [parseDefault(r, head, start)]

  const hasIf = r.isWord('if')
  let body: Expr[] | undefined
  if (hasIf) {
    r.next()
    body = parseIfBody(r)
  } else if (r.is('{')) body = braces(r)
  const made = settle(r, head, { hasIf, hasBody: body !== undefined }, start)
  const isElse = body !== undefined && r.isWord('else')
  if (isElse) refuseElse(r, made)
  const rule: Rule = {
    default: false,
    head: made,
    body: body ?? [],
    ...(isElse && { else: parseElse(r, made, 1) }),
    location: r.span(start),
  }
  const rules = [rule]
  while (body !== undefined && r.is('{')) {
    if (rule.else) r.unexpected('expected else keyword')
    const from = r.tok
    const next = braces(r)
    rules.push({ default: false, head: { ...made, ...freshArgs(r, made) }, body: next, location: r.span(from) })
  }
  return rules
}

const refuseKeyword = (r: Reader, isDefault: boolean): void => {
  const { tok } = r
  if (tok.kind !== 'name') r.unexpected(isDefault ? 'expected the name of a rule' : 'expected a rule')
  if (!r.keywords.has(tok.text) || r.startsRef()) return
  const after = r.peek()
  const isHead =
    (after.kind === 'mark' && [':=', '=', '{', '('].includes(after.text)) ||
    (after.kind === 'name' && (after.text === 'if' || after.text === 'contains'))
  if (isDefault || isHead) r.fail(`${tok.text} keyword cannot be used for rule name`)
  r.unexpected('expected a rule')
}

const parseHead = (r: Reader): Draft => {
  const start = r.tok
  const name = parseName(r)
  if (name.is !== 'var' || name.generated) r.fail('expected rule head name', start)
  r.height = 0
  const term = parseRefs(r, name, true)
  const { ref, args } = headOf(r, term, start)
  if (r.isWord('contains')) {
    if (args) r.unexpected('the contains keyword can only be used with multi-value rule definitions')
    r.next()
    const contains = parseTerm(r)
    return { ref, contains, assign: false, location: r.span(start) }
  }
  const assign = r.is(':=')
  if (assign || r.is('=')) {
    r.next()
    const value = parseTerm(r)
    return { ref, ...(args && { args }), value, assign, location: r.span(start) }
  }
  if (r.tok.kind === 'mark' && infix[r.tok.text] && !r.tok.newline) {
    r.unexpected('expected a rule', r.is('==') ? '== compares; := gives a rule its value' : undefined)
  }
  return { ref, ...(args && { args }), assign: false, location: r.span(start) }
}

const headOf = (r: Reader, term: Term, start: Token): { ref: readonly Term[]; args?: readonly Term[] } => {
  if (term.is === 'var') return { ref: [term] }
  if (term.is === 'ref' && term.head.is === 'var') return { ref: [term.head, ...term.parts] }
  if (term.is === 'call') {
    const place = r.place(start)
    const ref = term.operator.map(
      (part, at): Term =>
        at === 0 ? { is: 'var', name: part, location: place } : { is: 'scalar', value: part, location: place },
    )
    return { ref, args: term.args }
  }
  return r.fail('this cannot be the head of a rule', start)
}

const parseDefault = (r: Reader, head: Draft, start: Token): Rule => {
  const location = r.span(start)
  if (head.contains || (head.value === undefined && head.ref.length === 2)) {
    r.fail('illegal default rule (must have a value)', start)
  }
  const value: Term = head.value ?? { is: 'scalar', value: true, location }
  const inside = notConstant(value)
  if (inside) r.fail(`illegal default rule (value cannot contain ${inside})`, start)
  const names = new Set<string>()
  for (const arg of head.args ?? []) {
    if (arg.is !== 'var') r.fail(`illegal default rule (arguments cannot contain ${arg.is})`, start)
    if (names.has(arg.name)) r.fail(`illegal default rule (arguments cannot be repeated ${arg.name})`, start)
    names.add(arg.name)
  }
  return { default: true, head: { ...head, value }, body: [], location }
}

/** Comprehensions are left alone: their variables are their own. */
const notConstant = (term: Term): string | undefined => {
  switch (term.is) {
    case 'var':
    case 'ref':
    case 'call':
      return term.is
    case 'template':
      return term.parts.some((part) => typeof part !== 'string') ? 'template expressions' : undefined
    case 'array':
    case 'set':
      return first(term.items.map(notConstant))
    case 'object':
      return first(term.entries.flat().map(notConstant))
    default:
      return undefined
  }
}
const first = (found: readonly (string | undefined)[]): string | undefined => found.find((each) => each !== undefined)

/** What a head means depends on what follows it: `p[x] { … }` is a set, `p[x] if { … }` an object. Rule: OPA, v0 and v1 */
const settle = (r: Reader, head: Draft, found: { hasIf: boolean; hasBody: boolean }, start: Token): Head => {
  const location = r.span(start)
  const kind = head.args ? 'function' : 'rule'
  if (r.version === 'v1' && found.hasBody && !found.hasIf) {
    r.report(`\`if\` keyword is required before ${kind} body`, location, oldFile)
  }
  if (head.contains || head.value) return head
  if (!head.args && head.ref.length === 2 && !found.hasIf) {
    if (r.version === 'v1') r.report('`contains` keyword is required for partial set rules', location, oldFile)
    return { ...head, ref: head.ref.slice(0, 1), contains: head.ref[1] as Term }
  }
  if (found.hasBody) return head
  if (head.ref.length === 1 && !head.args) {
    const after = r.tok
    const isWord = after.kind === 'name' && ['if', 'contains'].includes(after.text) && !after.newline
    r.fail(
      'var cannot be used for rule name',
      start,
      isWord
        ? `\`import future.keywords.${after.text}\` or \`import rego.v1\` for \`${after.text === 'if' ? 'p if { ... }' : 'p contains x'}\` rules`
        : 'a rule has a value (`p := 1`), a body (`p if { ... }`), or both',
    )
  }
  if (r.version === 'v1' && !head.args) r.report(`${kind} must have value assignment and/or body declaration`, location)
  return head
}

const braces = (r: Reader): Expr[] => {
  r.next()
  const body = parseBody(r, '}')
  r.next()
  return body
}

/** Behind `if`: one expression, or a body in braces. `if {x}` is a body, `if {"a": 1}.a` and `if {1} == s` are expressions. */
const parseIfBody = (r: Reader): Expr[] => {
  if (!r.is('{')) return [r.literal()]
  if (mayBeTerm(r)) {
    const expr = r.attempt(() => {
      const read = r.literal()
      return read.is === 'term' && read.term.is === 'set' ? undefined : read
    })
    if (expr) return [expr]
  }
  return braces(r)
}

const mayBeTerm = (r: Reader): boolean => {
  let depth = 0
  let holdsMark = false
  let at = 0
  for (; ; at++) {
    const tok = r.peek(at)
    if (tok.kind === 'eof') return false
    if (tok.kind !== 'mark') continue
    if ('([{'.includes(tok.text)) depth++
    else if (')]}'.includes(tok.text)) {
      depth--
      if (depth === 0) break
    } else if (depth === 1 && (tok.text === ':' || tok.text === '|')) holdsMark = true
  }
  if (holdsMark || at === 1) return true
  const after = r.peek(at + 1)
  if (after.kind === 'name') return after.text === 'in' && r.keywords.has('in')
  if (after.kind !== 'mark') return false
  return (
    infix[after.text] !== undefined ||
    [':=', '=', ','].includes(after.text) ||
    (!after.spaced && (after.text === '.' || after.text === '['))
  )
}

const refuseElse = (r: Reader, head: Head): void => {
  if (head.contains) r.fail('else keyword cannot be used on multi-value rules')
  if (head.ref.slice(1).some((part) => part.is !== 'scalar')) {
    r.fail('else keyword cannot be used on rules with variables in head')
  }
}

const maxElse = 200
const parseElse = (r: Reader, head: Head, depth: number): Rule => {
  const start = r.tok
  const place: Location = r.place(start)
  if (depth > maxElse) r.fail(`more than ${maxElse} else in a row`)
  r.next()
  const base = { ref: head.ref, ...freshArgs(r, head) }
  let made: Head = { ...base, assign: head.assign, location: place }
  if (r.is(':=') || r.is('=')) {
    const assign = r.is(':=')
    r.next()
    const value = parseTerm(r)
    made = { ...base, value, assign, location: r.span(start) }
  } else if (!r.is('{') && !r.isWord('if')) r.unexpected('expected else value term or rule body')
  const hasIf = r.isWord('if')
  const hasBraces = r.is('{')
  if (!hasIf && !hasBraces) return { default: false, head: made, body: [], location: r.span(start) }
  if (hasIf) r.next()
  if (hasIf && r.tok.kind === 'eof') r.unexpected('rule body expected')
  const body = r.is('{') ? braces(r) : [r.literal()]
  if (r.version === 'v1' && !hasIf) {
    r.report(`\`if\` keyword is required before ${head.args ? 'function' : 'rule'} body`, r.span(start), oldFile)
  }
  const next = r.isWord('else') ? parseElse(r, head, depth + 1) : undefined
  return { default: false, head: made, body, ...(next && { else: next }), location: r.span(start) }
}

/** Every `_` of the arguments is a variable of its own in every body. */
const freshArgs = (r: Reader, head: Head): { args?: readonly Term[] } =>
  head.args
    ? { args: head.args.map((arg) => (arg.is === 'var' && arg.generated ? r.wildcard(arg.location) : arg)) }
    : {}
