import type { MeshEvent } from '@datamesh/core'
import { useQueryClient } from '@tanstack/react-query'
import { createContext, createElement, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react'
import { client } from './client.ts'
import { staleBy } from './stale.ts'

/** How current a live view is. `lost`: the stream is cut and being sought again; what is shown may be old. */
export type Liveness = 'connecting' | 'live' | 'lost'

const gatherMs = 300
const againMs = 5_000
/** A browser opens few connections to one place, over all its windows; one that nobody looks at gives its own back. */
const unseenMs = 20_000

type Listener = (event: MeshEvent) => void
type Hub = { listeners: Set<Listener>; liveness: Liveness }
const HubContext = createContext<Hub>({ listeners: new Set(), liveness: 'connecting' })

/** The one stream of events of this window, as long as somebody is signed in; it also keeps what is shown fresh. */
export function LiveEvents({ children }: { children: ReactNode }) {
  const cache = useQueryClient()
  const [liveness, setLiveness] = useState<Liveness>('connecting')
  const listeners = useRef(new Set<Listener>()).current
  const seen = useSeen()
  const last = useRef<number>(undefined)
  const unseen = useRef(false)
  useEffect(() => {
    if (!seen) {
      unseen.current = true
      return
    }
    // seen again: the stream goes on after the last event; before a first one nobody knows what was missed
    if (unseen.current && last.current === undefined) void cache.invalidateQueries()
    const stop = new AbortController()
    const { signal } = stop
    const onConnection = (there: boolean) => !signal.aborted && setLiveness(there ? 'live' : 'lost')
    const listen = async () => {
      const after = last.current === undefined ? {} : { after: last.current }
      for await (const event of client.watch({ ...after, signal, onConnection })) {
        last.current = event.seq
        for (const listener of listeners) listener(event)
      }
    }
    void keepTrying(listen, () => setLiveness('lost'), signal)
    return () => stop.abort()
  }, [seen, listeners, cache])
  useGathered(listeners, [''], (events) => {
    const stale = staleBy(events)
    void cache.invalidateQueries({ predicate: ({ queryKey }) => stale(String(queryKey[0]), queryKey[1]) })
  })
  const hub = useMemo(() => ({ listeners, liveness }), [listeners, liveness])
  return createElement(HubContext, { value: hub }, children)
}

/** Tells of events whose type begins like one of `types`, gathered over a moment so that a burst is one refresh. */
export const useEvents = (types: readonly string[], onEvents: (events: readonly MeshEvent[]) => void): Liveness => {
  const { listeners, liveness } = useContext(HubContext)
  useGathered(listeners, types, onEvents)
  return liveness
}

const useGathered = (
  listeners: Set<Listener>,
  types: readonly string[],
  onEvents: (events: readonly MeshEvent[]) => void,
) => {
  const latest = useRef(onEvents)
  latest.current = onEvents
  const wanted = types.join(' ')
  useEffect(() => {
    let waiting: MeshEvent[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const tell = () => {
      timer = undefined
      const events = waiting
      waiting = []
      latest.current(events)
    }
    const listener: Listener = (event) => {
      if (!wanted.split(' ').some((type) => event.type.startsWith(type))) return
      waiting.push(event)
      timer ??= setTimeout(tell, gatherMs)
    }
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      clearTimeout(timer)
    }
  }, [wanted, listeners])
}

/** Does somebody look at this window, or did so a moment ago? */
const useSeen = (): boolean => {
  const [seen, setSeen] = useState(true)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      clearTimeout(timer)
      if (document.visibilityState === 'visible') setSeen(true)
      else timer = setTimeout(() => setSeen(false), unseenMs)
    }
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      clearTimeout(timer)
    }
  }, [])
  return seen
}

/** Runs `listen` until it ends by itself; after a failure again, a little later. */
export const keepTrying = async (
  listen: () => Promise<void>,
  onLost: () => void,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    try {
      return await listen()
    } catch {
      if (signal.aborted) return
      onLost()
      await new Promise((resolve) => setTimeout(resolve, againMs))
    }
  }
}
