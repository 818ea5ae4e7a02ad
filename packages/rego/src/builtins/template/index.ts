import { compare, fromJson, RegoObject, toJson, type Value } from '../../value.ts'
import { BuiltinError, type Builtins, type Call, object, text, typeName } from '../builtin.ts'
import { numberText } from '../decimal.ts'
import { format } from '../sprintf.ts'
import { type Command, type Node, type Operand, type Pipe, parseTemplate, type Template } from './parse.ts'

/**
 * What a template reckons with: JSON, and nothing where a key is missing. Its own whole numbers (indexes, lengths, literals) are bigints:
 * in Go a 0 of the data is text and holds, one of the template's own does not.
 */
type Data = Value | undefined

const fail = (what: string): BuiltinError => new BuiltinError(`template: template:1: executing "template": ${what}`)

const truth = (value: Data): boolean => {
  if (value === undefined || value === null || value === false || value === '') return false
  if (typeof value === 'number' || typeof value === 'bigint') return value !== 0n
  if (Array.isArray(value)) return value.length > 0
  return value instanceof RegoObject ? value.size > 0 : true
}

/** Rule: Go, fmt %v of decoded JSON. */
const shown = (value: Data): string => {
  if (value === undefined || value === null) return value === undefined ? '<no value>' : '<no value>'
  return inner(value)
}
const inner = (value: Value): string => {
  if (value === null) return '<nil>'
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value)
  if (typeof value === 'string' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${value.map(inner).join(' ')}]`
  if (value instanceof RegoObject) {
    return `map[${[...value.entries()].map(([key, each]) => `${inner(key)}:${inner(each)}`).join(' ')}]`
  }
  return ''
}

const field = (value: Data, name: string): Data => {
  if (value === undefined) throw fail(`nil data; no entry for key ${JSON.stringify(name)}`)
  if (value === null) throw fail(`nil pointer evaluating interface {}.${name}`)
  if (!(value instanceof RegoObject)) throw fail(`can't evaluate field ${name} in type ${typeName(value)}`)
  return value.get(name)
}

const lengthOf = (value: Data): number => {
  if (typeof value === 'string') return new TextEncoder().encode(value).length
  if (Array.isArray(value)) return value.length
  if (value instanceof RegoObject) return value.size
  throw fail('error calling len: len of type which has no length')
}

const index = (values: readonly Data[]): Data => {
  const [from, ...keys] = values
  return keys.reduce<Data>((value, key) => {
    if (value instanceof RegoObject) return value.get(key as Value)
    if (Array.isArray(value)) {
      const at = Number(key)
      if (!Number.isInteger(at) || at < 0 || at >= value.length)
        throw fail(`error calling index: index out of range: ${at}`)
      return value[at]
    }
    throw fail("error calling index: can't index item")
  }, from)
}

const slice = ([from, start = 0, end]: readonly Data[]): Data => {
  if (typeof from !== 'string' && !Array.isArray(from)) throw fail("error calling slice: can't slice item")
  const stop = end === undefined ? from.length : Number(end)
  if (Number(start) < 0 || stop > from.length || Number(start) > stop)
    throw fail('error calling slice: index out of range')
  return from.slice(Number(start), stop)
}

const alike = (a: Data, b: Data): boolean => a !== undefined && b !== undefined && typeName(a) === typeName(b)
const ordered =
  (holds: (apart: number) => boolean) =>
  ([a, b]: readonly Data[]): Data => {
    if (!alike(a, b)) throw fail('error calling comparison: incompatible types for comparison')
    return holds(compare(a as Value, b as Value))
  }

