/** The syntax tree as OPA shows it, which is that of gqlparser: names in capitals, lists and places absent where there are none. */
export type Place = { line: number; column: number }
export type Comments = { List: { Value: string }[] }
type Commented = {
  BeforeDescriptionComment?: Comments
  AfterDescriptionComment?: Comments
  EndOfDefinitionComment?: Comments
}

export type TypeRef = { NamedType: string; Elem?: TypeRef; NonNull: boolean; Position?: Place }
/** Kinds: 0 variable, 1 int, 2 float, 3 string, 4 block string, 5 boolean, 6 null, 7 enum, 8 list, 9 object. */
export type Literal = {
  Raw: string
  Children?: { Name: string; Value: Literal; Position?: Place; Comment?: Comments }[]
  Kind: number
  Position?: Place
  Comment?: Comments
  ExpectedTypeHasDefault: boolean
}
export type Argument = { Name: string; Value: Literal; Position?: Place; Comment?: Comments }
export type Directive = { Name: string; Arguments?: Argument[]; Location: string; Position?: Place }

export type Selection = {
  Alias?: string
  Name?: string
  TypeCondition?: string
  Arguments?: Argument[]
  Directives?: Directive[]
  SelectionSet?: Selection[]
  Position?: Place
  Comment?: Comments
}
export type VariableDefinition = {
  Variable: string
  Type: TypeRef
  DefaultValue?: Literal
  Directives?: Directive[]
  Used: boolean
  Position?: Place
  Comment?: Comments
}
export type Operation = {
  Operation: string
  Name: string
  VariableDefinitions?: VariableDefinition[]
  Directives?: Directive[]
  SelectionSet?: Selection[]
  Position?: Place
  Comment?: Comments
}
export type Fragment = {
  Name: string
  VariableDefinition?: VariableDefinition[]
  TypeCondition: string
  Directives?: Directive[]
  SelectionSet?: Selection[]
  Position?: Place
  Comment?: Comments
}
export type Query = { Operations?: Operation[]; Fragments?: Fragment[] }

export type ArgumentDefinition = Commented & {
  Description: string
  Name: string
  DefaultValue?: Literal
  Type: TypeRef
  Directives?: Directive[]
  Position?: Place
}
export type FieldDefinition = ArgumentDefinition & { Arguments?: ArgumentDefinition[] }
export type EnumValue = Commented & { Description: string; Name: string; Directives?: Directive[]; Position?: Place }
export type Kind = 'SCALAR' | 'OBJECT' | 'INTERFACE' | 'UNION' | 'ENUM' | 'INPUT_OBJECT'
export type Definition = Commented & {
  Kind: Kind
  Description: string
  Name: string
  Directives?: Directive[]
  Interfaces?: string[]
  Fields?: FieldDefinition[]
  Types?: string[]
  EnumValues?: EnumValue[]
  BuiltIn: boolean
  Position?: Place
}
export type DirectiveDefinition = Commented & {
  Description: string
  Name: string
  Arguments?: ArgumentDefinition[]
  Locations?: string[]
  IsRepeatable: boolean
  Position?: Place
}
export type SchemaDefinition = Commented & {
  Description: string
  Directives?: Directive[]
  OperationTypes?: { Operation: string; Type: string; Position?: Place; Comment?: Comments }[]
  Position?: Place
}
export type Schema = {
  Schema?: SchemaDefinition[]
  SchemaExtension?: SchemaDefinition[]
  Directives?: DirectiveDefinition[]
  Definitions?: Definition[]
  Extensions?: Definition[]
  Comment?: Comments
}

/** Without places, and without lists and objects in which nothing stands. */
export const pruned = (json: unknown): unknown => {
  if (Array.isArray(json)) return json.map(pruned).filter((each) => !isEmpty(each))
  if (json === null || typeof json !== 'object') return json
  const made: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(json)) {
    const kept = key === 'Position' ? undefined : pruned(value)
    if (!isEmpty(kept)) made[key] = kept
  }
  return made
}
const isEmpty = (json: unknown): boolean =>
  json === undefined || json === null || (typeof json === 'object' && Object.keys(json).length === 0)
