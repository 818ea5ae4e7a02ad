/** A manifest that uses every key group; tests mutate it. */
export const wholeManifest = `apiVersion: datamesh/v1
kind: DataProduct
metadata:
  name: parcels
  domain: shipping
  owner: parcel-team
  title: Parcels
  version: 2.3.1
  alignment: source-aligned
  description: Every parcel that was handed over, with its way
  labels: { cost_centre: cc-17 }
  links: { runbook: "https://example.com/parcels" }
spec:
  tags: [parcel, logistics]
  documentation: { readme: docs/README.md }
  input_ports:
    - name: landing
      type: file
      format: csv
      location: landing/*.csv
      options: { delim: ";", header: true }
      columns: { id: bigint, sent_at: timestamptz, size: "struct<w: int, h: int>" }
      bad_rows: quarantine
      max_bad_share: "1%"
    - { name: depots, product: "urn:datamesh:network:depots:1.4.0", table: depots }
    - { name: orders_db, type: postgres, location: "db.internal/orders" }
  output_ports:
    - { name: api, type: rest, rate_limit: 1000 req/min, pagination: cursor }
    - { name: files, type: parquet, partitioned_by: [sent_on], clustered_by: depot, retention: 90 days }
    - { name: stream, type: kafka, topic: parcels.v2, format: avro, schema_registry: "https://registry.example", retention: PT36H }
  transforms:
    models: transforms/models
    materialisation: merge
    key: [parcel_id]
    vars: { start: 2001-01-01, limits: [1, 2.5, null] }
    schedule: { cron: "15 6 * * 1-5", on_input: true, timezone: Europe/Berlin }
    retry: { attempts: 3, backoff: 1m }
    memory: 2 GB
  sla: { freshness: 5 minutes, availability: "99.9%", accuracy: 0.95, latency: { threshold: 10m, percentile: p99 }, support: Mon-Fri }
  quality_checks:
    - { type: not_null, columns: [parcel_id, depot], severity: error }
    - { type: unique, column: parcel_id }
    - { type: range, column: weight_kg, min: 0, max: 70.5, threshold: "99.9%", where: "depot <> 'X'" }
    - { type: accepted_values, column: depot, values: [A, B, 3, true] }
    - { type: pattern, column: parcel_id, pattern: "^[A-Z]{2}\\\\d+$", severity: warn }
    - { type: row_count, min: 1 }
    - { type: freshness, column: sent_on, max_age: 2 days }
    - { type: relationship, column: depot, references: { table: depots.depots, column: code } }
    - { type: duplicate_share, columns: [parcel_id], max_share: "0.1%" }
    - { type: sql, name: no parcel flies, sql: "select * from {{ table }} where weight_kg < 0" }
    - { type: unique, table: stops, columns: [parcel_id, number] }
  schema:
    compatibility: FULL_TRANSITIVE
    description: One parcel
    fields:
      - { name: parcel_id, type: string, nullable: false, primary_key: true, description: Number on the label }
      - { name: depot, type: varchar(8) }
      - { name: weight_kg, type: "decimal(8,3)" }
      - { name: sent_on, type: date }
      - { name: recipient, type: string, pii: true, classification: confidential, encryption: AES-256, mask: hash }
    tables:
      stops:
        description: One scan of a parcel
        key: [parcel_id, number]
        fields:
          - { name: parcel_id, type: string, required: true }
          - { name: number, type: int }
          - { name: recipient, type: string }
  global_standards: { id_format: S10, timestamp_format: ISO 8601 UTC }
  access_control: { classification: confidential, pii_columns: [recipient], encryption: AES-256, readers: [everyone], masks: { weight_kg: generalise 5, depot: truncate 2 }, approval: owner-and-steward }
  lineage: { upstream: ["orders-db.public.parcels"], notes: by night }
`
