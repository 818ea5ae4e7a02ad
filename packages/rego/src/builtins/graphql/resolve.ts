import { BuiltinError } from '../builtin.ts'
import { parseSchema } from './schema.ts'
import type {
  ArgumentDefinition,
  Definition,
  Directive,
  DirectiveDefinition,
  Kind,
  Place,
  Schema,
  TypeRef,
} from './shape.ts'

/** A schema whose extensions are merged and whose names all stand for something. */
export type Resolved = {
  types: ReadonlyMap<string, Definition>
  directives: ReadonlyMap<string, DirectiveDefinition>
  roots: Readonly<Record<string, string>>
}

const builtInDirectives = `
directive @defer(if: Boolean = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @deprecated(reason: String = "No longer supported") on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
directive @specifiedBy(url: String!) on SCALAR
directive @oneOf on INPUT_OBJECT`
const builtInTypes: Record<string, Kind> = {
  Int: 'SCALAR',
  Float: 'SCALAR',
  String: 'SCALAR',
  Boolean: 'SCALAR',
  ID: 'SCALAR',
  __Schema: 'OBJECT',
  __Type: 'OBJECT',
  __Field: 'OBJECT',
  __InputValue: 'OBJECT',
  __EnumValue: 'OBJECT',
  __Directive: 'OBJECT',
  __TypeKind: 'ENUM',
  __DirectiveLocation: 'ENUM',
}
const replaceable = new Set(['include', 'skip', 'deprecated', 'specifiedBy', 'defer', 'oneOf'])

export const isBuiltIn = (type: Definition): boolean => builtInTypes[type.Name] !== undefined && type.BuiltIn

const wrong = (place: Place | undefined, message: string): BuiltinError =>
  new BuiltinError(
    `Error in gqlparser SchemaDocument to Schema conversion: input:${place ? `${place.line}:${place.column}:` : ''} ${message}`,
  )

export const typeName = (type: TypeRef): string =>
  type.NamedType === '' && type.Elem ? typeName(type.Elem) : type.NamedType
const typeText = (type: TypeRef): string =>
  `${type.NamedType === '' && type.Elem ? `[${typeText(type.Elem)}]` : type.NamedType}${type.NonNull ? '!' : ''}`

/** Checks a schema as gqlparser does, in its order: the first problem is thrown. Rule: gqlparser, ValidateSchemaDocument */
export const resolve = (schema: Schema): Resolved => {
  const types = mergedTypes(schema)
  const directives = namedDirectives(schema)
  const roots: Record<string, string> = {}
  const possible = possibleTypes(types)
  const check = checks({ types, directives, possible })

  const definitions = schema.Schema ?? []
  if (definitions.length > 1) {
    throw wrong(
      definitions[1]?.Position,
      'Cannot have multiple schema entry points, consider schema extensions instead.',
    )
  }
  for (const definition of [...definitions, ...(schema.SchemaExtension ?? [])]) {
    for (const { Operation, Type, Position } of definition.OperationTypes ?? []) {
      if (!types.has(Type))
        throw wrong(Position, `Schema root ${Operation} refers to a type ${Type} that does not exist.`)
      roots[Operation] = Type
    }
    check.directives(definition.Directives, 'SCHEMA')
  }
  for (const name of [...types.keys()].sort()) {
    const type = types.get(name) as Definition
    if (!isBuiltIn(type)) check.type(type)
  }
  for (const name of [...directives.keys()].sort()) {
    const directive = directives.get(name) as DirectiveDefinition
    check.name(directive.Position, name)
    check.args(directive.Arguments, name)
  }
  if (definitions.length === 0) {
    for (const [operation, name] of [
      ['query', 'Query'],
      ['mutation', 'Mutation'],
      ['subscription', 'Subscription'],
    ] as const) {
      if (roots[operation] === undefined && types.has(name)) roots[operation] = name
    }
  }
  return { types, directives, roots }
}

const mergedTypes = (schema: Schema): Map<string, Definition> => {
  const types = new Map<string, Definition>()
  for (const [Name, Kind] of Object.entries(builtInTypes))
    types.set(Name, { Name, Kind, Description: '', BuiltIn: true })
  for (const type of schema.Definitions ?? []) {
    if (types.has(type.Name)) throw wrong(type.Position, `Cannot redeclare type ${type.Name}.`)
    types.set(type.Name, { ...type })
  }
  for (const more of schema.Extensions ?? []) {
    const { Kind, Name } = more
    const base: Definition = types.get(Name) ?? {
      Kind,
      Name,
      Description: '',
      BuiltIn: false,
      ...(more.Position ? { Position: more.Position } : {}),
    }
    if (base.Kind !== Kind)
      throw wrong(more.Position, `Cannot extend type ${Name} because the base type is a ${base.Kind}, not ${Kind}.`)
    const joined = <T>(first: T[] | undefined, second: T[] | undefined): T[] => [...(first ?? []), ...(second ?? [])]
    types.set(Name, {
      ...base,
      Directives: joined(base.Directives, more.Directives),
      Interfaces: joined(base.Interfaces, more.Interfaces),
      Fields: joined(base.Fields, more.Fields),
      Types: joined(base.Types, more.Types),
      EnumValues: joined(base.EnumValues, more.EnumValues),
    })
  }
  return types
}

