import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { factsOfManifest, policyInput, readManifests, writtenProduct } from '@datamesh/core'
import { expect, test } from 'vitest'
import { evaluableOf } from './evaluable.ts'
import { inputFrom, judgeOne, prepare } from './evaluate/judge.ts'
import { testPolicy } from './evaluate/play.ts'
import { starterSet } from './starter.ts'

const root = join(import.meta.dirname, '../../../..')
const now = new Date('2026-11-20T12:00:00Z')
const set = starterSet()

test.each(set.map(({ policy }) => [policy.id, policy] as const))(
  '%s has tests that hold and reach its rules, and says why it is there',
  (_id, policy) => {
    const { tests, mistakes, coverage } = testPolicy(evaluableOf(policy, policy.id), policy.tests, now)
    expect(mistakes).toEqual([])
    expect(tests.length).toBeGreaterThanOrEqual(3)
    expect(tests.filter(({ passed }) => !passed)).toEqual([])
    const lines = coverage[policy.rego[0]?.file ?? '']
    expect(lines?.notCovered.length ?? 0).toBeLessThanOrEqual((lines?.covered.length ?? 0) / 10)
    expect(policy.docs.length).toBeGreaterThan(40)
    expect(policy.description).not.toBe('')
  },
)

const prepared = set
  .filter(({ policy }) => policy.when.includes('validate'))
  .map(({ policy }) => ({ policy, ready: prepare(evaluableOf(policy, policy.id)) }))

/** What would warn or stop. */
const hitsIn = (file: string): string[] => {
  const text = readFileSync(file, 'utf8')
  const product = readManifests(text, 'dataproduct.yaml').documents.find((each) => each.kind === 'DataProduct')
  if (product?.kind !== 'DataProduct') return []
  const input = inputFrom(policyInput(writtenProduct(text, 'dataproduct.yaml')?.value, factsOfManifest(product, now)))
  return prepared.flatMap(({ policy, ready }) => {
    const finding = judgeOne(ready, input, now)
    return [
      ...(finding?.error ? [`${policy.id}: ${finding.error}`] : []),
      ...(finding?.hits ?? []).filter(({ level }) => level !== 'inform').map(({ msg }) => `${policy.id}: ${msg}`),
    ]
  })
}

test.each(globSync('examples/aviation/*/*/dataproduct.yaml', { cwd: root }))('%s has nothing to mend', (file) => {
  expect(hitsIn(join(root, file))).toEqual([])
})

test('manifests that teams have today are not stopped', ({ skip }) => {
  const file = join(root, '../shared/formats/d/dataproduct.yaml')
  skip(!existsSync(file), 'the folder of formats is not beside the repository')
  expect(hitsIn(file)).toEqual([])
})

test('a team’s own Rego v0 answers over its own manifest as written', ({ skip }) => {
  const folder = join(root, '../shared/formats/d')
  skip(!existsSync(folder), 'the folder of formats is not beside the repository')
  const rego = readFileSync(join(folder, 'data_product_policy.rego'), 'utf8')
  const evaluable = {
    ...evaluableOf((set[0] as (typeof set)[number]).policy, 'v0'),
    version: 'v0' as const,
    package: 'datamesh.governance',
    rego: [{ file: 'data_product_policy.rego', text: rego }],
  }
  const ready = prepare(evaluable)
  const manifest = writtenProduct(readFileSync(join(folder, 'dataproduct.yaml'), 'utf8'), 'd.yaml')?.value as object
  expect(judgeOne(ready, inputFrom(manifest), now)).toEqual({ hits: [], value: null, error: null })
  const bare = {
    kind: 'DataProduct',
    metadata: {},
    spec: { sla: { availability: '95.5%' }, global_standards: { id_format: 'int' } },
  }
  expect(judgeOne(ready, inputFrom(bare), now)?.hits.map(({ msg }) => msg)).toEqual([
    'Data product does not have an owner assigned',
    'ID format does not match global standard (UUID v4)',
    'SLA availability at 95.5% is below minimum threshold (99%)',
  ])
})
