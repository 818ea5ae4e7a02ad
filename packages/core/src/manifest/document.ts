import { z } from 'zod'
import { alignment, amount, anything, classification, key, many, must, oneOrMore, scalar, text, texts } from './keys.ts'

/**
 * The manifest as people write it. These schemas are the single source: types, the JSON Schema for editors and the reference page
 * come from them. What the words of a value mean (units, references, spellings) is read by `readManifests`.
 */

const inputPort = z.strictObject({
  name: must(text, 'Name of the port; models read it as `{{ source(name, table) }}`.', { example: 'landing' }),
  type: key(
    text,
    '`file`, `product`, or a file format. A technology that is not read here (a database, a broker) is declared.',
    { example: 'file', default: '`product` when `product` is written, else `file`' },
  ),
  description: key(text, 'What comes in here.'),
  product: key(
    text,
    'Product that is read: `domain/product`, `domain/product@major` or its `datamesh://` or `urn:datamesh:` address.',
    { example: 'reference/airports@1' },
  ),
  table: key(text, 'Table of that product; all tables when not written.'),
  format: key(z.enum(['csv', 'json', 'ndjson', 'parquet']), 'Format of the files.', {
    example: 'csv',
    default: 'by the ending of `location`',
  }),
  location: key(text, 'Path or glob of the files, relative to the manifest; or where a declared source is.', {
    example: 'landing/*.csv',
  }),
  path: key(text, 'Same as `location`.'),
  url: key(text, 'Same as `location`.'),
  options: key(z.record(z.string(), scalar), 'Options of the reader as DuckDB names them.', {
    example: { delim: ';', header: true },
  }),
  columns: key(z.record(z.string(), text), 'Columns and their types; detected when not written.', {
    example: { id: 'bigint' },
  }),
  bad_rows: key(
    z.enum(['fail', 'quarantine']),
    'What happens to rows that cannot be read: the build fails, or they are put aside and counted.',
    { default: 'fail' },
  ),
  max_bad_share: key(amount, 'Share of quarantined rows above which the build fails all the same.', {
    example: '1%',
    default: '100%',
  }),
  settings: key(anything, 'Anything else the technology of a declared source needs.'),
})

const outputPort = z.strictObject({
  name: key(text, 'Name of the port, unique in the product.', { example: 'api', default: 'the type' }),
  type: key(
    text,
    'A kind (`batch`, `streaming`, `api`, `file`, `sql`) or a technology (`parquet`, `kafka`, `rest`, `bigquery` …). What this installation cannot serve is declared and shown with the reason.',
    { example: 'rest', default: 'the name, when it is a kind' },
  ),
  description: key(text, 'Who reads here, and for what.'),
  location: key(text, 'Address in the technology: a table, a topic, a path, a URL.', { example: 'orders.fact.v2' }),
  path: key(text, 'Same as `location`.'),
  url: key(text, 'Same as `location`.'),
  base_url: key(text, 'Same as `location`, for an API.', { example: 'https://data-api.example/v2/orders' }),
  topic: key(text, 'Same as `location`, for a stream.'),
  table: key(text, 'Same as `location`, for a table.'),
  format: key(text, 'Format of what is read.', { example: 'parquet' }),
  partitioned_by: key(oneOrMore, 'Columns that the data is divided by.', { example: ['year', 'month'] }),
  clustered_by: key(oneOrMore, 'Columns that the data is ordered by inside a partition.', { example: 'customer_id' }),
  refresh: key(amount, 'How often the port gets new data.', { example: 'hourly' }),
  retention: key(amount, 'How long old data can be read.', { example: '7 days' }),
  rate_limit: key(amount, 'Requests that one reader may make in a time.', { example: '1000 req/min' }),
  pagination: key(text, 'How an API pages.', { example: 'cursor' }),
  auth: key(text, 'How a reader proves who they are.', { example: 'OAuth2' }),
  snapshot: key(amount, 'How often a snapshot is cut.', { example: 'daily' }),
  schema_registry: key(text, 'Registry that holds the schema of a stream.'),
  subject: key(text, 'Subject in that registry.'),
  tables: key(many(text, 1000), 'Tables that the port shows.', { default: 'all' }),
  partitions: key(z.number(), 'Partitions of a topic.'),
  compression: key(text, 'Compression of the files.', { example: 'zstd' }),
  project: key(text, 'Project (BigQuery, Pub/Sub).'),
  dataset: key(text, 'Dataset (BigQuery).'),
  catalog: key(text, 'Catalogue (Iceberg, Databricks).'),
  database: key(text, 'Database.'),
  schema: key(text, 'Schema of a database.'),
  warehouse: key(text, 'Warehouse (Snowflake, Iceberg).'),
  account: key(text, 'Account (Snowflake, Azure).'),
  bucket: key(text, 'Bucket of an object store.'),
  container: key(text, 'Container of an object store.'),
  region: key(text, 'Region.'),
  cluster: key(text, 'Cluster.'),
  bootstrap_servers: key(oneOrMore, 'Brokers of a stream.'),
  host: key(text, 'Host.'),
  port: key(z.number(), 'Port number of that host.'),
  version: key(amount, 'Version of the interface.'),
  settings: key(anything, 'Anything else the technology needs.'),
})

