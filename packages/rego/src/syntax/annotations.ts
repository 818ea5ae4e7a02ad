import { yamlLibrary } from '../library.ts'
import { RegoError } from '../policy.ts'
import type { Annotation, Comment, Location, Module } from './ast.ts'
import { parseQuery } from './parser.ts'

const scopes = ['rule', 'document', 'package', 'subpackages'] as const
type Lines = { heading: Comment; lines: Comment[] }

/**
 * The `# METADATA` blocks of a file. Authors and related resources are told in their long form, whichever way they are written; keys that
 * are not known are left out. Rule: OPA, policy language, annotations.
 */
export const readAnnotations = (
  module: Omit<Module, 'annotations'>,
): { annotations: Annotation[]; errors: RegoError[] } => {
  const annotations: Annotation[] = []
  const errors: RegoError[] = []
  for (const block of blocks(module.comments)) {
    const { heading, lines } = block
    const end = lines.at(-1)?.location.end ?? heading.location.end
    const location = { ...heading.location, end }
    try {
      annotations.push(attach(readBlock(block), location, module))
    } catch (error) {
      if (!(error instanceof RegoError)) throw error
      errors.push(error)
    }
  }
  return { annotations, errors }
}

const isHeading = (comment: Comment): boolean =>
  comment.location.col === 1 && comment.text.trim().startsWith('METADATA')

/** A block ends where a line is missing or begins further right. */
const blocks = (comments: readonly Comment[]): Lines[] => {
  const found: Lines[] = []
  let open: Lines | undefined
  let row = 0
  for (const comment of comments) {
    if (isHeading(comment)) {
      open = { heading: comment, lines: [] }
      found.push(open)
    } else if (open && comment.location.col === 1 && comment.location.row === row + 1) open.lines.push(comment)
    else open = undefined
    row = comment.location.row
  }
  return found
}

const refuse = (message: string, location: Location): never => {
  throw new RegoError('rego_parse_error', message, location)
}

type Raw = { readonly [key: string]: unknown }

const readBlock = ({ heading, lines }: Lines): Raw => {
  const text = lines.map((line) => line.text.replace(/^ /, '')).join('\n')
  if (text.trim() === '') refuse('expected METADATA block, found whitespace', heading.location)
  const { LineCounter, parseDocument } = yamlLibrary()
  const counter = new LineCounter()
  const lineAt = (offset: number): Location =>
    (lines[Math.min(counter.linePos(offset).line, lines.length) - 1] ?? heading).location
  let value: unknown
  try {
    const document = parseDocument(text, { lineCounter: counter, merge: true, prettyErrors: false })
    const problem = document.errors[0]
    if (problem) refuse(`yaml: ${problem.message}`, lineAt(problem.pos[0]))
    value = document.toJS()
  } catch (error) {
    if (error instanceof RegoError) throw error
    refuse(`yaml: ${error instanceof RangeError ? 'nested too deeply' : (error as Error).message}`, heading.location)
  }
  if (value === null) refuse('expected METADATA block, found only YAML comments', heading.location)
  if (!isMap(value)) return refuse('yaml: expected keys with values', (lines[0] ?? heading).location)
  return value
}

const isMap = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Each key's value as OPA tells it, or undefined where it says nothing. */
const readers: Readonly<Record<string, (value: unknown, at: Location) => unknown>> = {
  title: (value, at) => textOf('title', value, at) || undefined,
  description: (value, at) => textOf('description', value, at) || undefined,
  entrypoint: (value, at) =>
    typeof value === 'boolean' ? value || undefined : refuse('yaml: entrypoint must be true or false', at),
  organizations: (value, at) => listOf('organizations', value, at).map((each) => textOf('organizations', each, at)),
  related_resources: (value, at) => listOf('related_resources', value, at).map((each) => readResource(each, at)),
  authors: (value, at) => listOf('authors', value, at).map((each) => readAuthor(each, at)),
  schemas: (value, at) => listOf('schemas', value, at).map((each) => readSchema(each, at)),
  compile: (value, at) => (isMap(value) ? value : refuse('yaml: compile must have keys', at)),
  custom: (value, at) => (isMap(value) ? value : refuse('yaml: custom must have keys', at)),
  labels: (value, at) => (isMap(value) ? value : refuse('yaml: labels must have keys', at)),
}

const textOf = (key: string, value: unknown, at: Location): string =>
  typeof value === 'object' ? refuse(`yaml: ${key} must be a text`, at) : String(value)
const listOf = (key: string, value: unknown, at: Location): readonly unknown[] =>
  Array.isArray(value) ? value : refuse(`yaml: ${key} must be a list`, at)
