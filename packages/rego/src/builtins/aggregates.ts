import { compare, equal, type Num, RegoObject, RegoSet, type Value } from '../value.ts'
import { type Builtin, type Builtins, type Call, typeName, wrongElement, wrongOneOf } from './builtin.ts'
import { add, multiply } from './numbers.ts'

const members = (value: Value, expected: readonly string[] = ['set', 'array']): readonly Value[] => {
  if (Array.isArray(value)) return value
  if (value instanceof RegoSet) return value.values()
  throw wrongOneOf(1, expected, value)
}

const folded = (start: number, step: (a: Num, b: Num, call: Call) => Num): Builtin => ({
  args: [['array', 'set']],
  result: 'number',
  eval: ([from], call) => {
    let result: Num = start
    for (const value of members(from as Value)) {
      if (typeName(value) !== 'number') throw wrongElement(1, from as Value, 'number', value)
      result = step(result, value as Num, call)
    }
    return result
  },
})

const extreme = (better: (apart: number) => boolean): Builtin => ({
  args: [['array', 'set']],
  result: 'any',
  eval: ([from]) => {
    const all = members(from as Value)
    let best = all[0]
    for (const value of all) if (better(compare(value, best as Value))) best = value
    return best
  },
})

/** Characters (code points), not UTF-16 units. */
export const runeCount = (text: string): number => {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) at++
    count++
  }
  return count
}

const memberOf: Builtin = {
  args: ['any', 'any'],
  result: 'boolean',
  eval: ([value, within]) => {
    if (within instanceof RegoSet) return within.has(value as Value)
    if (Array.isArray(within)) return within.some((each) => equal(each, value as Value))
    if (within instanceof RegoObject) {
      for (const [, each] of within.entries()) if (equal(each, value as Value)) return true
    }
    return false
  },
}

export const aggregates: Builtins = {
  count: {
    args: [['string', 'array', 'object', 'set']],
    result: 'number',
    eval: ([of]) => {
      if (typeof of === 'string') return runeCount(of)
      if (Array.isArray(of)) return of.length
      if (of instanceof RegoObject || of instanceof RegoSet) return of.size
      throw wrongOneOf(1, ['array', 'object', 'set', 'string'], of as Value)
    },
  },
  sum: folded(0, add),
  product: folded(1, multiply),
  max: extreme((apart) => apart >= 0),
  min: extreme((apart) => apart < 0),
  sort: {
    args: [['array', 'set']],
    result: 'array',
    eval: ([from], call) => {
      const all = members(from as Value)
      call.spend(all.length, all.length * 8)
      return [...all].sort(compare)
    },
  },
  /** v0 only, as `any`. */
  all: {
    args: [['array', 'set']],
    result: 'boolean',
    eval: ([from]) => members(from as Value, ['array', 'set']).every((each) => each === true),
  },
  any: {
    args: [['array', 'set']],
    result: 'boolean',
    eval: ([from]) => members(from as Value, ['array', 'set']).some((each) => each === true),
  },
  'internal.member_2': memberOf,
  'internal.member_3': {
    args: ['any', 'any', 'any'],
    result: 'boolean',
    eval: ([key, value, within]) => {
      if (within instanceof RegoSet) return within.has(key as Value) && equal(key as Value, value as Value)
      const found =
        within instanceof RegoObject
          ? within.get(key as Value)
          : Array.isArray(within) && typeof key === 'number'
            ? within[key]
            : undefined
      return found !== undefined && equal(found, value as Value)
    },
  },
}