const schedule = z.union([
  text,
  z.strictObject({
    cron: key(text, 'Five fields of cron.', { example: '15 6 * * *' }),
    every: key(amount, 'A rhythm instead of cron.', { example: 'hourly' }),
    on_input: key(z.boolean(), 'Also when an input product published.', { default: false }),
    timezone: key(text, 'Time zone of the cron fields.', { example: 'Europe/Berlin', default: 'UTC' }),
  }),
])

const materialisation = key(
  text,
  "How a publish changes the data: `full` replaces it, `append` adds rows, `merge` updates and deletes by key. dbt's `table`, `view` and `incremental` are understood.",
  { example: 'merge', default: 'full' },
)

const transforms = z.strictObject({
  models: key(text, 'Folder of the SQL models.', { default: 'transforms/models' }),
  macros: key(text, 'Folder of the macros.', { default: 'macros beside the models folder' }),
  seeds: key(text, 'Folder of the seeds (CSV files that are part of the definition).', {
    default: 'seeds beside the models folder',
  }),
  tests: key(text, 'Folder of SQL tests.', { default: 'tests' }),
  project: key(text, 'Folder of an existing dbt project; its own paths are used.', { example: 'transforms' }),
  engine: key(text, 'Engine that builds the models.', { default: 'duckdb' }),
  materialisation,
  materialization: key(text, 'Same as `materialisation`.'),
  materialized: key(text, 'Same as `materialisation`, as dbt spells it.'),
  materialised: key(text, 'Same as `materialisation`.'),
  key: key(oneOrMore, 'Columns by which `merge` finds a row.', { example: ['order_id'] }),
  unique_key: key(oneOrMore, 'Same as `key`, as dbt spells it.'),
  vars: key(anything, 'Values that models read by `var(name)`.', { example: { start_date: '2001-01-01' } }),
  schedule: key(
    schedule,
    'When it is built: a cron line, a rhythm (`hourly`, `daily`), `on_input` (when an input published), or `manual`.',
    { example: '15 6 * * *', default: 'manual' },
  ),
  timezone: key(text, 'Time zone of the schedule.', { default: 'UTC' }),
  retry: key(
    z.union([
      z.number(),
      z.strictObject({
        attempts: key(z.number(), 'How often a failed run is tried again.', { default: 2 }),
        backoff: key(amount, 'Wait before the first retry; it doubles each time.', { default: '30 seconds' }),
      }),
    ]),
    'How often a failed run is tried again, and how long it waits.',
    { example: { attempts: 3, backoff: '1 minute' } },
  ),
  memory: key(amount, 'Memory that a build may use.', { example: '2 GB', default: '1 GB' }),
  threads: key(z.number(), 'Threads that a build may use.', { default: 2 }),
  timeout: key(amount, 'Longest time of a build.', { default: '1 hour' }),
})

