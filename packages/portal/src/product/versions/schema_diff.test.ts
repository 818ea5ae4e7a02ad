import { expect, test } from 'vitest'
import { schemaDiff } from './schema_diff.ts'

const column = (name: string, type = 'VARCHAR', more: { nullable?: boolean; pii?: boolean } = {}) => ({
  ...{ id: 1, name, type, nullable: false, description: '', pii: false },
  ...more,
})
const table = (name: string, ...columns: ReturnType<typeof column>[]) => ({
  name,
  description: '',
  key: [],
  rows: null,
  columns,
})

test('columns that came, went and changed are told, others are not', () => {
  const before = [table('t', column('same'), column('gone'), column('typed', 'INTEGER'), column('loose'))]
  const after = [
    table(
      't',
      column('same'),
      column('typed', 'BIGINT'),
      column('loose', 'VARCHAR', { nullable: true }),
      column('new', 'DATE', { pii: true }),
    ),
  ]
  expect(schemaDiff(before, after)).toEqual([
    { table: 't', name: 'gone', kind: 'removed', before: 'varchar, required', after: null },
    { table: 't', name: 'typed', kind: 'changed', before: 'integer, required', after: 'bigint, required' },
    { table: 't', name: 'loose', kind: 'changed', before: 'varchar, required', after: 'varchar, may be empty' },
    { table: 't', name: 'new', kind: 'added', before: null, after: 'date, required, personal' },
  ])
})

test('a new table is all its columns', () => {
  expect(schemaDiff([], [table('t', column('a'), column('b'))]).map((each) => each.kind)).toEqual(['added', 'added'])
})

test('a contract writes types in small letters, data in capitals: that is no change', () => {
  expect(schemaDiff([table('t', column('a', 'bigint'))], [table('t', column('a', 'BIGINT'))])).toEqual([])
})
