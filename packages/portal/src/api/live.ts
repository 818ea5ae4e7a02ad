import type { MeshEvent } from '@datamesh/core'
import { useEffect, useRef, useState } from 'react'
import { client } from './client.ts'

/** How current a live view is. `lost`: the stream is cut and being sought again; what is shown may be old. */
export type Liveness = 'connecting' | 'live' | 'lost'

const gatherMs = 300
const againMs = 5_000

/** Tells of events whose type begins like one of `types`, gathered over a moment so that a burst is one refresh. One stream as long as the page is there. */
export const useEvents = (types: readonly string[], onEvents: (events: readonly MeshEvent[]) => void): Liveness => {
  const [liveness, setLiveness] = useState<Liveness>('connecting')
  const latest = useRef(onEvents)
  latest.current = onEvents
  const wanted = types.join(' ')
  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    let waiting: MeshEvent[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const tell = () => {
      timer = undefined
      const events = waiting
      waiting = []
      latest.current(events)
    }
    const listen = async () => {
      const onConnection = (there: boolean) => !signal.aborted && setLiveness(there ? 'live' : 'lost')
      for await (const event of client.watch({ signal, onConnection })) {
        if (!wanted.split(' ').some((type) => event.type.startsWith(type))) continue
        waiting.push(event)
        timer ??= setTimeout(tell, gatherMs)
      }
    }
    void keepTrying(listen, () => setLiveness('lost'), signal)
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [wanted])
  return liveness
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
