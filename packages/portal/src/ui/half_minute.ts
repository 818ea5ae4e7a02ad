import { useSyncExternalStore } from 'react'

const every = 30_000
const listen = (tell: () => void) => {
  const timer = setInterval(tell, every)
  return () => clearInterval(timer)
}

/** Draws again every half minute: `2 min ago` does not stay while somebody reads. */
export const useHalfMinute = (): number => useSyncExternalStore(listen, () => Math.floor(Date.now() / every))
