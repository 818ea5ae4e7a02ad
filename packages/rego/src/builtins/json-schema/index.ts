import { fromJson, isScalar, RegoSet, toJson, type Value } from '../../value.ts'
import { BuiltinError, type Builtins } from '../builtin.ts'
import { charged } from '../charged.ts'
import { parseJson } from '../json-text.ts'
import { match } from './match.ts'
import { readSchema } from './schema.ts'

/** A text of JSON, or an object or array. */
const json = (value: Value): unknown => {
  if (typeof value === 'string') {
    try {
      return toJson(parseJson(value))
    } catch {
      throw new BuiltinError('invalid JSON string')
    }
  }
  if (isScalar(value) || value instanceof RegoSet) throw new BuiltinError('wrong type, expected string or object')
  return toJson(value)
}

const documents = ['string', 'object', 'array'] as const

const functions: Builtins = {
  'json.verify_schema': {
    args: [documents],
    result: 'array',
    eval: (args, call) => {
      try {
        readSchema(json(args[0] as Value), call)
        return [true, null]
      } catch (cause) {
        if (!(cause instanceof BuiltinError)) throw cause
        return [false, `jsonschema: ${cause.message}`]
      }
    },
  },
  'json.match_schema': {
    args: [documents, documents],
    result: 'array',
    eval: (args, call) => {
      const document = json(args[0] as Value)
      const problems = match(readSchema(json(args[1] as Value), call), document, call)
      return [
        problems.length === 0,
        fromJson(problems.map((each) => ({ ...each, error: `${each.field}: ${each.desc}` }))),
      ]
    },
  },
}

export const jsonSchema: Builtins = charged(functions, 50, 1)
