/** How a source column reaches a place: copied as it is, or computed with. */
export type Reach = 'direct' | 'derived'

/** Source columns (by opaque key) that a value is made of. */
export type Influence = ReadonlyMap<string, Reach>

/**
 * What an operator puts out: per column what its values are made of, and `rows`: the source columns that decide which rows
 * there are (filters, joins, groups, order under a limit). Everything that comes out depends on `rows`, whatever its column.
 */
export type Relation = {
  columns: Influence[]
  rows: ReadonlySet<string>
  /** The plan's number for this operator's columns, where they all stand under one. */
  tableIndex?: number
}

export const NOTHING: Influence = new Map()

/** Both together; a column that is computed with anywhere is `derived`. */
export const both = (parts: Iterable<Influence>): Influence => {
  const all = new Map<string, Reach>()
  for (const part of parts) {
    for (const [source, reach] of part) all.set(source, all.get(source) === 'derived' ? 'derived' : reach)
  }
  return all
}

export const computed = (influence: Influence): Influence =>
  new Map([...influence.keys()].map((source) => [source, 'derived'] as const))

export const union = (...parts: Iterable<string>[]): Set<string> => new Set(parts.flatMap((part) => [...part]))

export const sameInfluence = (a: Influence, b: Influence): boolean =>
  a.size === b.size && [...a].every(([source, reach]) => b.get(source) === reach)
