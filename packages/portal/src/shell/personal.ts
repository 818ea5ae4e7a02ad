/** What one person has written, and nobody who sits there later may read. How pages look is everybody's. */
const personal = ['datamesh.sql.draft.', 'datamesh.cart.']
const whose = 'datamesh.person'

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

/** When somebody signs out. Rule: ASVS 5.0, 14.3.1 */
export const forgetPerson = (store: Store = localStorage): void => {
  try {
    const keys = Array.from({ length: store.length }, (_, i) => store.key(i) ?? '')
    for (const key of [...keys.filter((each) => personal.some((begin) => each.startsWith(begin))), whose])
      store.removeItem(key)
  } catch {
    // a forbidden store holds nothing
  }
}

/** When it is known who sits there: a session may have ended by itself, and the next one be somebody else's. */
export const keepOnlyOf = (person: string, store: Store = localStorage): void => {
  try {
    const last = store.getItem(whose)
    if (last === person) return
    if (last !== null) forgetPerson(store)
    store.setItem(whose, person)
  } catch {
    // as above
  }
}
