import { maskExamples, maskFrom, maskText } from '../access/index.ts'
import type { RawDataProduct } from './document.ts'
import { type Loose, type Notes, shown } from './issues.ts'
import { type Field, mainTable, type SchemaSpec } from './model.ts'
import { checkTwice } from './names.ts'
import { nearest } from './nearest.ts'
import { readSchemaFile } from './schema-file.ts'
import { toDuckDbType, typeNames } from './types.ts'
import type { Path } from './yaml.ts'

type Raw = NonNullable<Loose<RawDataProduct['spec']>['schema']>
type RawTable = NonNullable<NonNullable<Raw['tables']>[string]>
export type Files = Readonly<Record<string, string>>

export const list = (value: string | (string | undefined)[] | undefined): string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value.filter((item) => item !== undefined)

const maxTables = 500
const path0: Path = ['spec', 'schema']

export function readSchema(raw: Raw | undefined, name: string, files: Files | undefined, notes: Notes): SchemaSpec {
  const main = mainTable({ name })
  const tables: SchemaSpec['tables'] = {}
  let format = raw?.format
  const add = (table: string, from: RawTable, path: Path) => {
    const fromFile = from.file === undefined ? undefined : readFile(from.file, [...path, 'file'], files, notes)
    if (from.file !== undefined && from.fields !== undefined)
      notes.error(
        'key-twice',
        [...path, 'file'],
        'both fields and file say what the columns are',
        'keep one of the two',
        'key',
      )
    const fields = from.fields ? readFields(from.fields, [...path, 'fields'], notes) : (fromFile?.fields ?? [])
    const key = list(from.key)
    checkColumns(key, columnsOf(fields), () => [...path, 'key'], notes)
    for (const field of fields)
      if (key.some((column) => column.toLowerCase() === field.name.toLowerCase())) field.key = true
    format ??= fromFile?.format
    if (fields.length > 0 || from.description !== undefined || path !== path0)
      tables[table] = { description: from.description ?? fromFile?.description ?? '', fields }
  }
  if (raw && (raw.fields || raw.file !== undefined || raw.description !== undefined)) {
    const { description, fields, file, key } = raw
    add(main, { description, fields, file, key }, path0)
  } else if (raw?.key !== undefined && !raw.tables) {
    notes.error(
      'check-incomplete',
      [...path0, 'key'],
      'the key names columns, but no fields are declared',
      'write fields, or a file',
      'key',
    )
  }
  const named: [string, Path][] = Object.keys(tables).map((t) => [t, path0])
  for (const [table, from] of Object.entries(raw?.tables ?? {})) {
    if (from === undefined) continue
    const path = [...path0, 'tables', table]
    if (named.length >= maxTables) {
      notes.error('list-too-long', path, `more than ${maxTables} tables in one product`, 'divide the product', 'key')
      break
    }
    if (!/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/.test(table))
      notes.error('name-invalid', path, `${shown(table)} is no name of a table`, 'write letters, digits and _', 'key')
    else {
      named.push([table, path])
      add(table, from, path)
    }
  }
  checkTwice(named, 'table', notes, (text) => text.toLowerCase())
  return {
    compatibility: raw?.compatibility ?? 'BACKWARD',
    tables,
    ...(raw?.file === undefined ? {} : { file: raw.file }),
    ...(format === undefined ? {} : { format }),
    ...(raw?.registry === undefined ? {} : { registry: raw.registry }),
    ...(raw?.subject === undefined ? {} : { subject: raw.subject }),
  }
}