const slo = (what: string, example: unknown) =>
  key(
    z.union([
      z.string(),
      z.number(),
      z.strictObject({
        max_age: key(amount, 'Highest age.'),
        max_age_seconds: key(z.number(), 'Highest age in seconds.'),
        max_age_minutes: key(z.number(), 'Highest age in minutes.'),
        max_age_hours: key(z.number(), 'Highest age in hours.'),
        max_age_days: key(z.number(), 'Highest age in days.'),
        threshold: key(amount, 'The level that is promised.'),
        min_threshold: key(amount, 'Same as `threshold`.'),
        percentage: key(amount, 'Same as `threshold`.'),
        uptime_percentage: key(amount, 'Same as `threshold`, in percent.'),
        percentile: key(amount, 'Percentile of a latency.', { example: 'p99' }),
      }),
    ]),
    what,
    { example },
  )

const sla = z.strictObject({
  freshness: slo('Highest age of the newest snapshot.', '5 minutes'),
  latency: slo('Longest time from the start of a run to the published snapshot.', '< 5 minutes'),
  availability: slo('Share of the time in which the ports answer.', '99.9%'),
  completeness: slo('Share of required values that are present.', '99.5%'),
  accuracy: slo('Share of rows that pass the checks.', 0.98),
  quality_score: key(amount, 'Declared; not measured here.', { example: '> 95%' }),
  retention: key(amount, 'Declared; how long data is kept.', { example: '3 years' }),
  throughput: key(amount, 'Declared; not measured here.'),
  response_time: key(amount, 'Declared; not measured here.', { example: '200 ms' }),
  recovery_time: key(amount, 'Declared; not measured here.'),
  support: key(scalar, 'Declared; when and how the owner answers.', { example: 'Mon-Fri 9-17, #orders' }),
})

const check = z.strictObject({
  type: key(
    text,
    '`not_null`, `unique`, `range`, `accepted_values`, `pattern`, `row_count`, `freshness`, `relationship`, `duplicate_share` or `sql`.',
    { example: 'not_null' },
  ),
  check: key(
    text,
    'The rule in words, instead of `type`: `no null <column>`, `unique <column>`, `<column> > <number>`.',
    { example: 'no null order_id' },
  ),
  name: key(text, 'What the report calls it.', { default: 'made from type and columns' }),
  description: key(text, 'Why the rule is there.'),
  table: key(text, 'Table that is checked.', { default: 'the main table' }),
  column: key(text, 'Column that is checked.'),
  columns: key(
    oneOrMore,
    'Columns that are checked; one check for each, but together for `unique` and `duplicate_share`.',
    { example: ['order_id', 'customer_id'] },
  ),
  severity: key(text, '`error` stops the publish, `warn` only reports.', { default: 'error' }),
  threshold: key(amount, 'Share of rows that must pass.', { example: '99.9%', default: '100%' }),
  where: key(text, 'Only rows for which this SQL condition holds.', { example: "status <> 'CANCELLED'" }),
  min: key(z.union([z.number(), z.string()]), 'Lowest value (`range`) or lowest number of rows (`row_count`).', {
    example: 0,
  }),
  max: key(z.union([z.number(), z.string()]), 'Highest value or highest number of rows.'),
  values: key(many(scalar, 10_000), 'Values that are accepted.', { example: ['CREATED', 'SHIPPED'] }),
  accepted_values: key(many(scalar, 10_000), 'Same as `values`.'),
  pattern: key(text, 'Regular expression (RE2) that the text must match.', { example: '^[A-Z]{3}$' }),
  regex: key(text, 'Same as `pattern`.'),
  max_age: key(amount, 'Highest age of the newest value of a time column.', { example: '1 day' }),
  max_share: key(amount, 'Highest share of duplicates.', { example: '0.1%' }),
  references: key(
    z.union([
      text,
      z.strictObject({
        table: must(text, 'The other table: `port.table`, or a table or model of this product.', {
          example: 'airports.airports',
        }),
        column: key(text, 'Its column.'),
        columns: key(oneOrMore, 'Its columns.'),
      }),
    ]),
    'Other side of a `relationship`.',
    { example: { table: 'airports.airports', column: 'code' } },
  ),
  to: key(text, 'Same as `references`, as dbt spells it.'),
  field: key(text, 'Column of the other side.', { default: 'the same name' }),
  sql: key(text, 'SELECT over `{{ table }}`: the failing rows, or one number that `min` and `max` bound.', {
    example: 'select * from {{ table }} where total < 0',
  }),
  query: key(text, 'Same as `sql`.'),
  sql_returns: key(z.enum(['failing_rows', 'number']), 'Same as `returns`.'),
  returns: key(z.enum(['failing_rows', 'number']), 'What the SELECT gives.', {
    default: '`number` when `min` or `max` is written, else `failing_rows`',
  }),
})

