import { equal, RegoObject, RegoSet, type Value } from '../value.ts'
import { array, BuiltinError, type Builtins, type Call, object, wrongElement, wrongOneOf } from './builtin.ts'

/** Into `value` by one step, as a reference does; undefined where there is nothing. */
export const step = (value: Value, key: Value): Value | undefined => {
  if (value instanceof RegoObject) return value.get(key)
  if (value instanceof RegoSet) return value.has(key) ? key : undefined
  return Array.isArray(value) && typeof key === 'number' ? value[key] : undefined
}

/** Keys as an array, a set, or the keys of an object. */
const keysOf = (value: Value): RegoSet => {
  if (value instanceof RegoSet) return value
  if (Array.isArray(value)) return RegoSet.of(value)
  if (value instanceof RegoObject) return RegoSet.of(value.keys())
  throw wrongOneOf(2, ['object', 'set', 'array'], value)
}

/** Objects in both merge, anything else is taken from the right. */
const merged = (a: RegoObject, b: RegoObject, call: Call): RegoObject => {
  call.spend(1 + a.size + b.size, (a.size + b.size) * 32)
  const made = RegoObject.of(a.entries())
  for (const [key, right] of b.entries()) {
    const left = a.get(key)
    made.put(key, left instanceof RegoObject && right instanceof RegoObject ? merged(left, right, call) : right)
  }
  return made
}

const within = (part: Value, whole: Value): boolean => {
  if (whole instanceof RegoObject && part instanceof RegoObject) {
    for (const [key, value] of part.entries()) {
      const found = whole.get(key)
      if (found === undefined) return false
      const composite = typeof value === 'object' && value !== null && typeof found === 'object' && found !== null
      const fits = composite && sameKind(found, value) ? within(value, found) : equal(found, value)
      if (!fits) return false
    }
    return true
  }
  if (whole instanceof RegoSet && part instanceof RegoSet) return part.values().every((each) => whole.has(each))
  if (Array.isArray(whole) && part instanceof RegoSet)
    return whole.length > 0 && part.values().every((each) => whole.some((other) => equal(each, other)))
  return isRun(part as readonly Value[], whole as readonly Value[])
}
const sameKind = (a: Value, b: Value): boolean =>
  (a instanceof RegoObject && b instanceof RegoObject) ||
  (a instanceof RegoSet && b instanceof RegoSet) ||
  (Array.isArray(a) && Array.isArray(b))
/** In order and without gaps. */
const isRun = (part: readonly Value[], whole: readonly Value[]): boolean => {
  for (let from = 0; from + part.length <= whole.length; from++) {
    if (part.every((each, at) => equal(each, whole[from + at] as Value))) return true
  }
  return false
}

export const objects: Builtins = {
  'object.get': {
    args: ['object', 'any', 'any'],
    result: 'any',
    eval: (args) => {
      const from = object(args, 1)
      const [, path, otherwise] = args as readonly [Value, Value, Value]
      if (!Array.isArray(path)) return from.get(path) ?? otherwise
      let value: Value | undefined = from
      for (const key of path) {
        value = step(value as Value, key)
        if (value === undefined) return otherwise
      }
      return value
    },
  },
  'object.keys': { args: ['object'], result: 'set', eval: (args) => RegoSet.of(object(args, 1).keys()) },
  'object.remove': {
    args: ['object', ['array', 'set', 'object']],
    result: 'object',
    eval: (args) => {
      const from = object(args, 1)
      const gone = keysOf(args[1] as Value)
      const made = new RegoObject()
      for (const [key, value] of from.entries()) if (!gone.has(key)) made.put(key, value)
      return made
    },
  },
  'object.filter': {
    args: ['object', ['array', 'set', 'object']],
    result: 'object',
    eval: (args) => {
      const from = object(args, 1)
      const kept = keysOf(args[1] as Value)
      const made = new RegoObject()
      for (const key of kept.values()) {
        const value = from.get(key)
        if (value !== undefined) made.put(key, value)
      }
      return made
    },
  },
  'object.union': {
    args: ['object', 'object'],
    result: 'object',
    eval: (args, call) => merged(object(args, 1), object(args, 2), call),
  },
  'object.union_n': {
    args: ['array'],
    result: 'object',
    eval: (args, call) => {
      let made = new RegoObject()
      for (const each of array(args, 1)) {
        if (!(each instanceof RegoObject)) throw wrongElement(1, args[0] as Value, 'object', each)
        made = merged(made, each, call)
      }
      return made
    },
  },
  'object.subset': {
    args: [
      ['object', 'set', 'array'],
      ['object', 'set', 'array'],
    ],
    result: 'boolean',
    eval: ([whole, part], call) => {
      if (!sameKind(whole as Value, part as Value) && !(Array.isArray(whole) && part instanceof RegoSet)) {
        throw new BuiltinError(
          'both arguments object.subset must be of the same type or array and set',
          'eval_type_error',
        )
      }
      if (Array.isArray(whole))
        call.spend(1 + whole.length * (Array.isArray(part) ? part.length : (part as RegoSet).size))
      return within(part as Value, whole as Value)
    },
  },
}
