import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { datamesh, folder } from './program.ts'

const here = folder()
const root = join(here.path, 'mesh')
const product = join(root, 'sales', 'orders')
const staging = join(product, 'transforms', 'models', 'staging')
beforeAll(async () => {
  expect((await datamesh({ cwd: here.path }, 'init', 'mesh')).code).toBe(0)
})
afterAll(() => here[Symbol.dispose]())

test('what init writes is valid, from the mesh and from the folder of the product', async () => {
  const [mesh, own] = await Promise.all([
    datamesh({ cwd: root }, 'validate', '--strict'),
    datamesh({ cwd: product }, 'validate', 'dataproduct.yaml', '--strict'),
  ])
  expect(mesh).toMatchObject({ code: 0, err: '' })
  expect(mesh.out).toContain('DataProduct sales/orders 1.0.0')
  expect(own.code).toBe(0)
})

test('init overwrites nothing', async () => {
  const before = readFileSync(join(product, 'dataproduct.yaml'), 'utf8')
  const ran = await datamesh({ cwd: here.path }, 'init', 'mesh')
  expect(ran.code).toBe(1)
  expect(ran.err).toContain('datamesh.yaml is there already')
  expect(readFileSync(join(product, 'dataproduct.yaml'), 'utf8')).toBe(before)
})

describe('mistakes in models', () => {
  beforeAll(() => {
    writeFileSync(join(staging, 'a.sql'), "select *\nfrom {{ source('nope', 'x') }}\n")
    writeFileSync(join(staging, 'b.sql'), "select *\nfrom {{ ref('ghost') }}\n")
    writeFileSync(join(staging, 'c.sql'), "select * from {{ ref('d') }}\n")
    writeFileSync(join(staging, 'd.sql'), "select * from {{ ref('c') }}\n")
    writeFileSync(join(staging, 'e.sql'), 'select {{ 1 + }}\n')
  })

  test('are told all at once with file, line and column, without running anything', async () => {
    const ran = await datamesh({ cwd: product }, 'validate', 'dataproduct.yaml')
    expect(ran.code).toBe(1)
    for (const told of [
      /staging\/a\.sql:2:\d+ .*no input port nope; there are: source/,
      /staging\/b\.sql:2:\d+ .*ghost/,
      /staging\/[cd]\.sql:1:\d+ .*circle: [cd] → [cd] → [cd]/,
      /staging\/e\.sql:1:\d+ /,
      /4 mistakes in 4 files/,
    ])
      expect(ran.out).toMatch(told)
  })

  test('are in the JSON for editors', async () => {
    const ran = await datamesh({ cwd: product }, 'validate', 'dataproduct.yaml', '--json')
    const { ok, files } = JSON.parse(ran.out) as {
      ok: boolean
      files: { issues: { at: { file: string; line: number } }[] }[]
    }
    expect(ok).toBe(false)
    expect(files[0]?.issues.map((issue) => issue.at.file).toSorted()).toEqual(
      ['a', 'b', 'c', 'e'].map((name) => `transforms/models/staging/${name}.sql`),
    )
  })

  test('are left out with --no-models', async () => {
    expect((await datamesh({ cwd: product }, 'validate', 'dataproduct.yaml', '--no-models')).code).toBe(0)
  })
})

test('a mistake in one product is told with all others, and nothing is planned', async () => {
  const broken = join(root, 'sales', 'broken')
  mkdirSync(broken)
  writeFileSync(join(broken, 'dataproduct.yaml'), 'apiVersion: datamesh/v1\nkind: DataProduct\nmetadata:\n  nam: x\n')
  const ran = await datamesh({ cwd: root }, 'apply', '--url', 'http://127.0.0.1:9', '--token', 'dm_x')
  expect(ran.code).toBe(1)
  expect(ran.err).toMatch(/sales\/broken\/dataproduct\.yaml:4:3 nam is no key under metadata/)
  expect(ran.err).toContain('    4 │   nam: x')
  expect(ran.err).toMatch(/metadata\.domain is missing/)
})

const formats = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'formats', 'd')
test.skipIf(!existsSync(formats))('a manifest from outside validates as written, from its own folder', async () => {
  const ran = await datamesh({ cwd: formats, env: { HOME: here.path } }, 'validate', 'dataproduct.yaml')
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(ran.out).toMatch(/^✓ dataproduct\.yaml {2}DataProduct /)
})
