import { Composer, type Document, isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode, Parser } from 'yaml'
import type { Issue, Position } from '../errors.ts'
import { decodeText } from './text.ts'

export type Path = readonly (string | number)[]

/** One document of a YAML or JSON file as plain values, and where each of them stands. */
export type YamlDocument = {
  value: unknown
  /** Where the value at `path` stands; with `key`, where its key stands. A path that is not there gives its nearest ancestor. */
  positionOf(path: Path, what?: 'key' | 'value'): Position
  /** The scalar at `path` as written (`1.10` before it became the number 1.1). */
  sourceOf(path: Path): string | undefined
}

const maxDepth = 64
const maxNodes = 200_000
const maxDocuments = 1000
const maxSyntaxErrors = 100

class TooManyErrors extends Error {}

/**
 * Reads all documents of a YAML (or JSON) file. Never throws: whatever the bytes are, they end in values or issues.
 * Bounded: 1 MB, 64 levels, 200,000 values after aliases are expanded, 1,000 documents.
 */
export function parseYamlDocuments(
  source: string | Uint8Array,
  file: string,
): { documents: YamlDocument[]; issues: Issue[] } {
  const { text, issues } = decodeText(source, file)
  if (issues.length > 0) return { documents: [], issues }
  const positionAt = positions(text, file)
  const documents: YamlDocument[] = []
  try {
    for (const doc of compose(text)) {
      if (documents.length >= maxDocuments) {
        issues.push(
          problem(
            'yaml-too-large',
            `more than ${maxDocuments} documents in one file`,
            positionAt(doc.range[0]),
            'split the file',
          ),
        )
        break
      }
      for (const error of doc.errors.slice(0, maxSyntaxErrors))
        issues.push(
          error.code === 'RESOURCE_EXHAUSTION'
            ? problem(
                'yaml-too-deep',
                `more than ${maxDepth} levels inside each other`,
                positionAt(error.pos[0]),
                'write it flatter',
              )
            : problem('yaml-syntax', sentence(error.message), positionAt(error.pos[0]), syntaxFix(error.code)),
        )
      // A tag nobody knows (`!secret`) changes nothing about the text behind it, but its writer should know.
      for (const warning of doc.warnings.slice(0, maxSyntaxErrors))
        issues.push({
          ...problem('yaml-syntax', sentence(warning.message), positionAt(warning.pos[0]), 'remove the tag'),
          severity: 'warning',
        })
      if (doc.errors.length === 0 && doc.contents !== null) documents.push(valuesOf(doc, positionAt, issues, file))
    }
  } catch (error) {
    if (error instanceof TooManyErrors)
      issues.push(
        problem('yaml-syntax', 'this is no YAML: too many errors', positionAt(0), 'check that it is the right file'),
      )
    else if (error instanceof RangeError)
      issues.push(
        problem('yaml-too-deep', `more than ${maxDepth} levels inside each other`, positionAt(0), 'write it flatter'),
      )
    else
      issues.push(
        problem(
          'yaml-syntax',
          `this is no YAML: ${sentence(String(error))}`,
          positionAt(0),
          'check that it is the right file',
        ),
      )
    return { documents: [], issues }
  }
  return { documents, issues }
}

/** Reads one document; more than one is an issue. `value` is undefined when the file is empty or broken. */
export function parseYaml(source: string | Uint8Array, file: string): YamlDocument & { issues: Issue[] } {
  const { documents, issues } = parseYamlDocuments(source, file)
  const second = documents[1]
  if (second)
    issues.push(
      problem('yaml-syntax', 'the file has more than one document', second.positionOf([]), 'keep the first only'),
    )
  const nowhere = { value: undefined, positionOf: () => ({ file, line: 1, column: 1 }), sourceOf: () => undefined }
  return { ...(documents[0] ?? nowhere), issues }
}

const problem = (code: string, message: string, at: Position, fix: string): Issue => ({
  code,
  message,
  severity: 'error',
  at,
  fix,
})

