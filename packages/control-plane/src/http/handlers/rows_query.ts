import { MeshError, type QueryOf } from '@datamesh/core'
import type { RowFormat, RowsRequest } from '@datamesh/data-plane'

type Query = QueryOf<'readRows'>
type Filter = RowsRequest['filters'][number]

const ops = new Set<string>(['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'like', 'null'])
const reserved = new Set(['snapshot', 'as_of', 'version', 'select', 'order', 'limit', 'cursor', 'meta'])

/** `a,b,-c` and every key that is no option: `column=value`, `column=op:value`. A value that starts like an op is written `eq:like:x`. */
export const filtersOf = (query: Query): Filter[] => {
  const filters: Filter[] = []
  for (const [column, given] of Object.entries(query)) {
    if (reserved.has(column) || given === undefined) continue
    for (const text of Array.isArray(given) ? given : [String(given)]) {
      const colon = text.indexOf(':')
      const op = colon < 0 ? '' : text.slice(0, colon)
      filters.push(
        ops.has(op)
          ? { column, op: op as Filter['op'], value: text.slice(colon + 1) }
          : { column, op: 'eq', value: text },
      )
    }
  }
  return filters
}

const names = (text: string | undefined): string[] | null => {
  const list = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return list.length === 0 ? null : list
}

export const selectOf = (query: Query): string[] | null => names(query.select)

export const orderOf = (query: Query): { column: string; descending: boolean }[] | null =>
  names(query.order)?.map((name) =>
    name.startsWith('-') ? { column: name.slice(1), descending: true } : { column: name, descending: false },
  ) ?? null

const formats: readonly (readonly [type: string, format: RowFormat])[] = [
  ['application/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['text/csv', 'csv'],
  ['application/vnd.apache.parquet', 'parquet'],
  ['application/vnd.apache.arrow.stream', 'arrow'],
]

/**
 * What the caller wants to read: what we have with the highest weight, in the caller's order where weights are equal. The most specific
 * range that names a type says its weight: CSV of weight 0 beside a wildcard is anything but CSV. Rule: RFC 9110, 12.5.1.
 * @throws not-acceptable
 */
export const formatOf = (accept: string | undefined): RowFormat => {
  if (accept === undefined || accept === '*/*' || accept === 'application/json' || accept.trim() === '') return 'json'
  const ranges = new Map(
    accept.split(',').map((part, place) => {
      const [range = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase())
      const q = parameters.find((each) => each.startsWith('q='))
      return [range, { weight: q === undefined ? 1 : Number(q.slice(2)) || 0, place }]
    }),
  )
  const wanted = formats
    .map(([type, format]) => {
      const range = ranges.get(type) ?? ranges.get(`${type.split('/')[0]}/*`) ?? ranges.get('*/*')
      return { format, weight: range?.weight ?? 0, place: range?.place ?? 0 }
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.place - b.place)
  if (wanted[0]) return wanted[0].format
  throw new MeshError('not-acceptable', { have: formats.map(([type]) => type).join(', ') })
}
