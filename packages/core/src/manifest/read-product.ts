import { RawDataProduct } from './document.ts'
import { type Loose, type Notes, shape } from './issues.ts'
import { type DataProduct, type InputPort, mainTable, type OutputPort } from './model.ts'
import { checkName, parseVersion } from './names.ts'
import { readChecks } from './read-checks.ts'
import { readInputPorts, readOutputPort, readOutputPorts } from './read-ports.ts'
import { type Columns, checkColumns, columnsOf, type Files, list, maskIn, readSchema } from './read-schema.ts'
import { readSla } from './read-sla.ts'
import { readTransforms } from './read-transforms.ts'
import type { Path } from './yaml.ts'

type Raw = Loose<RawDataProduct>
type Metadata = NonNullable<Raw['metadata']>

/** Reads a document of kind DataProduct. What is wrong is in `notes`; the answer is whole all the same. */
export function readProduct(value: unknown, files: Files | undefined, notes: Notes): DataProduct {
  const raw = shape(RawDataProduct, value, notes)
  const metadata: Metadata = raw.metadata ?? {}
  const spec = raw.spec ?? {}
  const name = checkName(metadata.name, ['metadata', 'name'], notes)
  const domain = checkName(metadata.domain, ['metadata', 'domain'], notes)
  if (metadata.owner !== undefined && metadata.owner.trim() === '')
    notes.error(
      'key-missing',
      ['metadata', 'owner'],
      'the owner is empty: nobody answers for the product',
      'write the team that owns it',
    )
  const version =
    metadata.version === undefined
      ? '1.0.0'
      : (notes.parsed(['metadata', 'version'], parseVersion(metadata.version)) ?? '1.0.0')
  const schema = readSchema(spec.schema, name, files, notes)
  const main = schema.tables[mainTable({ name })]?.fields ?? []
  const transforms = readTransforms(
    spec.transforms,
    main.filter((f) => f.key).map((f) => f.name),
    notes,
  )
  const key = [spec.transforms?.key === undefined ? 'unique_key' : 'key']
  checkColumns(transforms.key, columnsOf(main), () => ['spec', 'transforms', ...key], notes)
  // The columns by which merge finds a row identify it; pages are ordered by them unless the schema says otherwise.
  if (!main.some((f) => f.key)) for (const field of main) if (transforms.key.includes(field.name)) field.key = true
  const outputPorts = withSettings(readOutputPorts(spec.output_ports, notes), files, notes)
  checkPortColumns(spec.output_ports, columnsOf(Object.values(schema.tables).flatMap((t) => t.fields)), notes)
  const inputPorts = readInputPorts(spec.input_ports, notes)
  refuseSelf(inputPorts, `${domain}/${name}`, notes)
  const piiColumns = piiOf(spec.access_control, schema.tables, notes)
  return {
    kind: 'DataProduct',
    id: `${domain}/${name}`,
    name,
    domain,
    owner: metadata.owner ?? '',
    description: metadata.description ?? '',
    version,
    versionAt: notes.doc.positionOf(['metadata', 'version']),
    ...(metadata.alignment === undefined ? {} : { alignment: metadata.alignment }),
    status: metadata.status ?? 'active',
    tags: list(spec.tags),
    documentation: typeof spec.documentation === 'string' ? { url: spec.documentation } : textsOf(spec.documentation),
    inputPorts,
    outputPorts,
    transforms,
    sla: readSla(spec.sla, notes),
    checks: readChecks(spec.quality_checks, { name, schema, inputPorts }, notes),
    schema,
    globalStandards: textsOf(spec.global_standards),
    access: {
      classification: spec.access_control?.classification ?? 'internal',
      piiColumns,
      ...(spec.access_control?.encryption === undefined ? {} : { encryption: spec.access_control.encryption }),
      ...masksOf(spec.access_control, schema.tables, notes),
      ...(spec.access_control?.approval === undefined ? {} : { approval: spec.access_control.approval }),
      readers: list(spec.access_control?.readers),
    },
    lineage: {
      upstream: [...list(spec.lineage?.upstream), ...list(spec.lineage?.sources)],
      notes: [...list(spec.lineage?.transforms), ...list(spec.lineage?.notes)],
    },
    ...(metadata.title === undefined ? {} : { title: metadata.title }),
    ...(metadata.labels === undefined ? {} : { labels: textsOf(metadata.labels) }),
    ...(metadata.links === undefined ? {} : { links: linksOf(metadata.links) }),
  }
}

