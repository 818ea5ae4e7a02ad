/** Least recently used first out, counted in bytes. A `Map` remembers the order of insertion: that is the whole mechanism. */
export type PageCache<V> = {
  get(key: string): V | undefined
  set(key: string, value: V, bytes: number): void
  clear(): void
  readonly bytes: number
  readonly size: number
}

export const pageCache = <V>(maxBytes: number): PageCache<V> => {
  const entries = new Map<string, { value: V; bytes: number }>()
  let held = 0
  const drop = (key: string): void => {
    held -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set(key, value, bytes) {
      // One page that would push out everything else is not worth it.
      if (bytes > maxBytes / 4) return
      drop(key)
      entries.set(key, { value, bytes })
      held += bytes
      for (const oldest of entries.keys()) {
        if (held <= maxBytes) break
        drop(oldest)
      }
    },
    clear() {
      entries.clear()
      held = 0
    },
    get bytes() {
      return held
    },
    get size() {
      return entries.size
    },
  }
}
