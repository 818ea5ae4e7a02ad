import { z } from 'zod'
import type { Issue } from '../errors.ts'
import { parseVersion } from './names.ts'
import { nearest } from './nearest.ts'
import type { Parsed } from './units.ts'
import type { Path, YamlDocument } from './yaml.ts'

/** Issues of a manifest: code → what it means. The reference page lists them. */
export const issueCodes = {
  'file-too-large': 'The file has more than 1 MB.',
  'encoding-invalid': 'The file is not text in UTF-8 or UTF-16.',
  'yaml-syntax': 'The file is no well-formed YAML or JSON.',
  'yaml-duplicate-key': 'A key is written twice in one place.',
  'yaml-key': 'A key is not a plain text.',
  'yaml-alias': 'An alias names no anchor before it, or itself.',
  'yaml-too-deep': 'More than 64 levels inside each other.',
  'yaml-too-large': 'More values than can be read: a YAML bomb, or too many documents.',
  'number-too-large': 'A number beyond 2^53, or none that is finite; it would become another one.',
  'kind-unknown': 'The document is no DataProduct, Domain, Mesh or ownership map.',
  'key-unknown': 'A key that the format does not have.',
  'key-missing': 'A key that must be there.',
  'key-twice': 'Two keys that mean the same are both written.',
  'type-wrong': 'A value of the wrong type: a number where a text belongs, a text where a list belongs …',
  'value-unknown': 'A word that is not among the known ones.',
  'value-invalid': 'A value that cannot be understood: a duration, a share, a rate, a cron line, a version …',
  'unit-assumed': 'Warning: a value without unit; says how it is taken.',
  'list-too-long': 'A list or map with more entries than are read.',
  'name-invalid': 'A name with letters that names do not have.',
  'name-duplicate': 'Two things of the same name in one place.',
  'column-unknown': 'A column that the schema does not declare.',
  'table-unknown': 'A table or port that the manifest does not declare.',
  'check-incomplete': 'A check without what its type needs.',
  'file-missing': 'A schema file that is not there.',
  'file-invalid': 'A schema file that cannot be read.',
  'technology-unknown': 'Warning: a technology nobody knows; it is kept as declared.',
  'contract-elsewhere': 'Warning: a data contract of another standard; nothing of it is enforced yet.',
  'engine-declared': 'Warning: an engine that is not here; the models are built by DuckDB.',
  'version-too-low': 'The version is not raised as far as the changes need.',
  'too-many-issues': 'There are more mistakes than are listed.',
} as const
export type IssueCode = keyof typeof issueCodes

const maxIssues = 500

/** Collects what is wrong in one document, each place once. */
export type Notes = {
  issues: Issue[]
  error(code: IssueCode, path: Path, message: string, fix: string, what?: 'key' | 'value'): void
  warn(code: IssueCode, path: Path, message: string, fix: string): void
  /** The value of a parsed text, or undefined after noting why not. */
  parsed<T>(path: Path, result: Parsed<T>): T | undefined
  /** So much is wrong already that nothing more is noted. */
  full(): boolean
  /** Where `shape` cut something wrong out: what is missing there is no second mistake. */
  cuts: Path[]
  doc: YamlDocument
}

