/** What was written and not saved, kept on this machine, for each saved query and each product on its own. */

const prefix = 'datamesh.sql.draft.'
const most = 20

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>
type Draft = { sql: string; at: number }

const parsed = (raw: string | null): Draft | null => {
  try {
    const read = JSON.parse(raw ?? 'null') as Partial<Draft> | null
    return typeof read?.sql === 'string' && typeof read.at === 'number' ? { sql: read.sql, at: read.at } : null
  } catch {
    return null
  }
}

export const readDraft = (key: string, store: Store = localStorage): string | null =>
  parsed(store.getItem(prefix + key))?.sql ?? null

export const dropDraft = (key: string, store: Store = localStorage): void => store.removeItem(prefix + key)

/** Of more than twenty drafts the oldest is forgotten. */
export const keepDraft = (key: string, sql: string, now: number, store: Store = localStorage): void => {
  try {
    store.setItem(prefix + key, JSON.stringify({ sql, at: now }))
    const mine = Array.from({ length: store.length }, (_, i) => store.key(i) ?? '')
      .filter((each) => each.startsWith(prefix))
      .map((each) => ({ key: each, at: parsed(store.getItem(each))?.at ?? 0 }))
      .sort((a, b) => b.at - a.at)
    for (const { key: old } of mine.slice(most)) store.removeItem(old)
  } catch {
    // a full or forbidden store only means that the draft lives as long as this page
  }
}