function readFile(file: string, path: Path, files: Files | undefined, notes: Notes) {
  // Without files the text was read alone (an editor, a policy); what the file says is then simply not known.
  if (!files) return undefined
  const clean = file.replace(/^\.\//, '')
  const text = Object.hasOwn(files, clean) ? files[clean] : undefined
  if (text === undefined) {
    const near = nearest(
      clean,
      Object.keys(files).filter((f) => /\.(avsc|json)$/.test(f)),
    )
    notes.error(
      'file-missing',
      path,
      `there is no file ${shown(file)} beside the manifest`,
      near ? `write ${near}` : 'write its path, relative to the manifest',
    )
    return undefined
  }
  const read = readSchemaFile(text)
  if (read.ok) return read
  notes.error(
    'file-invalid',
    path,
    `${file} cannot be read: ${read.why}`,
    'write an Avro record or a JSON Schema object',
  )
  return undefined
}

function readFields(raw: NonNullable<Raw['fields']>, path: Path, notes: Notes): Field[] {
  const fields: Field[] = []
  const names: [string, Path][] = []
  for (const [index, from] of raw.entries()) {
    const here = [...path, index]
    if (from?.name === undefined) continue
    if (from.name === '' || from.name.length > 255) {
      notes.error('name-invalid', [...here, 'name'], 'a column has a name of 1 to 255 letters', 'write a name')
      continue
    }
    names.push([from.name, [...here, 'name']])
    if (from.nullable !== undefined && from.required === from.nullable)
      notes.error(
        'key-twice',
        [...here, 'required'],
        `nullable: ${from.nullable} and required: ${from.required} contradict each other`,
        'keep nullable',
        'key',
      )
    const type = from.type ?? 'string'
    const sqlType = toDuckDbType(type)
    if (sqlType === undefined) {
      const near = nearest(type.replace(/[<(].*$/s, ''), [...typeNames, 'array', 'struct', 'map'])
      notes.error(
        'value-unknown',
        [...here, 'type'],
        `${shown(type)} is no type`,
        near
          ? `write ${near}`
          : 'write string, int, bigint, double, decimal(10,2), boolean, date, timestamp, uuid, json …',
      )
    }
    fields.push({
      name: from.name,
      type,
      ...(sqlType === undefined ? {} : { sqlType }),
      nullable: from.nullable ?? (from.required === undefined ? true : !from.required),
      description: from.description ?? from.doc ?? '',
      pii: from.pii ?? false,
      ...(from.classification === undefined ? {} : { classification: from.classification }),
      ...(from.encryption === undefined ? {} : { encryption: from.encryption }),
      ...(maskIn(from.mask, from.name, [...here, 'mask'], notes) ?? {}),
      key: from.key ?? from.primary_key ?? false,
      at: notes.doc.positionOf(here),
    })
  }
  checkTwice(names, 'column', notes, (text) => text.toLowerCase())
  return fields
}

/** As written, when it can be understood. */
export function maskIn(
  written: string | undefined,
  column: string,
  path: Path,
  notes: Notes,
): { mask: string } | undefined {
  if (written === undefined) return undefined
  const mask = maskFrom(column, written)
  if (mask !== null) return { mask: maskText(mask) }
  notes.error('value-unknown', path, `${shown(written)} is no mask`, `write one like ${maskExamples}`)
  return undefined
}

/** Names of columns, to look up; names are compared without case, as SQL does. */
export type Columns = { fields: readonly Field[]; has: (name: string) => boolean }

export function columnsOf(fields: readonly Field[]): Columns {
  const names = new Set(fields.map((f) => f.name.toLowerCase()))
  return { fields, has: (name) => names.has(name.toLowerCase()) }
}

/** Notes each column that the schema does not have. Where no columns are declared, nothing can be said. */
export function checkColumns(
  columns: readonly string[],
  known: Columns,
  pathOf: (index: number) => Path,
  notes: Notes,
): void {
  if (known.fields.length === 0) return
  const names = known.fields.slice(0, 500).map((f) => f.name)
  for (const [index, column] of columns.entries()) {
    if (known.has(column) || notes.full()) continue
    const near = nearest(column, names)
    const some = `${names.slice(0, 20).join(', ')}${known.fields.length > 20 ? ' …' : ''}`
    notes.error(
      'column-unknown',
      pathOf(index),
      `there is no column ${shown(column)} in the schema`,
      near ? `write ${near}` : `add it to the schema, or write one of ${some}`,
    )
  }
}