export function notesOn(doc: YamlDocument): Notes {
  const issues: Issue[] = []
  const seen = new Set<string>()
  const cuts: Path[] = []
  const add = (
    severity: Issue['severity'],
    code: IssueCode,
    path: Path,
    message: string,
    fix: string,
    what: 'key' | 'value' = 'value',
  ) => {
    const id = `${code} ${path.join('\0')} ${message}`
    const around = code === 'key-missing' ? path.slice(0, -1) : code === 'check-incomplete' ? path : undefined
    if (around && cuts.some((cut) => cut.length === around.length + 1 && around.every((step, i) => cut[i] === step)))
      return
    if (seen.has(id) || issues.length > maxIssues) return
    seen.add(id)
    const at = doc.positionOf(path, what)
    issues.push(
      issues.length === maxIssues
        ? {
            code: 'too-many-issues',
            severity: 'error',
            message: `more than ${maxIssues} mistakes`,
            at,
            fix: 'mend these first',
          }
        : { code, message, severity, at, path: pathText(path), fix },
    )
  }
  return {
    issues,
    full: () => issues.length > maxIssues,
    cuts,
    doc,
    error: (code, path, message, fix, what) => add('error', code, path, message, fix, what),
    warn: (code, path, message, fix) => add('warning', code, path, message, fix),
    parsed: (path, result) => {
      if (!result.ok) {
        add('error', 'value-invalid', path, `${lastKey(path)}: ${result.why}`, result.fix)
        return undefined
      }
      if (result.warning)
        add('warning', 'unit-assumed', path, `${lastKey(path)}: ${result.warning}`, 'write the unit, to be sure')
      return result.value
    },
  }
}

const pathText = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  )

const lastKey = (path: Path): string => {
  const words = path.filter((step) => typeof step === 'string')
  return words.at(-1) ?? 'the document'
}

/** What a schema parsed, minus what was wrong: every key may be missing. */
export type Loose<T> = T extends (infer E)[]
  ? (Loose<E> | undefined)[]
  : T extends object
    ? { [K in keyof T]?: Loose<T[K]> | undefined }
    : T

/**
 * Holds a document against its schema. Everything wrong is noted with its place, and cut out of the answer, so that the
 * rest can still be read and its mistakes are told in the same go.
 */
export function shape<S extends z.ZodType>(schema: S, value: unknown, notes: Notes): Loose<z.infer<S>> {
  const result = schema.safeParse(value)
  if (result.success) return result.data as Loose<z.infer<S>>
  const copy = structuredClone(value)
  const leaves: Leaf[] = []
  for (const issue of result.error.issues) flatten(issue, [], leaves)
  const unknown = leaves.filter(({ issue }) => issue.code === 'unrecognized_keys')
  const meant = new Set(
    unknown.slice(0, maxIssues + 1).flatMap(({ issue, path }) => noteUnknown(issue, path, schema, value, notes)),
  )
  for (const { issue, path } of leaves.slice(0, maxIssues + 1))
    if (issue.code !== 'unrecognized_keys' && !meant.has(path.join('\0'))) note(issue, path, schema, value, notes)
  for (const { issue, path } of leaves)
    for (const wrong of issue.code === 'unrecognized_keys' ? issue.keys.map((name) => [...path, name]) : [path]) {
      cut(copy, wrong)
      if (notes.cuts.length < maxIssues) notes.cuts.push(wrong)
    }
  return copy as Loose<z.infer<S>>
}

type Leaf = { issue: z.core.$ZodIssue; path: Path }

/** A union complains once for each alternative; what counts is the one whose type was written. */
function flatten(issue: z.core.$ZodIssue, before: Path, into: Leaf[]): void {
  const path = [...before, ...(issue.path as Path)]
  const meant =
    issue.code === 'invalid_union'
      ? issue.errors.find((errors) => !errors.some((e) => e.path.length === 0 && e.code === 'invalid_type'))
      : undefined
  if (meant) for (const inner of meant) flatten(inner, path, into)
  else into.push({ issue, path })
}

function cut(root: unknown, path: Path): void {
  let at = root as Record<string | number, unknown>
  for (const step of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return
    at = at[step] as Record<string | number, unknown>
  }
  const last = path.at(-1)
  if (last === undefined || typeof at !== 'object' || at === null) return
  if (Array.isArray(at)) at[last as number] = undefined
  else if (Object.hasOwn(at, last)) delete at[last]
}

