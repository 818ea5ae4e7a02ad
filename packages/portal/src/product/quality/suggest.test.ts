import { expect, test } from 'vitest'
import { suggestChecks } from './suggest.ts'

const column = (name: string, told: object) => ({
  ...{ name, type: 'VARCHAR', rows: 100, nulls: 0, distinct: 100, min: null, max: null, mean: null },
  ...{ quantiles: null, top: [], sampled: false, ...told },
})

test('only what the published data keeps is proposed', () => {
  expect(
    suggestChecks(
      {
        columns: [
          column('id', { type: 'BIGINT' }),
          column('note', { nulls: 3 }),
          column('state', {
            distinct: 2,
            top: [
              { value: 'open', count: 60 },
              { value: 'shut', count: 40 },
            ],
          }),
          column('name', { distinct: 1, top: [{ value: 'Ada', count: 100 }] }),
        ],
      },
      new Set(['name']),
    ),
  ).toBe(
    [
      'quality_checks:',
      '  - { type: not_null, columns: [id, state, name] }',
      '  - { type: unique, columns: [id] }',
      '  - { type: accepted_values, column: state, values: ["open", "shut"] }',
      '  - { type: row_count, min: 50 }',
    ].join('\n'),
  )
})

test('an empty table proves nothing', () => {
  expect(suggestChecks({ columns: [column('id', { rows: 0, distinct: 0 })] }, new Set())).toBeNull()
})