const sentence = (message: string): string => {
  const text = message.split('\n')[0]!.replace(/\s+at line \d+.*$/, '')
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

const syntaxFix = (code: string): string =>
  code === 'TAB_AS_INDENT'
    ? 'indent with spaces'
    : code === 'MISSING_CHAR' || code === 'UNEXPECTED_TOKEN' || code === 'BLOCK_IN_FLOW'
      ? 'check quotes, brackets and colons on this line'
      : code === 'BAD_INDENT' || code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'MULTILINE_IMPLICIT_KEY'
        ? 'check the indentation of this line; quote a text that has ": " in it'
        : 'mend the YAML here'

type Composed = Document.Parsed<ParsedNode, true>

/** The package's own `parseAllDocuments`, but it stops at the hundredth error: a megabyte of commas has a million. */
function* compose(text: string): Generator<Composed> {
  let errors = 0
  // Unique keys are ours to check: the package compares each key with all before it.
  const composer = new Composer<ParsedNode, true>({
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const inner = composer as unknown as { onError?: (...args: unknown[]) => void }
  const tell = inner.onError
  if (tell)
    inner.onError = (...args) => {
      if (++errors > maxSyntaxErrors) throw new TooManyErrors()
      tell(...args)
    }
  for (const doc of composer.compose(tokens(text))) yield doc as Composed
}

/** Errors of the lexer are tokens, and they do not pass through the composer's own list. */
function* tokens(text: string): ReturnType<Parser['parse']> {
  let errors = 0
  for (const token of new Parser().parse(text)) {
    if (token.type === 'error' && ++errors > maxSyntaxErrors) throw new TooManyErrors()
    yield token
  }
}

/** Offset → line and column, by binary search over the line starts. */
function positions(text: string, file: string): (offset: number) => Position {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { file, line: low + 1, column: offset - starts[low]! + 1 }
  }
}

type Located = {
  value: unknown
  node: Node
  size: number
  keys?: Map<string, Node>
  children?: Map<string | number, Located>
}

function valuesOf(
  doc: Composed,
  positionAt: (offset: number) => Position,
  issues: Issue[],
  file: string,
): YamlDocument {
  const anchors = new Map<string, Located | 'open'>()
  const placeOf = (node: Node | null | undefined): Position => positionAt(node?.range?.[0] ?? doc.range[0])
  let nodes = 0
  let stopped = false
  const report = (code: string, message: string, node: Node | null | undefined, fix: string): void => {
    if (issues.length < 1000) issues.push(problem(code, message, placeOf(node), fix))
  }
  const stop = (code: string, message: string, node: Node | null | undefined, fix: string): void => {
    if (!stopped) report(code, message, node, fix)
    stopped = true
  }

  function visit(node: Node, depth: number): Located {
    const located: Located = { value: null, node, size: 1 }
    if (stopped) return located
    nodes++
    if (depth > maxDepth) {
      stop('yaml-too-deep', `more than ${maxDepth} levels inside each other`, node, 'write it flatter')
      return located
    }
    if (isAlias(node)) return follow(node, located)
    const anchor = node.anchor
    if (anchor) anchors.set(anchor, 'open')
    if (isScalar(node)) {
      located.value = node.value
      if (typeof node.value === 'number' && tooLarge(node.value, node.source))
        report(
          'number-too-large',
          `${shown(node.source ?? '')} is more than a number can hold`,
          node,
          `put it in quotes: "${shown(node.source ?? '')}"`,
        )
    } else if (isSeq(node)) sequence(node.items, located, depth)
    else if (isMap(node)) mapping(node.items, located, depth)
    if (anchor) anchors.set(anchor, located)
    return located
  }

  function follow(node: Node & { source: string }, located: Located): Located {
    const target = anchors.get(node.source)
    if (target === undefined) {
      report(
        'yaml-alias',
        `there is no anchor &${node.source} before this`,
        node,
        `write the value here, or &${node.source} before the first one`,
      )
      return located
    }
    if (target === 'open') {
      report('yaml-alias', `*${node.source} stands inside the very thing it repeats`, node, 'write the value here')
      return located
    }
    nodes += target.size
    if (nodes > maxNodes)
      stop('yaml-too-large', `aliases expand to more than ${maxNodes} values`, node, 'write the values out')
    return { ...target, node }
  }

  function sequence(items: unknown[], located: Located, depth: number): void {
    const list: unknown[] = []
    located.children = new Map()
    for (const item of items) {
      const child = visit(item as Node, depth + 1)
      located.children.set(list.length, child)
      located.size += child.size
      list.push(child.value)
      if (stopped) break
    }
    located.value = list
  }

  function mapping(items: { key: unknown; value: unknown }[], located: Located, depth: number): void {
    const object: Record<string, unknown> = {}
    const keys = new Map<string, Node>()
    const children = new Map<string | number, Located>()
    const merged: Located[] = []
    for (const { key, value } of items) {
      if (stopped) break
      const name = keyText(key as Node | null)
      if (name === undefined) {
        report('yaml-key', 'a key must be one word or text', key as Node, 'write the key as a text')
        continue
      }
      const child =
        value === null || value === undefined
          ? { value: null, node: key as Node, size: 1 }
          : visit(value as Node, depth + 1)
      located.size += child.size
      if (name === '<<' && (key as { type?: string }).type === 'PLAIN') {
        merged.push(...(Array.isArray(child.value) ? [...(child.children?.values() ?? [])] : [child]))
        continue
      }
      if (name === '__proto__') {
        report('yaml-key', '__proto__ cannot be a key', key as Node, 'remove it')
        continue
      }
      const first = keys.get(name)
      if (first) {
        const line = placeOf(first).line
        report(
          'yaml-duplicate-key',
          `${shown(name)} is written twice; the first stands in line ${line}`,
          key as Node,
          'keep one of the two',
        )
        continue
      }
      keys.set(name, key as Node)
      children.set(name, child)
      object[name] = child.value
    }
    // Rule: YAML merge key. What is written here wins over what is merged, and the first merged wins over later ones.
    for (const source of merged)
      for (const [name, child] of source.children ?? [])
        if (typeof name === 'string' && !keys.has(name)) {
          keys.set(name, source.keys?.get(name) ?? child.node)
          children.set(name, child)
          object[name] = child.value
        }
    Object.assign(located, { value: object, keys, children })
  }

  const root = visit(doc.contents!, 0)
  const find = (path: Path): { located: Located; missing: boolean; key: Node | undefined } => {
    let located = root
    let key: Node | undefined
    for (const step of path) {
      const child = located.children?.get(step)
      if (!child) return { located, missing: true, key }
      key = typeof step === 'string' ? located.keys?.get(step) : undefined
      located = child
    }
    return { located, missing: false, key }
  }
  return {
    value: stopped ? undefined : root.value,
    positionOf(path, what = 'value') {
      const { located, missing, key } = find(path)
      const node = missing || what === 'key' ? (key ?? located.node) : located.node
      return node.range ? placeOf(node) : { file, line: 1, column: 1 }
    },
    sourceOf(path) {
      const { located, missing } = find(path)
      return !missing && isScalar(located.node) ? located.node.source : undefined
    },
  }
}

/** A whole number that would silently become another one, or no number at all. */
const tooLarge = (value: number, source: string | undefined): boolean =>
  !Number.isFinite(value) ||
  (Math.abs(value) > Number.MAX_SAFE_INTEGER && /^[-+]?(\d+|0x[\da-f]+|0o[0-7]+)$/i.test(source ?? ''))

const keyText = (key: Node | null): string | undefined => {
  if (key === null) return ''
  if (!isScalar(key)) return undefined
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

const shown = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name)