/** Notes keys that do not exist; answers the places of the keys that were probably meant. */
function noteUnknown(issue: z.core.$ZodIssue, path: Path, schema: z.ZodType, root: unknown, notes: Notes): string[] {
  if (issue.code !== 'unrecognized_keys') return []
  const known = knownKeys(schemaAt(schema, path, root))
  return issue.keys.slice(0, maxIssues).flatMap((name) => {
    const meant = nearest(name, known) ?? (Object.hasOwn(synonyms, name) ? synonyms[name] : undefined)
    const fits = meant !== undefined && known.includes(meant)
    const elsewhere = fits ? undefined : placesOf(name, schema)
    const fix = fits
      ? `write ${meant}`
      : elsewhere
        ? `${name} belongs under ${elsewhere}`
        : known.length > 0 && known.length <= 40
          ? `write one of ${known.join(', ')}`
          : 'remove it'
    const where = path.length === 0 ? 'here' : `under ${pathText(path)}`
    notes.error('key-unknown', [...path, name], `${clip(name)} is no key ${where}`, fix, 'key')
    return fits ? [[...path, meant].join('\0')] : []
  })
}

function note(issue: z.core.$ZodIssue, path: Path, schema: z.ZodType, root: unknown, notes: Notes): void {
  const value = path.reduce<unknown>(
    (at, step) => (at as Record<string | number, unknown> | undefined | null)?.[step],
    root,
  )
  const expected = schemaAt(schema, path, root)
  const name = lastKey(path)
  const example = (expected?.meta()?.examples as unknown[] | undefined)?.[0]
  const such = example === undefined ? '' : `, such as ${JSON.stringify(example)}`
  if (value === undefined) {
    notes.error(
      'key-missing',
      path,
      `${pathText(path)} is missing`,
      `write ${name}: ${example === undefined ? kindText(expected) : JSON.stringify(example)}`,
    )
    return
  }
  if (issue.code === 'invalid_value') {
    const words = issue.values.map(String)
    const near = typeof value === 'string' ? nearest(value, words) : undefined
    notes.error(
      'value-unknown',
      path,
      `${name} cannot be ${shown(value)}`,
      near ? `write ${near}` : `write ${words.length > 1 ? 'one of ' : ''}${words.join(', ')}`,
    )
    return
  }
  if (issue.code === 'too_big') {
    const count = Array.isArray(value) ? value.length : 0
    notes.error(
      'list-too-long',
      path,
      `${name} has ${count} entries; at most ${issue.maximum} are read`,
      'divide the product',
    )
    return
  }
  const wanted = kindText(expected)
  const source = notes.doc.sourceOf(path)
  const quote = wanted.includes('text') && (typeof value === 'number' || typeof value === 'boolean')
  notes.error(
    'type-wrong',
    path,
    `${name} is ${value === null ? 'empty' : typeText(value)}; it must be ${wanted}`,
    quote ? quoted(name, source ?? String(value)) : `write ${wanted}${such}`,
  )
}

/** `1.10` is the number 1.1 until it is quoted; a version needs its third part as well, and then it is no number any more. */
function quoted(name: string, source: string): string {
  const version = name === 'version' ? parseVersion(source) : undefined
  return version && !version.ok ? version.fix : `put it in quotes: "${source}"`
}

/** The schema of the value at `path`; in a union the alternative that the written value is of. */
function schemaAt(schema: z.ZodType, path: Path, root: unknown): z.ZodType | undefined {
  let at: z.ZodType | undefined = schema
  let value = root
  for (const step of path) {
    at = at && alternative(at, value)
    if (at instanceof z.ZodObject)
      at = Object.hasOwn(at.shape, step) ? (at.shape[step as string] as z.ZodType) : undefined
    else if (at instanceof z.ZodArray) at = at.element as z.ZodType
    else if (at instanceof z.ZodRecord) at = at.valueType as z.ZodType
    else return undefined
    value = (value as Record<string | number, unknown> | null | undefined)?.[step]
  }
  return at
}

