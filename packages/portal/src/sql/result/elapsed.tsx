import { useEffect, useState } from 'react'
import { duration } from '../../words/index.ts'

/** Seconds since then, as they pass; not said aloud each time. */
export function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 100)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.max(0, (now - since) / 1000)
  return (
    <span className="tabular-nums" aria-hidden>
      {seconds < 60 ? `${seconds.toFixed(1)}\u202fs` : duration(seconds)}
    </span>
  )
}
