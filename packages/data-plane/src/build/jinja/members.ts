import { dictMethods, listMethods, tupleMethods } from './collections.ts'
import { braceFormat } from './format.ts'
import { itemAt } from './operators.ts'
import type { Run } from './run.ts'
import { repr } from './text.ts'
import { textMethods } from './text_methods.ts'
import { type Call, func, isDict, isList, isMissing, isThing, isTuple, missing, present, type Value } from './values.ts'

type AnyMethod = (of: never, args: Parameters<Call>[0], kwargs: Parameters<Call>[1], run: Run) => Value

const bound = (methods: Readonly<Record<string, unknown>>, of: Value, name: string): Value | undefined => {
  if (!Object.hasOwn(methods, name)) return undefined
  const method = methods[name] as AnyMethod
  return func(name, (args, kwargs, run) => method(of as never, args, kwargs, run))
}

/** What `value.name` means before items are looked at: methods by an allow-list, members of host objects. */
function member(value: Value, name: string): Value | undefined {
  if (typeof value === 'string') {
    if (name === 'format')
      return func('format', (args, kwargs, run) => braceFormat(value, args, kwargs, run, { attribute, item }))
    return bound(textMethods, value, name)
  }
  if (isList(value)) return bound(isTuple(value) ? tupleMethods : listMethods, value, name)
  if (isDict(value)) return bound(dictMethods, value, name)
  if (typeof value !== 'object' || value === null) return undefined
  if (value.kind === 'thing') return value.attr(name)
  if (value.kind === 'view') return bound(tupleMethods, value.items, name)
  if (value.kind === 'namespace') return value.values.get(name)
  if (value.kind === 'function' && name === 'name') return value.name
  return undefined
}

/** How Jinja names the kind of a value in its errors. */
const described = (value: Value): string => {
  if (value === null) return 'None'
  if (isDict(value)) return 'dict object'
  if (isList(value)) return isTuple(value) ? 'tuple object' : 'list object'
  if (typeof value === 'string') return 'str object'
  if (typeof value === 'object') return value.kind === 'thing' ? `${value.type} object` : `${value.kind} object`
  return typeof value === 'bigint' ? 'int object' : `${typeof value} object`
}
const known = (value: Value): readonly string[] => {
  if (isDict(value)) return value.keys().filter((key) => typeof key === 'string')
  if (typeof value === 'object' && value !== null && !isList(value)) {
    if (value.kind === 'thing') return value.names()
    if (value.kind === 'namespace') return [...value.values.keys()]
  }
  return []
}

/** `value.name`: a member first, then an item, as Jinja looks. */
export function attribute(value: Value, name: string, run?: Run): Value {
  // Rule: dbt. A part of an attribute that is not there is not there either.
  if (isMissing(value) && value.soft && run?.missingIsFalse) return value
  present(value)
  const found = member(value, name)
  if (found !== undefined) return found
  const item = isDict(value) ? value.get(name) : undefined
  if (item !== undefined) return item
  return missing(() => `'${described(value)}' has no attribute '${name}'${suggestion(name, known(value))}`, {
    soft: true,
  })
}

/** `value[key]`: an item first, then a member. */
export function item(value: Value, key: Value, run?: Run): Value {
  if (isMissing(value) && value.soft && run?.missingIsFalse) return value
  present(value)
  present(key)
  const found = itemAt(value, key)
  if (found !== undefined) return found
  const named = typeof key === 'string' || isThing(value) ? member(value, String(key)) : undefined
  if (named !== undefined) return named
  if (typeof key === 'string')
    return missing(() => `'${described(value)}' has no attribute '${key}'${suggestion(key, known(value))}`, {
      soft: true,
    })
  const shown = run ? repr(key, run) : String(key)
  return missing(`${described(value)} has no element ${shown}`, { soft: true })
}

/** ` (do you mean …?)` with the nearest of the known names, or nothing. */
export function suggestion(name: string, candidates: Iterable<string>): string {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best === undefined ? '' : `; do you mean '${best}'?`
}

/** Insertions, deletions, changes and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  if (a.length > 64 || b.length > 64) return Number.MAX_SAFE_INTEGER
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = isSwap ? (before[j - 2] ?? 0) + 1 : change
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, change, swap))
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
