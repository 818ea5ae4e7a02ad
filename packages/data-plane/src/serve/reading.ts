import { createHash } from 'node:crypto'
import { MeshError, maskOf, quoteIdent, quoteText, type TableVersion } from '@datamesh/core'
import { type Served, servedType } from '../mask/index.ts'
import { exampleUnlessValid, kindOf } from './column_type.ts'
import type { Cursor } from './cursor.ts'
import { type Filter, filterOps, limitOf, maxDownloadRows, maxPageRows, type RowsRequest } from './request.ts'
import type { Cell } from './sql.ts'

/** The row's place in the files of the table, counted from 0: the last tie-breaker of every order. Not a column anybody can name. */
export const position = '__datamesh_position'

export type Term = { column: string; type: string; descending: boolean; nullable: boolean }
export type TypedFilter = Filter & { type: string }

/** A request that makes sense: every name known, every value of its column's type, nothing masked used to look or sort. */
export type Reading = {
  table: TableVersion
  cells: readonly Cell[]
  filters: readonly TypedFilter[]
  /** Lies over the rows before everything else: filters, orders and cursors see what it leaves. */
  decision: Served
  rowFilter: string | null
  order: readonly Term[]
  /** Nothing but the place: the order of the files themselves. */
  fileOrder: boolean
  /** The key, then the place: the order in which a replica lies. */
  keyOrder: boolean
  after: Cursor['after'] | null
  digest: string
  limit: number
  /** A download streams; a page is made whole, cached and continued. */
  download: boolean
}

const refuse = (what: string): never => {
  throw new MeshError('request-invalid', { what })
}

const metaCells = ({ snapshot, table }: RowsRequest): Cell[] => {
  const cut = snapshot.product.lastIndexOf('/')
  const cells = [
    { name: '_product_name', type: 'VARCHAR', sql: quoteText(snapshot.product.slice(cut + 1)) },
    { name: '_product_version', type: 'VARCHAR', sql: quoteText(snapshot.release) },
    { name: '_domain', type: 'VARCHAR', sql: quoteText(snapshot.product.slice(0, Math.max(cut, 0))) },
    { name: '_publish_timestamp', type: 'TIMESTAMP WITH TIME ZONE', sql: `${quoteText(snapshot.at)}::timestamptz` },
  ]
  const own = new Set(table.columns.map((column) => column.name.toLowerCase()))
  return cells.filter((cell) => !own.has(cell.name))
}

/** Certain only when every file says so: a column may be declared nullable and hold no NULL, which lets the engine skip more. */
const hasNulls = (table: TableVersion, name: string): boolean =>
  table.files.some((file) => file.stats[name]?.nulls !== 0)

