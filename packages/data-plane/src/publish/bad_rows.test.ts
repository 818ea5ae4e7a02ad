import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BuildOutcome } from '../build/index.ts'
import { filePort, jobOf, productOf } from '../testing/product.ts'
import { runJob } from './index.ts'

let root: string
let count: number
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'datamesh-rows-')))
  count = 0
})
afterEach(() => rm(root, { recursive: true, force: true }))

type Source = Parameters<typeof filePort>[2]
const read = async (name: string, text: string | Uint8Array, source: Source = {}): Promise<BuildOutcome> => {
  await mkdir(join(root, 'in'), { recursive: true })
  await writeFile(join(root, 'in', name), text)
  const id = `snap-${++count}`
  const product = productOf({ inputPorts: [filePort('land', `in/${name}`, source)] })
  return runJob(jobOf(root, product, {}, { snapshotId: id, runId: id }), () => {})
}
const figures = ({ staged }: BuildOutcome) => ({
  rows: staged.tables[0]!.rows,
  put: (staged.report.quarantined[0]?.examples ?? []).map(({ line, error }) => `${line} ${error}`),
})
const why = (text: string) => ({ code: 'input-unreadable', message: expect.stringContaining(text) })

const ndjson = (columns: Record<string, string>): Source => ({ format: 'ndjson', badRows: 'quarantine', columns })

describe('NDJSON', () => {
  test('counts empty lines when it names a line', async () => {
    const outcome = await read('a.ndjson', '{"id":1}\n\n\n{"id":\n\nnull\n{"id":2}\n', ndjson({ id: 'BIGINT' }))
    expect(figures(outcome)).toEqual({
      rows: 2,
      put: ['4 this is not a JSON object', '6 this is not a JSON object'],
    })
    await expect(read('b.ndjson', '{"id":1}\n\n{"id":\n', { format: 'ndjson' })).rejects.toMatchObject(
      why('b.ndjson:3 this is not a JSON object'),
    )
  })

  test('puts aside what does not fit at any depth, a fraction and a truth for an integer too', async () => {
    const lines = [
      '{"id": 1, "at": {"day": "2024-01-01", "n": [1, 2]}}',
      '{"id": 1.5}',
      '{"id": true}',
      '{"id": 2.0, "at": null}',
      '{"id": 3, "at": {"day": "2024-13-01"}}',
      '{"id": 4, "at": {"n": [1, "x"]}}',
      '{"id": 5, "at": [1]}',
      '{"id": 6, "at": {"more": 1}}',
    ]
    const outcome = await read(
      'a.ndjson',
      lines.join('\n'),
      ndjson({ id: 'BIGINT', at: 'STRUCT("day" DATE, n INTEGER[])' }),
    )
    const at = 'at is not a STRUCT("day" DATE, n INTEGER[])'
    expect(figures(outcome)).toEqual({
      rows: 3,
      put: ['2 id is not a BIGINT', '3 id is not a BIGINT', `5 ${at}`, `6 ${at}`, `7 ${at}`],
    })
  })
})

test('a JSON list that was cut off is not taken for a short one, packed or not', async () => {
  const source: Source = { format: 'json', columns: { id: 'BIGINT' } }
  const cut = '[{"id": 1}, {"id": 2},\n'
  await expect(read('a.json', cut, source)).rejects.toMatchObject(why('a.json is cut off'))
  await expect(read('a.json.gz', gzipSync(cut), { ...source, badRows: 'quarantine' })).rejects.toMatchObject(
    why('a.json.gz is cut off'),
  )
  expect(figures(await read('b.json', '\n [{"id": 1}, {"id": 2}] \n', source)).rows).toBe(2)
})

describe('CSV', () => {
  test('with line ends of two kinds is refused at the first line that differs', async () => {
    await expect(read('a.csv', 'id,name\r\n1,a\r\n2,b\n3,c\r\n')).rejects.toMatchObject(
      why('a.csv:3 this line ends in LF, the first one in CR LF'),
    )
  })

  test('may have empty lines before its header, which keep their number', async () => {
    expect(figures(await read('a.csv', '\n\nid,name\n1,a\n')).rows).toBe(1)
    await expect(read('b.csv', '\nid,name\n1,a\nx,b\n', { columns: { id: 'INTEGER' } })).rejects.toMatchObject(
      why('b.csv:4 '),
    )
  })

  test('is not read with an option that leaves rows out silently', async () => {
    await expect(read('a.csv', 'id\r\n1\r\n', { options: { new_line: '\\n' } })).rejects.toMatchObject(
      why('option new_line would drop rows silently'),
    )
  })

  test('every line is published or put aside and kept as it was', { timeout: 60_000 }, async () => {
    const line = fc.constantFrom('1,a', '22,"b,c"', ',', '3,d,e', '4', 'x,f', '5,"g"h', '6,é', '99999999999,i')
    const bad = /^(3,d|4$|x|5,|99)/
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 40 }), async (lines) => {
        const columns = { id: 'INTEGER', name: 'VARCHAR' }
        const text = `id,name\n${lines.join('\n')}\n`
        const outcome = await read('law.csv', text, { badRows: 'quarantine', columns })
        const rejected = lines.filter((one) => bad.test(one))
        expect(outcome.staged.tables[0]!.rows).toBe(lines.length - rejected.length)
        expect(outcome.staged.report.quarantined[0]?.rows ?? 0).toBe(rejected.length)
        if (rejected.length === 0) return
        const kept = await readFile(
          join(root, 'storage/sales/orders/_quarantine', outcome.staged.id, 'land.csv'),
          'utf8',
        )
        expect(kept.trim().split('\n')).toHaveLength(rejected.length + 1)
      }),
      { numRuns: 25 },
    )
  })
})

test('a seed that does not fit names its own file and line', async () => {
  const files = (csv: string) => ({ 'models/orders.sql': "select * from {{ ref('s') }}", 'seeds/s.csv': csv })
  const build = (csv: string) => runJob(jobOf(root, productOf(), files(csv)), () => {})
  await expect(build('id,b\n1,2\n3\n')).rejects.toThrow(/^seeds\/s\.csv:3: Expected Number of Columns: 2 Found: 1$/)
  await expect(build('id,b\n1,2\n3,"4\n')).rejects.toThrow(/^seeds\/s\.csv:3: Value with unterminated quote/)
})
