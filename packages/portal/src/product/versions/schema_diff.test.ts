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
    { table: 't', name: 'gone', kind: 'removed', before: 'VARCHAR, required', after: null },
    { table: 't', name: 'typed', kind: 'changed', before: 'INTEGER, required', after: 'BIGINT, required' },
    { table: 't', name: 'loose', kind: 'changed', before: 'VARCHAR, required', after: 'VARCHAR, may be empty' },
    { table: 't', name: 'new', kind: 'added', before: null, after: 'DATE, required, personal' },
  ])
})

test('a new table is all its columns', () => {
  expect(schemaDiff([], [table('t', column('a'), column('b'))]).map((each) => each.kind)).toEqual(['added', 'added'])
})
