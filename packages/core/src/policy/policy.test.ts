import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readManifests } from '../manifest/index.ts'
import {
  AnswerError,
  appliesTo,
  blockingIssues,
  effectOf,
  type Finding,
  factsOfManifest,
  hitsOf,
  isWithin,
  mayGovern,
  maySeePolicy,
  metricOf,
  modes,
  parseComparison,
  parsePath,
  parseWholePath,
  pathText,
  policyInput,
  readPolicies,
  type Severity,
  severities,
  verdictOf,
  writtenProduct,
} from './index.ts'

const document = `apiVersion: datamesh/v1
kind: Policy
metadata:
  name: owner-present
  owner: data-governance
spec:
  severity: block
  mode: warn
  rego: rules/owner.rego
  tests: [rules/owner_test.rego]
  docs: |
    Why.
`
const files = {
  'policies/owner.yaml': document,
  'policies/rules/owner.rego': '# the rule\npackage rules.owner\n\ndeny contains "x" if not input.metadata.owner\n',
  'policies/rules/owner_test.rego': 'package rules.owner_test\n',
}
const now = new Date('2026-11-20T12:00:00Z')

describe('a policy document', () => {
  test('is read with what it names, and what is not written has its default', () => {
    const { policies, issues, files: used } = readPolicies(files)
    expect(issues).toEqual([])
    expect(policies).toMatchObject([
      {
        id: 'global/owner-present',
        domain: null,
        title: 'Owner present',
        policyKind: 'active',
        when: ['validate', 'plan', 'schedule'],
        severity: 'block',
        mode: 'warn',
        version: 'v1',
        package: 'rules.owner',
        rego: [{ file: 'policies/rules/owner.rego' }],
        docs: 'Why.\n',
      },
    ])
    expect(used['global/owner-present']?.sort()).toEqual(Object.keys(files).sort())
  })
  test('that says no mode is tried out in shadow', () => {
    const text = document.replace('  mode: warn\n', '')
    expect(readPolicies({ ...files, 'policies/owner.yaml': text }).policies[0]?.mode).toBe('shadow')
  })
  test.each([
    ['severity: block', 'severitty: block', 'key-unknown', 7, 'write severity'],
    ['severity: block', 'severity: blocks', 'value-unknown', 7, 'write block'],
    ['mode: warn', 'mode: loud', 'value-unknown', 8, 'write one of off, shadow, warn, block'],
    ['rego: rules/owner.rego', 'rego: rules/other.rego', 'file-missing', 9, expect.stringContaining('put it beside')],
    ['rego: rules/owner.rego', 'rego: ../../../secret.rego', 'file-missing', 9, expect.any(String)],
    ['severity: block', 'package: rules.other', 'value-invalid', 7, 'write rules.owner'],
    ['severity: block', 'kind: metric', 'key-missing', undefined, expect.stringContaining('bands')],
    ['severity: block', 'bands: { warn: "less" }', 'value-invalid', 7, expect.stringContaining('write < 0.9')],
    ['severity: block', 'data: { datamesh: {} }', 'value-invalid', 7, 'give it another name'],
    ['  name: owner-present', '  name: Owner Present', 'name-invalid', 4, 'write owner-present'],
    ['  name: owner-present', '  name: owner-present\n  domain: global', 'value-invalid', 5, expect.any(String)],
    ['  owner: data-governance\n', '', 'key-missing', undefined, expect.stringContaining('owner')],
  ])('with %s as %s says where and what to write', (right, wrong, code, line, fix) => {
    const { policies, issues } = readPolicies({ ...files, 'policies/owner.yaml': document.replace(right, wrong) })
    expect(policies).toEqual([])
    const issue = issues.find((each) => each.code === code)
    expect(issue, JSON.stringify(issues)).toMatchObject({ severity: 'error', fix, at: { file: 'policies/owner.yaml' } })
    if (line !== undefined) expect(issue?.at?.line).toBe(line)
  })
  test('of one name is there once', () => {
    const twice = { ...files, 'policies/zz.yaml': document.replaceAll('rules/', 'rules/') }
    expect(readPolicies(twice).issues).toMatchObject([{ code: 'name-duplicate' }])
  })
  test('whatever the bytes are, reading ends in policies or issues', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => readPolicies({ 'a.yaml': `kind: Policy\n${text}` })).not.toThrow()
      }),
    )
  })
})

