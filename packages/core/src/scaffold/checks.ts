import type { Inferred, InferredColumn } from './sample.ts'

/** A rule that a first version would hold, with the id that it has in the report: `<table>.<type>.<columns>`. */
export type ProposedCheck = { id: string; asks: string }

export type Correction = { name: string; pii: boolean; description: string }

const list = (values: readonly string[]): string =>
  values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`

/** One sentence a check, in the order of the manifest. */
export const proposedChecks = (name: string, it: Inferred): ProposedCheck[] => {
  const table = name.replaceAll('-', '_')
  const of = (column: InferredColumn, type: string, asks: string): ProposedCheck => ({
    id: `${table}.${type}.${column.name}`,
    asks,
  })
  const time = timeOf(it)
  return [
    ...it.columns.filter((c) => !c.nullable).map((c) => of(c, 'not_null', `${c.name} is always set`)),
    ...keysOf(it).map((c) => of(c, 'unique', `no two rows have the same ${c.name}`)),
    ...it.columns.filter((c) => c.atLeastZero).map((c) => of(c, 'range', `${c.name} is never below zero`)),
    ...it.columns.flatMap((c) => (c.values ? [of(c, 'accepted_values', `${c.name} is ${list(c.values)}`)] : [])),
    ...(it.rows > 0 ? [{ id: `${table}.row_count`, asks: 'there is at least one row' }] : []),
    ...(time ? [{ id: 'dbt.no_row_from_the_future', asks: `${time.name} is never later than tomorrow` }] : []),
  ]
}

/** The column that finds a row: the first that may. */
export const keysOf = (it: Inferred): InferredColumn[] => it.columns.filter((column) => column.unique).slice(0, 1)

/** The first column that says when something happened. */
export const timeOf = (it: Inferred): InferredColumn | undefined =>
  it.columns.find((column) => column.type.startsWith('timestamp'))

/**
 * The proposal as a person corrected it: marks, descriptions, and without the checks that they took out. A column that may be missing is
 * nullable, one that may repeat is no key: nothing that was taken out is promised elsewhere.
 */
export const corrected = (
  name: string,
  it: Inferred,
  wish: { columns?: readonly Correction[] | undefined; without: readonly string[] },
): Inferred => {
  const table = name.replaceAll('-', '_')
  const out = new Set(wish.without)
  const stays = (type: string, column: string) => !out.has(`${table}.${type}.${column}`)
  const given = new Map(wish.columns?.map((column) => [column.name, column]))
  return {
    ...it,
    rows: out.has(`${table}.row_count`) ? 0 : it.rows,
    columns: it.columns.map((column) => {
      const correction = given.get(column.name)
      return {
        ...column,
        nullable: column.nullable || !stays('not_null', column.name),
        unique: column.unique && stays('unique', column.name) && stays('not_null', column.name),
        atLeastZero: column.atLeastZero && stays('range', column.name),
        values: stays('accepted_values', column.name) ? column.values : null,
        ...(correction ? { pii: correction.pii } : {}),
        ...(correction && correction.description !== '' ? { description: correction.description } : {}),
      }
    }),
  }
}
