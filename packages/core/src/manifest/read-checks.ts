import { checkDetails } from './check-details.ts'
import type { RawDataProduct } from './document.ts'
import { type Loose, type Notes, shown } from './issues.ts'
import { type CheckSpec, type CheckType, mainTable, type SchemaSpec } from './model.ts'
import { nearest, snakeCase } from './nearest.ts'
import { type Columns, checkColumns, columnsOf, list } from './read-schema.ts'
import { parseShare } from './units.ts'
import type { Path } from './yaml.ts'

type Spec = Loose<RawDataProduct['spec']>
/** One check as written. */
export type RawCheck = NonNullable<NonNullable<Spec['quality_checks']>[number]>

const checkTypes = [
  'not_null',
  'unique',
  'range',
  'accepted_values',
  'pattern',
  'row_count',
  'freshness',
  'relationship',
  'duplicate_share',
  'sql',
] as const satisfies readonly CheckType[]

/** Other formats' words for our types of check. */
const typeWords: Readonly<Record<string, CheckType>> = {
  non_null: 'not_null',
  notnull: 'not_null',
  no_nulls: 'not_null',
  required: 'not_null',
  null_check: 'not_null',
  uniqueness: 'unique',
  primary_key: 'unique',
  between: 'range',
  min_max: 'range',
  bounds: 'range',
  in_set: 'accepted_values',
  enum: 'accepted_values',
  allowed_values: 'accepted_values',
  values: 'accepted_values',
  valid_values: 'accepted_values',
  regex: 'pattern',
  format: 'pattern',
  matches: 'pattern',
  rowcount: 'row_count',
  volume: 'row_count',
  count: 'row_count',
  recency: 'freshness',
  timeliness: 'freshness',
  foreign_key: 'relationship',
  relationships: 'relationship',
  reference: 'relationship',
  referential_integrity: 'relationship',
  duplicates: 'duplicate_share',
  duplicate: 'duplicate_share',
  duplicate_rate: 'duplicate_share',
  custom_sql: 'sql',
  query: 'sql',
  custom: 'sql',
  expression: 'sql',
}

/** What checks may speak of. */
export type Checked = { name: string; schema: SchemaSpec; inputPorts: readonly { name: string }[] }
type Known = Checked & { columns: (table: string) => Columns }

/** Types whose columns belong together; the others are one check for each column. */
const together: ReadonlySet<CheckType> = new Set(['unique', 'relationship', 'duplicate_share', 'row_count', 'sql'])
const withoutColumn: ReadonlySet<CheckType> = new Set(['row_count', 'sql', 'duplicate_share'])

export function readChecks(raw: Spec['quality_checks'], product: Checked, notes: Notes): CheckSpec[] {
  const checks: CheckSpec[] = []
  const taken = new Map<string, number>()
  const known: Known = { ...product, columns: columnsByTable(product.schema) }
  for (const [index, from] of (raw ?? []).entries()) {
    if (!from) continue
    const path = ['spec', 'quality_checks', index]
    const words = from.type === undefined && from.check !== undefined ? fromWords(from.check) : undefined
    if (from.type === undefined && from.check !== undefined && !words) {
      notes.error(
        'value-invalid',
        [...path, 'check'],
        `${shown(from.check)} is no rule that is understood`,
        'write type: not_null, unique, range, accepted_values, pattern, row_count, freshness, relationship, duplicate_share or sql',
      )
      continue
    }
    for (const spec of readCheck(words ? { ...from, ...words } : from, path, known, notes)) {
      const count = (taken.get(spec.id) ?? 0) + 1
      taken.set(spec.id, count)
      checks.push(count === 1 ? spec : { ...spec, id: `${spec.id}.${count}` })
    }
  }
  return checks
}

/** Columns of a table, made once for all its checks. */
function columnsByTable(schema: SchemaSpec): (table: string) => Columns {
  const made = new Map<string, Columns>()
  return (table) => {
    const before = made.get(table)
    if (before) return before
    const columns = columnsOf(Object.hasOwn(schema.tables, table) ? schema.tables[table]!.fields : [])
    made.set(table, columns)
    return columns
  }
}

/** `no null order_id`, `order_id is not null`, `unique order_id`, `amount > 0`. */
function fromWords(words: string): Partial<RawCheck> | undefined {
  const text = words.slice(0, 300).trim()
  const none = /^(?:no nulls?(?: in)?|not null)\s+(\w+)$/i.exec(text) ?? /^(\w+)\s+(?:is )?not null$/i.exec(text)
  if (none) return { type: 'not_null', column: none[1]!, name: text }
  const unique = /^(?:unique|no duplicates?(?: in)?)\s+(\w+)$/i.exec(text) ?? /^(\w+)\s+(?:is )?unique$/i.exec(text)
  if (unique) return { type: 'unique', column: unique[1]!, name: text }
  const rows = /^row_?count\s*(>=?)\s*(\d+)$/i.exec(text)
  if (rows) return { type: 'row_count', min: Number(rows[2]) + (rows[1] === '>' ? 1 : 0), name: text }
  const bound = /^(\w+)\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)$/.exec(text)
  if (!bound) return undefined
  const [, column, sign, number] = bound
  if (sign === '>=') return { type: 'range', column: column!, min: Number(number), name: text }
  if (sign === '<=') return { type: 'range', column: column!, max: Number(number), name: text }
  return { type: 'sql', sql: `select * from {{ table }} where not ("${column}" ${sign} ${number})`, name: text }
}

