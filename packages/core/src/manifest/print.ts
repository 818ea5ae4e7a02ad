import { Document, isScalar, visit } from 'yaml'
import { type CheckSpec, type DataProduct, type Field, type InputPort, mainTable, type OutputPort } from './model.ts'
import { durationText } from './units.ts'

/**
 * A product as the manifest that says it. Reading it gives the same product, positions apart; a schema that came from a file
 * is printed as its name, so reading needs that file again.
 */
export function printManifest(product: DataProduct): string {
  const { transforms, access, lineage } = product
  const document = {
    apiVersion: 'datamesh/v1',
    kind: 'DataProduct',
    metadata: {
      name: product.name,
      domain: product.domain,
      owner: product.owner,
      description: filled(product.description),
      version: product.version,
      title: product.title,
      status: product.status === 'active' ? undefined : product.status,
      alignment: product.alignment,
      labels: product.labels,
      links: product.links,
    },
    spec: {
      tags: filled(product.tags),
      documentation: filled(product.documentation),
      input_ports: filled(product.inputPorts.map(inputPort)),
      output_ports: filled(product.outputPorts.map(outputPort)),
      transforms: {
        models: transforms.models,
        macros: transforms.macros,
        seeds: transforms.seeds,
        tests: transforms.tests,
        project: transforms.project,
        engine: transforms.engine,
        materialisation: transforms.materialisation,
        key: filled(transforms.key),
        vars: filled(transforms.vars),
        schedule: {
          cron: transforms.schedule.cron,
          on_input: transforms.schedule.onInput,
          timezone: transforms.schedule.timezone,
        },
        retry: { attempts: transforms.retry.attempts, backoff: durationText(transforms.retry.backoffSeconds) },
        memory: `${transforms.memoryMb} MB`,
        threads: transforms.threads,
        timeout: durationText(transforms.timeoutSeconds),
      },
      sla: filled(levels(product)),
      quality_checks: filled(product.checks.map(check)),
      schema: schema(product),
      global_standards: filled(product.globalStandards),
      access_control: {
        classification: access.classification,
        pii_columns: filled(access.piiColumns),
        encryption: access.encryption,
        masks: filled(access.masks ?? {}),
        approval: access.approval,
        readers: filled(access.readers),
      },
      lineage: filled({ upstream: filled(lineage.upstream), notes: filled(lineage.notes) }),
    },
  }
  const yaml = new Document(written(document), { aliasDuplicateObjects: false })
  // Plain, this key would merge.
  visit(yaml, {
    Pair: (_, { key }) => void (isScalar(key) && key.value === '<<' && Object.assign(key, { type: 'QUOTE_DOUBLE' })),
  })
  return yaml.toString({ lineWidth: 0 })
}

/** Undefined for what says nothing: an empty text, list or map. */
const filled = <T extends string | readonly unknown[] | object>(value: T): T | undefined =>
  (typeof value === 'string'
    ? value
    : Array.isArray(value)
      ? value
      : Object.values(value).filter((v) => v !== undefined)
  ).length === 0
    ? undefined
    : value

/** Without the keys that have no value. */
function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, written(inner)]])),
  )
}

function inputPort({ name, source }: InputPort) {
  switch (source.from) {
    case 'files':
      return {
        name,
        type: 'file',
        format: source.format,
        location: source.location,
        options: filled(source.options),
        columns: filled(source.columns),
        bad_rows: source.badRows,
        max_bad_share: source.maxBadShare,
      }
    case 'product':
      return {
        name,
        type: 'product',
        product: source.product + (source.major === undefined ? '' : `@${source.major}`),
        table: source.table,
      }
    case 'declared':
      return { name, type: source.technology, location: source.location }
  }
}

const rateUnits: Readonly<Record<number, string>> = { 1: 's', 60: 'min', 3600: 'hour', 86400: 'day' }

const outputPort = (port: OutputPort) => ({
  name: port.name,
  type: port.technology,
  format: port.format,
  location: port.location,
  partitioned_by: filled(port.partitionedBy),
  clustered_by: filled(port.clusteredBy),
  refresh: port.refresh,
  retention: port.retentionSeconds === undefined ? undefined : durationText(port.retentionSeconds),
  rate_limit:
    port.rateLimit &&
    (Object.hasOwn(rateUnits, port.rateLimit.perSeconds)
      ? `${port.rateLimit.requests} req/${rateUnits[port.rateLimit.perSeconds]}`
      : `${port.rateLimit.requests} req per ${durationText(port.rateLimit.perSeconds)}`),
  pagination: port.pagination,
  auth: port.auth,
  snapshot: port.snapshot,
  settings: filled(port.settings),
})

function levels({ sla }: DataProduct) {
  const { freshness, latency, availability, completeness, accuracy, declared } = sla
  return {
    freshness: freshness?.written,
    latency:
      latency &&
      (latency.percentile === undefined
        ? latency.written
        : { threshold: latency.written, percentile: latency.percentile }),
    availability: availability?.written,
    completeness: completeness?.written,
    accuracy: accuracy?.written,
    ...declared,
  }
}

const check = (spec: CheckSpec) => ({
  type: spec.type,
  name: spec.name,
  description: spec.description,
  table: spec.table,
  columns: filled(spec.columns),
  severity: spec.severity,
  threshold: spec.threshold === 1 ? undefined : spec.threshold,
  where: spec.where,
  min: spec.min,
  max: spec.max,
  values: spec.values,
  pattern: spec.pattern,
  max_age: spec.maxAgeSeconds === undefined ? undefined : durationText(spec.maxAgeSeconds),
  max_share: spec.maxShare,
  references: spec.references,
  sql: spec.sql,
  returns: spec.sqlReturns,
})

function schema({ name, schema }: DataProduct) {
  const { compatibility, tables, file, format, registry, subject } = schema
  const main = Object.hasOwn(tables, mainTable({ name })) ? tables[mainTable({ name })] : undefined
  const others = Object.entries(tables).filter(([table]) => table !== mainTable({ name }))
  return {
    compatibility,
    format,
    registry,
    subject,
    file,
    description: filled(main?.description ?? ''),
    fields: file === undefined ? filled((main?.fields ?? []).map(field)) : undefined,
    tables: filled(
      Object.fromEntries(
        others.map(([table, { description, fields }]) => [table, { description, fields: fields.map(field) }]),
      ),
    ),
  }
}

const field = (column: Field) => ({
  name: column.name,
  type: column.type,
  nullable: column.nullable ? undefined : false,
  description: filled(column.description),
  pii: column.pii ? true : undefined,
  classification: column.classification,
  encryption: column.encryption,
  mask: column.mask,
  key: column.key ? true : undefined,
})
