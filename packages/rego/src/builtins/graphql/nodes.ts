import type { ASTNode, DocumentNode, OperationTypeNode } from 'graphql'
import { isBuiltIn, type Resolved } from './resolve.ts'
import type {
  Argument,
  ArgumentDefinition,
  Definition,
  Directive,
  Literal,
  Place,
  Query,
  Selection,
  TypeRef,
  VariableDefinition,
} from './shape.ts'

/** Where a node stands, as gqlparser would say it of an error there. */
export type Placed = { place?: Place | undefined }
type Node = Record<string, unknown> & { kind: string } & Placed

const name = (value: string): Node => ({ kind: 'Name', value })
const placed = (node: Node, place: Place | undefined): Node => (place ? { ...node, place } : node)
const variable = (text: string): Node => ({ kind: 'Variable', name: name(text) })

const type = (of: TypeRef, place?: Place): Node => {
  const inner = of.Elem
    ? { kind: 'ListType', type: type(of.Elem, place) }
    : placed({ kind: 'NamedType', name: name(of.NamedType) }, place)
  return of.NonNull ? { kind: 'NonNullType', type: inner } : inner
}
const named = (text: string, place?: Place): Node => placed({ kind: 'NamedType', name: name(text) }, place)

const literal = (of: Literal): Node => {
  const bare = (): Node => {
    switch (of.Kind) {
      case 0:
        return variable(of.Raw)
      case 1:
        return { kind: 'IntValue', value: of.Raw }
      case 2:
        return { kind: 'FloatValue', value: of.Raw }
      case 3:
      case 4:
        return { kind: 'StringValue', value: of.Raw }
      case 5:
        return { kind: 'BooleanValue', value: of.Raw === 'true' }
      case 6:
        return { kind: 'NullValue' }
      case 8:
        return { kind: 'ListValue', values: (of.Children ?? []).map((each) => literal(each.Value)) }
      case 9:
        return {
          kind: 'ObjectValue',
          fields: (of.Children ?? []).map((each) =>
            placed(
              { kind: 'ObjectField', name: placed(name(each.Name), each.Position), value: literal(each.Value) },
              each.Position,
            ),
          ),
        }
      default:
        return { kind: 'EnumValue', value: of.Raw }
    }
  }
  return placed(bare(), of.Position)
}

const args = (list: readonly Argument[] | undefined, place: Place | undefined): Node[] =>
  (list ?? []).map((each) =>
    placed({ kind: 'Argument', name: placed(name(each.Name), each.Position), value: literal(each.Value) }, place),
  )

const directives = (list: readonly Directive[] | undefined): Node[] =>
  (list ?? []).map((each) =>
    placed({ kind: 'Directive', name: name(each.Name), arguments: args(each.Arguments, each.Position) }, each.Position),
  )

const selections = (list: readonly Selection[] | undefined): Node => ({
  kind: 'SelectionSet',
  selections: (list ?? []).map((each) => {
    const shared = { directives: directives(each.Directives) }
    if (each.Alias !== undefined) {
      const field: Node = {
        kind: 'Field',
        name: name(each.Name ?? ''),
        arguments: args(each.Arguments, each.Position),
        ...shared,
        ...(each.Alias === each.Name ? {} : { alias: name(each.Alias) }),
        ...(each.SelectionSet?.length ? { selectionSet: selections(each.SelectionSet) } : {}),
      }
      return placed(field, each.Position)
    }
    if (each.Name !== undefined && each.SelectionSet === undefined) {
      return placed({ kind: 'FragmentSpread', name: placed(name(each.Name), each.Position), ...shared }, each.Position)
    }
    const inline: Node = {
      kind: 'InlineFragment',
      ...shared,
      selectionSet: selections(each.SelectionSet),
      ...(each.TypeCondition ? { typeCondition: named(each.TypeCondition, each.Position) } : {}),
    }
    return placed(inline, each.Position)
  }),
})

