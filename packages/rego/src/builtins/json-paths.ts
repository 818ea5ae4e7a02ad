import { equal, RegoObject, RegoSet, type Value } from '../value.ts'
import { array, BuiltinError, type Builtins, type Call, object, text, typeName, wrongOneOf } from './builtin.ts'
import { termText } from './term-text.ts'

type Path = readonly Value[]

/** `a/b~1c`, a leading slash or more may stand there; or the keys themselves in an array. Rule: RFC 6901, and OPA's second form. */
const pathOf = (value: Value): Path => {
  if (Array.isArray(value)) return value
  if (typeof value === 'string') {
    if (value === '') return []
    return value
      .replace(/^\/+/, '')
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  }
  throw new BuiltinError(
    `operand 2 must be one of {set, array} containing string paths or array of path segments but got ${typeName(value)}`,
    'eval_type_error',
  )
}

/** What paths have in common stands in it once. `all` ends a path. */
type Tree = Map<string, { key: Value; below: Tree | 'all' }>
const treeKey = (key: Value): string => `${typeName(key)} ${termText(key)}`

const treeOf = (paths: Value, call: Call): Tree => {
  const all = Array.isArray(paths) ? paths : paths instanceof RegoSet ? paths.values() : undefined
  if (all === undefined) throw wrongOneOf(2, ['set', 'array'], paths)
  const root: Tree = new Map()
  for (const each of all) {
    const path = pathOf(each)
    call.spend(1 + path.length, path.length * 64)
    let at = root
    for (const [index, key] of path.entries()) {
      const name = treeKey(key)
      if (index === path.length - 1) {
        at.set(name, { key, below: 'all' })
        break
      }
      const known = at.get(name)
      if (known?.below === 'all') break
      const below: Tree = known?.below ?? new Map()
      if (known === undefined) at.set(name, { key, below })
      at = below
    }
  }
  return root
}

const below = (tree: Tree, key: Value): Tree | 'all' | undefined => tree.get(treeKey(key))?.below

const filtered = (value: Value, tree: Tree, call: Call): Value => {
  const keep = (each: Value, wanted: Tree | 'all'): Value => (wanted === 'all' ? each : filtered(each, wanted, call))
  if (value instanceof RegoObject) {
    const made = new RegoObject()
    for (const { key, below: wanted } of tree.values()) {
      const each = value.get(key)
      if (each !== undefined) made.put(key, keep(each, wanted))
    }
    call.spend(1 + made.size, made.size * 32)
    return made
  }
  const kept = (all: readonly Value[], keyOf: (each: Value, at: number) => Value): Value[] => {
    call.spend(1 + all.length)
    return all.flatMap((each, at) => {
      const wanted = below(tree, keyOf(each, at))
      return wanted === undefined ? [] : [keep(each, wanted)]
    })
  }
  if (Array.isArray(value)) return kept(value, (_, at) => String(at))
  if (value instanceof RegoSet) return RegoSet.of(kept(value.values(), (each) => each))
  return value
}

const removed = (value: Value, tree: Tree, call: Call): Value => {
  const rest = (each: Value, key: Value): readonly Value[] => {
    const gone = below(tree, key)
    return gone === 'all' ? [] : [gone === undefined ? each : removed(each, gone, call)]
  }
  if (value instanceof RegoObject) {
    call.spend(1 + value.size, value.size * 32)
    const made = new RegoObject()
    for (const [key, each] of value.entries()) for (const kept of rest(each, key)) made.put(key, kept)
    return made
  }
  if (Array.isArray(value)) {
    call.spend(1 + value.length, value.length * 8)
    return value.flatMap((each, at) => rest(each, String(at)))
  }
  if (value instanceof RegoSet) return RegoSet.of(value.values().flatMap((each) => rest(each, each)))
  return value
}

const indexOf = (length: number, key: Value): number => {
  if (key === '-') return length
  if (typeof key === 'string') {
    if (!/^-?\d{1,15}$/.test(key)) throw new BuiltinError('invalid string for indexing')
    if (key !== '0' && key.startsWith('0')) throw new BuiltinError('leading zeros are not allowed in JSON paths')
    return Number(key)
  }
  if (typeof key === 'number' && Number.isInteger(key)) return key
  throw new BuiltinError(typeName(key) === 'number' ? 'invalid number type for indexing' : 'invalid type for indexing')
}

const childOf = (value: Value, key: Value): Value => {
  let found: Value | undefined
  if (value instanceof RegoObject) found = value.get(key)
  else if (value instanceof RegoSet) found = value.has(key) ? key : undefined
  else if (Array.isArray(value)) found = value[indexOf(value.length, key)]
  else throw new BuiltinError(`expected composite type for path ${termText(key)}, found value: ${termText(value)}`)
  if (found === undefined) {
    throw new BuiltinError(`path ${termText(key)} does not exist in ${typeName(value)} term ${termText(value)}`)
  }
  return found
}