const unwrap = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema

function alternative(schema: z.ZodType, value: unknown): z.ZodType {
  const bare = unwrap(schema)
  if (!(bare instanceof z.ZodUnion)) return bare
  const options = (bare.options as z.ZodType[]).map(unwrap)
  return (
    options.find((o) =>
      Array.isArray(value)
        ? o instanceof z.ZodArray
        : typeof value === 'object'
          ? o instanceof z.ZodObject || o instanceof z.ZodRecord
          : false,
    ) ?? options[0]!
  )
}

const knownKeys = (schema: z.ZodType | undefined): string[] => {
  if (!schema) return []
  const bare = unwrap(schema)
  const object =
    bare instanceof z.ZodUnion ? (bare.options as z.ZodType[]).map(unwrap).find((o) => o instanceof z.ZodObject) : bare
  return object instanceof z.ZodObject ? Object.keys(object.shape) : []
}

/** Where in the whole schema a key of this name belongs: `tags` under metadata is told to go under spec. */
function placesOf(name: string, schema: z.ZodType): string | undefined {
  const search = (at: z.ZodType, path: string, depth: number): string | undefined => {
    const bare = unwrap(at)
    if (!(bare instanceof z.ZodObject) || depth > 2) return undefined
    if (path !== '' && Object.hasOwn(bare.shape, name)) return path
    for (const [step, inner] of Object.entries(bare.shape)) {
      const found = search(inner as z.ZodType, path === '' ? step : `${path}.${step}`, depth + 1)
      if (found) return found
    }
    return undefined
  }
  return search(schema, '', 0)
}

/** Words of other formats for what we call otherwise. */
const synonyms: Readonly<Record<string, string>> = {
  inputs: 'input_ports',
  outputs: 'output_ports',
  ports: 'output_ports',
  quality: 'quality_checks',
  checks: 'quality_checks',
  tests: 'quality_checks',
  expectations: 'quality_checks',
  team: 'owner',
  compute: 'transforms',
  build: 'transforms',
  transformations: 'transforms',
  slo: 'sla',
  slos: 'sla',
  servicelevels: 'sla',
  uptime: 'availability',
  security: 'access_control',
  access: 'access_control',
  columns: 'fields',
  dtype: 'type',
  data_type: 'type',
  id: 'name',
  technology: 'type',
}

const clip = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name)

export const shown = (value: unknown): string => {
  if (typeof value === 'object' && value !== null) return typeText(value)
  return clip(typeof value === 'string' ? `"${value}"` : String(value))
}

const typeText = (value: unknown): string =>
  Array.isArray(value)
    ? 'a list'
    : value === null
      ? 'empty'
      : typeof value === 'object'
        ? 'a map'
        : typeof value === 'string'
          ? 'a text'
          : typeof value === 'number'
            ? Number.isFinite(value)
              ? 'a number'
              : 'no finite number'
            : typeof value === 'boolean'
              ? 'true or false'
              : `a ${typeof value}`

/** What a schema wants, in words. */
export function kindText(schema: z.ZodType | undefined): string {
  if (!schema) return 'something else'
  const bare = unwrap(schema)
  if (bare instanceof z.ZodString) return 'a text'
  if (bare instanceof z.ZodNumber) return 'a number'
  if (bare instanceof z.ZodBoolean) return 'true or false'
  if (bare instanceof z.ZodArray) return `a list of ${kindText(bare.element as z.ZodType).replace(/^a /, '')}s`
  if (bare instanceof z.ZodObject || bare instanceof z.ZodRecord) return 'a map'
  if (bare instanceof z.ZodEnum) return bare.options.map(String).join(' | ')
  if (bare instanceof z.ZodLiteral) return [...bare.values].map(String).join(' | ')
  if (bare instanceof z.ZodUnion) return [...new Set((bare.options as z.ZodType[]).map(kindText))].join(' or ')
  return 'any value'
}
