/** Which snapshots are being read: by an open download, or by somebody who was given a cursor a short while ago. Garbage collection asks. */
export type Pins = {
  /** A reader that is at it now; the answer ends it. */
  hold(snapshotId: string): () => void
  /** A cursor was given or used: its next page may be asked for. */
  touch(snapshotId: string): void
  inUse(): ReadonlySet<string>
}

export const openPins = (cursorSeconds: number, now: () => number): Pins => {
  const readers = new Map<string, number>()
  const touched = new Map<string, number>()
  return {
    hold(snapshotId) {
      readers.set(snapshotId, (readers.get(snapshotId) ?? 0) + 1)
      let held = true
      return () => {
        if (!held) return
        held = false
        const left = (readers.get(snapshotId) ?? 1) - 1
        if (left === 0) readers.delete(snapshotId)
        else readers.set(snapshotId, left)
      }
    },
    touch(snapshotId) {
      touched.set(snapshotId, now())
    },
    inUse() {
      const since = now() - cursorSeconds * 1000
      for (const [snapshotId, at] of touched) if (at < since) touched.delete(snapshotId)
      return new Set([...readers.keys(), ...touched.keys()])
    },
  }
}
