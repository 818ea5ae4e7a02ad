import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DataProduct, InputPort, Snapshot } from '@datamesh/core'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BuildJob, BuildOutcome } from '../build/index.ts'
import { maskKeys } from '../mask/index.ts'
import { field, filePort, jobOf, productOf, productPort } from '../testing/product.ts'
import { runJob } from './index.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'datamesh-inputs-')))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const put = async (name: string, text: string) => {
  await mkdir(join(root, name, '..'), { recursive: true })
  await writeFile(join(root, name), text)
}
const columns = { id: 'INTEGER', v: 'DOUBLE' }
const run = (
  port: InputPort | InputPort[],
  more: Partial<BuildJob> = {},
  product: Partial<DataProduct> = {},
  files: Record<string, string> = {},
) => runJob(jobOf(root, productOf({ inputPorts: [port].flat(), ...product }), files, more), () => {})

const rowsOf = async (outcome: BuildOutcome): Promise<unknown[]> => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const files = outcome.staged.tables[0]!.files.map((file) => `'${join(root, 'storage', file.path)}'`)
    return (await connection.runAndReadAll(`select * from read_parquet([${files.join(', ')}])`)).getRowObjectsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

describe('a product without models passes its files through', () => {
  test('csv, with the types that its schema promises', async () => {
    await put('in.csv', 'id,code,at\n1,007,2026-01-02\n')
    const schema = {
      compatibility: 'NONE' as const,
      tables: {
        orders: { description: '', fields: [field('code', 'VARCHAR'), field('id', 'BIGINT'), field('at', 'DATE')] },
      },
    }
    const outcome = await run(filePort('raw', 'in.csv'), {}, { schema })
    expect(await rowsOf(outcome)).toEqual([{ code: '007', id: '1', at: '2026-01-02' }])
    expect(outcome.inputFiles).toMatchObject([{ port: 'raw', path: join(root, 'in.csv'), bytes: 28 }])
    expect(outcome.lineage.edges).toContainEqual(
      expect.objectContaining({ from: { kind: 'file', ref: 'file:in.csv' } }),
    )
  })

  test('ndjson, json and parquet', async () => {
    await put('in.ndjson', '{"id":1,"v":2.5}\n\n{"id":2}\n')
    expect(await rowsOf(await run(filePort('raw', 'in.ndjson', { format: 'ndjson' })))).toEqual([
      { id: '1', v: 2.5 },
      { id: '2', v: null },
    ])
    await put('in.json', '[{"id":1,"v":2.5},{"id":2,"v":null}]')
    expect(await rowsOf(await run(filePort('raw', 'in.json', { format: 'json', columns })))).toEqual([
      { id: 1, v: 2.5 },
      { id: 2, v: null },
    ])
    const first = await run(filePort('raw', 'in.json', { format: 'json', columns }), { snapshotId: 'as-parquet' })
    const path = `storage/${first.staged.tables[0]!.files[0]!.path}`
    expect(await rowsOf(await run(filePort('raw', path, { format: 'parquet' }), { snapshotId: 'again' }))).toEqual([
      { id: 1, v: 2.5 },
      { id: 2, v: null },
    ])
  })

  test('files of a glob in one order, columns found by name', async () => {
    await put('in/2.csv', 'v;id\n2.5;2\n')
    await put('in/1.csv', 'id;v\n1;1.5\n')
    await put('in/x.txt', 'not me')
    expect(await rowsOf(await run(filePort('raw', 'in/*.csv')))).toEqual([
      { id: '1', v: 1.5 },
      { id: '2', v: 2.5 },
    ])
  })

  test('headers that are quoted, repeated, marked or after other lines', async () => {
    await put('in.csv', '\uFEFFexported today\n"a ""x""";b;b;\n1;2;3;4\n')
    const outcome = await run(filePort('raw', 'in.csv', { options: { skip: 1 } }))
    expect(await rowsOf(outcome)).toEqual([{ 'a "x"': '1', b: '2', b_1: '3', column3: '4' }])
  })

  test('another encoding when the port says so', async () => {
    await writeFile(join(root, 'in.csv'), Buffer.from('id,name\n1,caf\xe9\n', 'latin1'))
    expect(await rowsOf(await run(filePort('raw', 'in.csv', { options: { encoding: 'latin-1' } })))).toEqual([
      { id: '1', name: 'café' },
    ])
    await expect(run(filePort('raw', 'in.csv'))).rejects.toMatchObject({
      facts: { why: expect.stringMatching(/in\.csv:2 .*encoding: latin-1/) },
    })
  })

  test('quoted line breaks and separators stay in their field', async () => {
    await put('in.csv', 'id,text\n1,"a,b\n""c"""\n2,\n')
    expect(await rowsOf(await run(filePort('raw', 'in.csv')))).toEqual([
      { id: '1', text: 'a,b\n"c"' },
      { id: '2', text: null },
    ])
  })
})

