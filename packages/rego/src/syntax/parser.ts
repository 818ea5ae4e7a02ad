import { RegoError, RegoErrors, type Source } from '../policy.ts'
import type { Expr, Import, Location, Module, Rule, Term, Version } from './ast.ts'
import { parseBody, parseLiteral } from './bodies.ts'
import { futureKeywords, Reader } from './reader.ts'
import { parseRules } from './rules.ts'
import { parseOperand } from './terms.ts'

const grammar = { body: parseBody, literal: parseLiteral }
/** One mistake often makes more; nobody reads further than this. */
const maxErrors = 10

/** A file without its annotations, which parsing.ts adds. @throws RegoErrors with all mistakes found, at most ten */
export const parseFile = (source: Source, version: Version): Omit<Module, 'annotations'> => {
  const r = new Reader(source, version, grammar)
  if (r.tok.kind === 'eof') r.errors.push(new RegoError('rego_parse_error', 'empty module', r.place(r.tok)))
  let path: { names: string[]; location: Location } | undefined
  const imports: Import[] = []
  const rules: Rule[] = []
  let isFirst = true
  while (r.tok.kind !== 'eof' && r.errors.length < maxErrors) {
    const start = r.at
    try {
      if (r.isKeyword('package') && !isRuleHead(r)) {
        const location = r.place(r.tok)
        const read = parsePackage(r)
        if (!isFirst) r.report('unexpected package', location, 'a file has one package, at its top')
        path ??= read
      } else {
        if (isFirst) r.report('package expected', r.place(r.tok), 'a file begins with `package some.name`')
        if (r.isKeyword('import') && !isRuleHead(r)) imports.push(parseImport(r))
        else for (const rule of parseRules(r)) rules.push(rule)
      }
    } catch (error) {
      if (!(error instanceof RegoError)) throw error
      r.errors.push(error)
      recover(r, start)
    }
    isFirst = false
  }
  if (r.errors.length > 0 || path === undefined) throw new RegoErrors(inOrder(r.errors))
  const comments = r.comments.map(({ text, start, end, row, col }) => ({
    text,
    location: { file: r.file, row, col, offset: start, end },
  }))
  return {
    file: source.file,
    version: r.version,
    text: source.text,
    package: ['data', ...path.names],
    packageLocation: path.location,
    imports,
    rules,
    comments,
  }
}

/** Expressions of a query: parted by `;` or line ends. @throws RegoErrors */
export const parseQuery = (text: string, version: Version): { body: Expr[] } => {
  const r = new Reader({ file: 'query', text }, version, grammar)
  try {
    if (r.tok.kind === 'eof') r.fail('empty query')
    return { body: parseBody(r, '') }
  } catch (error) {
    if (error instanceof RegoError) throw new RegoErrors([error])
    throw error
  }
}

const inOrder = (errors: readonly RegoError[]): RegoError[] =>
  [...errors].sort((a, b) => (a.location?.offset ?? 0) - (b.location?.offset ?? 0))

/** Goes on at the next line that begins with a word in its first column, behind the mistake. */
const recover = (r: Reader, start: number): void => {
  if (r.at === start) r.next()
  while (r.tok.kind !== 'eof' && !(r.tok.col === 1 && r.tok.newline && r.tok.kind === 'name')) r.next()
}

const isRuleHead = (r: Reader): boolean => {
  const after = r.peek()
  return after.kind === 'mark' && [':=', '=', '('].includes(after.text)
}

const parsePackage = (r: Reader): { names: string[]; location: Location } => {
  const start = r.tok
  r.next()
  return { names: namesOf(r, parsePath(r)), location: r.span(start) }
}

/** A reference whose first name may be a keyword. */
const parsePath = (r: Reader): Term => {
  if (r.tok.kind !== 'name') r.unexpected('expected a path')
  const { text } = r.tok
  const isKeyword = r.keywords.delete(text)
  try {
    r.forget()
    return parseOperand(r)
  } finally {
    if (isKeyword) r.keywords.add(text)
  }
}

const namesOf = (r: Reader, path: Term): string[] => {
  const start = r.tokens[r.at - 1]
  const head = path.is === 'ref' ? path.head : path
  if (head.is !== 'var' || head.generated) return r.fail('expected a path', start)
  const names = [head.name]
  for (const part of path.is === 'ref' ? path.parts : []) {
    if (part.is !== 'scalar' || typeof part.value !== 'string') {
      throw new RegoError('rego_parse_error', `unexpected ${part.is} token: expecting string`, part.location)
    }
    names.push(part.value)
  }
  return names
}

const parseImport = (r: Reader): Import => {
  const start = r.tok
  r.next()
  const first = r.tok
  const path = namesOf(r, parsePath(r))
  const [root, second, third] = path
  if (root !== 'data' && root !== 'input' && root !== 'future' && root !== 'rego') {
    r.fail(`unexpected import path, must begin with one of: {data, future, input, rego}, got: ${root}`, first)
  }
  let alias: string | undefined
  if (r.isWord('as')) {
    r.next()
    const { tok } = r
    if (!r.isName() || r.startsRef() || r.keywords.has(tok.text)) r.unexpected('expected var')
    if (tok.text === 'data' || tok.text === 'input') {
      r.fail(`unexpected import alias, must not be a reserved name, got: ${tok.text}`)
    }
    alias = tok.text
    r.next()
  }
  const last = path.at(-1) as string
  if (alias === undefined && root !== 'future' && r.keywords.has(last)) {
    r.fail(
      `unexpected import path, must not end with a keyword, got: ${last}`,
      first,
      'import a different path or use an alias',
    )
  }
  if ((root === 'rego' || root === 'future') && alias !== undefined)
    r.fail(`\`${root}\` imports cannot be aliased`, first)
  if (root === 'rego') {
    if (path.length !== 2 || second !== 'v1') r.fail(`invalid import \`${path.join('.')}\`, must be \`rego.v1\``, first)
    r.version = 'v1'
    for (const keyword of futureKeywords) r.keywords.add(keyword)
  }
  if (root === 'future') {
    if (second !== 'keywords' || path.length > 3) r.fail('invalid import, must be `future.keywords`', first)
    if (third !== undefined && !futureKeywords.includes(third)) {
      r.fail(`unexpected keyword, must be one of [${futureKeywords.join(' ')}]`, first)
    }
    for (const keyword of third === undefined ? futureKeywords : [third]) r.keywords.add(keyword)
    if (third === 'every') r.keywords.add('in')
  }
  return { path, ...(alias !== undefined && { alias }), location: r.span(start) }
}
