import type { GraphQLError } from 'graphql'
import { graphqlLibrary } from '../../library.ts'
import { BuiltinError } from '../builtin.ts'
import { placeOf, queryNodes, schemaNodes } from './nodes.ts'
import type { Resolved } from './resolve.ts'
import type { Query } from './shape.ts'

/** In the order of their names, as gqlparser asks them. */
const rules = [
  'FieldsOnCorrectTypeRule',
  'FragmentsOnCompositeTypesRule',
  'KnownArgumentNamesRule',
  'KnownDirectivesRule',
  'KnownFragmentNamesRule',
  'KnownOperationTypesRule',
  'KnownTypeNamesRule',
  'LoneAnonymousOperationRule',
  'MaxIntrospectionDepthRule',
  'NoFragmentCyclesRule',
  'NoUndefinedVariablesRule',
  'NoUnusedFragmentsRule',
  'NoUnusedVariablesRule',
  'OverlappingFieldsCanBeMergedRule',
  'PossibleFragmentSpreadsRule',
  'ProvidedRequiredArgumentsRule',
  'ScalarLeafsRule',
  'SingleFieldSubscriptionsRule',
  'UniqueArgumentNamesRule',
  'UniqueDirectivesPerLocationRule',
  'UniqueFragmentNamesRule',
  'UniqueInputFieldNamesRule',
  'UniqueOperationNamesRule',
  'UniqueVariableNamesRule',
  'ValuesOfCorrectTypeRule',
  'VariablesAreInputTypesRule',
  'VariablesInAllowedPositionRule',
] as const

/** The sentences that the two libraries word differently. */
const reworded: readonly (readonly [RegExp, string])[] = [
  [/^Argument "@(\w+)\((\w+):\)" of type "(.*)" is required/, 'Directive "@$1" argument "$2" of type "$3" is required'],
  [/^Argument "\w+\.(\w+)\((\w+):\)" of type "(.*)" is required/, 'Field "$1" argument "$2" of type "$3" is required'],
  [/^Expected value of non-null type "(.*)" not to be null/, 'Expected value of type "$1", found null'],
  [/^The (\w+) operation is not supported by the schema\.$/, 'Schema does not support operation type "$1"'],
]
/** gqlparser does not look at the size of numbers. */
const tooStrict = /^Int cannot represent non 32-bit/
/** Said when an operation has been walked through, so after what is wrong inside. */
const ofOperation = /^The \w+ operation is not supported|^Variable "\$\w+" is never used/
const worded = (message: string): string => reworded.reduce((text, [from, to]) => text.replace(from, to), message)

/** Said of the second of two that do not go together. */
const ofSecond = /^There can be only one|can only be used once|used in position expecting|^Fields .* conflict/

const told = (error: GraphQLError): string => {
  const place = placeOf(ofSecond.test(error.message) ? error.nodes?.at(-1) : error.nodes?.[0])
  return `input:${place ? `${place.line}:${place.column}:` : ''} ${worded(error.message)}\n`
}

/** Throws what is wrong with a query, with the place of the first problem. @throws BuiltinError */
export const checkQuery = (query: Query, schema: Resolved): void => {
  const graphql = graphqlLibrary()
  const built = graphql.buildASTSchema(schemaNodes(schema), { assumeValid: true, assumeValidSDL: true })
  const errors = graphql
    .validate(
      built,
      queryNodes(query),
      rules.map((rule) => graphql[rule]),
    )
    .filter((each) => !tooStrict.test(each.message))
  if (errors.length === 0) return
  errors.sort((a, b) => Number(ofOperation.test(a.message)) - Number(ofOperation.test(b.message)))
  const text = errors.map(told).join('')
  const [, line, column, message] = /^input:(\d+):(\d+): *(.*)$/s.exec(text) ?? []
  throw new BuiltinError(
    message === undefined
      ? `GraphQL parse error: ${text}`
      : `${message.replace(/\.\n$/, '')} in GraphQL string at location ${line}:${column}`,
  )
}
