import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wholeManifest } from './fixtures.ts'
import { readManifests } from './read.ts'

const utf8 = new TextEncoder()
const bytes = utf8.encode(wholeManifest)

/** Milliseconds of one reading; it must end in values or issues. */
function read(source: string | Uint8Array): { ms: number; codes: string[]; documents: number } {
  // Time of this thread: what else the machine does is not the reader's doing.
  const start = process.threadCpuUsage()
  const { documents, raw, issues } = readManifests(source, 'hostile.yaml', {
    'output-ports.json': '{"api": {"auth": "OAuth2"}}',
  })
  const spent = process.threadCpuUsage(start)
  const ms = (spent.user + spent.system) / 1000
  expect(Array.isArray(raw)).toBe(true)
  for (const issue of issues) expect(issue.message.length).toBeLessThan(1000)
  if (documents.length === 0 && raw.length === 0) expect(issues.length).toBeGreaterThan(0)
  return { ms, codes: [...new Set(issues.map((issue) => issue.code))], documents: documents.length }
}

const splices = [
  '\0',
  '\uFEFF',
  '\t',
  '*a',
  '&a ',
  '<<: *a',
  '- ',
  '? ',
  ': ',
  '{',
  '[',
  ']',
  '}',
  '"',
  "'",
  '|',
  '>',
  '!!binary ',
  '!!js/function ',
  '%YAML 9.9\n',
  '---\n',
  '...\n',
  '#',
  '1e999',
  '.nan',
  '-.inf',
  '9'.repeat(400),
  `0x${'f'.repeat(300)}`,
  '__proto__: {a: 1}\n',
  'constructor: {prototype: {a: 1}}\n',
  'toString: 1\n',
  '\u2028',
  '\ud800',
  '~',
  'null',
  '{}',
  '[]',
  '- - - - ',
  'name: parcels\n',
  '  name: twice\n',
  'a'.repeat(5000),
  '\r',
  '\r\n',
  '\n\n',
]

type Mutation = { at: number; cut: number; with: string }
const mutation = fc.record({
  at: fc.nat(bytes.length),
  cut: fc.oneof(fc.constant(0), fc.nat(40)),
  with: fc.oneof(fc.constantFrom(...splices), fc.string({ maxLength: 12 })),
})
const mutate = (text: string, { at, cut, with: put }: Mutation) => text.slice(0, at) + put + text.slice(at + cut)

