import { RegoSet, type Value } from '../value.ts'
import { type Builtin, BuiltinError, type Builtins, type Type, typeName, wrong, wrongOneOf } from './builtin.ts'
import { parseNumber } from './decimal.ts'
import { quoted } from './term-text.ts'

const is = (type: Type): Builtin => ({
  args: ['any'],
  result: 'boolean',
  eval: ([value]) => typeName(value as Value) === type,
})

/** v0 only. */
const cast = (type: Type): Builtin => ({
  args: ['any'],
  result: type,
  eval: ([value]) => {
    if (typeName(value as Value) === type) return value
    throw wrong(1, type, value as Value)
  },
})

/** JSON's grammar, more loosely: a leading plus, leading zeros, a point at either end, underscores between digits. Rule: Go, ParseFloat without hexadecimals. */
const accepted = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/
const notNumbers = /^[+-]*(inf|infinity|nan)$/i

const toNumber = (value: Value): Value => {
  if (value === null || value === false) return 0
  if (value === true) return 1
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value !== 'string') throw wrongOneOf(1, ['null', 'boolean', 'number', 'string'], value)
  if (notNumbers.test(value)) throw wrong(1, 'valid number string', value)
  if (!accepted.test(value)) throw new BuiltinError(`strconv.ParseFloat: parsing ${quoted(value)}: invalid syntax`)
  const plain = value.replaceAll('_', '')
  if (!Number.isFinite(Number(plain))) {
    throw new BuiltinError(`strconv.ParseFloat: parsing ${quoted(value)}: value out of range`)
  }
  return parseNumber(plain)
}

export const types: Builtins = {
  type_name: { args: ['any'], result: 'string', eval: ([value]) => typeName(value as Value) },
  is_null: is('null'),
  is_boolean: is('boolean'),
  is_number: is('number'),
  is_string: is('string'),
  is_array: is('array'),
  is_object: is('object'),
  is_set: is('set'),
  to_number: {
    args: [['null', 'boolean', 'number', 'string']],
    result: 'number',
    eval: ([value]) => toNumber(value as Value),
  },
  cast_null: cast('null'),
  cast_boolean: cast('boolean'),
  cast_string: cast('string'),
  cast_object: cast('object'),
  cast_array: {
    args: ['any'],
    result: 'array',
    eval: ([value]) => {
      if (Array.isArray(value)) return value
      if (value instanceof RegoSet) return value.values()
      throw wrongOneOf(1, ['array', 'set'], value as Value)
    },
  },
  cast_set: {
    args: ['any'],
    result: 'set',
    eval: ([value]) => {
      if (value instanceof RegoSet) return value
      if (Array.isArray(value)) return RegoSet.of(value)
      throw wrongOneOf(1, ['array', 'set'], value as Value)
    },
  },
}