const variables = (list: readonly VariableDefinition[] | undefined): Node[] =>
  (list ?? []).map((each) =>
    placed(
      {
        kind: 'VariableDefinition',
        variable: placed(variable(each.Variable), each.Position),
        type: type(each.Type, each.Position),
        directives: directives(each.Directives),
        ...(each.DefaultValue ? { defaultValue: literal(each.DefaultValue) } : {}),
      },
      each.Position,
    ),
  )

export const queryNodes = (query: Query): DocumentNode => {
  const definitions: Node[] = [
    ...(query.Operations ?? []).map((each) =>
      placed(
        {
          kind: 'OperationDefinition',
          operation: each.Operation as OperationTypeNode,
          variableDefinitions: variables(each.VariableDefinitions),
          directives: directives(each.Directives),
          selectionSet: selections(each.SelectionSet),
          ...(each.Name ? { name: placed(name(each.Name), each.Position) } : {}),
        },
        each.Position,
      ),
    ),
    ...(query.Fragments ?? []).map((each) =>
      placed(
        {
          kind: 'FragmentDefinition',
          name: placed(name(each.Name), each.Position),
          typeCondition: named(each.TypeCondition, each.Position),
          directives: directives(each.Directives),
          selectionSet: selections(each.SelectionSet),
        },
        each.Position,
      ),
    ),
  ]
  return { kind: 'Document', definitions } as unknown as DocumentNode
}

const inputs = (list: readonly ArgumentDefinition[] | undefined): Node[] =>
  (list ?? []).map((each) => ({
    kind: 'InputValueDefinition',
    name: name(each.Name),
    type: type(each.Type),
    directives: directives(each.Directives),
    ...(each.DefaultValue ? { defaultValue: literal(each.DefaultValue) } : {}),
  }))

const kinds = {
  SCALAR: 'ScalarTypeDefinition',
  OBJECT: 'ObjectTypeDefinition',
  INTERFACE: 'InterfaceTypeDefinition',
  UNION: 'UnionTypeDefinition',
  ENUM: 'EnumTypeDefinition',
  INPUT_OBJECT: 'InputObjectTypeDefinition',
} as const

const definition = (of: Definition): Node => ({
  kind: kinds[of.Kind],
  name: name(of.Name),
  directives: directives(of.Directives),
  interfaces: [...new Set(of.Interfaces ?? [])].map((each) => named(each)),
  types: [...new Set(of.Types ?? [])].map((each) => named(each)),
  values: (of.EnumValues ?? []).map((each) => ({
    kind: 'EnumValueDefinition',
    name: name(each.Name),
    directives: directives(each.Directives),
  })),
  fields:
    of.Kind === 'INPUT_OBJECT'
      ? inputs(of.Fields)
      : (of.Fields ?? []).map((each) => ({
          kind: 'FieldDefinition',
          name: name(each.Name),
          arguments: inputs(each.Arguments),
          type: type(each.Type),
          directives: directives(each.Directives),
        })),
})

export const schemaNodes = ({ types, directives: declared, roots }: Resolved): DocumentNode => {
  const operationTypes = Object.entries(roots).map(([operation, root]) => ({
    kind: 'OperationTypeDefinition',
    operation,
    type: named(root),
  }))
  const definitions: Node[] = [
    { kind: 'SchemaDefinition', directives: [], operationTypes },
    ...[...types.values()].filter((each) => !isBuiltIn(each)).map(definition),
    ...[...declared.values()].map((each) => ({
      kind: 'DirectiveDefinition',
      name: name(each.Name),
      arguments: inputs(each.Arguments),
      repeatable: each.IsRepeatable,
      locations: (each.Locations ?? []).map(name),
    })),
  ]
  return { kind: 'Document', definitions } as unknown as DocumentNode
}

export const placeOf = (node: ASTNode | undefined): Place | undefined => (node as Placed | undefined)?.place