describe('bytes of any kind end in values or issues', () => {
  test('manifests cut, spliced and doubled', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        expect(read(mutations.reduce(mutate, wholeManifest)).ms).toBeLessThan(2000)
      }),
      { numRuns: 40 },
    )
  })

  test('bytes flipped, and files ended in the middle', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(bytes.length),
        (flips, end) => {
          const copy = bytes.slice()
          for (const [at, byte] of flips) copy[at] = byte
          expect(read(end % 2 === 0 ? copy.subarray(0, end) : copy).ms).toBeLessThan(2000)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('values of any shape in any place', () => {
    const value = JSON.parse(
      JSON.stringify({
        apiVersion: 'datamesh/v1',
        kind: 'DataProduct',
        metadata: { name: 'a', domain: 'b', owner: 'c' },
        spec: {},
      }),
    )
    const keys = [
      'tags',
      'documentation',
      'input_ports',
      'output_ports',
      'transforms',
      'sla',
      'quality_checks',
      'schema',
      'access_control',
      'lineage',
      'global_standards',
    ]
    const inner = [
      'name',
      'type',
      'fields',
      'tables',
      'columns',
      'schedule',
      'freshness',
      'references',
      'constructor',
      'file',
      'values',
      'key',
      'retry',
      'options',
    ]
    const any = fc.object({ key: fc.constantFrom(...inner), maxDepth: 3, maxKeys: 5, withNullPrototype: false })
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(...keys),
          fc.oneof(any, fc.array(any, { maxLength: 3 }), fc.string(), fc.double(), fc.constant(null)),
        ),
        (spec) => {
          read(JSON.stringify({ ...value, spec }))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (noise) => void read(noise)),
      { numRuns: 60 },
    )
  })

  const lines = (count: number, line: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join('')
  const bomb = `a0: &a0 [${'x,'.repeat(9)}x]\n${lines(12, (i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}*a${i}]\n`)}kind: DataProduct\n`
  // A megabyte is the limit; 0.3 keep the run short, and reading is linear.
  const big = 300_000
  const hostile: Record<string, [string | Uint8Array, string]> = {
    'ten megabytes': [wholeManifest + '#'.repeat(10 * 1024 * 1024), 'file-too-large'],
    'a billion laughs': [bomb, 'yaml-too-large'],
    'laughs by merge keys': [
      `m0: &m0 {a: 1}\n${lines(40, (i) => `m${i + 1}: &m${i + 1} {<<: [*m${i}, *m${i}], k${i}: [*m${i}, *m${i}]}\n`)}`,
      'yaml-too-large',
    ],
    'an anchor inside itself': ['kind: Domain\nspec: &s { parent: *s }\n', 'yaml-alias'],
    'an alias before its anchor': ['kind: *k\nx: &k Domain\n', 'yaml-alias'],
    'deep lists': ['['.repeat(big / 10), 'yaml-syntax'],
    'deep lists that end': [`${'['.repeat(big / 50)}${']'.repeat(big / 50)}`, 'yaml-too-deep'],
    'deep blocks': ['- '.repeat(big / 10), 'yaml-too-deep'],
    'depth 70 through': [`a: ${'['.repeat(70)}${']'.repeat(70)}\n`, 'yaml-too-deep'],
    'many commas': [`[${','.repeat(big)}]`, 'yaml-syntax'],
    'many quotes': ['"'.repeat(big), 'yaml-syntax'],
    'many brackets': [']'.repeat(big), 'yaml-syntax'],
    'many tags': ['! '.repeat(big / 2), 'yaml-syntax'],
    'many directives': ['%a\n'.repeat(big / 3), 'yaml-syntax'],
    'ten thousand documents': ['--- 1\n'.repeat(10_000), 'yaml-too-large'],
    'many thousand keys': [lines(15_000, (i) => `k${i}: 1\n`), 'key-missing'],
    'many thousand wrong keys': [`kind: DataProduct\n${lines(15_000, (i) => `k${i}: 1\n`)}`, 'too-many-issues'],
    'one key twenty thousand times': ['kind: Domain\n'.repeat(20_000), 'yaml-duplicate-key'],
    'twenty thousand aliases': [`a: &a x\nb: [${'*a,'.repeat(20_000)}]\n`, 'key-missing'],
    'twenty thousand wrong columns': [
      wholeManifest.replace('columns: [parcel_id, depot]', `columns: [${lines(20_000, (i) => `column_${i},`)}]`),
      'list-too-long',
    ],
    'ten thousand columns of one name': [
      wholeManifest.replace('    tables:\n', `${'      - {name: x, type: int}\n'.repeat(10_000)}    tables:\n`),
      'list-too-long',
    ],
    'as many columns as checks of them': [
      wholeManifest
        .replace('    tables:\n', `${lines(4000, (i) => `      - {name: c${i}, type: int}\n`)}    tables:\n`)
        .replace(
          '    - { type: row_count, min: 1 }\n',
          lines(1500, (i) => `    - {type: unique, columns: [x${i}, C${i}]}\n`),
        ),
      'too-many-issues',
    ],
    'more ports than anybody reads': [
      wholeManifest.replace(
        '    - { name: api,',
        `${lines(5000, (i) => `    - {name: p${i}, type: rest, partitioned_by: x}\n`)}    - { name: api,`,
      ),
      'list-too-long',
    ],
    'a folder of slashes': [
      wholeManifest.replace('models: transforms/models', `models: ${'/'.repeat(big)}x`),
      'value-invalid',
    ],
    'a reference of brackets': [
      wholeManifest.replace('{ table: depots.depots, column: code }', `"${'('.repeat(big)}"`),
      'value-invalid',
    ],
    'a number of a million digits': [wholeManifest.replace('min: 0', `min: ${'9'.repeat(900_000)}`), 'type-wrong'],
    'a name of a million letters': [
      wholeManifest.replace('name: parcels', `name: ${'a'.repeat(900_000)}`),
      'name-invalid',
    ],
    'a duration of a million letters': [
      wholeManifest.replace('freshness: 5 minutes', `freshness: ${'5 m'.repeat(300_000)}`),
      'value-invalid',
    ],
    'a pattern that would never end': [wholeManifest.replace('^[A-Z]{2}', `${'(a*)*'.repeat(9000)}`), 'value-invalid'],
    'a type nested a thousand times': [
      wholeManifest.replace('varchar(8)', `${'array<'.repeat(300)}int${'>'.repeat(300)}`),
      'value-unknown',
    ],
    'prototype keys': [
      '__proto__: { polluted: true }\nkind: DataProduct\nmetadata: { __proto__: { name: x }, constructor: { prototype: { polluted: true } } }\n',
      'yaml-key',
    ],
    'NUL characters': [wholeManifest.replace('Parcels', 'Par\0cels'), 'encoding-invalid'],
    'half a letter of UTF-8': [new Uint8Array([...bytes.subarray(0, 300), 0xc3]), 'encoding-invalid'],
    'half a letter of UTF-16': [new Uint8Array([0xff, 0xfe, 0x61, 0x00, 0x62]), 'encoding-invalid'],
  }
  test.each(Object.entries(hostile))('%s', (_, [source, code]) => {
    const { ms, codes } = read(source)
    expect(codes).toContain(code)
    expect(ms).toBeLessThan(2000)
  })

  test('no key of a manifest reaches the prototype of objects', () => {
    read(hostile['prototype keys']![0])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

test('UTF-16 and a byte order mark are read as what they say', () => {
  const utf16 = (little: boolean) => {
    const view = new DataView(new ArrayBuffer(2 + wholeManifest.length * 2))
    view.setUint16(0, 0xfeff, little)
    for (let i = 0; i < wholeManifest.length; i++) view.setUint16(2 + i * 2, wholeManifest.charCodeAt(i), little)
    return new Uint8Array(view.buffer)
  }
  for (const source of [utf16(true), utf16(false), utf8.encode(`\uFEFF${wholeManifest}`), `\uFEFF${wholeManifest}`])
    expect(read(source)).toMatchObject({ documents: 1, codes: [] })
})
