import { Reader } from './reader.ts'
import type {
  ArgumentDefinition,
  Comments,
  Definition,
  DirectiveDefinition,
  EnumValue,
  FieldDefinition,
  Kind,
  Schema,
  SchemaDefinition,
} from './shape.ts'

const kinds: Record<string, Kind> = {
  scalar: 'SCALAR',
  type: 'OBJECT',
  interface: 'INTERFACE',
  union: 'UNION',
  enum: 'ENUM',
  input: 'INPUT_OBJECT',
}
const locations = new Set(
  `QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT VARIABLE_DEFINITION SCHEMA SCALAR OBJECT FIELD_DEFINITION
   ARGUMENT_DEFINITION INTERFACE UNION ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION`.split(/\s+/),
)

type Described = { text: string; comment: Comments | undefined }
const before = (comment: Comments | undefined): { BeforeDescriptionComment?: Comments } =>
  comment ? { BeforeDescriptionComment: comment } : {}
const after = (comment: Comments | undefined): { AfterDescriptionComment?: Comments } =>
  comment ? { AfterDescriptionComment: comment } : {}
const end = (comment: Comments | undefined): { EndOfDefinitionComment?: Comments } =>
  comment ? { EndOfDefinitionComment: comment } : {}

const description = (r: Reader): Described => {
  if (!r.is('String') && !r.is('BlockString')) return { text: '', comment: undefined }
  const { comment } = r
  return { text: r.take().value, comment }
}

/** Types that are named but nowhere declared are no error yet. @throws BuiltinError with the place */
export const parseSchema = (text: string): Schema => {
  const r = new Reader(text)
  const made: Required<Omit<Schema, 'Comment'>> = {
    Schema: [],
    SchemaExtension: [],
    Directives: [],
    Definitions: [],
    Extensions: [],
  }
  while (!r.is('<EOF>')) {
    const described = description(r)
    const token = r.peek()
    if (token.kind !== 'Name') throw r.unexpected()
    if (kinds[token.value]) made.Definitions.push(definition(r, described))
    else if (token.value === 'schema') {
      const comment = r.expectWord('schema')
      made.Schema.push(schemaDefinition(r, described, comment))
    } else if (token.value === 'directive') made.Directives.push(directiveDefinition(r, described))
    else if (token.value === 'extend') {
      if (described.text !== '') throw r.unexpected(r.previous)
      extension(r, made)
    } else throw r.unexpected()
  }
  return { ...made, ...r.comments() }
}

const schemaDefinition = (r: Reader, described: Described, comment: Comments | undefined): SchemaDefinition => {
  const Position = r.place()
  const Directives = r.directives(true)
  const OperationTypes: NonNullable<SchemaDefinition['OperationTypes']> = []
  const last = r.some('{', '}', () => {
    const Position = r.place()
    const comments = r.comments()
    const operation = r.take()
    if (!['query', 'mutation', 'subscription'].includes(operation.value)) throw r.unexpected(operation)
    r.expect(':')
    OperationTypes.push({ Operation: operation.value, Type: r.name(), Position, ...comments })
  })
  return {
    Description: described.text,
    Directives,
    OperationTypes,
    Position,
    ...before(described.comment),
    ...after(comment),
    ...end(last),
  }
}

