import type { Lineage } from '../lineage/index.ts'
import type { Alignment, Classification, DataProduct, Field } from '../manifest/model.ts'
import { changesBetween } from '../plan/changes.ts'
import type { LevelFacts } from '../quality/certification.ts'
import type { CheckResult } from '../quality/index.ts'
import type { Moment } from './model.ts'
import { pathText } from './place.ts'
import type { Scoped } from './scope.ts'

/** A product beside this one along lineage, as everybody who finds products may know it. */
export type Neighbour = {
  id: string
  domain: string
  owner: string
  classification: Classification
  status: DataProduct['status']
}

/** What is known of a product beside its manifest; whoever asks loads it. */
export type FactSources = {
  moment: Moment
  now: Date
  product: DataProduct
  /** The release before this one; null for the first. `since`: when the status that it has was first released. */
  previous: { version: string; product: DataProduct; written: unknown; at: Date; statusSince: Date } | null
  upstream: readonly Neighbour[]
  downstream: readonly Neighbour[]
  consumers: { grants: number; readers: number; reads: number }
  /** The head; null: never published. */
  published: {
    snapshot: string
    at: Date
    rows: number
    tables: readonly { name: string; columns: readonly { name: string; type: string; description: string }[] }[]
    checks: { total: number; passed: number; warned: number }
    unknown: Lineage['unknown']
  } | null
  /** Of the staged snapshot at publish, else of the head. */
  report: { passed: boolean; checks: readonly CheckResult[] } | null
  levels: readonly (LevelFacts & { measured?: number | null; target?: number | null })[]
  /** Guesses about columns that a steward accepted. */
  accepted: readonly { table: string; column: string; kind: string; personal: boolean; classification: string }[]
}

/** Nothing is known but the manifest: `datamesh validate`, and tests. */
export const factsOfManifest = (product: DataProduct, now: Date): FactSources => ({
  moment: 'validate',
  now,
  product,
  previous: null,
  upstream: [],
  downstream: [],
  consumers: { grants: 0, readers: 0, reads: 0 },
  published: null,
  report: null,
  levels: [],
  accepted: [],
})

/**
 * `input` of a policy: the manifest as written, and under `_facts` what the platform knows. Never a row, never a name of a person.
 * Rule: docs/guide/policies.md#input
 */
export const policyInput = (written: unknown, sources: FactSources): Record<string, unknown> => ({
  ...(typeof written === 'object' && written !== null ? written : {}),
  _facts: factsOf(written, sources),
})

const factsOf = (written: unknown, sources: FactSources) => {
  const { moment, now, product, previous, published, report } = sources
  const changes = previous === null ? [] : changesBetween(previous.product, product)
  return {
    moment,
    now: now.toISOString(),
    product,
    columns: columnsOf(written, sources),
    ports: portsOf(written, product),
    previous:
      previous === null
        ? null
        : {
            version: previous.version,
            at: previous.at.toISOString(),
            status_since: previous.statusSince.toISOString(),
            manifest: previous.written,
            product: previous.product,
          },
    changes: changes.map(({ what, path, verdict, because }) => ({ what, path, verdict, because })),
    step: previous === null ? null : stepBetween(previous.version, product.version),
    upstream: sources.upstream,
    downstream: sources.downstream,
    consumers: {
      products: sources.downstream.map(({ id }) => id),
      grants: sources.consumers.grants,
      readers: sources.consumers.readers,
      reads_30_days: sources.consumers.reads,
    },
    published: published === null ? null : { ...published, at: published.at.toISOString() },
    report:
      report === null
        ? null
        : {
            passed: report.passed,
            // rows stay where they are: samples are nobody's input
            checks: report.checks.map(({ samples: _samples, ...check }) => check),
          },
    levels: sources.levels,
    classification: sources.accepted,
  }
}

/** What a higher version says of itself. */
const stepBetween = (from: string, to: string): 'major' | 'minor' | 'patch' | 'none' => {
  const [a, b] = [from, to].map((version) => version.split('.').map((part) => Number.parseInt(part, 10)))
  const at = [0, 1, 2].find((i) => a?.[i] !== b?.[i])
  return at === undefined ? 'none' : ((['major', 'minor', 'patch'] as const)[at] as 'major')
}

type Written = Record<string, unknown> | undefined
const under = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Written)?.[key] : undefined

/** Every column with where the manifest declares it, however it does: fields, tables, or a schema file. */
const columnsOf = (written: unknown, { product, accepted }: FactSources) => {
  const schema = under(under(written, 'spec'), 'schema')
  return Object.entries(product.schema.tables).flatMap(([table, { fields }]) => {
    const own = under(under(schema, 'tables'), table)
    const [list, base] =
      own === undefined
        ? [under(schema, 'fields'), ['spec', 'schema', 'fields']]
        : [under(own, 'fields'), ['spec', 'schema', 'tables', table, 'fields']]
    const places = new Map(Array.isArray(list) ? list.map((field, i) => [under(field, 'name'), i] as const) : [])
    return fields.map((field) => {
      const at = places.get(field.name)
      const found = accepted.find((each) => each.table === table && each.column === field.name) ?? null
      return {
        ...columnOf(table, field),
        personal: field.pii || found?.personal === true,
        mask: field.mask ?? product.access.masks?.[field.name] ?? null,
        accepted: found === null ? null : { kind: found.kind, classification: found.classification },
        path: pathText(at === undefined ? ['spec', 'schema', 'file'] : [...base, at]),
      }
    })
  })
}

const columnOf = (table: string, field: Field) => ({
  table,
  name: field.name,
  type: field.type,
  sql_type: field.sqlType ?? null,
  nullable: field.nullable,
  key: field.key,
  pii: field.pii,
  classification: field.classification ?? null,
  encryption: field.encryption ?? null,
  description: field.description,
  at: field.at ?? null,
})

const portsOf = (written: unknown, product: DataProduct) => {
  const list = under(under(written, 'spec'), 'output_ports')
  return product.outputPorts.map((port, i) => ({
    name: port.name,
    kind: port.kind,
    technology: port.technology,
    auth: port.auth ?? null,
    settings: port.settings,
    path: pathText(['spec', 'output_ports', Array.isArray(list) ? i : port.name]),
  }))
}

/** What a policy's scope is held against. `alignment`: of the product, else of its domain. */
export const scopedOf = (product: DataProduct, domain: { alignment: Alignment } | null): Scoped => ({
  product: product.id,
  domain: product.domain,
  alignment: product.alignment ?? domain?.alignment ?? null,
  classification: product.access.classification,
  tags: product.tags,
  status: product.status,
})
