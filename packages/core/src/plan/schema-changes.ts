import type { DataProduct, Field, SchemaSpec } from '../manifest/index.ts'
import { type Difference, difference } from './difference.ts'
import { widens } from './widening.ts'

/**
 * What the schemas differ in, for somebody who reads the new data. Rule: the product's own `compatibility`.
 * NONE promises nothing; FORWARD and FULL also protect readers that keep the old types, FULL also old data under the new schema.
 */
export function schemaChanges(before: DataProduct, after: DataProduct): Difference[] {
  const changes: Difference[] = []
  const old = before.schema
  const now = after.schema
  for (const table of Object.keys(old.tables)) {
    const path = `spec.schema.${table}`
    const next = Object.hasOwn(now.tables, table) ? now.tables[table] : undefined
    if (!next)
      changes.push(difference('breaking', path, `table ${table} is gone`, 'who reads it finds nothing', { table }))
    else changes.push(...tableChanges(table, old.tables[table]!, next, old.compatibility))
  }
  for (const table of Object.keys(now.tables))
    if (!Object.hasOwn(old.tables, table))
      changes.push(difference('compatible', `spec.schema.${table}`, `table ${table} is new`, 'nobody reads it yet'))
  if (old.compatibility !== now.compatibility)
    changes.push(
      difference(
        'informative',
        'spec.schema.compatibility',
        `compatibility is ${now.compatibility}, was ${old.compatibility}`,
        'it holds from this release on',
      ),
    )
  if (
    old.registry !== now.registry ||
    old.subject !== now.subject ||
    old.format !== now.format ||
    old.file !== now.file
  )
    changes.push(
      difference(
        'informative',
        'spec.schema',
        'where the schema is kept changed',
        'columns stay as they are compared above',
      ),
    )
  return old.compatibility === 'NONE'
    ? changes.map((change) =>
        change.verdict === 'breaking'
          ? { ...change, verdict: 'compatible', because: `${change.because}; but compatibility NONE promises nothing` }
          : change,
      )
    : changes
}

type Table = SchemaSpec['tables'][string]

function tableChanges(table: string, old: Table, now: Table, compatibility: SchemaSpec['compatibility']): Difference[] {
  const changes: Difference[] = []
  const path = `spec.schema.${table}`
  // Without declared columns there was no promise about them, and so there is none to break.
  if (old.fields.length === 0) {
    if (now.fields.length > 0)
      changes.push(difference('compatible', path, `columns of ${table} are declared`, 'nothing was promised before'))
    return changes
  }
  const byName = (fields: readonly Field[]) => new Map(fields.map((field) => [field.name, field]))
  const [before, after] = [byName(old.fields), byName(now.fields)]
  for (const [name, field] of before) {
    const next = after.get(name)
    if (next) changes.push(...fieldChanges(`${path}.${name}`, table, field, next, compatibility))
    else
      changes.push(
        difference('breaking', `${path}.${name}`, `column ${table}.${name} is gone`, 'readers that name it fail', {
          table,
          column: name,
        }),
      )
  }
  for (const [name, field] of after) {
    if (before.has(name)) continue
    const strict = compatibility.startsWith('FULL') && !field.nullable
    changes.push(
      strict
        ? difference(
            'breaking',
            `${path}.${name}`,
            `column ${table}.${name} is new and never empty`,
            'compatibility FULL: data of the old release does not have it',
            { table, column: name },
          )
        : difference(
            'compatible',
            `${path}.${name}`,
            `column ${table}.${name} is new`,
            'readers that do not name it notice nothing',
          ),
    )
  }
  const key = (fields: readonly Field[]) => fields.filter((f) => f.key).map((f) => f.name)
  const [oldKey, newKey] = [key(old.fields), key(now.fields)]
  if (oldKey.join('\0') !== newKey.join('\0')) {
    const verdict = oldKey.length === 0 ? 'compatible' : 'breaking'
    changes.push(
      difference(
        verdict,
        path,
        `key of ${table} is ${newKey.join(', ') || 'not declared any more'}, was ${oldKey.join(', ') || 'not declared'}`,
        verdict === 'breaking' ? 'readers find rows and pages by it' : 'nothing was promised before',
        { table },
      ),
    )
  }
  const sameOrder =
    [...before.keys()].filter((n) => after.has(n)).join('\0') ===
    [...after.keys()].filter((n) => before.has(n)).join('\0')
  if (!sameOrder)
    changes.push(difference('informative', path, `columns of ${table} are in another order`, 'readers name columns'))
  if (old.description !== now.description)
    changes.push(difference('informative', path, `table ${table} is described otherwise`, 'the data is the same'))
  return changes
}

function fieldChanges(
  path: string,
  table: string,
  old: Field,
  now: Field,
  compatibility: SchemaSpec['compatibility'],
): Difference[] {
  const changes: Difference[] = []
  const column = `${table}.${old.name}`
  const touches = { table, column: old.name }
  const [from, to] = [typeOf(old), typeOf(now)]
  if (from !== to) {
    const fits = widens(from, to)
    const oldTypes = compatibility.startsWith('FORWARD') || compatibility.startsWith('FULL')
    const what = `column ${column} is ${now.type}, was ${old.type}`
    changes.push(
      fits && !oldTypes
        ? difference('compatible', path, what, 'every value still fits', touches)
        : difference(
            'breaking',
            path,
            what,
            fits ? `compatibility ${compatibility}: readers keep the old type` : 'values do not fit the old type',
            touches,
          ),
    )
  } else if (old.type !== now.type)
    changes.push(difference('informative', path, `type of ${column} is spelt ${now.type}`, 'it is the same type'))
  if (!old.nullable && now.nullable)
    changes.push(difference('breaking', path, `column ${column} may be empty`, 'readers rely on a value', touches))
  if (old.nullable && !now.nullable)
    changes.push(
      difference('compatible', path, `column ${column} is never empty`, 'readers get more than was promised', touches),
    )
  for (const [key, what] of [
    ['description', 'described'],
    ['classification', 'classified'],
    ['encryption', 'encrypted'],
  ] as const)
    if (old[key] !== now[key])
      changes.push(difference('informative', path, `column ${column} is ${what} otherwise`, 'the values are the same'))
  return changes
}

const typeOf = (field: Field): string => field.sqlType ?? field.type.toLowerCase()