describe('what cannot be read is said', () => {
  const refusal = async (port: InputPort, why: string | RegExp) =>
    expect(run(port)).rejects.toMatchObject({
      code: 'input-unreadable',
      facts: { port: 'raw', why: expect.stringMatching(why) },
    })

  test('a bad line of a csv, with file, line and reason', async () => {
    await put('in.csv', 'id,v\n1,1\n2,2\nthree,3\n')
    await expect(run(filePort('raw', 'in.csv', { columns }))).rejects.toMatchObject({
      code: 'input-unreadable',
      facts: {
        why: `${join(root, 'in.csv')}:4 Error when converting column "id". Could not convert string "three" to 'INTEGER'`,
      },
      issues: [{ code: 'bad-row', at: { file: join(root, 'in.csv'), line: 4, column: 1 } }],
    })
  })

  test('a ragged line, which must not turn the file into one column', async () => {
    await put('in.csv', 'id,v\n1,1\n2,2,2\n')
    await refusal(filePort('raw', 'in.csv'), /in\.csv:3 Expected Number of Columns: 2 Found: 3/)
  })

  test('a broken line and a wrong type of ndjson', async () => {
    await put('in.ndjson', '{"id":1}\n{"id":2}\n{broken\n')
    await refusal(filePort('raw', 'in.ndjson', { format: 'ndjson', columns }), /in\.ndjson:3 this is not a JSON object/)
    await put('in.ndjson', '{"id":1}\n{"id":"x","v":1}\n')
    await refusal(filePort('raw', 'in.ndjson', { format: 'ndjson', columns }), /in\.ndjson:2 id is not an INTEGER/)
  })

  test('a record of a json array', async () => {
    await put('in.json', '[{"id":1},{"id":[2]}]')
    await refusal(filePort('raw', 'in.json', { format: 'json', columns }), /in\.json:2 id is not an INTEGER/)
  })

  test('a file that is no parquet', async () => {
    await put('in.parquet', 'hello')
    await refusal(filePort('raw', 'in.parquet', { format: 'parquet' }), /in\.parquet/)
  })

  test('a missing file, an empty glob, a folder, an address on the net', async () => {
    await refusal(filePort('raw', 'nowhere.csv'), 'there is no file nowhere.csv')
    await refusal(filePort('raw', '*.csv'), /no file matches \*\.csv/)
    await mkdir(join(root, 'dir'))
    await refusal(filePort('raw', 'dir'), /is a folder; write dir\/\*\.csv/)
    await refusal(filePort('raw', 's3://bucket/x.csv'), /not on this machine/)
  })

  test('an empty file, and a quote that never ends', async () => {
    await put('in.csv', '')
    await refusal(filePort('raw', 'in.csv'), /in\.csv is empty: it has no header/)
    await put('in.ndjson', '')
    await refusal(filePort('raw', 'in.ndjson', { format: 'ndjson' }), /no column was found/)
    await put('in.csv', 'id,v\n1,a\n2,"b\n3,c\n')
    await refusal(filePort('raw', 'in.csv'), /in\.csv:3 Value with unterminated quote found/)
  })

  test('a declared column that the file does not have', async () => {
    await put('in.csv', 'id,w\n1,1\n')
    await refusal(filePort('raw', 'in.csv', { columns }), /has no column v; it has id, w/)
  })

  test('an option that would drop rows silently, or that does not exist', async () => {
    await put('in.csv', 'id,v\n1,1\n')
    await refusal(filePort('raw', 'in.csv', { options: { ignore_errors: true } }), /drop rows silently/)
    await refusal(filePort('raw', 'in.csv', { options: { 'x = 1, header': 1 } }), /there is no option/)
  })

  test('an input product that has published nothing', async () => {
    await expect(run(productPort('raw', 'crm/customers'))).rejects.toMatchObject({
      code: 'input-unreadable',
      facts: { why: 'crm/customers has published nothing yet' },
    })
  })

  test('a file outside the folders of inputs, by path, .. or symbolic link', async () => {
    const inner = join(root, 'inner')
    await put('secret.csv', 'id,v\n1,1\n')
    await mkdir(inner)
    await symlink(join(root, 'secret.csv'), join(inner, 'link.csv'))
    for (const location of [join(root, 'secret.csv'), '../secret.csv', 'link.csv', '/etc/passwd']) {
      await expect(run(filePort('raw', location), { productRoot: inner, inputRoots: [inner] })).rejects.toMatchObject({
        facts: { why: expect.stringMatching(/outside the folders/) },
      })
    }
  })
})

