import type { LineageEdge } from '../lineage/index.ts'
import type { Classification } from '../manifest/model.ts'

/** What is settled about one column: declared by its manifest, accepted by a steward, or inherited. */
export type ColumnTag = { personal: boolean; classification: Classification; kind: string | null }
/** `<domain>/<product>#<table>` and the column's name. */
export type ColumnRef = { ref: string; column: string }
export type InheritedTag = ColumnRef & {
  tag: ColumnTag
  /** `direct`: the very values, it counts at once. `derived`: computed from them, for a steward to say. */
  how: 'direct' | 'derived'
  /** The settled columns it comes from. */
  from: readonly ColumnRef[]
}

const levels: readonly Classification[] = ['public', 'internal', 'confidential', 'restricted']
const stricter = (a: Classification, b: Classification): Classification =>
  levels.indexOf(a) >= levels.indexOf(b) ? a : b

/**
 * Tags handed on along column lineage, through any number of models and products. A column that is settled itself hands on its own tag, not
 * those above it: a team that hashes a name says so once, and what is built on that is free of it.
 * Columns that only filter, join or group hand nothing on.
 */
export const inheritedTags = (
  settled: readonly (ColumnRef & { tag: ColumnTag })[],
  edges: readonly LineageEdge[],
): InheritedTag[] => {
  const down = new Map<string, { to: ColumnRef; how: 'direct' | 'derived' }[]>()
  for (const { from, to, how } of edges) {
    if (from.column === undefined || to.column === undefined || (how !== 'direct' && how !== 'derived')) continue
    const key = columnKey({ ref: from.ref, column: from.column })
    down.set(key, [...(down.get(key) ?? []), { to: { ref: to.ref, column: to.column }, how }])
  }
  const own = new Set(settled.map(columnKey))
  const found = new Map<string, InheritedTag>()
  for (const source of settled) {
    if (!source.tag.personal && source.tag.classification === 'public') continue
    const waiting: { at: ColumnRef; how: 'direct' | 'derived' }[] = [{ at: source, how: 'direct' }]
    const been = new Map<string, 'direct' | 'derived'>([[columnKey(source), 'direct']])
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      for (const { to, how } of down.get(columnKey(next.at)) ?? []) {
        const key = columnKey(to)
        const way = next.how === 'direct' && how === 'direct' ? 'direct' : 'derived'
        // a direct way found later is worth walking again
        if (own.has(key) || been.get(key) === 'direct' || been.get(key) === way) continue
        been.set(key, way)
        waiting.push({ at: to, how: way })
        found.set(key, merged(found.get(key), { ...to, tag: source.tag, how: way, from: [pick(source)] }))
      }
    }
  }
  return [...found.values()]
}

const pick = ({ ref, column }: ColumnRef): ColumnRef => ({ ref, column })
/** One text for a column however its name is spelt: DuckDB does not tell cases apart. */
export const columnKey = ({ ref, column }: ColumnRef): string => `${ref}\n${column.toLowerCase()}`

const merged = (a: InheritedTag | undefined, b: InheritedTag): InheritedTag => {
  if (a === undefined) return b
  const known = new Set(a.from.map(columnKey))
  return {
    ...a,
    tag: {
      personal: a.tag.personal || b.tag.personal,
      classification: stricter(a.tag.classification, b.tag.classification),
      kind: a.tag.kind === b.tag.kind ? a.tag.kind : null,
    },
    how: a.how === 'direct' || b.how === 'direct' ? 'direct' : 'derived',
    from: [...a.from, ...b.from.filter((each) => !known.has(columnKey(each)))],
  }
}
