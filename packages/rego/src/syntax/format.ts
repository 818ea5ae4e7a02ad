import type { Expr, Head, Import, Location, Module, Rule, Term, Version } from './ast.ts'
import { printBody, printExpr, printList, printParts, printTerm } from './format-terms.ts'
import { parseFile } from './parser.ts'
import { Collision, commentText, Printer } from './printer.ts'
import { isSame, isTrue, isTrueTerm } from './same.ts'

type Style = { if: boolean; contains: boolean; v1: boolean; refHeads: boolean }

/**
 * The file as `opa fmt` lays it out: comments in place, the same text again for what it gave. A rule whose comments have no good place stays
 * as it is written. `upgrade` rewrites a v0 file so that both v0 and v1 read it (`import rego.v1`, `if`, `contains`, `:=`).
 */
export const format = (module: Module, options: { upgrade?: boolean } = {}): string => {
  let text = layOut(module, options)
  // a comment that moved to a line of its own can change the blank lines around it: until nothing moves
  for (let round = 0; round < 5; round++) {
    const again = layOut(parseFile({ file: module.file, text }, options.upgrade ? 'v1' : module.version), {})
    if (again === text) break
    text = again
  }
  return text
}

const layOut = (module: Omit<Module, 'annotations'>, options: { upgrade?: boolean }): string => {
  const upgraded = options.upgrade === true && !has(module.imports, 'rego.v1')
  const isV1 = module.version === 'v1' || options.upgrade === true
  const all = has(module.imports, 'future.keywords')
  const style: Style = {
    v1: isV1,
    if: isV1 || all || has(module.imports, 'future.keywords.if'),
    contains: isV1 || all || has(module.imports, 'future.keywords.contains'),
    refHeads: module.rules.some(({ head }) => head.ref.length > 2 || (head.ref.length === 2 && head.contains)),
  }
  const p = new Printer(module.text, module.comments)
  p.reach(module.packageLocation.row)
  p.startLine()
  p.write('package ')
  printPath(p, module.package.slice(1), module.packageLocation)
  p.blankLine()

  const statements = [
    ...kept(module.imports, options.upgrade === true || has(module.imports, 'rego.v1')),
    ...module.rules,
  ].sort((a, b) => a.location.offset - b.location.offset)
  if (upgraded) p.write('import rego.v1\n\n')
  const prelude = preludeOf(module, options.upgrade === true)
  for (let at = 0; at < statements.length; ) {
    const run = statements.slice(at)
    const isImport = 'path' in (run[0] as Import | Rule)
    const until = run.findIndex((each) => 'path' in each !== isImport)
    const same = until === -1 ? run : run.slice(0, until)
    if (isImport) printImports(p, same as Import[])
    else printRules(p, same as Rule[], style, prelude)
    at += same.length
  }
  p.rest()
  return p.toString()
}

const has = (imports: readonly Import[], path: string): boolean => imports.some((each) => each.path.join('.') === path)

/** Beside `rego.v1` the keywords need no import. */
const kept = (imports: readonly Import[], isV1: boolean): readonly Import[] =>
  isV1 ? imports.filter(({ path }) => path[0] !== 'future') : imports

/** Keywords that are written in brackets stay there. */
const printPath = (p: Printer, path: readonly string[], location: Location): void => {
  const written = p.source(location)
  p.write(path[0] as string)
  const parts = path.slice(1).map((name): Term => {
    const at = written.indexOf(`["${name}"]`)
    const offset = location.offset + at + 1
    return { is: 'scalar', value: name, location: at === -1 ? location : { ...location, offset } }
  })
  printParts(p, parts)
}

/** What a rule needs around it to be read again by itself. */
const preludeOf = (
  module: Pick<Module, 'version' | 'imports'>,
  upgrade: boolean,
): { text: string; version: Version } => {
  if (upgrade || module.version === 'v1') return { text: 'package a\n', version: 'v1' }
  const imports = module.imports.filter(({ path }) => path[0] === 'future')
  return { text: ['package a', ...imports.map(({ path }) => `import ${path.join('.')}`), ''].join('\n'), version: 'v0' }
}

/** Sorted within groups that blank lines part. */
const printImports = (p: Printer, imports: readonly Import[]): void => {
  const trailing = new Map(imports.map((each) => [each, p.takeAt(each.location.row)]))
  const groups: Import[][] = []
  for (const each of imports) {
    const last = groups.at(-1)?.at(-1)
    if (last && each.location.row - last.location.row <= 1) groups.at(-1)?.push(each)
    else groups.push([each])
  }
  for (const group of groups) {
    p.reach((group[0] as Import).location.row)
    for (const each of group.sort(compareImports)) {
      p.startLine()
      p.write('import ')
      printPath(p, each.path, each.location)
      if (each.alias !== undefined) p.write(` as ${each.alias}`)
      const comment = trailing.get(each)
      if (comment) p.write(` ${commentText(comment)}`)
      p.endLine()
    }
    p.blankLine()
  }
}

const compareImports = (a: Import, b: Import): number => {
  for (let at = 0; at < Math.min(a.path.length, b.path.length); at++) {
    const [left, right] = [a.path[at] as string, b.path[at] as string]
    if (left !== right) return left < right ? -1 : 1
  }
  const [left, right] = [a.alias ?? '', b.alias ?? '']
  return a.path.length - b.path.length || (left < right ? -1 : left > right ? 1 : 0)
}