type Edit = (value: Value, key: Value) => Value
/** Copies what stands along the path; all else is shared. */
const edited = (value: Value, path: Path, edit: Edit, call: Call, at = 0): Value => {
  const key = path[at] as Value
  const size = Array.isArray(value)
    ? value.length
    : value instanceof RegoObject || value instanceof RegoSet
      ? value.size
      : 0
  call.spend(1 + size / 8, size * 16)
  if (at === path.length - 1) return edit(value, key)
  const child = edited(childOf(value, key), path, edit, call, at + 1)
  if (value instanceof RegoObject) {
    const made = RegoObject.of(value.entries())
    made.put(key, child)
    return made
  }
  if (value instanceof RegoSet) return RegoSet.of([...value.values().filter((each) => !equal(each, key)), child])
  return (value as readonly Value[]).with(indexOf((value as readonly Value[]).length, key), child)
}

const insertion =
  (added: Value): Edit =>
  (value, key) => {
    if (value instanceof RegoObject) {
      const made = RegoObject.of(value.entries())
      made.put(key, added)
      return made
    }
    if (value instanceof RegoSet) {
      if (equal(key, added)) return RegoSet.of([...value.values(), added])
      throw new BuiltinError(`set key ${termText(key)} does not equal value to be inserted ${termText(added)}`)
    }
    if (!Array.isArray(value)) throw new BuiltinError(`expected composite type, found value: ${termText(value)}`)
    const at = indexOf(value.length, key)
    if (at < 0 || at > value.length) throw new BuiltinError('index for array insertion out of bounds')
    return [...value.slice(0, at), added, ...value.slice(at)]
  }

const deletion: Edit = (value, key) => {
  if (value instanceof RegoObject || value instanceof RegoSet) {
    if (!value.has(key)) throw new BuiltinError(`cannot delete child key ${termText(key)} that does not exist`)
    if (value instanceof RegoSet) return RegoSet.of(value.values().filter((each) => !equal(each, key)))
    const made = new RegoObject()
    for (const [name, each] of value.entries()) if (!equal(name, key)) made.put(name, each)
    return made
  }
  if (!Array.isArray(value)) throw new BuiltinError(`expected composite type, found value: ${termText(value)}`)
  const at = indexOf(value.length, key)
  if (at < 0 || at >= value.length) throw new BuiltinError('index for array delete out of bounds')
  return value.filter((_, index) => index !== at)
}

/** Rule: RFC 6902, on sets as well. One failing operation fails them all. */
const patched = (source: Value, operations: readonly Value[], call: Call): Value | undefined => {
  let document: Value | undefined = source
  const whole = (): Value => {
    if (document === undefined) throw new BuiltinError('nil value encountered where composite value was expected')
    return document
  }
  const at = (path: Path): Value => path.reduce(childOf, whole())
  const insert = (path: Path, value: Value): void => {
    document = path.length === 0 ? value : edited(whole(), path, insertion(value), call)
  }
  const remove = (path: Path): void => {
    document = path.length === 0 ? undefined : edited(whole(), path, deletion, call)
  }
  for (const operation of operations) {
    if (!(operation instanceof RegoObject)) {
      throw new BuiltinError('must be an array of JSON-Patch objects, but at least one element is not an object')
    }
    const required = (name: string): Value => {
      const value = operation.get(name)
      if (value === undefined) throw new BuiltinError(`missing required attribute '${name}'`)
      return value
    }
    required('path')
    const op = required('op')
    if (typeof op !== 'string') throw new BuiltinError(`attribute 'op' must be a string but found: ${typeName(op)}`)
    const path = pathOf(required('path'))
    switch (op) {
      case 'add':
        insert(path, required('value'))
        break
      case 'remove':
        remove(path)
        break
      case 'replace':
        remove(path)
        insert(path, required('value'))
        break
      case 'move': {
        const from = pathOf(required('from'))
        const chunk = at(from)
        remove(from)
        insert(path, chunk)
        break
      }
      case 'copy':
        insert(path, at(pathOf(required('from'))))
        break
      case 'test': {
        const found = at(path)
        const wanted = required('value')
        if (!equal(found, wanted)) {
          throw new BuiltinError(
            `value from EditTree != patch value.\n\nExpected: ${termText(wanted)}\n\nFound: ${termText(found)}`,
          )
        }
        break
      }
      default:
        throw new BuiltinError(`unrecognized op: '${op}'`)
    }
  }
  return document
}

export const jsonPaths: Builtins = {
  'json.filter': {
    args: ['object', ['array', 'set']],
    result: 'object',
    eval: (args, call) => filtered(object(args, 1), treeOf(args[1] as Value, call), call),
  },
  'json.remove': {
    args: ['object', ['array', 'set']],
    result: 'object',
    eval: (args, call) => removed(object(args, 1), treeOf(args[1] as Value, call), call),
  },
  'json.patch': {
    args: ['any', 'array'],
    result: 'any',
    eval: (args, call) => patched(args[0] as Value, array(args, 2), call),
  },
}

/** A statement: what it is given goes to the trace. */
export const tracing: Builtins = {
  trace: {
    args: ['string'],
    result: 'boolean',
    eval: (args, call) => {
      const said = text(args, 1)
      call.spend(1, said.length * 2)
      call.say(said, 'trace')
      return true
    },
  },
}
