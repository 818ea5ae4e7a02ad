import { RawDataProduct } from './document.ts'
import { type Loose, type Notes, shape, shown } from './issues.ts'
import type { InputPort, OutputPort, PortKind } from './model.ts'
import { checkPortName, checkTwice, parseProductRef } from './names.ts'
import { nearest, snakeCase } from './nearest.ts'
import { list } from './read-schema.ts'
import { kindWords, technologies } from './technologies.ts'
import { toDuckDbType, typeNames } from './types.ts'
import { parseDuration, parseRate, parseShare } from './units.ts'
import type { Path } from './yaml.ts'

type Spec = Loose<RawDataProduct['spec']>
type RawInput = NonNullable<NonNullable<Spec['input_ports']>[number]>
type RawOutput = NonNullable<Extract<NonNullable<Spec['output_ports']>, readonly unknown[]>[number]>

const fileFormats = ['csv', 'json', 'ndjson', 'parquet'] as const
type FileFormat = (typeof fileFormats)[number]

/** Schemas that the engine or a build has already: a port becomes a schema of its name. */
const takenByEngine = new Set(['temp', 'system', 'memory', 'information_schema', 'pg_catalog', 'this'])

export function readInputPorts(raw: Spec['input_ports'], notes: Notes): InputPort[] {
  const ports: InputPort[] = []
  const names: [string, Path][] = []
  for (const [index, from] of (raw ?? []).entries()) {
    const path = ['spec', 'input_ports', index]
    if (from?.name === undefined) continue
    const name = checkPortName(from.name, [...path, 'name'], notes)
    names.push([name, [...path, 'name']])
    if (takenByEngine.has(name.toLowerCase()))
      notes.error(
        'name-invalid',
        [...path, 'name'],
        `an input port cannot be called ${name}: models have a schema of that name already`,
        `write ${name.toLowerCase()}_in`,
      )
    const source = inputSource(from, path, notes)
    if (source) ports.push({ name, at: notes.doc.positionOf(path), source })
  }
  checkTwice(names, 'input port', notes, (text) => text.toLowerCase())
  return ports
}

function inputSource(from: RawInput, path: Path, notes: Notes): InputPort['source'] | undefined {
  const type = (from.type ?? (from.product === undefined ? 'file' : 'product')).trim().toLowerCase()
  if (type === 'product' || type === 'data_product' || type === 'dataproduct') {
    if (from.product === undefined) {
      notes.error(
        'key-missing',
        [...path, 'product'],
        'the port reads a product, but does not say which',
        'write product: domain/product',
      )
      return undefined
    }
    const ref = notes.parsed([...path, 'product'], parseProductRef(from.product))
    return ref && { from: 'product', ...ref, ...(from.table === undefined ? {} : { table: from.table }) }
  }
  if (from.product !== undefined)
    notes.error(
      'key-twice',
      [...path, 'product'],
      `a port of type ${type} reads no product`,
      'write type: product',
      'key',
    )
  const location = from.location ?? from.path ?? from.url
  const asFormat = fileFormats.find((f) => f === type)
  if (!asFormat && type !== 'file' && type !== 'files' && type !== 'batch') {
    if (!Object.hasOwn(technologies, type) && !Object.hasOwn(kindWords, type))
      unknownTechnology(type, [...path, 'type'], ['product', 'file', ...fileFormats], notes)
    return { from: 'declared', technology: type, ...(location === undefined ? {} : { location }) }
  }
  if (location === undefined) {
    notes.error(
      'key-missing',
      [...path, 'location'],
      'the port reads files, but does not say where',
      'write location: landing/*.csv',
    )
    return undefined
  }
  const format = from.format ?? asFormat ?? formatOf(location)
  if (!format) {
    notes.error(
      'key-missing',
      [...path, 'format'],
      `the ending of ${shown(location)} does not say the format`,
      'write format: csv, json, ndjson or parquet',
    )
    return undefined
  }
  const share =
    from.max_bad_share === undefined
      ? 1
      : (notes.parsed([...path, 'max_bad_share'], parseShare(from.max_bad_share)) ?? 1)
  return {
    from: 'files',
    format,
    location,
    options: from.options === undefined ? {} : defined(from.options),
    columns: inputColumns(from, path, notes),
    badRows: from.bad_rows ?? 'fail',
    maxBadShare: share,
  }
}

function inputColumns(from: RawInput, path: Path, notes: Notes): Record<string, string> {
  const columns: Record<string, string> = {}
  for (const [column, type] of Object.entries(from.columns ?? {})) {
    if (type === undefined) continue
    const sqlType = toDuckDbType(type)
    if (sqlType) columns[column] = sqlType
    else {
      const near = nearest(type, typeNames)
      notes.error(
        'value-unknown',
        [...path, 'columns', column],
        `${shown(type)} is no type`,
        near ? `write ${near}` : 'write varchar, bigint, double, date, timestamp …',
      )
    }
  }
  return columns
}

const defined = <T>(record: Record<string, T | undefined>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter((entry): entry is [string, T] => entry[1] !== undefined))

function formatOf(location: string): FileFormat | undefined {
  const ending = /\.([a-z]+)(?:\.(?:gz|zst|bz2))?$/i.exec(location)?.[1]?.toLowerCase()
  return ending === 'tsv' ? 'csv' : ending === 'jsonl' ? 'ndjson' : fileFormats.find((f) => f === ending)
}