describe('answers', () => {
  const block = { severity: 'block' } as const
  test('are texts or objects, and warn is never more than a warning', () => {
    const hits = hitsOf(
      {
        deny: ['a', { msg: 'b', path: 'spec.schema.fields[2]', fix: 'c' }],
        violation: [{ msg: 'd', severity: 'inform' }],
        warn: ['e', { msg: 'f', severity: 'block' }],
      },
      block,
    )
    expect(hits.map(({ msg, level, path }) => [msg, level, pathText(path)])).toEqual([
      ['a', 'block', ''],
      ['b', 'block', 'spec.schema.fields[2]'],
      ['d', 'inform', ''],
      ['e', 'warn', ''],
      ['f', 'warn', ''],
    ])
  })
  test('a severity in an answer lowers, it never raises', () => {
    fc.assert(
      fc.property(fc.constantFrom(...severities), fc.constantFrom(...severities), (own, said) => {
        const [hit] = hitsOf({ deny: [{ msg: 'x', severity: said }] }, { severity: own })
        expect(severities.indexOf(hit?.level as Severity)).toBe(
          Math.min(severities.indexOf(own), severities.indexOf(said)),
        )
      }),
    )
  })
  test.each([
    [{ deny: 'text' }],
    [{ deny: [1] }],
    [{ deny: [{ path: 'x' }] }],
    [{ deny: [{ msg: 'x', severity: 'fatal' }] }],
  ])('of another shape are an error: %j', (answer) => {
    expect(() => hitsOf(answer, block)).toThrow(AnswerError)
  })
  test('a number means what its bands say, and no number is nothing to measure', () => {
    const bands = { warn: parseComparison('< 0.9'), block: parseComparison('< 0.5') } as never
    const policy = { bands, severity: 'block' as const, unit: '', title: 'Tested' }
    expect(metricOf({ value: 0.95 }, policy)).toEqual({ value: 0.95, hits: [] })
    expect(metricOf({ value: 0.7 }, policy).hits).toMatchObject([{ level: 'warn', msg: 'Tested: 0.7 is < 0.9' }])
    expect(metricOf({ value: 0.1, msg: 'too few' }, policy).hits).toMatchObject([{ level: 'block', msg: 'too few' }])
    expect(metricOf({}, policy)).toEqual({ value: null, hits: [] })
    expect(() => metricOf({ value: 'many' }, policy)).toThrow(AnswerError)
  })
})

test('what a policy says steers no terminal, and fits on a page', () => {
  const evil = 'a\u001b[31mred\u0007 \u202egnp.exe\r\n✓ all is well'
  const [hit] = hitsOf({ deny: [{ msg: evil, fix: evil }] }, { severity: 'warn' })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
  expect(`${hit?.msg}${hit?.fix}`).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/)
  expect(hit?.msg).toContain('\n  ✓ all')
  const many = Array.from({ length: 200 }, (_, i) => `${i} ${'x'.repeat(1900)}`)
  const told = hitsOf({ deny: many }, { severity: 'warn' })
  expect(told.length).toBeGreaterThan(40)
  expect(JSON.stringify(told).length).toBeLessThan(120_000)
})

describe('places', () => {
  test.each([
    ['spec.schema.fields[2].encryption', ['spec', 'schema', 'fields', 2, 'encryption']],
    ['input.metadata.owner', ['metadata', 'owner']],
    ['/spec/schema/fields/2', ['spec', 'schema', 'fields', 2]],
    ['spec.output_ports["a.b"].type', ['spec', 'output_ports', 'a.b', 'type']],
    ['', []],
    ['spec..x', ['spec']],
  ])('%s', (written, path) => {
    expect(parsePath(written)).toEqual(path)
  })
  test.each(['spec..x', '[*]', 'spec.fields[*].name', '$[', '/', '/spec//x', 'x'.repeat(1001), ''])(
    'a waiver is not given for what is understood of %j',
    (written) => {
      expect(parseWholePath(written)).toBeNull()
    },
  )
  test('a path survives print and parse', () => {
    const step = fc.oneof(fc.nat(1000), fc.stringMatching(/^[^"\\[\].]{1,12}$/))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (path) => {
        fc.pre(path[0] !== 'input' && !(typeof path[0] === 'string' && path[0].startsWith('/')))
        expect(parsePath(pathText(path))).toEqual(path)
      }),
    )
  })
})

describe('scope', () => {
  const about = {
    product: 'sales/orders',
    domain: 'sales',
    alignment: 'source-aligned',
    classification: 'internal',
    tags: ['money'],
    status: 'active',
  }
  test.each([
    [{}, true],
    [{ domains: ['sales'] }, true],
    [{ domains: ['s*', 'hr'] }, true],
    [{ domains: ['hr'] }, false],
    [{ products: ['*/orders'], tags: ['money', 'other'] }, true],
    [{ products: ['sales/*'], statuses: ['draft'] }, false],
    [{ classifications: [] }, false],
  ])('%j', (applies, expected) => {
    expect(appliesTo({ domain: null, applies }, about)).toBe(expected)
  })
  test('of a domain never reaches another one', () => {
    expect(appliesTo({ domain: 'hr', applies: { products: ['*'] } }, about)).toBe(false)
  })
})