const part = (map: Raw, key: string): string => (typeof map[key] === 'string' ? map[key].trim() : '')

const readResource = (value: unknown, at: Location): Raw => {
  const ref = typeof value === 'string' ? value : isMap(value) ? part(value, 'ref') : ''
  if (ref === '') {
    return refuse(
      `invalid related-resource definition: ${isMap(value) ? "'ref' value required in object" : 'invalid value type, must be string or map'}`,
      at,
    )
  }
  const description = isMap(value) ? part(value, 'description') : ''
  return { ...(description && { description }), ref }
}

/** `Jane Doe <jane@example.com>`, or its parts. */
const readAuthor = (value: unknown, at: Location): Raw => {
  if (!isMap(value) && typeof value !== 'string') {
    return refuse('invalid author definition: invalid value type, must be string or map', at)
  }
  let name = ''
  let email = ''
  if (typeof value === 'string') {
    const words = value.split(/\s+/).filter((word) => word !== '')
    const last = words.at(-1) ?? ''
    if (last.startsWith('<') && last.endsWith('>') && last.length > 1) {
      email = last.slice(1, -1)
      words.pop()
    }
    name = words.join(' ')
  } else {
    name = part(value, 'name')
    email = part(value, 'email')
  }
  if (name === '' && email === '') {
    return refuse(
      `invalid author definition: ${isMap(value) ? "'name' and/or 'email' values required in object" : 'author is an empty string'}`,
      at,
    )
  }
  return { ...(name && { name }), ...(email && { email }) }
}

/** `- input.x: schema.y`, or a JSON Schema in place. */
const readSchema = (value: unknown, at: Location): Raw => {
  const [pair] = isMap(value) ? Object.entries(value) : []
  const path = pair && pathOf(pair[0])
  if (pair === undefined || path === undefined) return refuse('invalid document reference', at)
  const [key, schema] = pair
  if (typeof schema === 'string') {
    const ref = pathOf(schema)
    if (ref?.[0] !== 'schema') return refuse('invalid schema reference', at)
    return { path, schema: ref }
  }
  if (!isMap(schema)) return refuse(`invalid schema declaration for path "${key}"`, at)
  return { path, definition: schema }
}

const pathOf = (text: string): string[] | undefined => {
  try {
    const [expr, more] = parseQuery(text, 'v1').body
    if (expr?.is !== 'term' || more) return undefined
    const { term } = expr
    if (term.is === 'var') return [term.name]
    if (term.is !== 'ref' || term.head.is !== 'var') return undefined
    return [
      term.head.name,
      ...term.parts.map((each) => (each.is === 'scalar' ? String(each.value) : each.is === 'var' ? each.name : '_')),
    ]
  } catch {
    return undefined
  }
}

const attach = (raw: Raw, location: Location, module: Omit<Module, 'annotations'>): Annotation => {
  const body: Record<string, unknown> = {}
  for (const [key, read] of Object.entries(readers)) {
    const value = raw[key]
    if (value === undefined || value === null) continue
    const told = read(value, location)
    if (told !== undefined) body[key] = told
  }
  const below = (place: Location): boolean => place.row > location.row
  const rule = module.rules.findIndex((each) => below(each.location))
  const ruleRow = module.rules[rule]?.location.row ?? Number.POSITIVE_INFINITY
  const importRow = module.imports.find((each) => below(each.location))?.location.row ?? Number.POSITIVE_INFINITY
  const packageRow = below(module.packageLocation) ? module.packageLocation.row : Number.POSITIVE_INFINITY
  const nearest = Math.min(ruleRow, importRow, packageRow)
  const have =
    nearest === Number.POSITIVE_INFINITY
      ? ''
      : nearest === packageRow
        ? 'package'
        : nearest === importRow
          ? 'import'
          : 'rule'
  const implied = have === 'rule' && body.entrypoint ? 'document' : have
  const written = raw.scope === undefined || raw.scope === null ? implied : textOf('scope', raw.scope, location)
  const scope = scopes.find((each) => each === written)
  if (scope === undefined) {
    return refuse(
      `invalid annotation scope '${written}'. Use one of 'rule', 'document', 'package', or 'subpackages'`,
      location,
    )
  }
  const wanted = scope === 'rule' || scope === 'document' ? 'rule' : 'package'
  if (have !== wanted) {
    refuse(`annotation scope '${scope}' must be applied to ${wanted}${have && ` (have ${have})`}`, location)
  }
  if (body.entrypoint && scope !== 'document' && scope !== 'package') {
    refuse(`annotation entrypoint applied to non-document or package scope '${scope}'`, location)
  }
  return { scope, body, location, ...(wanted === 'rule' && { rule }) }
}
