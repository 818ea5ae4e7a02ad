import { expect, test } from 'vitest'
import { forgetPerson, keepOnlyOf } from './personal.ts'

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
const written = (kept: Storage) =>
  Array.from({ length: kept.length }, (_, i) => kept.key(i) ?? '').filter((key) => key !== 'datamesh.person')
const asAda = () => {
  const kept = store()
  keepOnlyOf('ada', kept)
  for (const key of ['datamesh.sql.draft.new', 'datamesh.sql.draft.q1', 'datamesh.cart.ada', 'datamesh.sql.side'])
    kept.setItem(key, 'x')
  return kept
}

test('what somebody wrote in the browser is gone when they sign out; how it looks stays', () => {
  const kept = asAda()
  forgetPerson(kept)
  expect(written(kept)).toEqual(['datamesh.sql.side'])
})
test('and is gone when somebody else sits there, without a sign-out in between', () => {
  const kept = asAda()
  keepOnlyOf('ada', kept)
  expect(written(kept)).toHaveLength(4)
  keepOnlyOf('bo', kept)
  expect(written(kept)).toEqual(['datamesh.sql.side'])
})
