import { bind, textOf, wholeOf } from './arguments.ts'
import { sorted } from './collections.ts'
import { fixed } from './format.ts'
import { attribute, item as itemOf, suggestion } from './members.ts'
import { binary, equal, iterate, order, sizeOf, truth } from './operators.ts'
import { predicates } from './predicates.ts'
import { allowItems, allowText, type Run, spend } from './run.ts'
import { repr, str } from './text.ts'
import { type Filter, reversedText, textFilters } from './text_filters.ts'
import { hashOf, isDict, isMissing, missing, present, Trouble, thing, tuple, type Value } from './values.ts'

const isTrue = (value: Value | undefined, run: Run): boolean => value !== undefined && truth(value, run)

/** `'a.b'`, `0` or `'a.0'`: the way to a part of each item. */
function part(path: Value, run: Run, fallback?: Value): (item: Value) => Value {
  const steps =
    typeof path === 'string' ? path.split('.').map((step) => (/^\d+$/.test(step) ? BigInt(step) : step)) : [path]
  return (item) => {
    let value = item
    for (const step of steps) {
      value = itemOf(value, step, run)
      if (fallback !== undefined && isMissing(value)) value = fallback
    }
    return value
  }
}
const folded = (value: Value): Value => (typeof value === 'string' ? value.toLowerCase() : value)
/** How sorting and grouping look at an item: by a part of it, without regard to case unless asked. */
function keyOf(path: Value | undefined, caseSensitive: boolean, run: Run, fallback?: Value): (item: Value) => Value {
  const read = path === undefined || path === null ? (item: Value) => item : part(path, run, fallback)
  return (item) => (caseSensitive ? read(item) : folded(read(item)))
}

/** Rule: Jinja. `map`, `select` and `reject` take whatever counts as false for an empty list. */
const itemsOrNone = (value: Value, run: Run): readonly Value[] => (truth(value, run) ? iterate(value, run) : [])

const chosen =
  (keep: boolean, byAttribute: boolean): Filter =>
  (value, args, kwargs, run) => {
    if (kwargs.size > 0) throw new Trouble('select and reject take no named arguments')
    const [path, ...rest] = byAttribute ? args : [null, ...args]
    if (byAttribute && path === undefined) throw new Trouble('Missing parameter for attribute name')
    const read = byAttribute ? part(path as Value, run) : (item: Value) => item
    const [name, ...params] = rest
    const test = name === undefined ? undefined : predicateNamed(textOf('the name of the test', name))
    return itemsOrNone(value, run).filter(
      (item) => (test ? test(read(item), params, run) : truth(read(item), run)) === keep,
    )
  }

const map: Filter = (value, args, kwargs, run) => {
  const items = itemsOrNone(value, run)
  if (args.length === 0 && kwargs.has('attribute')) {
    for (const name of kwargs.keys())
      if (name !== 'attribute' && name !== 'default') throw new Trouble(`Unexpected keyword argument '${name}'`)
    return items.map(part(kwargs.get('attribute') as Value, run, kwargs.get('default')))
  }
  const [name, ...params] = args
  if (name === undefined) throw new Trouble('map requires a filter argument')
  const filter = filterNamed(textOf('the name of the filter', name))
  return items.map((item) => filter(item, params, kwargs, run))
}

const extreme =
  (name: string, sign: 1 | -1): Filter =>
  (value, args, kwargs, run) => {
    const [caseSensitive, path] = bind(name, ['case_sensitive?', 'attribute?'], args, kwargs)
    const key = keyOf(path, isTrue(caseSensitive, run), run)
    const items = iterate(value, run)
    let best = items[0]
    if (best === undefined) return missing('No aggregated item, sequence was empty.')
    for (const item of items.slice(1)) if (order(key(item), key(best), run) * sign > 0) best = item
    return best
  }

const groupby: Filter = (value, args, kwargs, run) => {
  const [path, fallback, caseSensitive] = bind('groupby', ['attribute', 'default?', 'case_sensitive?'], args, kwargs)
  const key = keyOf(path, isTrue(caseSensitive, run), run, fallback)
  const groups: { key: Value; items: Value[] }[] = []
  for (const item of sorted(iterate(value, run), run, key, false)) {
    const last = groups.at(-1)
    if (last && equal(last.key, key(item), run)) last.items.push(item)
    else groups.push({ key: key(item), items: [item] })
  }
  const exact = keyOf(path, true, run, fallback)
  return groups.map((group) => {
    const pair = tuple([exact(group.items[0] as Value), group.items])
    return thing(
      'group',
      { grouper: pair[0] as Value, list: group.items },
      { items: () => pair, text: () => repr(pair, run) },
    )
  })
}

