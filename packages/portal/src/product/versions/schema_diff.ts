import type { Reply } from '../../api/index.ts'

type Tables = Reply<'getContract'>['tables']
type Column = Tables[number]['columns'][number]
export type ColumnChange = {
  table: string
  name: string
  kind: 'added' | 'removed' | 'changed'
  before: string | null
  after: string | null
}

/** A column in few words: `varchar, required, personal`. The same type is written in small letters by a contract and in capitals by data. */
const told = (column: Column): string =>
  [
    column.type.toLowerCase(),
    column.nullable ? 'may be empty' : 'required',
    ...(column.pii ? ['personal'] : []),
    column.classification,
  ]
    .filter(Boolean)
    .join(', ')

/** Columns that came, went or changed between two releases, by table and name; nothing for those that stayed. */
export const schemaDiff = (before: Tables, after: Tables): ColumnChange[] => {
  const names = [...new Set([...before, ...after].map((table) => table.name))]
  return names.flatMap((table) => {
    const columnsOf = (tables: Tables) =>
      new Map(tables.find((each) => each.name === table)?.columns.map((column) => [column.name, column]))
    const [old, now] = [columnsOf(before), columnsOf(after)]
    return [...new Set([...old.keys(), ...now.keys()])].flatMap((name): ColumnChange[] => {
      const [was, is] = [old.get(name), now.get(name)]
      if (was && is && told(was) === told(is)) return []
      return [
        {
          table,
          name,
          kind: !was ? 'added' : !is ? 'removed' : 'changed',
          before: was ? told(was) : null,
          after: is ? told(is) : null,
        },
      ]
    })
  })
}
