/** What one turn of work may take before others have theirs. */
const turnMs = 8

/**
 * For work over everything that a mesh has: gives way when a turn is used up. `rest`: so much of each turn is then slept, for work that nobody
 * waits for.
 */
export const pauses = (rest = 0): (() => Promise<void> | void) => {
  let since = performance.now()
  return () => {
    const took = performance.now() - since
    if (took < turnMs) return
    return new Promise((resolve) => {
      const go = () => {
        since = performance.now()
        resolve()
      }
      if (rest > 0) setTimeout(go, took * rest)
      else setImmediate(go)
    })
  }
}