/** @throws request-invalid naming the column, what was expected and an example */
export const readingOf = (request: RowsRequest, cursor: Cursor | null): Reading => {
  const { table, decision } = request
  const byName = new Map(table.columns.map((column) => [column.name, column]))
  const isMasked = (name: string) => maskOf(decision.masks, name) !== undefined
  const meta = new Map(metaCells(request).map((cell) => [cell.name, cell]))

  const columnOf = (name: string, use: string) => {
    const column = byName.get(name)
    if (!column)
      return refuse(
        `table ${table.name} has no column ${quoteIdent(name)}; it has ${table.columns.map((c) => c.name).join(', ')}`,
      )
    if (use !== '' && isMasked(name))
      return refuse(`column ${quoteIdent(name)} is masked for you, so it cannot be used to ${use}`)
    return column
  }

  const cellOf = (name: string): Cell => {
    const virtual = meta.get(name)
    if (virtual) return virtual
    const column = columnOf(name, '')
    return { name, type: servedType(column, decision), sql: quoteIdent(name) }
  }
  const names = [...new Set(request.select ?? byName.keys()), ...(request.meta ? meta.keys() : [])]
  if (request.select?.length === 0) refuse('`select` names no column')
  const cells = [...new Set(names)].map(cellOf)

  const filters = request.filters.map((filter): TypedFilter => {
    const { type } = columnOf(filter.column, 'filter')
    checkFilter(filter, type)
    return { ...filter, type }
  })

  const termOf = (name: string, descending: boolean): Term => {
    const { type } = columnOf(name, 'order')
    if (kindOf(type) === 'nested')
      refuse(`column ${quoteIdent(name)} is of type ${type}, which has no order to page by`)
    return { column: name, type, descending, nullable: hasNulls(table, name) }
  }
  const limit = limitOf(request)
  const download = limit > maxPageRows
  const asked = (request.order ?? []).map((term) => termOf(term.column, term.descending))
  const wanted = new Set(asked.map((term) => term.column))
  const inFileOrder = download && request.order === null && cursor === null
  const ties = inFileOrder
    ? []
    : table.key
        .filter(
          (name) =>
            !wanted.has(name) && !isMasked(name) && byName.has(name) && kindOf(byName.get(name)!.type) !== 'nested',
        )
        .map((name) => termOf(name, false))
  const order = [...asked, ...ties, { column: position, type: 'BIGINT', descending: false, nullable: false }]

  const digest = createHash('sha256')
    .update(JSON.stringify([filters.map((f) => [f.column, f.op, f.value]), order.map((t) => [t.column, t.descending])]))
    .digest('base64url')
    .slice(0, 12)
  if (cursor) checkCursor(cursor, request, digest, order.length)

  if (!Number.isInteger(limit) || limit < 1 || limit > maxDownloadRows)
    refuse(`limit is a whole number from 1 to ${maxDownloadRows}`)
  if (download && request.format === 'json')
    refuse(
      `a JSON page has at most ${maxPageRows} rows; for more ask for application/x-ndjson, text/csv, Parquet or Arrow`,
    )
  return {
    table,
    cells,
    filters,
    decision,
    rowFilter: decision.rowFilter,
    order,
    fileOrder: order.length === 1,
    keyOrder: asked.length === 0 && ties.length === table.key.length,
    after: cursor?.after ?? null,
    digest,
    limit,
    download,
  }
}

const checkFilter = (filter: Filter, type: string): void => {
  const name = quoteIdent(filter.column)
  if (!filterOps.includes(filter.op))
    refuse(`column ${name}: there is no filter ${filter.op}; there are ${filterOps.join(', ')}`)
  if (filter.op === 'null') {
    if (!/^(true|false)$/.test(filter.value)) refuse(`column ${name}: write null:true or null:false`)
    return
  }
  if (kindOf(type) === 'nested') refuse(`column ${name} is of type ${type}: only null:true and null:false filter it`)
  if (filter.op === 'like') {
    if (kindOf(type) !== 'text') refuse(`column ${name} is of type ${type}: like filters text only; try ${name}=gte:…`)
    return
  }
  for (const value of valuesOf(filter)) {
    const example = exampleUnlessValid(type, value)
    if (example !== null)
      refuse(
        `column ${name} is of type ${type}: ${JSON.stringify(value.slice(0, 100))} is not one; write for example ${filter.column}=${filter.op}:${example}`,
      )
  }
}

export const valuesOf = (filter: Filter): readonly string[] =>
  filter.op === 'in' ? filter.value.split(',').map((value) => value.trim()) : [filter.value]

const checkCursor = (cursor: Cursor, request: RowsRequest, digest: string, terms: number): void => {
  if (cursor.snapshot !== request.snapshot.id)
    refuse(
      `the cursor belongs to snapshot ${cursor.snapshot}, not ${request.snapshot.id}: leave snapshot, as_of and version out, the cursor says it`,
    )
  if (cursor.table !== request.table.name)
    refuse(`the cursor belongs to table ${cursor.table}, not ${request.table.name}`)
  if (cursor.digest !== digest || cursor.after.length !== terms)
    refuse('the cursor was made with other filters or another order: send the same ones with every page')
}