const field = z.strictObject({
  name: must(text, 'Name of the column.', { example: 'order_id' }),
  type: must(
    text,
    'Type: `string`, `int`, `bigint`, `double`, `decimal(10,2)`, `boolean`, `date`, `timestamp`, `timestamptz`, `uuid`, `json`, `array<…>`, `struct<…>`, `map<…>` and other spellings.',
    { example: 'decimal(10,2)' },
  ),
  nullable: key(z.boolean(), 'May it be empty?', { default: true }),
  required: key(z.boolean(), 'The opposite of `nullable`.'),
  description: key(text, 'What the column means, with its unit.'),
  doc: key(text, 'Same as `description`, as Avro spells it.'),
  pii: key(z.boolean(), 'Personal data: masked in samples, in reports and for readers without the right.', {
    default: false,
  }),
  classification: key(classification, 'How secret the column is.'),
  encryption: key(text, 'The files of the table are encrypted at rest with AES-256-GCM; none: they are not.', {
    example: 'AES-256',
  }),
  mask: key(
    text,
    'How its values are hidden from readers: `redact`, `hash`, `tokenise`, `truncate <characters>`, `generalise <year|month|day|step>`. Stands in place of the redaction that personal data gets.',
    { example: 'hash' },
  ),
  key: key(z.boolean(), 'Part of the key: identity of a row and order of pages.', { default: false }),
  primary_key: key(z.boolean(), 'Same as `key`.'),
})

const table = z.strictObject({
  description: key(text, 'What a row is.'),
  key: key(oneOrMore, 'Columns that identify a row.'),
  fields: key(many(field, 5000), 'Columns.'),
  file: key(text, 'Avro or JSON Schema file instead of fields.', { example: 'schema/items.avsc' }),
})

const schema = z.strictObject({
  description: key(text, 'What a row of the main table is.'),
  fields: key(many(field, 5000), 'Columns of the main table.'),
  key: key(oneOrMore, 'Columns that identify a row of the main table.'),
  tables: key(
    z.record(z.string(), table),
    'Tables, when there is more than the main one: name → description and fields.',
  ),
  file: key(text, 'Avro (`.avsc`) or JSON Schema (`.json`) file that the fields come from.', {
    example: 'schema/v1.avsc',
  }),
  format: key(text, 'Format of the schema.', { example: 'avro' }),
  registry: key(text, 'Schema registry that holds it.'),
  subject: key(text, 'Subject in that registry.', { example: 'orders-fact-value' }),
  version: key(amount, 'Version of the schema.'),
  compatibility: key(
    z.enum(['NONE', 'BACKWARD', 'FORWARD', 'FULL', 'BACKWARD_TRANSITIVE', 'FORWARD_TRANSITIVE', 'FULL_TRANSITIVE']),
    'What a new minor version may change.',
    { default: 'BACKWARD' },
  ),
})

