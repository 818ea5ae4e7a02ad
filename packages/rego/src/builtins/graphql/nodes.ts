import { type ASTNode, type DocumentNode, Kind, type OperationTypeNode } from 'graphql'
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

const name = (value: string): Node => ({ kind: Kind.NAME, value })
const placed = (node: Node, place: Place | undefined): Node => (place ? { ...node, place } : node)
const variable = (text: string): Node => ({ kind: Kind.VARIABLE, name: name(text) })

const type = (of: TypeRef, place?: Place): Node => {
  const inner = of.Elem
    ? { kind: Kind.LIST_TYPE, type: type(of.Elem, place) }
    : placed({ kind: Kind.NAMED_TYPE, name: name(of.NamedType) }, place)
  return of.NonNull ? { kind: Kind.NON_NULL_TYPE, type: inner } : inner
}
const named = (text: string, place?: Place): Node => placed({ kind: Kind.NAMED_TYPE, name: name(text) }, place)

const literal = (of: Literal): Node => {
  const bare = (): Node => {
    switch (of.Kind) {
      case 0:
        return variable(of.Raw)
      case 1:
        return { kind: Kind.INT, value: of.Raw }
      case 2:
        return { kind: Kind.FLOAT, value: of.Raw }
      case 3:
      case 4:
        return { kind: Kind.STRING, value: of.Raw }
      case 5:
        return { kind: Kind.BOOLEAN, value: of.Raw === 'true' }
      case 6:
        return { kind: Kind.NULL }
      case 8:
        return { kind: Kind.LIST, values: (of.Children ?? []).map((each) => literal(each.Value)) }
      case 9:
        return {
          kind: Kind.OBJECT,
          fields: (of.Children ?? []).map((each) =>
            placed(
              { kind: Kind.OBJECT_FIELD, name: placed(name(each.Name), each.Position), value: literal(each.Value) },
              each.Position,
            ),
          ),
        }
      default:
        return { kind: Kind.ENUM, value: of.Raw }
    }
  }
  return placed(bare(), of.Position)
}

const args = (list: readonly Argument[] | undefined, place: Place | undefined): Node[] =>
  (list ?? []).map((each) =>
    placed({ kind: Kind.ARGUMENT, name: placed(name(each.Name), each.Position), value: literal(each.Value) }, place),
  )

const directives = (list: readonly Directive[] | undefined): Node[] =>
  (list ?? []).map((each) =>
    placed(
      { kind: Kind.DIRECTIVE, name: name(each.Name), arguments: args(each.Arguments, each.Position) },
      each.Position,
    ),
  )

const selections = (list: readonly Selection[] | undefined): Node => ({
  kind: Kind.SELECTION_SET,
  selections: (list ?? []).map((each) => {
    const shared = { directives: directives(each.Directives) }
    if (each.Alias !== undefined) {
      const field: Node = {
        kind: Kind.FIELD,
        name: name(each.Name ?? ''),
        arguments: args(each.Arguments, each.Position),
        ...shared,
        ...(each.Alias === each.Name ? {} : { alias: name(each.Alias) }),
        ...(each.SelectionSet?.length ? { selectionSet: selections(each.SelectionSet) } : {}),
      }
      return placed(field, each.Position)
    }
    if (each.Name !== undefined && each.SelectionSet === undefined) {
      return placed(
        { kind: Kind.FRAGMENT_SPREAD, name: placed(name(each.Name), each.Position), ...shared },
        each.Position,
      )
    }
    const inline: Node = {
      kind: Kind.INLINE_FRAGMENT,
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
        kind: Kind.VARIABLE_DEFINITION,
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
          kind: Kind.OPERATION_DEFINITION,
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
          kind: Kind.FRAGMENT_DEFINITION,
          name: placed(name(each.Name), each.Position),
          typeCondition: named(each.TypeCondition, each.Position),
          directives: directives(each.Directives),
          selectionSet: selections(each.SelectionSet),
        },
        each.Position,
      ),
    ),
  ]
  return { kind: Kind.DOCUMENT, definitions } as unknown as DocumentNode
}

const inputs = (list: readonly ArgumentDefinition[] | undefined): Node[] =>
  (list ?? []).map((each) => ({
    kind: Kind.INPUT_VALUE_DEFINITION,
    name: name(each.Name),
    type: type(each.Type),
    directives: directives(each.Directives),
    ...(each.DefaultValue ? { defaultValue: literal(each.DefaultValue) } : {}),
  }))

const kinds = {
  SCALAR: Kind.SCALAR_TYPE_DEFINITION,
  OBJECT: Kind.OBJECT_TYPE_DEFINITION,
  INTERFACE: Kind.INTERFACE_TYPE_DEFINITION,
  UNION: Kind.UNION_TYPE_DEFINITION,
  ENUM: Kind.ENUM_TYPE_DEFINITION,
  INPUT_OBJECT: Kind.INPUT_OBJECT_TYPE_DEFINITION,
} as const

const definition = (of: Definition): Node => ({
  kind: kinds[of.Kind],
  name: name(of.Name),
  directives: directives(of.Directives),
  interfaces: [...new Set(of.Interfaces ?? [])].map((each) => named(each)),
  types: [...new Set(of.Types ?? [])].map((each) => named(each)),
  values: (of.EnumValues ?? []).map((each) => ({
    kind: Kind.ENUM_VALUE_DEFINITION,
    name: name(each.Name),
    directives: directives(each.Directives),
  })),
  fields:
    of.Kind === 'INPUT_OBJECT'
      ? inputs(of.Fields)
      : (of.Fields ?? []).map((each) => ({
          kind: Kind.FIELD_DEFINITION,
          name: name(each.Name),
          arguments: inputs(each.Arguments),
          type: type(each.Type),
          directives: directives(each.Directives),
        })),
})

export const schemaNodes = ({ types, directives: declared, roots }: Resolved): DocumentNode => {
  const operationTypes = Object.entries(roots).map(([operation, root]) => ({
    kind: Kind.OPERATION_TYPE_DEFINITION,
    operation,
    type: named(root),
  }))
  const definitions: Node[] = [
    { kind: Kind.SCHEMA_DEFINITION, directives: [], operationTypes },
    ...[...types.values()].filter((each) => !isBuiltIn(each)).map(definition),
    ...[...declared.values()].map((each) => ({
      kind: Kind.DIRECTIVE_DEFINITION,
      name: name(each.Name),
      arguments: inputs(each.Arguments),
      repeatable: each.IsRepeatable,
      locations: (each.Locations ?? []).map(name),
    })),
  ]
  return { kind: Kind.DOCUMENT, definitions } as unknown as DocumentNode
}

export const placeOf = (node: ASTNode | undefined): Place | undefined => (node as Placed | undefined)?.place
