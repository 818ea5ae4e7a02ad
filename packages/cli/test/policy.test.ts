import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { datamesh } from './program.ts'

let cwd: string
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(cwd, path)), { recursive: true })
  writeFileSync(join(cwd, path), text)
}
const run = (...args: string[]) => datamesh({ cwd }, ...args)

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'datamesh-policy-'))
  write('datamesh.yaml', 'apiVersion: datamesh/v1\nkind: Mesh\nmetadata: { name: shop }\n')
  write(
    'orders/dataproduct.yaml',
    `apiVersion: datamesh/v1
kind: DataProduct
metadata:
  name: orders
  domain: sales
  owner: sales-team
  description: Every order of the shop
spec:
  output_ports: [{ name: api, type: rest }]
  quality_checks: [{ type: not_null, columns: [id] }]
  access_control: { classification: internal }
  schema:
    fields:
      - { name: id, type: long, key: true, description: Number of the order }
      - { name: secretNote, type: string, description: What nobody should see }
`,
  )
  write(
    'policies/notes.yaml',
    `apiVersion: datamesh/v1
kind: Policy
metadata: { name: no-notes, domain: sales, owner: sales-team }
spec: { severity: block, mode: block, rego: notes.rego, tests: notes_test.rego }
`,
  )
  write(
    'policies/notes.rego',
    `package sales.notes

deny contains {"msg": sprintf("%s is free text", [column.name]), "path": column.path, "fix": "leave it out"} if {
	some column in input._facts.columns
	endswith(lower(column.name), "note")
}

unused if input.nobody.asks
`,
  )
  write(
    'policies/notes_test.rego',
    'package sales.notes_test\n\nimport data.sales.notes\n\ntest_nothing if count(notes.deny) == 0 with input as {"_facts": {"columns": []}}\n',
  )
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

test('validate asks the policies of the workspace and points at the line', async () => {
  const ran = await run('validate', '--no-models')
  expect(ran.code).toBe(1)
  expect(ran.out).toContain('✓ policies/notes.yaml  Policy sales/no-notes')
  expect(ran.out).toContain('✗ sales/no-notes  blocks')
  expect(ran.out).toContain('orders/dataproduct.yaml:15:9 secretNote is free text')
  expect(ran.out).toContain('write: leave it out')
  expect((await run('validate', '--no-models', '--no-policies')).code).toBe(0)
})

test('validate and eval as JSON are for programs', async () => {
  const ran = await run('--json', 'policy', 'eval', 'orders')
  expect(ran.code).toBe(1)
  const { product, verdicts } = JSON.parse(ran.out)
  expect(product).toBe('sales/orders')
  const by = (id: string) => verdicts.find((each: { policy: string }) => each.policy === id)
  expect(by('sales/no-notes')).toMatchObject({ outcome: 'block', violations: [{ at: { line: 15, column: 9 } }] })
  expect(by('global/naming')).toMatchObject({ outcome: 'warn', violations: [{ fix: 'write name: secret_note' }] })
  expect(by('global/owner-present')).toMatchObject({ outcome: 'pass' })
  expect((await run('policy', 'eval', 'orders', '--policy', 'global/owner-present')).code).toBe(0)
})

test('test runs the Rego tests and tells which lines none of them reaches', async () => {
  const ran = await run('policy', 'test')
  expect(ran.code).toBe(0)
  expect(ran.out).toMatch(/✓ sales\/no-notes {2}1 test, \d+ % of lines/)
  expect(ran.out).toContain('not reached: policies/notes.rego:')
  expect((await run('policy', 'test', '--coverage', '95')).code).toBe(1)
})

test('coverage is asked of Rego: a policy without any has none to reach, one without tests reaches nothing', async () => {
  const policy = (more: string) =>
    `apiVersion: datamesh/v1\nkind: Policy\nmetadata: { name: p, owner: me }\nspec: ${more}\n`
  write('passive/p.yaml', policy('{ kind: passive, when: [plan], max_age: 7 days }'))
  expect((await run('policy', 'test', 'passive', '--coverage', '90')).code).toBe(0)
  write('bare/p.yaml', policy('{ rego: p.rego }'))
  write('bare/p.rego', 'package p\n\ndeny contains "x" if input.a\n')
  expect((await run('policy', 'test', 'bare', '--coverage', '90')).code).toBe(1)
})

test('a failing test and a mistake in Rego are told with their place', async () => {
  write(
    'wrong/p.yaml',
    'apiVersion: datamesh/v1\nkind: Policy\nmetadata: { name: p, owner: me }\nspec: { rego: p.rego, tests: t.rego }\n',
  )
  write('wrong/p.rego', 'package p\n\ndeny contains "x" if input.a\n')
  write('wrong/t.rego', 'package p_test\n\nimport data.p\n\ntest_no if count(p.deny) == 7\n')
  const failing = await run('policy', 'test', 'wrong')
  expect([failing.code, failing.out]).toEqual([1, expect.stringContaining('✗ p_test.test_no')])
  write('wrong/p.rego', 'package p\n\ndeny contains x if y\n')
  const broken = await run('policy', 'test', 'wrong')
  expect([broken.code, broken.out]).toEqual([1, expect.stringMatching(/wrong\/p\.rego:3:\d+ /)])
})

test('a document with mistakes says what to write', async () => {
  write(
    'bad.yaml',
    'apiVersion: datamesh/v1\nkind: Policy\nmetadata: { name: p, owner: me }\nspec: { severty: block, rego: none.rego }\n',
  )
  const ran = await run('validate', 'bad.yaml')
  expect(ran.code).toBe(1)
  expect(ran.out).toContain('write: severity')
  expect(ran.out).toContain('there is no file none.rego')
})