describe('verdicts', () => {
  const hit = { msg: 'x', path: 'spec.schema.fields[1]', fix: null, level: 'block' as const, at: null }
  const finding: Finding = { hits: [hit], value: null, error: null }
  const policy = (mode: (typeof modes)[number], severity: Severity = 'block') => ({ id: 'global/p', mode, severity })
  const waiver = (more: object = {}) => ({
    id: 'w1',
    policy: 'global/p',
    product: 'a/b',
    path: null,
    until: new Date('2026-12-01'),
    endedAt: null,
    ...more,
  })
  const outcome = (mode: (typeof modes)[number], waivers: ReturnType<typeof waiver>[] = [], at = now) =>
    verdictOf(policy(mode), 'a/b', finding, waivers, at).outcome

  test('severity times mode', () => {
    expect(severities.map((level) => modes.map((mode) => effectOf(level, mode)))).toEqual([
      [null, 'shadow', 'inform', 'inform'],
      [null, 'shadow', 'warn', 'warn'],
      [null, 'shadow', 'warn', 'block'],
    ])
  })
  test('only block blocks, and only what no live waiver covers', () => {
    expect(modes.map((mode) => outcome(mode))).toEqual(['pass', 'shadow', 'warn', 'block'])
    expect(outcome('block', [waiver()])).toBe('waived')
    expect(outcome('block', [waiver({ until: now })])).toBe('block')
    expect(outcome('block', [waiver({ endedAt: now })])).toBe('block')
    expect(outcome('block', [waiver({ product: 'a/c' })])).toBe('block')
    expect(outcome('block', [waiver({ policy: 'global/q' })])).toBe('block')
    expect(outcome('block', [waiver({ path: 'spec.schema' })])).toBe('waived')
    expect(outcome('block', [waiver({ path: 'spec.schema.fields[11]' })])).toBe('block')
    expect(outcome('block', [waiver({ path: 'spec.schema.fields[1].name' })])).toBe('block')
  })
  test('an error stops where the policy would, whatever is waived', () => {
    const broken: Finding = { hits: [], value: null, error: 'eval_limit_error' }
    const stops = (mode: (typeof modes)[number], severity: Severity) => {
      const verdict = verdictOf(policy(mode, severity), 'a/b', broken, [waiver()], now)
      expect(verdict.outcome).toBe('error')
      return blockingIssues([verdict], [policy(mode, severity)]).length === 1
    }
    expect([stops('block', 'block'), stops('warn', 'block'), stops('shadow', 'block'), stops('block', 'warn')]).toEqual(
      [true, false, false, false],
    )
  })
  test('an end in time is an end: a waiver never excuses at or after it', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), fc.date({ noInvalidDate: true }), (until, at) => {
        expect(outcome('block', [waiver({ until })], at)).toBe(until > at ? 'waived' : 'block')
      }),
    )
  })
  test('what is above covers what is below', () => {
    expect(isWithin(['a', 1], [])).toBe(true)
    expect(isWithin(['a', 1], ['a'])).toBe(true)
    expect(isWithin(['a'], ['a', 1])).toBe(false)
  })
})

describe('who may', () => {
  const actor = (roles: { role: never; domain?: string }[], more: object = {}) =>
    ({ id: 'x', name: 'x', kind: 'person', roles, ...more }) as never
  const governance = actor([{ role: 'governance' as never }])
  const owner = actor([{ role: 'domain-owner' as never, domain: 'sales' }])
  const sly = actor([{ role: 'domain-owner' as never, domain: 'global' }])
  test('govern the mesh, and a domain', () => {
    expect([mayGovern(governance, 'global'), mayGovern(owner, 'global'), mayGovern(sly, 'global')]).toEqual([
      true,
      false,
      false,
    ])
    expect([mayGovern(governance, 'sales'), mayGovern(owner, 'sales'), mayGovern(owner, 'hr')]).toEqual([
      true,
      true,
      false,
    ])
    expect(mayGovern(actor([{ role: 'governance' as never, domain: 'sales' }]), 'global')).toBe(false)
  })
  test('see what is tried out in shadow', () => {
    const shadow = { domain: null, owner: 'guild', mode: 'shadow' as const }
    expect([governance, owner, actor([], { teams: ['guild'] })].map((each) => maySeePolicy(each, shadow))).toEqual([
      true,
      false,
      true,
    ])
    expect(maySeePolicy(owner, { ...shadow, domain: 'sales' })).toBe(true)
    expect(maySeePolicy(owner, { ...shadow, mode: 'warn' })).toBe(true)
  })
})

test('the input is the manifest as written, with columns pointed at however they are declared', () => {
  const text = `apiVersion: datamesh/v1
kind: DataProduct
metadata: { name: orders, domain: sales, owner: sales-team }
spec:
  output_ports:
    api: { type: rest }
  schema:
    fields: [{ name: id, type: long }]
    tables:
      lines: { fields: [{ name: email, type: string, pii: true }] }
`
  const product = readManifests(text, 'dataproduct.yaml').documents[0] as never
  const input = policyInput(writtenProduct(text, 'dataproduct.yaml')?.value, factsOfManifest(product, now))
  expect(input).toMatchObject({
    kind: 'DataProduct',
    metadata: { owner: 'sales-team' },
    spec: { schema: { fields: [{ type: 'long' }] } },
  })
  expect(input._facts).toMatchObject({
    columns: [
      { table: 'orders', name: 'id', path: 'spec.schema.fields[0]' },
      { table: 'lines', name: 'email', personal: true, path: 'spec.schema.tables.lines.fields[0]' },
    ],
    ports: [{ name: 'api', path: 'spec.output_ports.api' }],
    previous: null,
  })
})
