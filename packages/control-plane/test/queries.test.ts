import fs from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
let reader: string
let other: string
let owner: string

beforeAll(async () => {
  mesh = await serveMesh({}, { seconds: 8, memoryMb: 256 })
  reader = await mesh.somebody('reader', [{ role: 'consumer' }])
  other = await mesh.somebody('other', [{ role: 'consumer' }])
  owner = await mesh.somebody('owner', [{ role: 'domain-owner', domain: 'sales' }])
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

const sql = '/api/v1/sql'
/** The query at its end. */
const run = async (text: string, token = reader, limit?: number) => {
  const started = await mesh.send('POST', `${sql}/queries`, token, { sql: text, ...(limit ? { limit } : {}) })
  expect(started.status, await started.clone().text()).toBe(202)
  const { id } = await json(started)
  return json(mesh.get(`${sql}/queries/${id}?wait=10000`, token))
}
const rowsOf = (id: string, token = reader, more = '') => json(mesh.get(`${sql}/queries/${id}/rows?${more}`, token))

test('a query reads what its reader may read, and says which snapshots', async () => {
  const view = await run('select id, amount from sales.orders where id <= 3 order by id')
  expect(view).toMatchObject({
    state: 'succeeded',
    rows: 3,
    truncated: false,
    kept: true,
    columns: [
      { name: 'id', type: 'BIGINT' },
      { name: 'amount', type: 'DOUBLE' },
    ],
    reads: [{ product: 'sales/orders', table: 'orders', sequence: 1 }],
    masked: [{ product: 'sales/orders', table: 'orders', column: 'email' }],
  })
  expect(await rowsOf(view.id)).toEqual({
    offset: 0,
    rows: 3,
    columns: [
      [1, 2, 3],
      [1.5, 3, 4.5],
    ],
  })
})