const namedDirectives = (schema: Schema): Map<string, DirectiveDefinition> => {
  const directives = new Map<string, DirectiveDefinition>()
  for (const directive of [...(parseSchema(builtInDirectives).Directives ?? []), ...(schema.Directives ?? [])]) {
    if (directives.has(directive.Name) && !replaceable.has(directive.Name)) {
      throw wrong(directive.Position, `Cannot redeclare directive ${directive.Name}.`)
    }
    directives.set(directive.Name, directive)
  }
  return directives
}

const possibleTypes = (types: ReadonlyMap<string, Definition>): Map<string, Set<string>> => {
  const possible = new Map<string, Set<string>>()
  const add = (name: string, type: string): void => {
    const known = possible.get(name) ?? new Set()
    possible.set(name, known.add(type))
  }
  for (const type of types.values()) {
    for (const member of type.Types ?? []) add(type.Name, member)
    for (const each of type.Interfaces ?? []) add(each, type.Name)
    if (type.Kind === 'OBJECT' || type.Kind === 'INPUT_OBJECT') add(type.Name, type.Name)
  }
  return possible
}

type Known = {
  types: ReadonlyMap<string, Definition>
  directives: ReadonlyMap<string, DirectiveDefinition>
  possible: ReadonlyMap<string, ReadonlySet<string>>
}
type Checks = {
  name: (place: Place | undefined, name: string) => void
  args: (args: readonly ArgumentDefinition[] | undefined, directive?: string) => void
  directives: (list: readonly Directive[] | undefined, location: string, self?: string) => void
  type: (type: Definition) => void
}

const inputKinds: readonly Kind[] = ['SCALAR', 'ENUM', 'INPUT_OBJECT']
const outputKinds: readonly Kind[] = ['SCALAR', 'OBJECT', 'INTERFACE', 'UNION', 'ENUM']

