import { useEffect, useState } from 'react'

/** The time, moving on while something goes on. */
export const useNow = (moving: boolean, everyMs = 1_000): number => {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    setNow(Date.now())
    if (!moving) return
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [moving, everyMs])
  return now
}
