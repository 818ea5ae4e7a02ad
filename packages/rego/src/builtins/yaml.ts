import type { Alias, Document, Scalar } from 'yaml'
import { yamlLibrary } from '../library.ts'
import { compare, RegoObject, RegoSet, type Value } from '../value.ts'
import { BuiltinError, type Builtins, type Call, text } from './builtin.ts'
import { fromBytes } from './bytes.ts'
import { numberText, parseNumber, whole } from './decimal.ts'
import { goJson } from './json-text.ts'
import { quoted } from './term-text.ts'

const yes = /^(?:true|True|TRUE|yes|Yes|YES|on|On|ON|y|Y)$/
const no = /^(?:false|False|FALSE|no|No|NO|off|Off|OFF|n|N)$/
const nothing = /^(?:|~|null|Null|NULL)$/
const whole10 = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|\d+)$/
const decimalForm = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const endless = /^[-+]?\.(?:inf|Inf|INF)$/
const date = /^\d{4}-\d\d?-\d\d?(?:[Tt ].*)?$/
const sexagesimal = /^[-+]?\d+(?::[0-5]?\d)+(?:\.\d*)?$/
const most = 1n << 64n

/** What a plain scalar means, by YAML 1.1 as Go reads it. Undefined: a string. */
const meaning = (source: string): Value | undefined => {
  if (nothing.test(source)) return null
  if (yes.test(source)) return true
  if (no.test(source)) return false
  const digits = source.replaceAll('_', '')
  if (
    whole10.test(digits) &&
    /\d/.test(source[0] === '-' || source[0] === '+' ? (source[1] ?? '') : (source[0] ?? ''))
  ) {
    const value = integerOf(digits)
    if (value !== undefined) return value
  }
  if (decimalForm.test(digits) && digits === source) return parseNumber(`${Number(digits)}`)
  if (endless.test(source)) throw new BuiltinError(`json: unsupported value: ${source.startsWith('-') ? '-' : '+'}Inf`)
  if (/^\.(?:nan|NaN|NAN)$/.test(source)) throw new BuiltinError('json: unsupported value: NaN')
  return undefined
}
/** Numbers of other bases, and a leading 0 for octal; beyond 64 bits it is no integer. */
const integerOf = (digits: string): Value | undefined => {
  const size = digits.replace(/^[-+]/, '')
  if (size.length > 66) return undefined
  const octal = /^0[0-7]+$/.test(size)
  if (!octal && /^0\d+$/.test(size)) return undefined
  const value = BigInt(octal ? `0o${size.slice(1)}` : size)
  if (value >= most) return undefined
  return whole(digits.startsWith('-') ? -value : value)
}

const deepest = 1_000
const place = (source: string, at: number): number => source.slice(0, at).split('\n').length

/** What nests deeper is refused before it is parsed, as the parser is recursive. */
const nestsTooDeep = (source: string): boolean => {
  if (/(?:[-?:] ){1000}/.test(source)) return true
  let depth = 0
  for (const letter of source) {
    if (letter === '[' || letter === '{') depth++
    else if ((letter === ']' || letter === '}') && depth > 0) depth--
    if (depth > deepest) return true
  }
  return false
}

const read = (source: string, call: Call): Value => {
  if (nestsTooDeep(source)) throw new BuiltinError('yaml: exceeded max depth')
  call.spend(1 + source.length / 2, source.length * 64)
  let document: Document.Parsed
  try {
    document = yamlLibrary().parseDocument(source, {
      schema: 'failsafe',
      uniqueKeys: false,
      merge: false,
      prettyErrors: false,
      logLevel: 'silent',
    })
  } catch (error) {
    throw new BuiltinError(`yaml: ${error instanceof RangeError ? 'exceeded max depth' : String(error)}`)
  }
  const error = document.errors.find((each) => each.code !== 'MULTIPLE_DOCS')
  if (error !== undefined) {
    const flow = /^Flow (sequence|map)/.exec(error.message)
    const what =
      flow !== null
        ? `did not find expected ',' or '${flow[1] === 'map' ? '}' : ']'}'`
        : /Nested mappings are not allowed|Implicit keys/.test(error.message)
          ? 'mapping values are not allowed in this context'
          : error.message.split('\n')[0]
    throw new BuiltinError(`yaml: line ${place(source, error.pos[0])}: ${what}`)
  }
  return nodeValue(document.contents, new Map(), call, 0)
}

const plainly = (value: string): Value => {
  const found = meaning(value)
  return found === undefined ? value : found
}

const scalar = (node: Scalar): Value => {
  if (node.value instanceof Uint8Array) return fromBytes(node.value)
  const value = String(node.value ?? '')
  switch (node.tag) {
    case 'tag:yaml.org,2002:int':
    case 'tag:yaml.org,2002:float':
    case 'tag:yaml.org,2002:bool':
    case 'tag:yaml.org,2002:null':
      return plainly(value)
    case undefined:
      return node.type === 'PLAIN' || node.type === undefined ? plainly(value) : value
    default:
      return value
  }
}

type Anchors = Map<string, unknown>

