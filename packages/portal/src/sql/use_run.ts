import type { ApiError } from '@datamesh/sdk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { query, type Reply, useChange } from '../api/index.ts'
import type { ToRun } from './editor/handle.ts'
import type { Place } from './editor/place.ts'

export type QueryView = Reply<'getQuery'>
/** What one looks at: a query of one's own, and where its text began in the editor; null when that is not known any more. */
type Looked = { id: string; start: Place | null; part: boolean }

export type Run = {
  view: QueryView | undefined
  start: Place | null
  /** Only the selected part was sent. */
  part: boolean
  running: boolean
  /** The platform took no query, or lost sight of it. */
  error: ApiError | null
  run: (text: ToRun) => void
  cancel: () => void
  cancelling: boolean
  /** One that ran before, with its result if that is still kept. */
  look: (view: QueryView) => void
  clear: () => void
}

const watched = (id: string) => query('getQuery', { params: { id }, query: { wait: 10_000 } })

/** One query after the other: asked, waited for until it has ended, stopped when wished. */
export const useRun = (): Run => {
  const cache = useQueryClient()
  const [looked, setLooked] = useState<Looked | null>(null)
  const seen = (view: QueryView) => cache.setQueryData(watched(view.id).queryKey, view)
  const asked = useChange('runQuery', { stale: ['listQueries'] })
  const cancelled = useChange('cancelQuery', { stale: ['listQueries'], done: seen })
  const from = useQuery({
    ...watched(looked?.id ?? ''),
    enabled: looked !== null,
    staleTime: Number.POSITIVE_INFINITY,
    // each request waits for the end itself; this is only the breath between two of them
    refetchInterval: ({ state }) => (state.data?.state === 'running' && !state.error ? 50 : false),
    refetchIntervalInBackground: true,
  })
  const view = looked ? from.data : undefined
  const state = view?.state
  useEffect(() => {
    if (state !== undefined && state !== 'running') void cache.invalidateQueries({ queryKey: ['listQueries'] })
  }, [state, cache])
  const running = asked.isPending || state === 'running'
  return {
    view: asked.isPending ? undefined : view,
    start: looked?.start ?? null,
    part: looked?.part ?? false,
    running,
    error: asked.error ?? cancelled.error ?? (looked ? from.error : null),
    run({ sql, start, part }) {
      if (running || sql.trim() === '') return
      setLooked(null)
      cancelled.reset()
      asked.mutate(
        { body: { sql } },
        {
          onSuccess: (made) => {
            seen(made)
            setLooked({ id: made.id, start, part })
          },
        },
      )
    },
    cancel() {
      if (view && state === 'running' && !cancelled.isPending) cancelled.mutate({ params: { id: view.id } })
    },
    cancelling: cancelled.isPending,
    look(old) {
      asked.reset()
      cancelled.reset()
      seen(old)
      setLooked({ id: old.id, start: { line: 1, column: 1 }, part: false })
    },
    clear() {
      asked.reset()
      cancelled.reset()
      setLooked(null)
    },
  }
}
