import type { Value } from '../value.ts'
import { BuiltinError, type Builtins, type Call, object, text, typeName } from './builtin.ts'
import { type Layout, parseJson, writeJson } from './json-text.ts'
import { termText } from './term-text.ts'

const marshalled = (value: Value, call: Call, layout?: Layout): string => {
  const pieces: string[] = []
  writeJson(
    value,
    (piece) => {
      call.spend(1, piece.length * 2)
      pieces.push(piece)
    },
    layout,
  )
  return pieces.join('')
}

/** Prints in lines when `prefix` or `indent` is there, or as `pretty` says. */
const layoutOf = (args: readonly Value[]): Layout | undefined => {
  let pretty: boolean | undefined
  let asked = false
  const layout = { prefix: '', indent: '\t' }
  for (const [at, key] of object(args, 2).keys().entries()) {
    const value = object(args, 2).get(key) as Value
    if (key === 'pretty') {
      if (typeof value !== 'boolean')
        throw new BuiltinError('operand 2 key "pretty" failed cast to bool', 'eval_type_error')
      pretty = value
    } else if (key === 'prefix' || key === 'indent') {
      if (typeof value !== 'string') {
        throw new BuiltinError(
          `operand 2 key "${key}" failed cast to string: operand ${at} must be string but got ${typeName(value)}`,
          'eval_type_error',
        )
      }
      layout[key] = value
      asked = true
    } else throw new BuiltinError(`operand 2 object contained unknown key ${termText(key)}`, 'eval_type_error')
  }
  return (pretty ?? asked) ? layout : undefined
}

const parsed = (source: string, call: Call): Value => {
  call.spend(1 + source.length / 16, source.length * 8)
  return parseJson(source)
}

export const json: Builtins = {
  'json.marshal': { args: ['any'], result: 'string', eval: ([value], call) => marshalled(value as Value, call) },
  'json.marshal_with_options': {
    args: ['any', 'object'],
    result: 'string',
    eval: (args, call) => {
      const layout = layoutOf(args)
      return (layout?.prefix ?? '') + marshalled(args[0] as Value, call, layout)
    },
  },
  'json.unmarshal': { args: ['string'], result: 'any', eval: (args, call) => parsed(text(args, 1), call) },
  'json.is_valid': {
    args: ['string'],
    result: 'boolean',
    eval: ([value], call) => {
      if (typeof value !== 'string') return false
      try {
        parsed(value, call)
        return true
      } catch (error) {
        if (error instanceof BuiltinError) return false
        throw error
      }
    },
  },
}
