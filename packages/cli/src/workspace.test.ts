import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readFolder } from './workspace.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datamesh-folder-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

test('a dbt project travels with its seeds, wherever they lie, and the macros of its packages, and with nothing else', () => {
  const travels = {
    'dataproduct.yaml': '',
    'warehouse/dbt_project.yml': 'name: old\ndata-paths: [data]\n',
    'warehouse/data/regions.csv': 'a\n1\n',
    'warehouse/models/a.sql': 'select 1',
    'warehouse/dbt_packages/dates/macros/deep/day.sql': '{% macro day() %}{% endmacro %}',
  }
  put({
    ...travels,
    'landing/orders.csv': 'a\n1\n',
    'data/orders.csv': 'a\n1\n',
    'warehouse/target/compiled.sql': 'select 1',
    'warehouse/dbt_packages/dates/models/foreign.sql': 'select 1',
    'warehouse/dbt_packages/dates/dbt_project.yml': 'name: dates',
    'warehouse/dbt_packages/dates/integration_tests/seeds/big.csv': 'a\n1\n',
  })
  expect(readFolder(folder)).toEqual(travels)
})

test('a seed that is too large is said, not left out', () => {
  put({ 'seeds/all.csv': 'x'.repeat(2_100_000), 'sample.json': 'x'.repeat(2_100_000) })
  expect(() => readFolder(folder)).toThrow(/all\.csv are more than 2 MB/)
})