const html = (value: string): string =>
  value.replace(
    /[<>&'"\0]/g,
    (each) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', "'": '&#39;', '"': '&#34;' })[each] ?? '\ufffd',
  )
const js = (value: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped
  value.replace(/[\\'"<>&=\x00-\x1f]/g, (each) =>
    each === '\\' || each === "'" || each === '"'
      ? `\\${each}`
      : `\\u${each.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  )
const joined = (values: readonly Data[]): string => values.map(shown).join('')

const functions: Readonly<Record<string, (values: readonly Data[], call: Call) => Data>> = {
  len: ([value]) => BigInt(lengthOf(value)),
  index,
  slice,
  not: ([value]) => !truth(value),
  eq: ([first, ...rest]) => {
    if (rest.length === 0) throw fail('error calling eq: missing argument for comparison')
    return rest.some((each) => first !== undefined && each !== undefined && compare(first, each) === 0)
  },
  ne: ([a, b]) => !(a !== undefined && b !== undefined && compare(a, b) === 0),
  lt: ordered((apart) => apart < 0),
  le: ordered((apart) => apart <= 0),
  gt: ordered((apart) => apart > 0),
  ge: ordered((apart) => apart >= 0),
  print: (values) =>
    values.reduce<string>((made, each, at) => {
      const spaced = at > 0 && typeof each !== 'string' && typeof values[at - 1] !== 'string'
      return `${made}${spaced ? ' ' : ''}${shown(each)}`
    }, ''),
  println: (values) => `${values.map(shown).join(' ')}\n`,
  printf: ([pattern, ...values], call) => {
    if (typeof pattern !== 'string') throw fail('wrong type for value; expected string')
    const operands = values.map((each) =>
      typeof each === 'object' && each !== null ? shown(each) : (each ?? '<no value>'),
    )
    return format(pattern, operands, (units) => call.spend(1 + units / 64, units * 2))
  },
  html: (values) => html(joined(values)),
  js: (values) => js(joined(values)),
  urlquery: (values) => encodeURIComponent(joined(values).toWellFormed()).replaceAll('%20', '+'),
}

type Signal = 'break' | 'continue' | undefined
const deepest = 200

const render = (template: Template, data: Value, call: Call): string => {
  const made: string[] = []
  const write = (piece: string): void => {
    call.spend(1 + piece.length / 64, piece.length * 2 + 16)
    made.push(piece)
  }
  type Scope = { names: Map<string, Data>; above: Scope | undefined }
  const lookup = (scope: Scope | undefined, name: string): Scope => {
    for (let at = scope; at !== undefined; at = at.above) if (at.names.has(name)) return at
    throw fail(`undefined variable ${JSON.stringify(name)}`)
  }
  const fields = (value: Data, names: readonly string[]): Data => names.reduce(field, value)

  const operandValue = (operand: Operand, dot: Data, scope: Scope): Data => {
    switch (operand.kind) {
      case 'dot':
        return dot
      case 'nil':
        return null
      case 'literal':
        return typeof operand.value === 'number' && Number.isSafeInteger(operand.value)
          ? BigInt(operand.value)
          : operand.value
      case 'field':
        return fields(dot, operand.names)
      case 'variable':
        return fields(lookup(scope, operand.name).names.get(operand.name), operand.names)
      case 'pipe':
        return fields(piped(operand.pipe, dot, scope), operand.names)
      default:
        return commanded([operand], dot, scope, [])
    }
  }
  const commanded = (command: Command, dot: Data, scope: Scope, last: readonly Data[]): Data => {
    call.spend(1)
    const [first, ...rest] = command as [Operand, ...Operand[]]
    if (first.kind !== 'function') {
      if (rest.length > 0 || last.length > 0) throw fail("can't give argument to non-function")
      return operandValue(first, dot, scope)
    }
    // these two stop at the first that decides
    if (first.name === 'and' || first.name === 'or') {
      let value: Data
      for (const each of rest) {
        value = operandValue(each, dot, scope)
        if (truth(value) === (first.name === 'or')) return value
      }
      return last.length > 0 ? last[0] : value
    }
    const known = Object.hasOwn(functions, first.name) ? functions[first.name] : undefined
    if (known === undefined)
      throw new BuiltinError(`template: template:1: function ${JSON.stringify(first.name)} not defined`)
    return known([...rest.map((each) => operandValue(each, dot, scope)), ...last], call)
  }
  const commandsOf = (pipe: Pipe, dot: Data, scope: Scope): Data => {
    let last: readonly Data[] = []
    for (const command of pipe.commands) last = [commanded(command, dot, scope, last)]
    return last[0]
  }
  const piped = (pipe: Pipe, dot: Data, scope: Scope): Data => {
    const value = commandsOf(pipe, dot, scope)
    for (const name of pipe.variables) (pipe.declares ? scope : lookup(scope, name)).names.set(name, value)
    return value
  }
  const inside = (scope: Scope): Scope => ({ names: new Map(), above: scope })

  const members = (value: Data): readonly (readonly [Value, Value])[] => {
    if (value === undefined || value === null) return []
    if (Array.isArray(value)) return value.map((each, at) => [BigInt(at), each])
    if (value instanceof RegoObject) return [...value.entries()]
    if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) {
      const count = Math.max(Number(value), 0)
      call.spend(count, count * 32)
      return Array.from({ length: count }, (_, at) => [BigInt(at), BigInt(at)])
    }
    throw fail(`range can't iterate over ${shown(value)}`)
  }
  const ranged = (node: Node & { kind: 'range' }, dot: Data, scope: Scope, depth: number): void => {
    const all = members(commandsOf(node.pipe, dot, scope))
    if (all.length === 0) {
      walk(node.otherwise, dot, inside(scope), depth)
      return
    }
    const [one, two] = node.pipe.variables
    for (const [key, each] of all) {
      call.spend(1)
      const own = inside(scope)
      if (one !== undefined) own.names.set(one, two === undefined ? each : key)
      if (two !== undefined) own.names.set(two, each)
      if (walk(node.body, each, own, depth) === 'break') break
    }
  }
  const walk = (nodes: readonly Node[], dot: Data, scope: Scope, depth: number): Signal => {
    if (depth > deepest) throw fail('exceeded maximum template depth')
    for (const node of nodes) {
      switch (node.kind) {
        case 'text':
          write(node.text)
          break
        case 'show': {
          const value = piped(node.pipe, dot, scope)
          if (node.pipe.variables.length === 0) write(shown(value))
          break
        }
        case 'if':
        case 'with': {
          const own = inside(scope)
          const value = piped(node.pipe, dot, own)
          const holds = truth(value)
          const signal = walk(
            holds ? node.body : node.otherwise,
            holds && node.kind === 'with' ? value : dot,
            own,
            depth + 1,
          )
          if (signal !== undefined) return signal
          break
        }
        case 'range':
          ranged(node, dot, scope, depth + 1)
          break
        case 'template': {
          const body = template.named.get(node.name)
          if (body === undefined) throw fail(`template ${JSON.stringify(node.name)} not defined`)
          const value = node.pipe === undefined ? undefined : piped(node.pipe, dot, scope)
          walk(body, value, { names: new Map([['$', value]]), above: undefined }, depth + 1)
          break
        }
        default:
          return node.kind
      }
    }
    return undefined
  }
  walk(template.body, data, { names: new Map([['$', data]]), above: undefined }, 0)
  return made.join('')
}

export const templates: Builtins = {
  'strings.render_template': {
    args: ['string', 'object'],
    result: 'string',
    eval: (args, call) => {
      const source = text(args, 1)
      const data = object(args, 2)
      call.spend(1 + source.length / 4, source.length * 32)
      // sets become lists, as Go sees JSON
      return render(parseTemplate(source), fromJson(toJson(data)), call).replaceAll('<no value>', '<undefined>')
    },
  },
}
