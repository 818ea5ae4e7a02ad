import type { MeshEvent } from '@datamesh/core'
import { eventChannel, eventsAfter, eventsBefore, lastSeq, openEar, type Row, type Store } from '../store/index.ts'

export type EventQuestion = {
  /** Absent: from now on. */
  after?: number | undefined
  /** One or more, separated by commas; the same for `subject`. */
  type?: string | undefined
  subject?: string | undefined
  signal?: AbortSignal | undefined
}

/** So many events are looked at for one answer; whoever may hear of few of them asks again from where it ended. */
const mostScanned = 5_000

/**
 * What happened, newest first, of which `hears` is true. `subjects`: only about these; `type`: or its beginning. `next`: the seq to go on
 * before; null when there is nothing older.
 */
export const recentEvents = async (
  { limit, before, type, subjects }: RecentQuestion,
  hears: (event: MeshEvent) => boolean | Promise<boolean>,
  { store }: { store: Pick<Store, 'db'> },
): Promise<{ events: MeshEvent[]; next: number | null }> => {
  const events: MeshEvent[] = []
  const pageRows = 500
  let next = before
  for (let scanned = 0; scanned < mostScanned; scanned += pageRows) {
    const page = await eventsBefore(store.db, next, {
      limit: pageRows,
      ...(type === undefined ? {} : { type }),
      ...(subjects === undefined ? {} : { subjects }),
    })
    for (const row of page) {
      next = row.seq
      const event = eventOf(row)
      if (await hears(event)) events.push(event)
      if (events.length === limit) return { events, next }
    }
    if (page.length < pageRows) return { events, next: null }
  }
  return { events, next: next ?? null }
}

export type RecentQuestion = {
  limit: number
  before?: number | undefined
  type?: string | undefined
  subjects?: readonly string[] | undefined
}

const eventOf = (row: Row<'event'>): MeshEvent => ({
  ...row,
  at: row.at.toISOString(),
  data: row.data as MeshEvent['data'],
})

/** What happens in the mesh, in order, from `after` on and then live until `signal` aborts. Misses nothing and says nothing twice. */
export async function* watchEvents(
  { after, type, subject, signal }: EventQuestion,
  { store }: { store: Pick<Store, 'db' | 'listen'> },
): AsyncGenerator<MeshEvent> {
  await using ear = await openEar(store, eventChannel, { signal })
  const limit = 500
  let seq = after ?? (await lastSeq(store.db))
  while (!signal?.aborted) {
    ear.listen()
    const page = await eventsAfter(store.db, seq, {
      limit,
      ...(type === undefined ? {} : { types: type.split(',') }),
      ...(subject === undefined ? {} : { subjects: subject.split(',') }),
    })
    for (const row of page) {
      seq = row.seq
      yield eventOf(row)
    }
    if (page.length < limit) await ear.news()
  }
}
