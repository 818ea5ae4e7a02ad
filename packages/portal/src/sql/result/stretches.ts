/** Rows of a result, column by column, as the API gives them. */
export type Stretch = { offset: number; rows: number; columns: readonly (readonly unknown[])[] }

export const stretchRows = 1_000

type Source = {
  rows: number
  read: (offset: number, limit: number) => Promise<Stretch>
  /** Stretches that are kept; those farthest from what is looked at go first. */
  most?: number
}

/** The part of a result that has been asked for. */
export type Stretches = {
  rows: number
  /** The stretch that a row stands in, if it is there. */
  at: (row: number) => Stretch | undefined
  value: (row: number, column: number) => unknown
  /** These rows are looked at now. What was wanted before, and is not on its way, is forgotten. */
  want: (from: number, to: number) => void
  /** All of these rows, however many requests it takes. */
  load: (from: number, to: number) => Promise<void>
  subscribe: (listener: () => void) => () => void
  /** Another number whenever something has come or failed. */
  version: () => number
  failure: () => unknown
  retry: () => void
}

const atOnce = 2

export const openStretches = ({ rows, read, most = 120 }: Source): Stretches => {
  const there = new Map<number, Stretch>()
  const coming = new Map<number, Promise<void>>()
  const listeners = new Set<() => void>()
  let wanted: readonly [number, number] = [0, 0]
  let version = 0
  let failure: unknown = null

  const changed = () => {
    version += 1
    for (const listener of listeners) listener()
  }
  const indexes = (from: number, to: number): number[] => {
    const first = Math.floor(Math.max(0, from) / stretchRows)
    const last = Math.floor(Math.max(0, Math.min(rows, to) - 1) / stretchRows)
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  }
  const forgetFarthest = () => {
    const middle = (wanted[0] + wanted[1]) / 2 / stretchRows
    while (there.size > most) {
      const [farthest] = [...there.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle))
      if (farthest === undefined) return
      there.delete(farthest)
    }
  }
  const fetchOne = (index: number): Promise<void> => {
    const running =
      coming.get(index) ??
      read(index * stretchRows, stretchRows)
        .then((stretch) => {
          there.set(index, stretch)
          forgetFarthest()
        })
        .finally(() => coming.delete(index))
    coming.set(index, running)
    return running
  }
  const go = () => {
    if (failure !== null) return
    for (const index of indexes(...wanted)) {
      if (coming.size >= atOnce) return
      if (there.has(index) || coming.has(index)) continue
      fetchOne(index)
        .catch((error: unknown) => {
          failure = error
        })
        .finally(() => {
          changed()
          go()
        })
    }
  }
  return {
    rows,
    at: (row) => there.get(Math.floor(row / stretchRows)),
    value: (row, column) => there.get(Math.floor(row / stretchRows))?.columns[column]?.[row % stretchRows],
    want(from, to) {
      wanted = [from, to]
      if (rows > 0) go()
    },
    async load(from, to) {
      for (const index of indexes(from, to)) if (!there.has(index)) await fetchOne(index)
      changed()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    version: () => version,
    failure: () => failure,
    retry() {
      failure = null
      changed()
      go()
    },
  }
}
