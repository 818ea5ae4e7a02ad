import type { RunEntry } from '@datamesh/core'
import { useEffect, useRef, useState } from 'react'
import { client } from '../api/index.ts'
import { keepTrying, type Liveness } from '../api/live.ts'

const gatherMs = 100

/** The log of a run as it is written, lines gathered over a moment. `onTurn`: the run began, ended or was put back. */
export const useFollow = (id: string, active: boolean, onTurn: () => void) => {
  const [entries, setEntries] = useState<readonly RunEntry[]>([])
  const [liveness, setLiveness] = useState<Liveness>('connecting')
  const latest = useRef(onTurn)
  latest.current = onTurn
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run, another log
  useEffect(() => setEntries([]), [id])
  useEffect(() => {
    if (!active) return
    const stop = new AbortController()
    const { signal } = stop
    let waiting: RunEntry[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const flush = () => {
      clearTimeout(timer)
      timer = undefined
      const lines = waiting
      waiting = []
      if (lines.length > 0) setEntries((were) => merged(were, lines))
      if (lines.some((line) => line.kind === 'state')) latest.current()
    }
    const listen = async () => {
      const onConnection = (there: boolean) => !signal.aborted && setLiveness(there ? 'live' : 'lost')
      for await (const entry of client.follow(id, { signal, onConnection })) {
        waiting.push(entry)
        timer ??= setTimeout(flush, gatherMs)
      }
      if (signal.aborted) return
      flush()
      latest.current()
    }
    void keepTrying(listen, () => setLiveness('lost'), signal)
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [id, active])
  return { entries, liveness }
}

/** Both lists as one, each line once, in order. */
export const merged = (one: readonly RunEntry[], other: readonly RunEntry[]): readonly RunEntry[] => {
  if (one.length === 0) return other
  const last = one[one.length - 1]?.seq ?? 0
  if (other.every((entry) => entry.seq > last)) return [...one, ...other]
  const bySeq = new Map([...one, ...other].map((entry) => [entry.seq, entry]))
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}