function unknownTechnology(type: string, path: Path, extra: readonly string[], notes: Notes): void {
  const near = nearest(type, [...Object.keys(kindWords), ...Object.keys(technologies), ...extra])
  notes.warn(
    'technology-unknown',
    path,
    `nobody here knows ${shown(type)}; the port is kept as declared`,
    near
      ? `did you mean ${near}?`
      : 'write batch, streaming, api, file, sql, or a technology such as parquet, kafka, rest',
  )
}

/** Which words mean the address, in the order in which they are taken. */
const addresses = ['location', 'path', 'url', 'base_url', 'topic', 'table'] as const
const own = new Set([
  'name',
  'type',
  'description',
  'format',
  'partitioned_by',
  'clustered_by',
  'refresh',
  'retention',
  'rate_limit',
  'pagination',
  'auth',
  'snapshot',
  'settings',
])

/** `output_ports` as list or as map, and the settings of an `output-ports.json` beside the manifest. */
export function readOutputPorts(raw: Spec['output_ports'], notes: Notes): OutputPort[] {
  const entries: [RawOutput, Path][] = []
  if (Array.isArray(raw)) {
    for (const [index, from] of raw.entries()) if (from) entries.push([from, ['spec', 'output_ports', index]])
  } else
    for (const [name, from] of Object.entries((raw ?? {}) as Record<string, RawOutput | undefined>))
      if (from) entries.push([{ name, ...from }, ['spec', 'output_ports', name]])
  const ports: OutputPort[] = []
  const names: [string, Path][] = []
  for (const [from, path] of entries) {
    const port = readOutputPort(from, path, notes)
    if (!port) continue
    names.push([port.name, from.name === undefined ? path : Array.isArray(raw) ? [...path, 'name'] : path])
    ports.push(port)
  }
  checkTwice(names, 'output port', notes, (text) => text.toLowerCase())
  return ports
}

/** Settings of ports in a file of their own, looked at without the manifest they belong to. */
export function readPortSettings(raw: Record<string, unknown>, notes: Notes): OutputPort[] {
  const settings = shape(RawDataProduct.shape.spec.shape.output_ports, raw, notes) as Record<
    string,
    RawOutput | undefined
  >
  return Object.entries(settings ?? {}).flatMap(
    ([name, from]) => (from && readOutputPort({ name, ...from }, [name], notes)) ?? [],
  )
}

export function readOutputPort(from: RawOutput, path: Path, notes: Notes): OutputPort | undefined {
  const written = from.type ?? (from.name !== undefined && Object.hasOwn(kindWords, from.name) ? from.name : undefined)
  if (written === undefined || written.trim() === '') {
    notes.error(
      'key-missing',
      [...path, 'type'],
      'the port does not say what it is',
      'write type: batch, streaming, api, file, sql, or a technology such as parquet, kafka, rest',
    )
    return undefined
  }
  const technology = written.trim().toLowerCase()
  const duration = (key: 'retention') =>
    from[key] === undefined ? undefined : notes.parsed([...path, key], parseDuration(from[key]))
  for (const key of ['refresh', 'snapshot'] as const)
    if (typeof from[key] === 'number') notes.parsed([...path, key], parseDuration(from[key]))
  const retentionSeconds = duration('retention')
  const rateLimit =
    from.rate_limit === undefined ? undefined : notes.parsed([...path, 'rate_limit'], parseRate(from.rate_limit))
  const location = addresses.map((key) => [key, from[key]] as const).find(([, value]) => value !== undefined)
  const settings: Record<string, unknown> = { ...(from.settings as Record<string, unknown> | undefined) }
  for (const [key, value] of Object.entries(from))
    if (!own.has(key) && key !== 'location' && value !== undefined) settings[key] = value
  return {
    name: from.name === undefined ? technology : checkPortName(from.name, [...path, 'name'], notes),
    at: notes.doc.positionOf(path),
    kind: kindOf(technology, path, notes),
    technology,
    ...(from.format === undefined ? {} : { format: from.format }),
    ...(location === undefined ? {} : { location: location[1]! }),
    partitionedBy: list(from.partitioned_by),
    clusteredBy: list(from.clustered_by),
    ...(from.refresh === undefined ? {} : { refresh: String(from.refresh) }),
    ...(retentionSeconds === undefined ? {} : { retentionSeconds }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(from.pagination === undefined ? {} : { pagination: from.pagination }),
    ...(from.auth === undefined ? {} : { auth: from.auth }),
    ...(from.snapshot === undefined ? {} : { snapshot: String(from.snapshot) }),
    settings,
  }
}

function kindOf(technology: string, path: Path, notes: Notes): PortKind {
  if (Object.hasOwn(kindWords, technology)) return kindWords[technology]!
  for (const word of [technology, snakeCase(technology), technology.replace(/[\s_-]+/g, '')])
    if (Object.hasOwn(technologies, word)) return technologies[word]!
  // `azure blob storage`, `aws kinesis`, `kafka topic`
  for (const word of technology.split(/[\s_-]+/)) if (Object.hasOwn(technologies, word)) return technologies[word]!
  unknownTechnology(technology, [...path, 'type'], [], notes)
  return 'batch'
}
