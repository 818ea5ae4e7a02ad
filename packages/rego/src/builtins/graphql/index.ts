import { fromJson, RegoObject, toJson, type Value } from '../../value.ts'
import { type Builtin, BuiltinError, type Builtins, type Call, text, typeName } from '../builtin.ts'
import { charged } from '../charged.ts'
import { parseQuery } from './query.ts'
import { type Resolved, resolve } from './resolve.ts'
import { parseSchema } from './schema.ts'
import { pruned, type Query, type Schema, type Selection } from './shape.ts'
import { checkQuery } from './validate.ts'

/** Text is parsed; a tree that `graphql.parse_*` gave is taken as it is. */
const readWith =
  <T>(parse: (text: string) => T) =>
  (value: Value, operand: number): T => {
    if (typeof value === 'string') return parse(value)
    if (value instanceof RegoObject) return toJson(value) as T
    throw new BuiltinError(
      `operand ${operand} must be one of {string, object} but got ${typeName(value)}`,
      'eval_type_error',
    )
  }
const readQuery = readWith<Query>(parseQuery)
const readSchema = readWith<Schema>(parseSchema)

/** Fields are compared with each other: their number counts squared. */
const fields = (list: readonly Selection[] | undefined): number =>
  (list ?? []).reduce((sum, each) => sum + 1 + fields(each.SelectionSet), 0)

const parseBoth = (args: readonly Value[], call: Call): [Value, Value] => {
  const query = readQuery(args[0] as Value, 0)
  const schema = readSchema(args[1] as Value, 1)
  const count = [...(query.Operations ?? []), ...(query.Fragments ?? [])].reduce(
    (sum, each) => sum + fields(each.SelectionSet),
    0,
  )
  call.spend(count + Math.ceil((count * count) / 64))
  checkQuery(query, resolved(schema))
  return [fromJson(pruned(query)), fromJson(pruned(schema))]
}

/** A tree from elsewhere may have any shape: what breaks on it is an error of the call like others. */
const resolved = (schema: Schema): Resolved => {
  try {
    return resolve(schema)
  } catch (cause) {
    throw cause instanceof BuiltinError ? cause : new BuiltinError(`not a GraphQL schema: ${cause}`)
  }
}

/** A limit that is reached is no answer about the query. */
const orElse = (otherwise: () => Value, work: () => Value): Value => {
  try {
    return work()
  } catch (cause) {
    if (
      cause instanceof BuiltinError ||
      cause instanceof TypeError ||
      (cause instanceof Error && cause.name === 'GraphQLError')
    )
      return otherwise()
    throw cause
  }
}

const either = ['string', 'object'] as const
const valid = (arity: number, check: (args: readonly Value[], call: Call) => void): Builtin => ({
  args: Array.from({ length: arity }, () => either),
  result: 'boolean',
  eval: (args, call) =>
    orElse(
      () => false,
      () => {
        check(args, call)
        return true
      },
    ),
})

const functions: Builtins = {
  'graphql.parse_query': {
    args: ['string'],
    result: 'object',
    eval: (args) => fromJson(pruned(parseQuery(text(args, 1)))),
  },
  'graphql.parse_schema': {
    args: ['string'],
    result: 'object',
    eval: (args) => fromJson(pruned(parseSchema(text(args, 1)))),
  },
  'graphql.parse': { args: [either, either], result: 'array', eval: parseBoth },
  'graphql.parse_and_verify': {
    args: [either, either],
    result: 'array',
    eval: (args, call) =>
      orElse(
        () => [false, new RegoObject(), new RegoObject()],
        () => [true, ...parseBoth(args, call)],
      ),
  },
  'graphql.is_valid': valid(2, (args, call) => {
    parseBoth(args, call)
  }),
  'graphql.schema_is_valid': valid(1, (args) => {
    resolved(readSchema(args[0] as Value, 0))
  }),
}

export const graphql: Builtins = charged(functions, 500, 20)
