import { CompletionContext } from '@codemirror/autocomplete'
import { EditorState } from '@codemirror/state'
import { describe, expect, test } from 'vitest'
import { aCatalog } from '../tree/catalog_for_tests.ts'
import { completeNames, namespaceOf, tablesNamed, unlessWritten } from './completion.ts'
import { placeInEditor, wordAt } from './place.ts'

/** `|` is the cursor. */
const complete = (text: string): readonly string[] => {
  const at = text.indexOf('|')
  const state = EditorState.create({ doc: text.replace('|', '') })
  return completeNames(() => aCatalog)(new CompletionContext(state, at, false))?.options.map(({ label }) => label) ?? []
}

describe('completion', () => {
  test('columns have their type beside them, masked ones say so, words of SQL are quoted', () => {
    expect(namespaceOf(aCatalog)).toMatchObject({
      flights: {
        daily: {
          children: [
            { label: 'at', detail: 'timestamptz' },
            { label: 'order', detail: 'varchar, masked', apply: '"order"' },
            { label: 'delay', detail: 'integer' },
          ],
        },
      },
    })
  })
  test('columns of the tables that the text names are offered without a dot', () => {
    expect(complete('select d| from flights.daily')).toEqual(['at', 'order', 'delay'])
    expect(complete('select d| from somewhere.else')).toEqual([])
  })
  test('after from and join come tables that may be read', () => {
    expect(complete('select * from da|')).toEqual(['flights.daily'])
    expect(complete('select * from flights.daily join x|')).toEqual(['flights.daily'])
  })
  test('after a dot nothing is added to what the SQL mode knows', () => {
    expect(complete('select f.d| from flights.daily f')).toEqual([])
  })
  test('a table is named only by its whole name', () => {
    expect(tablesNamed('from people.staff__pay', aCatalog).map(({ table }) => table)).toEqual(['pay'])
  })
})

test('what is written already is not offered again', async () => {
  const offered = async (doc: string) => {
    const context = new CompletionContext(EditorState.create({ doc }), doc.length, false)
    const source = unlessWritten(() => ({
      from: 0,
      options: [{ label: 'daily' }, { label: 'daily_more' }, { label: 'at' }],
    }))
    return (await source(context))?.options.length ?? 0
  }
  expect([await offered('da'), await offered('daily'), await offered('AT')]).toEqual([3, 3, 0])
})

describe('the place of an error', () => {
  test('counts from where the selected part began', () => {
    expect(placeInEditor({ line: 4, column: 7 }, { line: 1, column: 3 })).toEqual({ line: 4, column: 9 })
    expect(placeInEditor({ line: 4, column: 7 }, { line: 2, column: 3 })).toEqual({ line: 5, column: 3 })
    expect(placeInEditor({ line: 1, column: 1 }, { line: null, column: null })).toBeNull()
  })
  test('underlines the word there, and one sign where no word is', () => {
    expect(wordAt('select nope from x', 8)).toEqual({ from: 7, to: 11 })
    expect(wordAt('select (', 8)).toEqual({ from: 7, to: 8 })
    expect(wordAt('', 1)).toEqual({ from: 0, to: 0 })
    expect(wordAt('abc', 99)).toEqual({ from: 2, to: 3 })
  })
})
