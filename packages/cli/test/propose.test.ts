import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { productFiles } from '@datamesh/core'
import { afterAll, describe, expect, test } from 'vitest'
import { buildLocally } from '../src/local.ts'
import { proposeFrom } from '../src/propose.ts'
import { openProduct } from '../src/workspace.ts'
import { folder } from './program.ts'

const here = folder()
afterAll(() => here[Symbol.dispose]())

/** `new product --from`, then `test`. */
async function proposed(name: string, file: string, text: string) {
  const sample = join(here.path, 'samples', file)
  mkdirSync(dirname(sample), { recursive: true })
  writeFileSync(sample, text)
  const root = join(here.path, name)
  const from = await proposeFrom(sample, root, root)
  for (const [path, content] of Object.entries(productFiles({ domain: 'sales', name, owner: 'team', from }))) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  const product = openProduct(root)
  expect(product.issues).toEqual([])
  const built = await buildLocally(product, {
    home: join(here.path, 'home'),
    workspace: null,
    vars: {},
    now: new Date('2026-01-01T00:00:00Z'),
    onProgress: () => undefined,
  })
  const wrong = built[0]?.report.checks.filter((check) => check.outcome !== 'passed')
  expect(wrong).toEqual([])
  return {
    checks: product.product?.checks ?? [],
    fields: Object.values(product.product?.schema.tables ?? {})[0]?.fields ?? [],
  }
}

describe('a product that is proposed from a file validates and passes its checks at once', () => {
  test('a spreadsheet with semicolons, quotes, umlauts and names that are there twice', async () => {
    const { fields } = await proposed(
      'semicolons',
      'Üb [1].csv',
      'Order ID;Kunde, "Näme";Größe;Größe;;select;Betrag;Datum;leer\n1;"Müller; A";1,5;2;x;a;"1.234,50";31.12.2024;\n2;Bob;2,5;3;y;b;"2.000,00";01.01.2025;\n',
    )
    expect(fields.map((field) => field.name)).toEqual([
      'order_id',
      'kunde_name',
      'grosse',
      'grosse_1',
      'column4',
      'select',
      'betrag',
      'datum',
      'leer',
    ])
  })

  test('one row of text', async () => {
    const { fields } = await proposed('one-row', 'one.csv', 'name,city\nAda,London\n')
    expect(fields.map((field) => field.name)).toEqual(['name', 'city'])
  })

  test('a header and nothing else', async () => {
    expect((await proposed('no-row', 'none.csv', 'id,v\n')).fields).toHaveLength(2)
  })

  test('JSON with structures, lists and a column that is always empty', async () => {
    const { fields } = await proposed(
      'nested',
      'a.json',
      '[{"id":1,"at":"2024-01-01T10:00:00Z","tags":["a"],"o":{"x":1},"n":null},{"id":2,"at":"2024-01-01T11:00:00Z","tags":[],"o":null,"n":null}]',
    )
    expect(fields.find((field) => field.name === 'o')?.type).toBe('string')
  })

  test('NDJSON whose names differ only in case', async () => {
    const { fields } = await proposed(
      'lines',
      'b.ndjson',
      '{"Ab":1,"t":"10:11:12","名前":"x"}\n{"Ab":2,"t":"10:11:13","名前":null}\n',
    )
    expect(fields.map((field) => field.name)).toEqual(['ab', 't', 'column_3'])
  })
})

test('keys, required columns, few values, amounts and personal data are seen', async () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => `${i + 1},${i % 2 ? 'open' : 'done'},${i}.50,u${i}@example.org,${i - 5}`,
  )
  const { checks, fields } = await proposed(
    'seen',
    'seen.csv',
    `id,status,amount,contact,balance\n${rows.join('\n')}\n`,
  )
  const of = (type: string) => checks.filter((check) => check.type === type)
  expect(of('unique').map((check) => check.columns)).toEqual([['id']])
  expect(of('accepted_values')[0]).toMatchObject({ columns: ['status'], values: ['done', 'open'] })
  expect(of('range').map((check) => check.columns)).toEqual([['amount']])
  expect(fields.filter((field) => field.pii).map((field) => field.name)).toEqual(['contact'])
})
