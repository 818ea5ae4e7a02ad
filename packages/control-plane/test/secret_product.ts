import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { Column } from '@datamesh/core'
import { DuckDBInstance } from '@duckdb/node-api'
import { applyProduct, commitSnapshot } from '../src/catalog/index.ts'
import { requestPublish } from '../src/runs/index.ts'
import { json } from '../src/store/index.ts'
import { bundleOf, type ServedMesh } from './served_mesh.ts'

/** Stands in every value of every row. */
export const rowMark = 'QZROW'
/** Stands in personal values, which only their owner sees as they are. */
export const personalMark = 'QZPII'
/** Stands in every row with an id above 5. */
export const hiddenMark = 'QZHID'
/** So many rows: a number that is nowhere else. */
export const secretRows = 7919
/** Of the rows that a filtered reader may see. */
export const secretFilter = 'id <= 5'

const columns: Column[] = [
  { id: 1, name: 'id', type: 'BIGINT', nullable: false, description: '', pii: false },
  { id: 2, name: 'email', type: 'VARCHAR', nullable: true, description: '', pii: true },
  { id: 3, name: 'phone', type: 'VARCHAR', nullable: true, description: '', pii: true },
  { id: 4, name: 'note', type: 'VARCHAR', nullable: true, description: '', pii: false },
]

/**
 * sales/secrets: restricted, `email` redacted, `phone` tokenised, with everything about it that could quote a row: statistics, a profile with a
 * sample, a failed check with rows, a run that failed over a row.
 */
export const publishSecrets = async (mesh: ServedMesh): Promise<{ snapshot: string; run: string }> => {
  const bundle = bundleOf('sales/secrets', { classification: 'restricted', rows: 0 })
  const manifest = (bundle.files['dataproduct.yaml'] as string)
    .replace(
      '- { name: amount, type: double }',
      '- { name: phone, type: string, pii: true, mask: tokenise }\n      - { name: note, type: string }',
    )
    .replace('column: amount, max: 10', 'column: id, max: 10')
  const { catalog, storageRoot } = mesh
  await applyProduct({ ...bundle, files: { ...bundle.files, 'dataproduct.yaml': manifest } }, { id: 'admin' }, catalog)
  const id = catalog.newId('snap')
  const file = `sales/secrets/secrets/${id}-0.parquet`
  const full = path.join(storageRoot, file)
  fs.mkdirSync(path.dirname(full), { recursive: true })
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect()
  const hidden = (text: string) => `'${text}' || case when i > 5 then '${hiddenMark}' else '' end || i`
  await duckdb.run(`copy (
    select
      i as id,
      ${hidden(`${personalMark}${rowMark}`)} as email,
      ${hidden(`${personalMark}${rowMark}`)} as phone,
      ${hidden(rowMark)} as note
    from range(1, ${secretRows + 1}) t(i)) to '${full}' (format parquet)`)
  duckdb.closeSync()
  const bytes = fs.readFileSync(full)
  const marked = `${personalMark}${rowMark}${hiddenMark}1`
  const stats = {
    id: { nulls: 0, min: '1', max: String(secretRows) },
    email: { nulls: 0, min: marked, max: marked },
    phone: { nulls: 0, min: marked, max: marked },
    note: { nulls: 0, min: `${rowMark}${hiddenMark}1`, max: `${rowMark}${hiddenMark}9` },
  }
  const badRow = { id: secretRows, email: marked, phone: marked, note: `${rowMark}${hiddenMark}9` }
  const run = await requestPublish('sales/secrets', { trigger: { by: 'person' }, actor: { id: 'admin' } }, catalog)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await commitSnapshot(
    {
      id,
      product: 'sales/secrets',
      release: '1.0.0',
      parent: null,
      mode: 'full',
      tables: [
        {
          name: 'secrets',
          columns,
          key: ['id'],
          rows: secretRows,
          bytes: bytes.length,
          files: [{ path: file, rows: secretRows, bytes: bytes.length, sha256, stats }],
        },
      ],
      inputs: [],
      runId: run.id,
      report: {
        ruleSet: 'none',
        passed: true,
        durationMs: 1,
        quarantined: [
          { port: 'landing', rows: 3, examples: [{ file: 'in.csv', line: 1, error: `not a number: ${marked}` }] },
        ],
        checks: [
          {
            id: 'secrets.range.id',
            name: 'ids are small',
            type: 'range',
            table: 'secrets',
            columns: ['id'],
            severity: 'warn',
            outcome: 'warned',
            by: 'query',
            failingRows: secretRows - 10,
            totalRows: secretRows,
            threshold: 1,
            value: secretRows,
            message: `${secretRows - 10} of ${secretRows} rows are out of range`,
            samples: [badRow],
            durationMs: 1,
          },
        ],
      },
    },
    { edges: [], unknown: [] },
    { expecting: null, runId: run.id, actor: 'admin' },
    catalog,
  )
  catalog.cache.drop('sales/secrets')
  const figures = { rows: secretRows, nulls: 0, distinct: secretRows, mean: null, sampled: false }
  const profile = {
    table: 'secrets',
    sample: [badRow],
    columns: columns.map(({ name, type }) => ({
      ...{ name, type, ...figures },
      min: name === 'id' ? '1' : String(badRow[name as keyof typeof badRow]),
      max: String(badRow[name as keyof typeof badRow]),
      quantiles: { p50: String(badRow[name as keyof typeof badRow]) },
      top: [{ value: String(badRow[name as keyof typeof badRow]), count: 1 }],
    })),
  }
  const { db } = catalog.store
  await db
    .insertInto('profile')
    .values({ snapshot_id: id, table_name: 'secrets', profile: json(profile), sample: json([badRow]), at: new Date() })
    .execute()
  const error = {
    code: 'model-failed',
    kind: 'invalid',
    title: `model: could not convert ${marked}`,
    hint: '',
    facts: { model: 'm', why: `could not convert ${marked}` },
  }
  await db
    .updateTable('run')
    .set({ state: 'failed', finished_at: new Date(), error: json(error) })
    .where('id', '=', run.id)
    .execute()
  await db
    .insertInto('run_log')
    .values({
      run_id: run.id,
      seq: 1,
      at: new Date(),
      entry: json({
        at: new Date().toISOString(),
        kind: 'step',
        step: 'model m',
        state: 'failed',
        rows: secretRows,
        message: `could not convert ${marked}`,
      }),
    })
    .execute()
  return { snapshot: id, run: run.id }
}
