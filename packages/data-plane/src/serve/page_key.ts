import { hash } from 'node:crypto'
import { servedKey } from '../mask/index.ts'
import type { RowsRequest } from './request.ts'

/** Everything that the answer depends on. A snapshot never changes, so this is also what the ETag says. */
export const keyOf = (request: RowsRequest): string => {
  const { snapshot, table, decision } = request
  return JSON.stringify([
    snapshot.id,
    table.name,
    request.format,
    request.cursor,
    request.limit,
    request.meta ? 1 : 0,
    request.select,
    request.order,
    request.filters,
    servedKey(decision),
  ])
}

/** The first byte is the version of the formats: a new way of writing JSON is a new ETag. */
export const etagOf = (key: string): string => `"1${hash('sha256', key, 'base64url').slice(0, 22)}"`