/** Aliases are read again each time, and each time is paid for: that ends what would grow without end. */
const nodeValue = (node: unknown, anchors: Anchors, call: Call, depth: number): Value => {
  call.spend(1, 48)
  if (depth > deepest) throw new BuiltinError('yaml: exceeded max depth')
  if (node === null || node === undefined) return null
  const { isAlias, isMap, isScalar, isSeq } = yamlLibrary()
  if (isAlias(node)) return nodeValue(resolved(node, anchors), anchors, call, depth + 1)
  if ((isScalar(node) || isSeq(node) || isMap(node)) && node.anchor !== undefined) anchors.set(node.anchor, node)
  if (isScalar(node)) return scalar(node)
  if (isSeq(node)) return node.items.map((each) => nodeValue(each, anchors, call, depth + 1))
  if (!isMap(node)) return null
  const made = new RegoObject()
  const merged: unknown[] = []
  for (const pair of node.items) {
    if (isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN') merged.push(pair.value)
    else made.put(keyOf(pair.key, anchors, call, depth), nodeValue(pair.value, anchors, call, depth + 1))
  }
  for (const each of merged) merge(made, each, anchors, call, depth + 1)
  return made
}
const resolved = (alias: Alias, anchors: Anchors): unknown => {
  const found = anchors.get(alias.source)
  if (found === undefined) throw new BuiltinError(`yaml: unknown anchor '${alias.source}' referenced`)
  return found
}

const keyOf = (node: unknown, anchors: Anchors, call: Call, depth: number): string => {
  const key = nodeValue(node, anchors, call, depth + 1)
  if (typeof key === 'string') return key
  if (key === null) throw new BuiltinError('unsupported map key of type: %!s(<nil>), key: <nil>')
  if (typeof key === 'object') throw new BuiltinError(`yaml: invalid map key: ${goJson(key)}`)
  return typeof key === 'boolean' ? String(key) : numberText(key)
}

/** `<<`: what the mapping itself says counts more. */
const merge = (into: RegoObject, node: unknown, anchors: Anchors, call: Call, depth: number): void => {
  const from = nodeValue(node, anchors, call, depth)
  for (const each of Array.isArray(from) ? from : [from]) {
    if (!(each instanceof RegoObject))
      throw new BuiltinError('yaml: map merge requires map or sequence of maps as the value')
    for (const [key, value] of each.entries()) if (!into.has(key)) into.put(key, value)
  }
}

const special = /^[-?:](?:\s|$)|^[,[\]{}#&*!|>'"%@`]|:(?:\s|$)|\s#|^\s|\s$/
/** As Go's YAML writes a string: plain where it stays a string, else in the quotes it prefers. */
const written = (value: string, margin: string): string => {
  if (value === '') return '""'
  let other = sexagesimal.test(value) || date.test(value)
  try {
    other ||= meaning(value) !== undefined
  } catch {
    other = true
  }
  if (other) return quoted(value)
  const body = value.replaceAll('\n', '')
  if (/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(body)) return quoted(value)
  if (value.includes('\n')) {
    const chomp = value.endsWith('\n\n') || value === '\n' ? '+' : value.endsWith('\n') ? '' : '-'
    const lines = (value.endsWith('\n') ? value.slice(0, -1) : value).split('\n')
    const hint = /^[ \n]/.test(value) ? '2' : ''
    return `|${hint}${chomp}\n${lines.map((line) => (line === '' ? '' : `${margin}${line}`)).join('\n')}`
  }
  return special.test(value) || /^(?:---|\.\.\.)/.test(value) || /^[-?:]$/.test(value)
    ? `'${value.replaceAll("'", "''")}'`
    : value
}

const isEmpty = (value: Value): boolean =>
  Array.isArray(value)
    ? value.length === 0
    : (value instanceof RegoObject || value instanceof RegoSet) && value.size === 0

const write = (value: Value, margin: string, add: (line: string) => void, first = margin): void => {
  if (value instanceof RegoSet) {
    write([...value.values()], margin, add, first)
    return
  }
  if (Array.isArray(value) && value.length > 0) {
    value.forEach((each, at) => {
      entry(each, `${at === 0 ? first : margin}-`, `${margin}  `, `${margin}  `, add, true)
    })
    return
  }
  if (value instanceof RegoObject && value.size > 0) {
    const entries = [...value.entries()].map(
      ([key, each]) => [typeof key === 'string' ? key : goJson(key), each] as const,
    )
    entries.sort(([a], [b]) => compare(a, b))
    entries.forEach(([key, each], at) => {
      const head = `${at === 0 ? first : margin}${written(key, margin)}:`
      const list = Array.isArray(each) || each instanceof RegoSet
      entry(each, head, list ? margin : `${margin}  `, `${margin}  `, add, false)
    })
    return
  }
  add(`${first}${flat(value, margin === '' ? '  ' : margin)}`)
}

const flat = (value: Value, margin: string): string => {
  if (typeof value === 'string') return written(value, margin)
  if (typeof value === 'object' && value !== null) return Array.isArray(value) || value instanceof RegoSet ? '[]' : '{}'
  return typeof value === 'number' || typeof value === 'bigint' ? numberText(value) : String(value)
}

/** Behind a dash what is nested starts on the same line, behind a key on the next. */
const entry = (
  value: Value,
  head: string,
  margin: string,
  block: string,
  add: (line: string) => void,
  dash: boolean,
): void => {
  const composite = typeof value === 'object' && value !== null && !isEmpty(value)
  if (!composite) add(`${head} ${flat(value, block)}`)
  else if (dash) write(value, margin, add, `${head} `)
  else {
    add(head)
    write(value, margin, add)
  }
}

export const yaml: Builtins = {
  'yaml.marshal': {
    args: ['any'],
    result: 'string',
    eval: ([value], call) => {
      const lines: string[] = []
      write(value as Value, '', (line) => {
        call.spend(1 + line.length / 64, line.length * 2 + 16)
        lines.push(line)
      })
      return `${lines.join('\n')}\n`
    },
  },
  'yaml.unmarshal': { args: ['string'], result: 'any', eval: (args, call) => read(text(args, 1), call) },
  'yaml.is_valid': {
    args: ['string'],
    result: 'boolean',
    eval: ([source], call) => {
      if (typeof source !== 'string') return false
      try {
        read(source, call)
        return true
      } catch (error) {
        if (error instanceof BuiltinError) return false
        throw error
      }
    },
  },
}