const round: Filter = (value, args, kwargs, run) => {
  const [precision, method] = bind('round', ['precision?', 'method?'], args, kwargs)
  const digits = wholeOf('precision', precision, 0)
  const how = textOf('method', method, 'common')
  if (!['common', 'ceil', 'floor'].includes(how)) throw new Trouble('method must be common, ceil or floor')
  present(value)
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean')
    throw new Trouble('only a number can be rounded')
  if (Math.abs(digits) > 300) throw new Trouble('the precision is too large')
  if (how !== 'common') {
    const scaled = binary('*', value, binary('**', 10n, BigInt(digits), run), run)
    const cut = how === 'ceil' ? Math.ceil(Number(scaled)) : Math.floor(Number(scaled))
    return binary('/', BigInt(cut), binary('**', 10n, BigInt(digits), run), run)
  }
  if (typeof value !== 'number') {
    if (digits >= 0) return typeof value === 'boolean' ? BigInt(value) : value
    const unit = 10n ** BigInt(-digits)
    const whole = BigInt(value)
    const rest = ((whole % unit) + unit) % unit
    const low = whole - rest
    const up = rest * 2n > unit || (rest * 2n === unit && (low / unit) % 2n !== 0n)
    return up ? low + unit : low
  }
  if (digits < 0) return Math.round(value / 10 ** -digits) * 10 ** -digits
  return Number(fixed(value, Math.min(digits, 100)))
}

