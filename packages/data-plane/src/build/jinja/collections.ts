import { bind, wholeOf } from './arguments.ts'
import { equal, iterate, mutable, order, truth } from './operators.ts'
import { allowItems, type Run, spend } from './run.ts'
import { repr } from './text.ts'
import { Dict, isDict, isFunc, type Kwargs, Trouble, tuple, type Value, view } from './values.ts'

type Method<T> = (of: T, args: readonly Value[], kwargs: Kwargs, run: Run) => Value

/** A stable sort that stays within the budget. */
export function sorted(items: readonly Value[], run: Run, key: (item: Value) => Value, reverse: boolean): Value[] {
  spend(run, items.length)
  const keyed = items.map((item) => ({ item, key: key(item) }))
  keyed.sort((a, b) => (reverse ? order(b.key, a.key, run) : order(a.key, b.key, run)))
  return keyed.map(({ item }) => item)
}

function indexOf(items: readonly Value[], item: Value | undefined, run: Run): number {
  return items.findIndex((candidate) => equal(candidate, item ?? null, run))
}

export const listMethods: Readonly<Record<string, Method<readonly Value[]>>> = {
  append: (list, args, kwargs, run) => {
    const [item] = bind('append', ['object'], args, kwargs)
    allowItems(run, Math.min(list.length + 1, run.limits.items + 1) > run.limits.items ? list.length + 1 : 1)
    mutable(list).push(item as Value)
    return null
  },
  extend: (list, args, kwargs, run) => {
    const [items] = bind('extend', ['iterable'], args, kwargs)
    const more = [...iterate(items as Value, run)]
    allowItems(run, list.length + more.length)
    for (const item of more) mutable(list).push(item)
    return null
  },
  insert: (list, args, kwargs, run) => {
    const [at, item] = bind('insert', ['index', 'object'], args, kwargs)
    allowItems(run, list.length + 1)
    mutable(list).splice(wholeOf('index', at), 0, item as Value)
    return null
  },
  pop: (list, args, kwargs) => {
    const [at] = bind('pop', ['index?'], args, kwargs)
    if (list.length === 0) throw new Trouble('pop from empty list')
    const index = wholeOf('index', at, -1)
    const real = index < 0 ? index + list.length : index
    if (real < 0 || real >= list.length) throw new Trouble('pop index out of range')
    return mutable(list).splice(real, 1)[0] as Value
  },
  remove: (list, args, kwargs, run) => {
    const [item] = bind('remove', ['value'], args, kwargs)
    const at = indexOf(list, item, run)
    if (at < 0) throw new Trouble('list.remove(x): x not in list')
    mutable(list).splice(at, 1)
    return null
  },
  clear: (list) => {
    mutable(list).length = 0
    return null
  },
  reverse: (list, _args, _kwargs, run) => {
    spend(run, list.length)
    mutable(list).reverse()
    return null
  },
  sort: (list, args, kwargs, run) => {
    const [key, reverse] = bind('sort', ['key?', 'reverse?'], args, kwargs)
    const by =
      key !== undefined && key !== null && isFunc(key)
        ? (item: Value) => key.call([item], new Map(), run)
        : (item: Value) => item
    mutable(list).splice(0, list.length, ...sorted(list, run, by, reverse !== undefined && truth(reverse, run)))
    return null
  },
  copy: (list, _args, _kwargs, run) => {
    allowItems(run, list.length)
    return [...list]
  },
  index: (list, args, kwargs, run) => {
    const [item] = bind('index', ['value'], args, kwargs)
    const at = indexOf(list, item, run)
    if (at < 0) throw new Trouble(`${repr(item as Value, run)} is not in list`)
    return BigInt(at)
  },
  count: (list, args, kwargs, run) => {
    const [item] = bind('count', ['value'], args, kwargs)
    return BigInt(list.filter((candidate) => equal(candidate, item as Value, run)).length)
  },
}
export const tupleMethods: Readonly<Record<string, Method<readonly Value[]>>> = {
  index: listMethods.index as Method<readonly Value[]>,
  count: listMethods.count as Method<readonly Value[]>,
}

/** The pairs that `dict(…)` and `update(…)` take: a dict, or a list of pairs. */
export function pairsOf(value: Value, run: Run): [Value, Value][] {
  if (isDict(value)) {
    spend(run, value.size)
    return value.entries()
  }
  return iterate(value, run).map((pair): [Value, Value] => {
    const items = iterate(pair, run)
    if (items.length !== 2) throw new Trouble(`a pair is needed, ${items.length} items are given`)
    return [items[0] as Value, items[1] as Value]
  })
}
export function fill(dict: Dict, args: readonly Value[], kwargs: Kwargs, run: Run): Dict {
  if (args.length > 1) throw new Trouble(`expected at most 1 argument, got ${args.length}`)
  for (const [key, value] of args[0] === undefined ? [] : pairsOf(args[0], run)) dict.set(key, value)
  for (const [key, value] of kwargs) dict.set(key, value)
  allowItems(run, dict.size)
  return dict
}
const shownView = (name: string, items: readonly Value[]): Value =>
  view(items, (run) => `${name}(${repr(items as Value[], run)})`)

export const dictMethods: Readonly<Record<string, Method<Dict>>> = {
  items: (dict, _args, _kwargs, run) => {
    spend(run, dict.size)
    return shownView('dict_items', dict.entries().map(tuple))
  },
  keys: (dict) => shownView('dict_keys', dict.keys()),
  values: (dict) => shownView('dict_values', dict.values()),
  get: (dict, args, kwargs) => {
    const [key, fallback = null] = bind('get', ['key', 'default?'], args, kwargs)
    return dict.has(key as Value) ? (dict.get(key as Value) as Value) : fallback
  },
  update: (dict, args, kwargs, run) => {
    fill(dict, args, kwargs, run)
    return null
  },
  setdefault: (dict, args, kwargs) => {
    const [key, fallback = null] = bind('setdefault', ['key', 'default?'], args, kwargs)
    if (!dict.has(key as Value)) dict.set(key as Value, fallback)
    return dict.get(key as Value) ?? null
  },
  pop: (dict, args, kwargs, run) => {
    const [key, fallback] = bind('pop', ['key', 'default?'], args, kwargs)
    const value = dict.has(key as Value) ? dict.get(key as Value) : fallback
    if (value === undefined) throw new Trouble(`the dict has no key ${repr(key as Value, run)}`)
    dict.delete(key as Value)
    return value
  },
  popitem: (dict) => {
    const last = dict.entries().at(-1)
    if (!last) throw new Trouble('popitem(): dictionary is empty')
    dict.delete(last[0])
    return tuple(last)
  },
  clear: (dict) => {
    dict.clear()
    return null
  },
  copy: (dict, _args, _kwargs, run) => {
    allowItems(run, dict.size)
    return new Dict(dict.entries())
  },
}