const printRules = (p: Printer, rules: readonly Rule[], style: Style, prelude: ReturnType<typeof preludeOf>): void => {
  for (const [at, rule] of rules.entries()) {
    const saved = p.save()
    if (!attempt(p, rule, style, saved, prelude)) printAsWritten(p, rule)
    const next = rules[at + 1]
    const isGroup =
      next && isOneLiner(rule, style) && isOneLiner(next, style) && next.location.row === rule.location.row + 1
    if (isGroup) {
      if (p.inline) p.endLine()
    } else p.blankLine()
  }
}

const isOneLiner = (rule: Rule, style: Style): boolean =>
  rule.body.length <= 1 && !rule.default && style.if && (style.contains || rule.head.contains === undefined)

/** What is printed must be the same rule with the same comments. */
const attempt = (
  p: Printer,
  rule: Rule,
  style: Style,
  saved: ReturnType<Printer['save']>,
  prelude: ReturnType<typeof preludeOf>,
): boolean => {
  try {
    p.reach(rule.location.row)
    p.startLine()
    printRule(p, rule, style)
    p.endLine()
  } catch (error) {
    if (!(error instanceof Collision)) throw error
    saved().restore()
    return false
  }
  const { text, comments, restore } = saved()
  if (isSame(rule, text, comments.map(commentText), prelude)) return true
  restore()
  return false
}

const printAsWritten = (p: Printer, rule: Rule): void => {
  p.reachAbove(rule.location.row)
  p.startLine()
  p.write(p.source(rule.location))
  p.drop(rule.location)
  p.reach(p.endRow(rule.location))
  if (p.inline) p.endLine()
}

const printRule = (p: Printer, rule: Rule, style: Style, isElse = false): void => {
  if (rule.default) p.write('default ')
  const isConstant = (rule.body.length === 0 || isTrue(rule.body)) && !rule.else
  if (isElse) printElseHead(p, rule, style, isConstant)
  else printHead(p, rule, style, isConstant)
  if (isConstant || rule.body.length === 0) {
    if (rule.else) printElse(p, rule, style)
    return
  }
  const first = rule.body[0] as Expr
  if (style.if && (style.contains || !rule.head.contains)) {
    p.write(' if')
    if (rule.body.length === 1 && first.location.row === rule.head.location.row && !readsAsBody(first)) {
      p.write(' ')
      printExpr(p, first)
      if (rule.else) printElse(p, rule, style)
      return
    }
  }
  p.write(' {')
  p.endLine()
  p.up()
  printBody(p, rule.body)
  const closing = p.closing((rule.body.at(-1) as Expr).location.end, '}')
  // in a chain of bodies a comment on this line is the next one's
  if (/^}[ \t]*{/.test(p.text.slice(closing, closing + 80))) p.reachAbove(p.rowOf(closing))
  else p.reach(p.rowOf(closing))
  p.down()
  p.startLine()
  p.write('}')
  if (rule.else) printElse(p, rule, style)
}

/** `p if {x}` is a body, so that a set needs braces around it. */
const readsAsBody = (expr: Expr): boolean => expr.is === 'term' && expr.term.is === 'set' && expr.term.items.length > 0

const printElse = (p: Printer, rule: Rule, style: Style): void => {
  const next = rule.else as Rule
  const { row, offset } = next.location
  const lineStart = p.text.lastIndexOf('\n', offset - 1) + 1
  const isBehind = row > rule.location.row && p.text.slice(lineStart, offset).trim() !== ''
  const hasComment = p.hasCommentAbove(row)
  if (!hasComment && isBehind) p.write(' ')
  else {
    p.blankLine()
    p.startLine()
  }
  p.reach(row)
  if (!p.inline) p.startLine()
  printRule(p, next, style, true)
}

const printElseHead = (p: Printer, rule: Rule, style: Style, isConstant: boolean): void => {
  p.write('else')
  const { value, assign } = rule.head
  if (value && (!isTrueTerm(value) || isConstant)) {
    p.write(assign || style.v1 ? ' := ' : ' = ')
    // comments between `else` and its value stand above or behind
    printTerm(p, { ...value, location: { ...value.location, row: rule.head.location.row } })
  }
}

const printHead = (p: Printer, rule: Rule, style: Style, isConstant: boolean): void => {
  const { head } = rule
  printHeadRef(p, head, style)
  if (head.args) {
    p.write('(')
    const last = head.args.at(-1)
    const end = last ? p.closingRow(last.location.end, ')') : head.location.row
    printList(p, head.args, { ...head.location, end: p.endOfRow(end) })
    p.write(')')
  }
  if (head.contains) {
    if (style.contains) p.write(' contains ')
    else p.write('[')
    printTerm(p, head.contains)
    if (!style.contains) p.write(']')
    return
  }
  const isPair = head.ref.length === 2 && !head.args && (!style.if || head.ref[1]?.is !== 'scalar')
  const isTold = head.value !== undefined && (isPair || !isTrueTerm(head.value))
  const isImplied = !isConstant && !rule.default && !isTold
  const isBareCall = head.args && head.value === undefined && rule.body.length === 0 && !rule.default
  if (isImplied || isBareCall || (head.value === undefined && !style.v1 && rule.body.length === 0)) return
  p.write(head.assign || style.v1 ? ' := ' : ' = ')
  if (head.value) printTerm(p, head.value)
  else p.write('true')
}

/** A name and one key stand in brackets, unless some head of the file has more parts. Rule: opa fmt */
const printHeadRef = (p: Printer, head: Head, style: Style): void => {
  const [name, ...parts] = head.ref
  if (name) printTerm(p, name)
  const [only] = parts
  if (!style.refHeads && parts.length === 1 && only?.is === 'scalar' && typeof only.value === 'string') {
    p.write(`[${JSON.stringify(only.value)}]`)
  } else printParts(p, parts)
}