describe('quarantine', () => {
  const bad = { badRows: 'quarantine' as const, columns }

  test('puts bad csv lines aside, counts them and keeps them as written', async () => {
    await put('in.csv', 'id,v\n1,1\nx,y\n3,"3\n4,4,4\n')
    const outcome = await run(filePort('raw', 'in.csv', { ...bad, options: { quote: '' } }))
    expect(await rowsOf(outcome)).toEqual([{ id: 1, v: 1 }])
    expect(outcome.staged.report.quarantined).toMatchObject([
      {
        port: 'raw',
        rows: 3,
        examples: [
          { file: join(root, 'in.csv'), line: 3, error: expect.stringContaining('"x" to \'INTEGER\'') },
          { line: 4 },
          { line: 5 },
        ],
      },
    ])
    const kept = await readFile(join(root, 'storage/sales/orders/_quarantine/snap-1/raw.csv'), 'utf8')
    expect(kept).toContain('4,4,4')
  })

  test('puts bad ndjson lines and json records aside', async () => {
    await put('in.ndjson', '{"id":1,"v":1}\n{"id":"x"}\n{broken\n[1]\n{"id":null}\n')
    const lines = await run(filePort('raw', 'in.ndjson', { ...bad, format: 'ndjson' }))
    expect(await rowsOf(lines)).toEqual([
      { id: 1, v: 1 },
      { id: null, v: null },
    ])
    expect(lines.staged.report.quarantined).toMatchObject([
      { rows: 3, examples: [{ line: 2, error: 'id is not an INTEGER' }, { line: 3 }, { line: 4 }] },
    ])
    await put('in.json', '[{"id":1},{"id":"x"}]')
    const records = await run(filePort('raw', 'in.json', { ...bad, format: 'json' }), { snapshotId: 'snap-2' })
    expect(records.staged.report.quarantined).toMatchObject([{ rows: 1, examples: [{ line: 2 }] }])
  })

  test('fails above the share that is allowed', async () => {
    await put('in.csv', 'id,v\n1,1\nx,2\n')
    await expect(run(filePort('raw', 'in.csv', { ...bad, maxBadShare: 0.4 }))).rejects.toMatchObject({
      code: 'input-unreadable',
      facts: { why: '1 of 2 rows are bad, more than the share of 0.4 that it allows' },
      issues: [{ at: { line: 3 } }],
    })
    expect(
      (await run(filePort('raw', 'in.csv', { ...bad, maxBadShare: 0.5 }))).staged.report.quarantined[0]?.rows,
    ).toBe(1)
  })

  test('of files whose columns stand in different order too', async () => {
    await put('in/1.csv', 'id,v\n1,1\nx,2\n')
    await put('in/2.csv', 'v,id\n3,3\ny,4\n')
    const outcome = await run(filePort('raw', 'in/*.csv', bad))
    expect(await rowsOf(outcome)).toEqual([
      { id: 1, v: 1 },
      { id: 3, v: 3 },
    ])
    expect(outcome.staged.report.quarantined).toMatchObject([
      {
        rows: 2,
        examples: [
          { file: join(root, 'in/1.csv'), line: 3 },
          { file: join(root, 'in/2.csv'), line: 3 },
        ],
      },
    ])
  })

  test('a clean file has nothing aside', async () => {
    await put('in.csv', 'id,v\n1,1\n')
    expect((await run(filePort('raw', 'in.csv', bad))).staged.report.quarantined).toEqual([])
  })
})

describe('an input product', () => {
  test('is read at its pinned snapshot, with its columns in order', async () => {
    await put('in.csv', 'id,v\n1,1\n')
    const upstream = await run(filePort('raw', 'in.csv', { columns }))
    const { report: _, ...staged } = upstream.staged
    const snapshot: Snapshot = { ...staged, sequence: 4, at: '2026-01-01T00:00:00Z' }
    const outcome = await run(
      productPort('sales', 'sales/orders'),
      { snapshotId: 'snap-9', inputs: { sales: snapshot } },
      { id: 'fin/report', name: 'report', domain: 'fin' },
      {
        'models/report.sql': `select sum(v) as total from {{ source('sales', 'orders') }}`,
      },
    )
    expect(await rowsOf(outcome)).toEqual([{ total: 1 }])
    expect(outcome.staged.inputs).toEqual([{ port: 'sales', product: 'sales/orders', snapshot: 'snap-1', sequence: 4 }])
  })
})

describe('an input product that the domain reads by a grant with conditions', () => {
  test('comes masked and filtered into the build, and nothing else of it does', async () => {
    await put('in.csv', 'id,v\n1,10.5\n2,20.5\n3,30.5\n')
    const upstream = await run(filePort('raw', 'in.csv'))
    const snapshot: Snapshot = { ...upstream.staged, sequence: 1, at: '2026-01-01T00:00:00Z' }
    const verdict = (more: object) => ({
      inputs: { up: snapshot },
      verdicts: { up: { masks: [], rowFilter: null, keys: null, ...more } },
      snapshotId: 'snap_masked',
    })
    const only = { id: 'sales/derived', name: 'derived' }
    const keys = maskKeys(Buffer.alloc(32, 1), 'domain:sales', 'sales/orders').bare()
    const masks = [
      { column: 'v', how: 'hash' },
      { column: 'ID', how: 'tokenise' },
    ]
    const masked = await rowsOf(
      await run(productPort('up', 'sales/orders'), verdict({ masks, keys, rowFilter: 'id > 1' }), only),
    )
    expect(masked).toHaveLength(2)
    expect(JSON.stringify(masked)).not.toMatch(/0\.5/)
    expect(masked[0]).toMatchObject({ v: expect.stringMatching(/^[0-9a-f]{64}$/), id: expect.stringMatching(/^tok_/) })
  })
})
