import type { Position } from '../errors.ts'

/**
 * What a manifest means, after reading: every spelling resolved, every unit in the name, every default filled in.
 * `readManifest` makes it from YAML; nothing else constructs it. All lists may be empty; optional keys are absent when not written.
 */
export type DataProduct = {
  kind: 'DataProduct'
  /** `<domain>/<name>`, unique in the mesh. */
  id: string
  name: string
  domain: string
  owner: string
  description: string
  /** Semver; `1.0.0` when not written. */
  version: string
  /** Where the version stands, or would stand. */
  versionAt?: Position
  alignment?: Alignment
  status: 'draft' | 'active' | 'deprecated' | 'retired'
  tags: string[]
  documentation: Record<string, string>
  inputPorts: InputPort[]
  outputPorts: OutputPort[]
  transforms: Transforms
  sla: ServiceLevels
  checks: CheckSpec[]
  schema: SchemaSpec
  globalStandards: Record<string, string>
  access: AccessControl
  /** Free text about sources that no port shows. */
  lineage: { upstream: string[]; notes: string[] }
  title?: string
  labels?: Record<string, string>
  links?: { title: string; url: string }[]
}

export type Alignment = 'source-aligned' | 'aggregate-aligned' | 'consumer-aligned'
export type Classification = 'public' | 'internal' | 'confidential' | 'restricted'

export type Domain = {
  kind: 'Domain'
  name: string
  team: string
  description: string
  alignment: Alignment
  domainKind: 'core' | 'supporting' | 'generic'
  parent?: string
  sourceSystems: string[]
  roles: { productOwner?: string; technicalLead?: string; dataSteward?: string }
  responsibilities: string[]
  /** Products the domain says it owns (from an ownership map), whether or not they are registered yet. */
  announced: { name: string; description: string }[]
  title?: string
  labels?: Record<string, string>
}

/** The workspace file `datamesh.yaml`: which files belong to the mesh, and what holds for all of it. Globs and paths are relative to it. */
export type Mesh = {
  kind: 'Mesh'
  name: string
  description: string
  /** Globs of domain files. */
  domains: string[]
  /** Globs of product manifests. */
  products: string[]
  /** Globs of policies. */
  policies: string[]
  /** Folders that file input ports may read from, and nowhere else. */
  inputRoots: string[]
  timezone: string
  /** Holds for products that name none. */
  schedule?: { cron?: string; onInput: boolean }
  vars: Record<string, unknown>
  url?: string
}

export type InputPort = {
  name: string
  at: Position
  source:
    | {
        from: 'files'
        format: 'csv' | 'json' | 'ndjson' | 'parquet'
        /** As written: path or glob, relative to the product's folder unless absolute. */
        location: string
        /** Reader options (delimiter, header, columns …), snake_case as DuckDB names them. */
        options: Record<string, string | number | boolean>
        /** Declared columns: name → DuckDB type; empty means detect. */
        columns: Record<string, string>
        badRows: 'fail' | 'quarantine'
        /** Share (0..1) of quarantined rows above which the build fails all the same. */
        maxBadShare: number
      }
    | { from: 'product'; product: string; major?: number; table?: string }
    /** Known technology that this platform cannot read here. */
    | { from: 'declared'; technology: string; location?: string }
}

export type PortKind = 'batch' | 'streaming' | 'api' | 'file' | 'sql'

export type OutputPort = {
  name: string
  at: Position
  kind: PortKind
  /** What was written as type: a kind or a technology (`bigquery`, `kafka`, `rest`, `parquet` …). */
  technology: string
  format?: string
  location?: string
  partitionedBy: string[]
  clusteredBy: string[]
  refresh?: string
  retentionSeconds?: number
  rateLimit?: { requests: number; perSeconds: number }
  pagination?: string
  auth?: string
  snapshot?: string
  /** Everything else that was written for this port's technology (schema_registry, base_url …). */
  settings: Record<string, unknown>
}

export type Materialisation = 'full' | 'append' | 'merge'