export const RawDataProduct = z.strictObject({
  apiVersion: must(z.literal('datamesh/v1'), 'Version of this format.', { example: 'datamesh/v1' }),
  kind: must(z.literal('DataProduct'), 'What is declared.', { example: 'DataProduct' }),
  metadata: must(
    z.strictObject({
      name: must(text, 'Name, unique in the domain: lower-case letters, digits, `-` and `_`.', {
        example: 'orders-fact',
      }),
      domain: must(text, 'Domain that owns it.', { example: 'order' }),
      owner: must(text, 'Team that answers for it.', { example: 'order-squad' }),
      description: key(text, 'What it is, in a sentence.'),
      version: key(text, 'Version of the definition (semver). Readers rely on the major.', {
        example: '1.2.0',
        default: '1.0.0',
      }),
      title: key(text, 'Name as people say it.'),
      status: key(z.enum(['draft', 'active', 'deprecated', 'retired']), 'Where it is in its life.', {
        default: 'active',
      }),
      alignment: key(alignment, 'What it is aligned to.', { default: 'that of its domain' }),
      labels: key(texts, 'Words for machines.', { example: { cost_centre: 'cc-17' } }),
      links: key(
        z.union([
          z.record(z.string(), text),
          z.array(z.strictObject({ title: key(text, 'What is there.'), url: must(text, 'Where.') })),
        ]),
        'Pages about it.',
        { example: { runbook: 'https://example.com/runbook' } },
      ),
    }),
    'Who and what.',
  ),
  spec: must(
    z.strictObject({
      tags: key(many(text, 1000), 'Words to find it by.', { example: ['order', 'fact-table'] }),
      documentation: key(z.union([text, texts]), 'Documentation: a path or URL, or several by name.', {
        example: { url: 'https://example.com/orders' },
      }),
      input_ports: key(many(inputPort, 200), 'Where data comes in.'),
      output_ports: key(
        z.union([many(outputPort, 200), z.record(z.string(), outputPort)]),
        'Where data goes out; a list, or name → settings.',
      ),
      transforms: key(transforms, 'How the data is made.'),
      sla: key(sla, 'Service levels that are promised.'),
      quality_checks: key(many(check, 2000), 'Rules that the data must pass before it is published.'),
      schema: key(schema, 'What the data looks like.'),
      global_standards: key(texts, 'Standards of the mesh that the data follows.', {
        example: { id_format: 'UUID v4' },
      }),
      access_control: key(
        z.strictObject({
          classification: key(classification, 'How secret the data is.', { default: 'internal' }),
          pii_columns: key(oneOrMore, 'Columns with personal data.', { example: ['customer_email'] }),
          encryption: key(
            text,
            'All files of the product are encrypted at rest with AES-256-GCM; none: they are not.',
            { example: 'AES-256' },
          ),
          masks: key(texts, 'Column → mask, the same as `mask` of the column.', {
            example: { customer_email: 'hash', birth_date: 'generalise year' },
          }),
          approval: key(
            z.enum(['automatic', 'owner', 'owner-and-steward']),
            'Who decides about requests for access. The classification says so where this does not.',
          ),
          readers: key(oneOrMore, 'Who may read without a grant: `everyone`, teams or roles.', {
            example: ['everyone'],
          }),
        }),
        'Who may read.',
      ),
      lineage: key(
        z.strictObject({
          upstream: key(oneOrMore, 'Sources that no port shows.', { example: ['orders-db.public.orders'] }),
          sources: key(oneOrMore, 'Same as `upstream`.'),
          transforms: key(oneOrMore, 'What happens on the way.'),
          notes: key(oneOrMore, 'Anything else about where it comes from.'),
        }),
        'Where it comes from, as far as ports do not say it.',
      ),
    }),
    'What it promises.',
  ),
})

