import type { MeshEvent } from '@datamesh/core'
import { eventChannel, eventsAfter, lastSeq, openEar, type Store } from '../store/index.ts'

export type EventQuestion = {
  /** Absent: from now on. */
  after?: number | undefined
  /** One or more, separated by commas; the same for `subject`. */
  type?: string | undefined
  subject?: string | undefined
  signal?: AbortSignal | undefined
}

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
      yield { ...row, at: row.at.toISOString(), data: row.data as MeshEvent['data'] }
    }
    if (page.length < limit) await ear.news()
  }
}