const toInt: Filter = (value, args, kwargs, run) => {
  const [fallback, base] = bind('int', ['default?', 'base?'], args, kwargs)
  const otherwise = fallback ?? 0n
  present(value)
  if (typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : otherwise
  if (typeof value !== 'string') return otherwise
  if (value.length > 4300) throw new Trouble('the number has more than 4300 digits')
  const parsed = wholeFrom(value, wholeOf('base', base, 10))
  if (parsed !== undefined) return parsed
  const decimal = floatFrom(value)
  spend(run, 1)
  return decimal !== undefined && Number.isFinite(decimal) ? BigInt(Math.trunc(decimal)) : otherwise
}
function wholeFrom(text: string, base: number): bigint | undefined {
  const found = /^\s*([+-]?)(0[xX]|0[oO]|0[bB])?([\da-zA-Z]+(?:_[\da-zA-Z]+)*)\s*$/.exec(text)
  if (!found) return undefined
  const prefixes: Readonly<Record<string, number>> = { '0x': 16, '0o': 8, '0b': 2 }
  const [, sign, prefix = '', digits = ''] = found
  if (prefix && prefixes[prefix.toLowerCase()] !== base) return undefined
  let value = 0n
  for (const digit of digits.replaceAll('_', '')) {
    const worth = Number.parseInt(digit, 36)
    if (worth >= base) return undefined
    value = value * BigInt(base) + BigInt(worth)
  }
  return sign === '-' ? -value : value
}
function floatFrom(text: string): number | undefined {
  const trimmed = text
    .trim()
    .toLowerCase()
    .replace(/(?<=\d)_(?=\d)/g, '')
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(trimmed)) return Number(trimmed)
  if (/^[+-]?(inf|infinity)$/.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity
  return /^[+-]?nan$/.test(trimmed) ? Number.NaN : undefined
}

const cut =
  (make: (items: readonly Value[], size: number, fill: Value | undefined) => Value[][]): Filter =>
  (value, args, kwargs, run) => {
    const [size, fill] = bind(
      'batch',
      ['count', 'fill_with?'],
      args,
      new Map([...kwargs].map(([name, v]) => [name === 'linecount' || name === 'slices' ? 'count' : name, v])),
    )
    const count = wholeOf('count', size)
    if (count < 1) throw new Trouble('the count must be at least 1')
    allowItems(run, count)
    return make(iterate(value, run), count, fill === null ? undefined : fill)
  }
const batch = cut((items, size, fill) => {
  const rows: Value[][] = []
  for (let at = 0; at < items.length; at += size) rows.push(items.slice(at, at + size))
  const last = rows.at(-1)
  if (last && fill !== undefined) while (last.length < size) last.push(fill)
  return rows
})
const slices = cut((items, count, fill) => {
  const each = Math.floor(items.length / count)
  const extra = items.length % count
  return Array.from({ length: count }, (_, index) => {
    const from = index * each + Math.min(index, extra)
    const row = items.slice(from, from + each + (index < extra ? 1 : 0))
    if (fill !== undefined && index >= extra) row.push(fill)
    return row
  })
})

const fallback: Filter = (value, args, kwargs, run) => {
  const [instead, boolean] = bind('default', ['default_value?', 'boolean?'], args, kwargs)
  return isMissing(value) || (isTrue(boolean, run) && !truth(value, run)) ? (instead ?? '') : value
}
const length: Filter = (value, _args, _kwargs, run) => BigInt(sizeOf(present(value), run))
const same: Filter = (value) => value

const listFilters: Readonly<Record<string, Filter>> = {
  abs: (value) => {
    present(value)
    if (typeof value === 'bigint') return value < 0n ? -value : value
    if (typeof value === 'number') return Math.abs(value)
    if (typeof value === 'boolean') return value ? 1n : 0n
    throw new Trouble('bad operand type for abs()')
  },
  attr: (value, args, kwargs) => {
    const [name] = bind('attr', ['name'], args, kwargs)
    if (
      isDict(value) &&
      !['items', 'keys', 'values', 'get', 'update', 'pop', 'copy', 'setdefault'].includes(String(name))
    )
      return missing(`'dict object' has no attribute '${String(name)}'`, { soft: true })
    return attribute(value, textOf('name', name))
  },
  batch,
  slice: slices,
  count: length,
  length,
  default: fallback,
  d: fallback,
  dictsort: (value, args, kwargs, run) => {
    const [caseSensitive, by, reverse] = bind('dictsort', ['case_sensitive?', 'by?', 'reverse?'], args, kwargs)
    if (!isDict(value)) throw new Trouble('dictsort needs a dict')
    const which = textOf('by', by, 'key')
    if (which !== 'key' && which !== 'value') throw new Trouble('You can only sort by either "key" or "value"')
    const key = keyOf(which === 'key' ? 0n : 1n, isTrue(caseSensitive, run), run)
    return sorted(value.entries().map(tuple), run, key, isTrue(reverse, run))
  },
  first: (value, _args, _kwargs, run) => iterate(value, run)[0] ?? missing('No first item, sequence was empty.'),
  last: (value, _args, _kwargs, run) => iterate(value, run).at(-1) ?? missing('No last item, sequence was empty.'),
  float: (value, args, kwargs) => {
    const [instead] = bind('float', ['default?'], args, kwargs)
    present(value)
    if (typeof value === 'number') return value
    if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value)
    return (typeof value === 'string' ? floatFrom(value) : undefined) ?? instead ?? 0
  },
  groupby,
  int: toInt,
  items: (value, _args, _kwargs, run) => {
    if (isMissing(value)) return []
    if (!isDict(value)) throw new Trouble('Can only get item pairs from a mapping.')
    spend(run, value.size)
    return value.entries().map(tuple)
  },
  join: (value, args, kwargs, run) => {
    const [by, path] = bind('join', ['d?', 'attribute?'], args, kwargs)
    const read = path === undefined || path === null ? (item: Value) => item : part(path, run)
    const between = by === undefined ? '' : str(by, run)
    const texts = iterate(value, run).map((item) => str(read(item), run))
    allowText(
      run,
      texts.reduce((sum, text) => sum + text.length + between.length, 0),
    )
    return texts.join(between)
  },
  list: (value, _args, _kwargs, run) => {
    const items = iterate(value, run)
    allowItems(run, items.length)
    return [...items]
  },
  map,
  max: extreme('max', 1),
  min: extreme('min', -1),
  random: () => {
    throw new Trouble('random is refused: a model gives the same SQL every time', 'choose in SQL')
  },
  select: chosen(true, false),
  reject: chosen(false, false),
  selectattr: chosen(true, true),
  rejectattr: chosen(false, true),
  reverse: (value, _args, _kwargs, run) =>
    typeof value === 'string' ? reversedText(value) : [...iterate(value, run)].reverse(),
  round,
  sort: (value, args, kwargs, run) => {
    const [reverse, caseSensitive, path] = bind('sort', ['reverse?', 'case_sensitive?', 'attribute?'], args, kwargs)
    const paths: Value[] = typeof path === 'string' ? path.split(',') : [path ?? null]
    const keys = paths.map((one) => keyOf(one, isTrue(caseSensitive, run), run))
    const key =
      keys.length === 1 ? (keys[0] as (item: Value) => Value) : (item: Value) => keys.map((read) => read(item))
    return sorted(iterate(value, run), run, key, isTrue(reverse, run))
  },
  sum: (value, args, kwargs, run) => {
    const [path, start] = bind('sum', ['attribute?', 'start?'], args, kwargs)
    const read = path === undefined || path === null ? (item: Value) => item : part(path, run)
    return iterate(value, run).reduce((sum: Value, item) => binary('+', sum, read(item), run), start ?? 0n)
  },
  unique: (value, args, kwargs, run) => {
    const [caseSensitive, path] = bind('unique', ['case_sensitive?', 'attribute?'], args, kwargs)
    const key = keyOf(path, isTrue(caseSensitive, run), run)
    const seen = new Set<unknown>()
    return iterate(value, run).filter((item) => {
      const one = hashOf(key(item))
      if (seen.has(one)) return false
      seen.add(one)
      return true
    })
  },
  // dbt's filters choose the type of a rendered setting; here a value already has its type.
  as_bool: same,
  as_native: same,
  as_number: same,
  as_text: same,
}

const filters: Readonly<Record<string, Filter>> = { ...textFilters, ...listFilters }

export function filterNamed(name: string): Filter {
  if (!Object.hasOwn(filters, name))
    throw new Trouble(`there is no filter '${name}'${suggestion(name, Object.keys(filters))}`)
  return filters[name] as Filter
}
export function predicateNamed(name: string): (typeof predicates)[string] {
  if (name === 'filter' || name === 'test')
    return (value) => typeof value === 'string' && Object.hasOwn(name === 'filter' ? filters : predicates, value)
  if (!Object.hasOwn(predicates, name))
    throw new Trouble(`there is no test '${name}'${suggestion(name, Object.keys(predicates))}`)
  return predicates[name] as (typeof predicates)[string]
}