const definition = (r: Reader, described: Described, comment?: Comments, extends_ = false): Definition => {
  const Kind = kinds[r.peek().value] as Kind
  const own = r.expectWord(r.peek().value)
  const Position = r.place()
  const made: Definition = {
    Kind,
    Description: described.text,
    Name: r.name(),
    BuiltIn: false,
    Position,
    ...before(described.comment),
    ...after(extends_ ? comment : own),
  }
  if (Kind === 'OBJECT' || (Kind === 'INTERFACE' && !extends_)) made.Interfaces = interfaces(r)
  made.Directives = r.directives(!(extends_ && Kind === 'INPUT_OBJECT'))
  if (Kind === 'OBJECT' || Kind === 'INTERFACE' || Kind === 'INPUT_OBJECT') {
    const Fields: FieldDefinition[] = []
    made.Fields = Fields
    Object.assign(
      made,
      end(r.some('{', '}', () => Fields.push(member(r, Kind !== 'INPUT_OBJECT', Kind === 'INPUT_OBJECT')))),
    )
  } else if (Kind === 'UNION') made.Types = r.skip('=') ? separated(r, '|') : []
  else if (Kind === 'ENUM') {
    const EnumValues: EnumValue[] = []
    made.EnumValues = EnumValues
    Object.assign(made, end(r.some('{', '}', () => EnumValues.push(enumValue(r)))))
  }
  return made
}

const separated = (r: Reader, sign: string): string[] => {
  r.skip(sign)
  const names = [r.name()]
  while (r.skip(sign)) names.push(r.name())
  return names
}

const interfaces = (r: Reader): string[] => {
  if (r.peek().value !== 'implements') return []
  r.take()
  return separated(r, '&')
}

type Head = {
  Description: string
  Position: { line: number; column: number }
  BeforeDescriptionComment?: Comments
  AfterDescriptionComment?: Comments
}
const head = (r: Reader): Head => {
  const Position = r.place()
  const described = description(r)
  r.peek()
  return {
    Description: described.text,
    Position,
    ...(described.text === '' ? {} : before(described.comment)),
    ...after(r.comment),
  }
}

/** A field, with arguments where it may have some, or an argument, with a value where it may have one. */
const member = (r: Reader, withArguments: boolean, withValue: boolean): FieldDefinition => {
  const made = head(r)
  const Name = r.name()
  const Arguments: ArgumentDefinition[] = []
  if (withArguments) r.some('(', ')', () => Arguments.push(member(r, false, true)))
  r.expect(':')
  const Type = r.type()
  const preset = withValue && r.skip('=') ? { DefaultValue: r.literal(true) } : {}
  return { ...made, Name, Type, ...(withArguments ? { Arguments } : {}), ...preset, Directives: r.directives(true) }
}

const enumValue = (r: Reader): EnumValue => ({ ...head(r), Name: r.name(), Directives: r.directives(true) })

const directiveDefinition = (r: Reader, described: Described): DirectiveDefinition => {
  const comment = r.expectWord('directive')
  r.expect('@')
  const Position = r.place()
  const Name = r.name()
  const Arguments: ArgumentDefinition[] = []
  r.some('(', ')', () => Arguments.push(member(r, false, true)))
  const IsRepeatable = r.isWord('repeatable')
  if (IsRepeatable) r.take()
  r.expectWord('on')
  r.skip('|')
  const Locations: string[] = []
  do {
    const token = r.peek()
    r.expect('Name')
    if (!locations.has(token.value)) throw r.unexpected(token)
    Locations.push(token.value)
  } while (r.skip('|'))
  return {
    Description: described.text,
    Name,
    Arguments,
    Locations,
    IsRepeatable,
    Position,
    ...before(described.comment),
    ...after(comment),
  }
}

const extension = (r: Reader, into: { SchemaExtension: SchemaDefinition[]; Extensions: Definition[] }): void => {
  const comment = r.expectWord('extend')
  const none = { text: '', comment: undefined }
  const filled = (...lists: (readonly unknown[] | undefined)[]): void => {
    if (!lists.some((each) => each && each.length > 0)) throw r.unexpected()
  }
  if (r.isWord('schema')) {
    r.take()
    const made = schemaDefinition(r, none, comment)
    filled(made.Directives, made.OperationTypes)
    into.SchemaExtension.push(made)
  } else if (kinds[r.peek().value]) {
    const made = definition(r, none, comment, true)
    filled(made.Interfaces, made.Directives, made.Fields, made.Types, made.EnumValues)
    into.Extensions.push(made)
  } else throw r.unexpected()
}
