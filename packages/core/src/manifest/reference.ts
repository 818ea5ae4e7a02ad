import { z } from 'zod'
import { RawPolicy } from '../policy/document.ts'
import { RawDataProduct, RawDomain, RawMesh, RawOwnershipMap } from './document.ts'
import { exampleManifest } from './example.ts'
import { issueCodes, kindText } from './issues.ts'
import { technologies } from './technologies.ts'

/** JSON Schema (2020-12) of every document a manifest file can hold, for editors. Units, references and spellings are beyond it: `validate` holds them. */
export function manifestJsonSchema(): Record<string, unknown> {
  const of = (schema: z.ZodType) => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' })
    return rest
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Datamesh manifest (datamesh/v1)',
    oneOf: [of(RawDataProduct), of(RawDomain), of(RawMesh), of(RawOwnershipMap), of(RawPolicy)],
  }
}

type Row = { key: string; type: string; required: boolean; default: string; meaning: string; example: string }
type Section = { path: string; meaning: string; rows: Row[] }

const unwrap = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema
const code = (value: unknown): string =>
  value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
/** A default that is a rule in words (`the main table`) is told, a value is quoted. */
const rule = (value: unknown): string =>
  typeof value === 'string' && /^(the|that|by|all|made|`)|\bbeside\b/.test(value) ? value : code(value)

/** Every map of a document as a section, in the order in which it is written. */
function sections(schema: z.ZodType, path: string, meaning: string): Section[] {
  const bare = unwrap(schema)
  if (bare instanceof z.ZodUnion) {
    // A list of maps and a map of the same maps are one section.
    const options = (bare.options as z.ZodType[])
      .map(unwrap)
      .filter(
        (o) =>
          !(o instanceof z.ZodRecord && (bare.options as z.ZodType[]).some((p) => unwrap(p) instanceof z.ZodArray)),
      )
    return options.flatMap((option) => sections(option, path, meaning))
  }
  if (bare instanceof z.ZodArray) return sections(bare.element as z.ZodType, `${path}[]`, meaning)
  if (bare instanceof z.ZodRecord) return sections(bare.valueType as z.ZodType, `${path}.<name>`, meaning)
  if (!(bare instanceof z.ZodObject)) return []
  const entries = Object.entries(bare.shape) as [string, z.ZodType][]
  const rows = entries.map(([key, inner]): Row => {
    const meta = inner.meta() ?? {}
    return {
      key,
      type: kindText(inner).replaceAll(' | ', ', '),
      required: !(inner instanceof z.ZodOptional),
      default: rule(meta.default),
      meaning: meta.description ?? '',
      example: code((meta.examples as unknown[] | undefined)?.[0]),
    }
  })
  return [
    { path, meaning, rows },
    ...entries.flatMap(([key, inner]) =>
      sections(inner, path === '' ? key : `${path}.${key}`, inner.meta()?.description ?? ''),
    ),
  ]
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const line = (...cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`
const grid = (head: string[], rows: string[][]): string[] => [
  line(...head),
  line(...head.map(() => '---')),
  ...rows.map((cells) => line(...cells)),
]

const chapter = (title: string, intro: string, schema: z.ZodType): string[] => [
  `## ${title}`,
  '',
  intro,
  '',
  ...sections(schema, '', '').flatMap(({ path, meaning, rows }) => [
    ...(path === '' ? [] : [`### \`${path}\``, '', meaning, '']),
    ...grid(
      ['key', 'type', 'default', 'meaning', 'example'],
      rows.map((row) => [
        `\`${row.key}\`${row.required ? ' (required)' : ''}`,
        row.type,
        row.default,
        row.meaning,
        row.example,
      ]),
    ),
    '',
  ]),
]

const units: string[][] = [
  [
    'duration',
    '`5 minutes`, `< 5 minutes`, `1h 30m`, `hourly`, `7 days`, `3 years`, `PT5M`; a number alone is seconds, with a warning. A month has 30 days, a year 365.',
  ],
  ['share', '`99.9%`, `> 95%`, `0.95`; `99.9` alone is taken as percent, with a warning.'],
  ['rate', '`1000 req/min`, `10/s`, `500 requests per hour`, `1000 per 5 minutes`.'],
  ['memory', '`512 MB`, `2 GB`.'],
  [
    'schedule',
    'five fields of cron, `hourly`, `daily`, `weekly`, `monthly`, `every 15 minutes`, `on_input`, `manual`.',
  ],
  ['version', 'semantic: `1.4.0`. In quotes where it could be a number.'],
  [
    'product',
    '`domain/product`, `domain/product@1`, `datamesh://domain/product@1`, `urn:datamesh:domain:product:1.2.0`.',
  ],
  [
    'type of a column',
    '`string`, `int`, `bigint`, `double`, `decimal(10,2)`, `boolean`, `date`, `time`, `timestamp`, `timestamptz`, `uuid`, `json`, `binary`, `array<int>`, `map<string, int>`, `struct<a: int, b: string>`, `int[]`, and what SQL, Spark, BigQuery and Avro call them.',
  ],
]

const checks: string[][] = [
  ['`not_null`', 'column(s)', 'no row where it is empty'],
  ['`unique`', 'column(s), together', 'no two rows of the same values'],
  ['`range`', 'column(s), `min`, `max`', 'each value within the bounds, both included'],
  ['`accepted_values`', 'column(s), `values`', 'each value is one of them'],
  ['`pattern`', 'column(s), `pattern`', 'each text matches the regular expression'],
  ['`row_count`', '`min`, `max`', 'as many rows as that'],
  ['`freshness`', 'time column, `max_age`', 'the newest value is not older'],
  ['`relationship`', 'column(s), `references`', 'each value is there on the other side'],
  ['`duplicate_share`', 'columns or none, `max_share`', 'not more rows than that share are duplicates'],
  ['`sql`', '`sql`', 'the SELECT returns no row, or a number within `min` and `max`'],
]

/** The page of the manual: every key with type, default, meaning and example, generated from the very schemas that validate. */
export function manifestReference(): string {
  const kinds = Map.groupBy(Object.keys(technologies), (name) => technologies[name]!)
  return [
    '# The manifest',
    '',
    '<!-- Generated by `npm run docs`; do not edit. -->',
    '',
    'A manifest says what a data product is, how it is made and what it promises. Keys are in snake_case; a key that does not exist is an error that names the nearest one.',
    'Several documents may stand in one file, divided by `---`; JSON is read as well. `datamesh validate` tells every mistake at once, with `file:line:column` and what to write instead.',
    'Editors complete and check it with [dataproduct.schema.json](dataproduct.schema.json): begin the file with `# yaml-language-server: $schema=<path>/dataproduct.schema.json`.',
    '',
    '```yaml',
    exampleManifest.trimEnd(),
    '```',
    '',
    ...chapter('DataProduct', 'One product: `dataproduct.yaml`.', RawDataProduct),
    '## Values',
    '',
    ...grid(['value', 'as it may be written'], units),
    '',
    '## Checks',
    '',
    ...grid(['type', 'needs', 'holds when'], checks),
    '',
    '`severity: error` stops the publish and consumers keep the last good snapshot; `severity: warn` only reports. `threshold: "99.9%"` is the share of rows that must pass.',
    '',
    '## Types of ports',
    '',
    'A port says a kind or a technology. What an installation cannot serve is *declared, not provisioned here*: it is kept, shown and explained, and consumers read the same snapshot through the ports that are.',
    '',
    ...grid(
      ['kind', 'technologies'],
      [...kinds].map(([kind, names]) => [`\`${kind}\``, names.map((name) => `\`${name}\``).join(', ')]),
    ),
    '',
    ...chapter('Domain', 'One domain: its team, its alignment, its roles.', RawDomain),
    ...chapter(
      'Ownership map',
      'All domains of an organisation in one file, without `apiVersion` and `kind`.',
      RawOwnershipMap,
    ),
    ...chapter('Mesh', 'The workspace: `datamesh.yaml` at the root of a repository.', RawMesh),
    ...chapter(
      'Policy',
      'A rule in Rego: of the mesh, or of a domain. The guide on policies tells how one is written.',
      RawPolicy,
    ),
    '## What `validate` may say',
    '',
    ...grid(
      ['code', 'means'],
      Object.entries(issueCodes).map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
    '',
  ].join('\n')
}