function readCheck(from: RawCheck, path: Path, product: Known, notes: Notes): CheckSpec[] {
  const type = checkType(from, path, notes)
  if (!type) return []
  const table = from.table
  const tableName = table ?? mainTable(product)
  const declared = Object.keys(product.schema.tables)
  if (table !== undefined && declared.length > 0 && !declared.includes(table)) {
    const near = nearest(table, declared)
    notes.error(
      'table-unknown',
      [...path, 'table'],
      `there is no table ${shown(table)} in the schema`,
      near ? `write ${near}` : `write one of ${declared.join(', ')}`,
    )
  }
  const columns = [...list(from.column), ...list(from.columns)]
  const columnPath = (index: number): Path => {
    if (from.column !== undefined && index === 0) return [...path, 'column']
    if (!Array.isArray(from.columns)) return [...path, 'columns']
    return [...path, 'columns', index - (from.column === undefined ? 0 : 1)]
  }
  if (columns.length === 0 && !withoutColumn.has(type))
    notes.error(
      'check-incomplete',
      path,
      `the check ${type} does not say which column it is about`,
      'write column: <name>',
    )
  checkColumns(columns, product.columns(tableName), columnPath, notes)
  const common = {
    type,
    ...(table === undefined ? {} : { table }),
    severity: severityOf(from.severity, path, notes),
    ...(from.where === undefined ? {} : { where: from.where }),
    ...(from.description === undefined ? {} : { description: from.description }),
    at: notes.doc.positionOf(path),
    ...checkDetails(type, from, columns, path, notes),
  }
  if (common.references) checkOtherSide(common.references.table, from, path, product, notes)
  const groups = together.has(type) || columns.length <= 1 ? [columns] : columns.map((column) => [column])
  return groups.map((group) => ({
    ...common,
    id: [tableName, type, ...group].join('.'),
    name: from.name ?? defaultName(type, group),
    columns: group,
    threshold: thresholdOf(type, from, path, notes),
  }))
}

function checkType(from: RawCheck, path: Path, notes: Notes): CheckType | undefined {
  if (from.type === undefined) {
    if (from.sql !== undefined || from.query !== undefined) return 'sql'
    notes.error(
      'key-missing',
      [...path, 'type'],
      'the check does not say what it checks',
      `write type: ${checkTypes.join(', ')}`,
    )
    return undefined
  }
  const word = snakeCase(from.type.slice(0, 100))
  const known = checkTypes.find((t) => t === word) ?? (Object.hasOwn(typeWords, word) ? typeWords[word] : undefined)
  if (known) return known
  const near = nearest(word, [...checkTypes, ...Object.keys(typeWords)])
  notes.error(
    'value-unknown',
    [...path, 'type'],
    `there is no check of type ${shown(from.type)}`,
    near ? `write ${near}` : `write one of ${checkTypes.join(', ')}`,
  )
  return undefined
}

function severityOf(written: string | undefined, path: Path, notes: Notes): 'error' | 'warn' {
  const word = (written ?? 'error').trim().toLowerCase()
  if (['error', 'block', 'blocking', 'blocker', 'critical', 'fatal', 'fail', 'failure', 'high', 'must'].includes(word))
    return 'error'
  if (['warn', 'warning', 'info', 'informational', 'low', 'medium', 'minor', 'report', 'should'].includes(word))
    return 'warn'
  notes.error(
    'value-unknown',
    [...path, 'severity'],
    `severity cannot be ${shown(written)}`,
    'write error (stops the publish) or warn (only reports)',
  )
  return 'error'
}

function thresholdOf(type: CheckType, from: RawCheck, path: Path, notes: Notes): number {
  // For duplicates the threshold is the share of duplicates itself and is kept as `maxShare`.
  if (from.threshold === undefined || type === 'duplicate_share') return 1
  return notes.parsed([...path, 'threshold'], parseShare(from.threshold)) ?? 1
}

/** `port.table` must name an input port; a name without a dot may be a model, which only the build knows. */
function checkOtherSide(table: string, from: RawCheck, path: Path, product: Checked, notes: Notes): void {
  const port = table.split('.')[0]!
  const known = [...product.inputPorts.map((p) => p.name), ...Object.keys(product.schema.tables)]
  if (port === table || known.includes(port)) return
  const near = nearest(port, known)
  notes.error(
    'table-unknown',
    [...path, from.references === undefined ? 'to' : 'references'],
    `there is no input port ${shown(port)}`,
    near ? `write ${near}${table.slice(port.length)}` : 'add the input port, or name a table or model of this product',
  )
}

function defaultName(type: CheckType, columns: string[]): string {
  const names = columns.join(', ')
  switch (type) {
    case 'not_null':
      return `${names} is never empty`
    case 'unique':
      return `${names} is unique`
    case 'range':
      return `${names} is within its range`
    case 'accepted_values':
      return `${names} has only accepted values`
    case 'pattern':
      return `${names} matches its pattern`
    case 'row_count':
      return 'the number of rows is as expected'
    case 'freshness':
      return `${names} is recent`
    case 'relationship':
      return `${names} refers to rows that exist`
    case 'duplicate_share':
      return names ? `few duplicates of ${names}` : 'few duplicate rows'
    case 'sql':
      return 'custom SQL'
  }
}
