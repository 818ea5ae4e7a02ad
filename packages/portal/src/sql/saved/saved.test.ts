import { expect, test } from 'vitest'
import { aCatalog } from '../tree/catalog_for_tests.ts'
import { documentOf, type Saved } from './document.ts'
import { dropDraft, keepDraft, readDraft } from './drafts.ts'
import { fileNameOf } from './export_name.ts'

test('a file has a name that every system takes', () => {
  expect(['On-time rate by segment', 'Größe / Zürich', '..\\..', ''].map(fileNameOf)).toEqual([
    'on-time-rate-by-segment',
    'grosse-zurich',
    null,
    null,
  ])
})

const store = (): Storage => {
  const held = new Map<string, string>()
  return {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
    removeItem: (key: string) => void held.delete(key),
    key: (at: number) => [...held.keys()][at] ?? null,
    clear: () => held.clear(),
    get length() {
      return held.size
    },
  }
}

test('each query has a draft of its own, and the oldest of many is forgotten', () => {
  const kept = store()
  kept.setItem('somebody else', 'stays')
  for (let i = 0; i < 25; i++) keepDraft(`q${i}`, `select ${i}`, i, kept)
  expect([readDraft('q4', kept), readDraft('q5', kept), readDraft('q24', kept)]).toEqual([
    null,
    'select 5',
    'select 24',
  ])
  dropDraft('q24', kept)
  expect([readDraft('q24', kept), kept.getItem('somebody else')]).toEqual([null, 'stays'])
})
test('a draft that cannot be read is none', () => {
  const kept = store()
  kept.setItem('datamesh.sql.draft.new', '{"sql":7}')
  expect(readDraft('new', kept)).toBeNull()
})

test('the address says what is in the editor', () => {
  const mine = { id: 'saved_1', name: 'Delays', sql: 'select 1' } as Saved
  expect(documentOf({ q: 'saved_1' }, [mine], undefined)).toMatchObject({
    key: 'saved_1',
    base: 'select 1',
    saved: mine,
  })
  expect(documentOf({ q: 'gone' }, [mine], undefined)).toMatchObject({ missing: true, base: '' })
  expect(documentOf({ q: 'saved_1' }, undefined, undefined)).toBeUndefined()
  expect(documentOf({ product: 'flights/daily' }, undefined, aCatalog)).toMatchObject({
    base: 'select *\nfrom flights.daily\nlimit 100\n',
  })
  expect(documentOf({}, undefined, undefined)).toMatchObject({ key: 'new', base: '' })
})
