import type { MaskView } from '@datamesh/core'
import { useEffect, useState } from 'react'
import { client } from '../../api/index.ts'

export type Tried = { state: 'none' | 'trying' | 'taken'; filter: string | null } | { state: 'mistake'; what: string }

const pauseMs = 350

/** Whether the platform would take a row filter, asked as soon as nobody types any more. Nothing is decided by it. */
export const useTried = (id: string, rowFilter: string, masks: readonly MaskView[]): Tried => {
  const [tried, setTried] = useState<Tried>({ state: 'none', filter: null })
  const hidden = JSON.stringify(masks)
  useEffect(() => {
    if (rowFilter.trim() === '') return setTried({ state: 'none', filter: null })
    const stop = new AbortController()
    setTried({ state: 'trying', filter: null })
    const timer = setTimeout(async () => {
      try {
        const said = await client.call('tryConditions', {
          params: { id },
          body: { rowFilter, masks: JSON.parse(hidden) as MaskView[] },
          signal: stop.signal,
        })
        if (stop.signal.aborted) return
        setTried(
          said.mistake === null ? { state: 'taken', filter: said.rowFilter } : { state: 'mistake', what: said.mistake },
        )
      } catch {
        // the decision itself will say what is wrong
        if (!stop.signal.aborted) setTried({ state: 'none', filter: null })
      }
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [id, rowFilter, hidden])
  return tried
}