const checks = ({ types, directives: known, possible }: Known): Checks => {
  const name: Checks['name'] = (place, text) => {
    if (text.startsWith('__'))
      throw wrong(place, `Name "${text}" must not begin with "__", which is reserved by GraphQL introspection.`)
  }
  const reference = (type: TypeRef): Definition => {
    const found = types.get(typeName(type))
    if (!found) throw wrong(type.Position, `Undefined type ${typeName(type)}.`)
    return found
  }
  const args: Checks['args'] = (list, directive) => {
    for (const each of list ?? []) {
      name(each.Position, each.Name)
      const type = reference(each.Type)
      if (!inputKinds.includes(type.Kind)) {
        throw wrong(
          each.Position,
          `cannot use ${typeText(each.Type)} as argument ${each.Name} because ${type.Kind} is not a valid input type`,
        )
      }
      directives(each.Directives, 'ARGUMENT_DEFINITION', directive)
    }
  }
  const directives: Checks['directives'] = (list, location, self) => {
    for (const each of list ?? []) {
      name(each.Position, each.Name)
      if (each.Name === self) throw wrong(each.Position, `Directive ${self} cannot refer to itself.`)
      const declared = known.get(each.Name)
      if (!declared) throw wrong(each.Position, `Undefined directive ${each.Name}.`)
      if (!declared.Locations?.includes(location))
        throw wrong(each.Position, `Directive ${each.Name} is not applicable on ${location}.`)
      for (const argument of each.Arguments ?? []) {
        if (!declared.Arguments?.some((other) => other.Name === argument.Name)) {
          throw wrong(argument.Position, `Undefined argument ${argument.Name} for directive ${each.Name}.`)
        }
      }
      for (const wanted of declared.Arguments ?? []) {
        const given = each.Arguments?.find((other) => other.Name === wanted.Name)
        if (wanted.Type.NonNull && !wanted.DefaultValue && (!given || given.Value.Kind === 6)) {
          throw wrong(each.Position, `Argument ${wanted.Name} for directive ${each.Name} cannot be null.`)
        }
      }
    }
  }
  const covariant = (wanted: TypeRef, actual: TypeRef): boolean => {
    if (wanted.NonNull && !actual.NonNull) return false
    if (wanted.NamedType !== '')
      return wanted.NamedType === actual.NamedType || (possible.get(wanted.NamedType)?.has(actual.NamedType) ?? false)
    return wanted.Elem !== undefined && actual.Elem !== undefined && covariant(wanted.Elem, actual.Elem)
  }
  const compatible = (one: TypeRef, other: TypeRef): boolean => {
    if (one.NamedType !== other.NamedType) return false
    if (one.Elem && (!other.Elem || !compatible(one.Elem, other.Elem))) return false
    return !other.NonNull || one.NonNull
  }
  const implementation = (type: Definition, interfaceName: string): void => {
    const wanted = types.get(interfaceName)
    if (!wanted) throw wrong(type.Position, `Undefined type "${interfaceName}".`)
    if (wanted.Kind !== 'INTERFACE')
      throw wrong(type.Position, `"${interfaceName}" is a non interface type ${wanted.Kind}.`)
    const start = `For ${type.Name} to implement ${wanted.Name}`
    for (const field of wanted.Fields ?? []) {
      const own = type.Fields?.find((each) => each.Name === field.Name)
      if (!own) throw wrong(type.Position, `${start} it must have a field called ${field.Name}.`)
      if (!covariant(field.Type, own.Type)) {
        throw wrong(own.Position, `${start} the field ${field.Name} must have type ${typeText(field.Type)}.`)
      }
      for (const argument of field.Arguments ?? []) {
        const found = own.Arguments?.find((each) => each.Name === argument.Name)
        const same = `${start} the field ${field.Name} must have the same arguments but`
        if (!found) throw wrong(own.Position, `${same} it is missing ${argument.Name}.`)
        if (!compatible(argument.Type, found.Type))
          throw wrong(found.Position, `${same} ${argument.Name} has the wrong type.`)
      }
      for (const found of own.Arguments ?? []) {
        if (!field.Arguments?.some((each) => each.Name === found.Name) && found.Type.NonNull && !found.DefaultValue) {
          throw wrong(
            found.Position,
            `${start} any additional arguments on ${own.Name} must be optional or have a default value but ${found.Name} is required.`,
          )
        }
      }
    }
    for (const further of wanted.Interfaces ?? []) {
      if (type.Interfaces?.includes(further)) continue
      if (further === type.Name) {
        throw wrong(
          type.Position,
          `Type ${type.Name} cannot implement ${interfaceName} because it would create a circular reference.`,
        )
      }
      throw wrong(
        type.Position,
        `Type ${type.Name} must implement ${further} because it is implemented by ${interfaceName}.`,
      )
    }
  }
  const content = (type: Definition): void => {
    const { Kind, Name, Position } = type
    const fields = type.Fields ?? []
    const isInput = Kind === 'INPUT_OBJECT'
    if (Kind === 'OBJECT' || Kind === 'INTERFACE' || isInput) {
      if (fields.length === 0)
        throw wrong(Position, `${Kind} ${Name}: must define one or more ${isInput ? 'input ' : ''}fields.`)
      const allowed = isInput ? inputKinds : outputKinds
      for (const field of fields) {
        const of = reference(field.Type)
        if (!allowed.includes(of.Kind)) {
          throw wrong(
            field.Position,
            `${isInput ? of.Kind : Kind} ${isInput ? field.Name : Name}: field must be one of ${allowed.join(', ')}.`,
          )
        }
      }
    }
    if (Kind === 'ENUM') {
      if (!type.EnumValues?.length)
        throw wrong(Position, `${Kind} ${Name}: must define one or more unique enum values.`)
      for (const value of type.EnumValues) {
        if (['true', 'false', 'null'].includes(value.Name))
          throw wrong(Position, `${Kind} ${Name}: non-enum value ${value.Name}.`)
        directives(value.Directives, 'ENUM_VALUE')
      }
    }
  }
  const type: Checks['type'] = (definition) => {
    const { Kind, Name, Position } = definition
    for (const field of definition.Fields ?? []) {
      name(field.Position, field.Name)
      reference(field.Type)
      args(field.Arguments)
      directives(field.Directives, Kind === 'INPUT_OBJECT' ? 'INPUT_FIELD_DEFINITION' : 'FIELD_DEFINITION')
    }
    for (const member of definition.Types ?? []) {
      const found = types.get(member)
      if (!found) throw wrong(Position, `Undefined type "${member}".`)
      if (found.Kind !== 'OBJECT') throw wrong(Position, `${Kind} type "${member}" must be OBJECT.`)
    }
    for (const each of definition.Interfaces ?? []) implementation(definition, each)
    content(definition)
    const seen = new Set<string>()
    for (const field of definition.Fields ?? []) {
      if (seen.has(field.Name)) throw wrong(field.Position, `Field ${Name}.${field.Name} can only be defined once.`)
      seen.add(field.Name)
    }
    if (!definition.BuiltIn) name(Position, Name)
    directives(definition.Directives, Kind)
  }
  return { name, args, directives, type }
}