export type Transforms = {
  /** Folder of the SQL models, relative to the manifest. */
  models: string
  macros: string
  seeds: string
  tests: string
  /** Path of an existing dbt project (folder with dbt_project.yml), relative to the manifest; models/macros/seeds come from it. */
  project?: string
  engine: string
  materialisation: Materialisation
  /** Columns by which `merge` finds a row; required for `merge`. */
  key: string[]
  vars: Record<string, unknown>
  schedule: { cron?: string; onInput: boolean; timezone: string }
  retry: { attempts: number; backoffSeconds: number }
  memoryMb: number
  threads: number
  timeoutSeconds: number
}

/** A service level as measured: always "at most seconds" or "at least share", with the text that was written. */
export type ServiceLevels = {
  freshness?: { maxAgeSeconds: number; written: string }
  latency?: { maxSeconds: number; percentile?: number; written: string }
  availability?: { share: number; written: string }
  completeness?: { share: number; written: string }
  accuracy?: { share: number; written: string }
  /** Levels nobody here measures (quality_score, support …): kept, said to be not enforced. */
  declared: Record<string, string>
}

export type CheckType =
  | 'not_null'
  | 'unique'
  | 'range'
  | 'accepted_values'
  | 'pattern'
  | 'row_count'
  | 'freshness'
  | 'relationship'
  | 'duplicate_share'
  | 'sql'

/** One rule about one table. One spec per column for not_null. `id` is stable for the same rule: `<table>.<type>.<columns>`. */
export type CheckSpec = {
  id: string
  type: CheckType
  name: string
  /** Absent: the product's main table. */
  table?: string
  columns: string[]
  severity: 'error' | 'warn'
  /** Share (0..1) of rows that must pass; 1 when not written. */
  threshold: number
  where?: string
  description?: string
  at: Position
  min?: number | string
  max?: number | string
  values?: (string | number | boolean)[]
  pattern?: string
  maxAgeSeconds?: number
  /** duplicate_share: highest share of rows that are duplicates (0..1). */
  maxShare?: number
  /** relationship: the other side; `table` may be `port.table` of an input port, or a table or model of this product. */
  references?: { table: string; columns: string[] }
  /** sql: a SELECT that returns the failing rows, or one number named by `sql_must_be` bounds; `{{ table }}` is the staged table. */
  sql?: string
  sqlReturns?: 'failing_rows' | 'number'
}

export type Field = {
  name: string
  /** As written. */
  type: string
  /** As a DuckDB type, when it can be said. */
  sqlType?: string
  nullable: boolean
  description: string
  pii: boolean
  classification?: Classification
  encryption?: string
  /** How its values are hidden from readers who do not own the product, as written: `hash`, `truncate 4` … See core/access/masks.ts. */
  mask?: string
  /** Part of the key: paging order and identity of a row. */
  key: boolean
  at?: Position
}

export type SchemaSpec = {
  compatibility:
    | 'NONE'
    | 'BACKWARD'
    | 'FORWARD'
    | 'FULL'
    | 'BACKWARD_TRANSITIVE'
    | 'FORWARD_TRANSITIVE'
    | 'FULL_TRANSITIVE'
  /** Fields by table. The main table of a product is named like the product with `_` for `-`. */
  tables: Record<string, { description: string; fields: Field[] }>
  /** Avro or JSON Schema file inside the product's folder that the fields came from. */
  file?: string
  format?: string
  registry?: string
  subject?: string
}

export type AccessControl = {
  classification: Classification
  piiColumns: string[]
  encryption?: string
  /** Column → mask, as written, beside those that stand with the columns. */
  masks?: Record<string, string>
  /** Who decides about requests, where it is not the table of classifications that says so. */
  approval?: 'automatic' | 'owner' | 'owner-and-steward'
  /** Who may read without a grant, as written (`everyone`, a team, a role). */
  readers: string[]
}

/** Names of the tables that a product declares; the main table alone when it declares none. */
export const tablesOf = (product: Pick<DataProduct, 'name' | 'schema'>): string[] => {
  const declared = Object.keys(product.schema.tables)
  return declared.length > 0 ? declared : [mainTable(product)]
}

/** The table that carries the product's name. */
export const mainTable = (product: { name: string }): string => product.name.replaceAll('-', '_')
