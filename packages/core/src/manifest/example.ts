/** A whole manifest for the reference page; a test reads it, so that what the page shows is valid. */
export const exampleManifest = `apiVersion: datamesh/v1
kind: DataProduct
metadata:
  name: parcels
  domain: shipping
  owner: parcel-team
  version: 1.0.0
  description: Every parcel that was handed over, one row each
spec:
  tags: [parcel, logistics]
  input_ports:
    - name: landing
      type: file
      location: landing/*.csv
      bad_rows: quarantine
    - name: depots
      type: product
      product: network/depots@1
  transforms:
    models: transforms/models
    materialisation: merge
    key: [parcel_id]
    schedule: "15 6 * * *"
  output_ports:
    - name: api
      type: rest
      rate_limit: 1000 req/min
    - name: files
      type: parquet
    - name: warehouse
      type: bigquery            # no credentials here: declared, not provisioned
      location: analytics.shipping.parcels
  schema:
    fields:
      - { name: parcel_id, type: string, nullable: false, key: true, description: Number on the label }
      - { name: depot, type: string, description: Code of the depot that took it }
      - { name: weight_kg, type: "decimal(8,3)", description: Weight in kilograms }
      - { name: handed_over_at, type: timestamptz, nullable: false, description: When it was handed over }
      - { name: recipient, type: string, pii: true, description: Name on the label }
  quality_checks:
    - { type: not_null, columns: [parcel_id, handed_over_at] }
    - { type: unique, column: parcel_id }
    - { type: range, column: weight_kg, min: 0, max: 70, threshold: "99.9%", severity: warn }
    - { type: relationship, column: depot, references: { table: depots.depots, column: code } }
    - { type: freshness, column: handed_over_at, max_age: 1 day }
  sla:
    freshness: 1 day
    availability: "99.9%"
    completeness: "99.5%"
  access_control:
    classification: confidential
`