const announced = z.array(
  z.union([text, z.strictObject({ name: must(text, 'Name of the product.'), description: key(text, 'What it is.') })]),
)
const roles = z.strictObject({
  product_owner: key(text, 'Answers for the products.'),
  technical_lead: key(text, 'Answers for how they are built.'),
  data_steward: key(text, 'Answers for quality and meaning.'),
})
const domainKind = z.enum(['core', 'supporting', 'generic'])

const domainKeys = {
  description: key(text, 'What the domain is about.'),
  alignment: key(alignment, 'What its products are aligned to.', { default: 'source-aligned' }),
  kind: key(domainKind, 'Whether the business differs by it.', { default: 'supporting' }),
  parent: key(text, 'Domain that it is part of.'),
  source_systems: key(oneOrMore, 'Operational systems that it owns.'),
  roles: key(roles, 'People or teams by role.'),
  responsibilities: key(many(text, 1000), 'What the team has promised to do.'),
  data_products: key(announced, 'Products that the domain owns, registered or not.'),
}

export const RawDomain = z.strictObject({
  apiVersion: must(z.literal('datamesh/v1'), 'Version of this format.', { example: 'datamesh/v1' }),
  kind: must(z.literal('Domain'), 'What is declared.', { example: 'Domain' }),
  metadata: must(
    z.strictObject({
      name: must(text, 'Name: lower-case letters, digits, `-` and `_`.', { example: 'order' }),
      description: key(text, 'What the domain is about.'),
      owner: key(text, 'Same as `spec.team`.'),
      title: key(text, 'Name as people say it.'),
      labels: key(texts, 'Words for machines.'),
    }),
    'Who and what.',
  ),
  spec: key(
    z.strictObject({ team: key(text, 'Team that owns it.', { example: 'order-squad' }), ...domainKeys }),
    'The domain.',
  ),
})

export const RawOwnershipMap = z.strictObject({
  domains: must(
    z.record(
      z.string(),
      z.strictObject({
        owner_team: key(text, 'Team that owns it.', { example: 'order-squad' }),
        team: key(text, 'Same as `owner_team`.'),
        ...domainKeys,
      }),
    ),
    'Domains by name.',
  ),
})

export const RawMesh = z.strictObject({
  apiVersion: must(z.literal('datamesh/v1'), 'Version of this format.', { example: 'datamesh/v1' }),
  kind: must(z.literal('Mesh'), 'What is declared.', { example: 'Mesh' }),
  metadata: must(
    z.strictObject({ name: must(text, 'Name of the mesh.'), description: key(text, 'What it is about.') }),
    'Who and what.',
  ),
  spec: key(
    z.strictObject({
      domains: key(oneOrMore, 'Files of domains; globs.', { default: ['domains/*.yaml'] }),
      products: key(oneOrMore, 'Manifests of products; globs.', { default: ['**/dataproduct.yaml'] }),
      policies: key(oneOrMore, 'Policies of the mesh and of its domains; globs.', { default: ['policies/*.yaml'] }),
      input_roots: key(oneOrMore, 'Folders that file input ports may read from, and nowhere else.', { default: ['.'] }),
      timezone: key(text, 'Time zone of schedules that name none.', { default: 'UTC' }),
      schedule: key(schedule, 'Schedule of products that name none.'),
      vars: key(anything, 'Values that all models read by `var(name)`.'),
      url: key(text, 'Address under which people reach the mesh.'),
    }),
    'The workspace.',
  ),
})

export type RawDataProduct = z.infer<typeof RawDataProduct>
export type RawDomain = z.infer<typeof RawDomain>
export type RawOwnershipMap = z.infer<typeof RawOwnershipMap>
export type RawMesh = z.infer<typeof RawMesh>