export const textsOf = (
  record: Record<string, string | number | boolean | undefined> | undefined,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(record ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )

const linksOf = (links: NonNullable<Metadata['links']>): { title: string; url: string }[] =>
  Array.isArray(links)
    ? links.flatMap((link) => (link?.url === undefined ? [] : [{ title: link.title ?? link.url, url: link.url }]))
    : Object.entries(textsOf(links as Record<string, string>)).map(([title, url]) => ({ title, url }))

const dateParts = ['year', 'month', 'day', 'hour', 'week', 'date', 'dt']

/** Partitions may be parts of a time column (`year`, `month`) or expressions (`date_trunc('day', at)`). */
function checkPortColumns(raw: NonNullable<Raw['spec']>['output_ports'], known: Columns, notes: Notes): void {
  const hasTime = known.fields.some((f) => /^(date|timestamp)/.test(f.sqlType ?? ''))
  const real = (column: string) => !column.includes('(') && !(hasTime && dateParts.includes(column.toLowerCase()))
  const entries: [string | number, unknown][] = Array.isArray(raw) ? [...raw.entries()] : Object.entries(raw ?? {})
  for (const [index, entry] of entries)
    for (const key of ['partitioned_by', 'clustered_by'] as const) {
      const written = (entry as Record<string, string | (string | undefined)[] | undefined> | undefined)?.[key]
      checkColumns(list(written).filter(real), known, () => ['spec', 'output_ports', index, key], notes)
    }
}

/** Columns named under access_control and fields marked as personal data are one set, on both sides. */
function refuseSelf(ports: readonly InputPort[], id: string, notes: Notes): void {
  for (const { name, source, at } of ports)
    if (source.from === 'product' && source.product === id)
      notes.issues.push({
        code: 'product-cycle',
        message: `input port ${name}: a product cannot read itself`,
        severity: 'error',
        at,
        fix: 'take it out; in an incremental model {{ this }} reads what is published',
      })
}

function piiOf(
  access: NonNullable<Raw['spec']>['access_control'],
  tables: DataProduct['schema']['tables'],
  notes: Notes,
): string[] {
  const named = list(access?.pii_columns)
  const fields = Object.values(tables).flatMap((table) => table.fields)
  const pathOf = (index: number): Path => [
    'spec',
    'access_control',
    'pii_columns',
    ...(typeof access?.pii_columns === 'string' ? [] : [index]),
  ]
  checkColumns(named, columnsOf(fields), pathOf, notes)
  const all = [...new Set([...named, ...fields.filter((f) => f.pii).map((f) => f.name)])]
  const folded = new Set(all.map((column) => column.toLowerCase()))
  for (const field of fields) if (folded.has(field.name.toLowerCase())) field.pii = true
  return all
}

function masksOf(
  access: NonNullable<Raw['spec']>['access_control'],
  tables: DataProduct['schema']['tables'],
  notes: Notes,
): { masks?: Record<string, string> } {
  const fields = Object.values(tables).flatMap((table) => table.fields)
  const written = Object.entries(textsOf(access?.masks))
  const path = (column: string): Path => ['spec', 'access_control', 'masks', column]
  checkColumns(
    written.map(([column]) => column),
    columnsOf(fields),
    (index) => path(written[index]?.[0] ?? ''),
    notes,
  )
  const masks = written.flatMap(([column, text]) => {
    const read = maskIn(text, column, path(column), notes)
    return read === undefined ? [] : [[column, read.mask] as const]
  })
  return masks.length === 0 ? {} : { masks: Object.fromEntries(masks) }
}

/** Settings that teams keep beside the manifest: `output-ports.json`, port → settings. What the manifest itself says wins. */
function withSettings(ports: OutputPort[], files: Files | undefined, notes: Notes): OutputPort[] {
  const text = files && (files['output-ports.json'] ?? files['output_ports.json'])
  if (text === undefined) return ports
  let settings: unknown
  try {
    settings = JSON.parse(text)
  } catch {
    notes.error('file-invalid', ['spec', 'output_ports'], 'output-ports.json is no JSON', 'mend it, or remove it')
    return ports
  }
  const product = shape(RawDataProduct.shape.spec, { output_ports: settings }, notes)
  const beside = product.output_ports
  if (beside === undefined || Array.isArray(beside)) return ports
  const all = [...ports]
  for (const [name, from] of Object.entries(
    beside as Record<string, Parameters<typeof readOutputPort>[0] | undefined>,
  )) {
    const index = all.findIndex((port) => port.name === name)
    const before = all[index]
    const port =
      from &&
      readOutputPort({ name, ...from, ...(before ? { type: before.technology } : {}) }, ['spec', 'output_ports'], notes)
    if (!port) continue
    if (!before) all.push(port)
    else
      all[index] = {
        ...port,
        ...before,
        partitionedBy: before.partitionedBy.length > 0 ? before.partitionedBy : port.partitionedBy,
        clusteredBy: before.clusteredBy.length > 0 ? before.clusteredBy : port.clusteredBy,
        settings: { ...port.settings, ...before.settings },
      }
  }
  return all
}
