import { describe, expect, test } from 'vitest'
import { avroSchema, duckdbDdl, jsonSchema, postgresDdl, type SchemaTable } from './schema_as.ts'

const column = (name: string, type: string, nullable = false, description = '') => ({
  name,
  type,
  nullable,
  description,
})
const orders: SchemaTable = {
  name: 'orders',
  description: "A customer's orders",
  key: ['order_id'],
  columns: [
    column('order_id', 'BIGINT', false, 'Number of the order'),
    column('placed_at', 'TIMESTAMP WITH TIME ZONE'),
    column('net', 'DECIMAL(12,2)', true),
    column('Order Kind', "ENUM('new', 'Repeat')", true),
    column('tags', 'VARCHAR[]', true),
    column('detail', 'STRUCT(a INTEGER, b VARCHAR)', true),
  ],
}

describe('a schema as', () => {
  test('DDL of DuckDB: own types, key, comments, quoted where it must be', () => {
    expect(duckdbDdl(orders)).toBe(`create table orders (
  order_id     bigint not null,
  placed_at    timestamp with time zone not null,
  net          decimal(12,2),
  "Order Kind" enum('new', 'Repeat'),
  tags         varchar[],
  detail       struct(a integer, b varchar),
  primary key (order_id)
);

comment on table orders is 'A customer''s orders';
comment on column orders.order_id is 'Number of the order';
`)
  })
  test('DDL of Postgres: types it does not have become those it has', () => {
    const text = postgresDdl(orders)
    expect(text).toContain('placed_at    timestamptz not null')
    expect(text).toContain('net          decimal(12,2)')
    expect(text).toContain('"Order Kind" text')
    expect(text).toContain('tags         text[]')
    expect(text).toContain('detail       jsonb')
  })
  test('JSON Schema: required is what is never null, wide integers may be text', () => {
    const schema = JSON.parse(jsonSchema(orders))
    expect(schema.required).toEqual(['order_id', 'placed_at'])
    expect(schema.properties.order_id).toEqual({
      type: ['integer', 'string'],
      pattern: '^-?[0-9]+$',
      description: 'Number of the order',
    })
    expect(schema.properties['Order Kind']).toEqual({ type: ['string', 'null'], enum: ['new', 'Repeat', null] })
    expect(schema.properties.tags).toEqual({ type: ['array', 'null'], items: { type: 'string' } })
  })
  test('Avro: nullable is a union with null first, names are made legal, decimals are logical', () => {
    const schema = JSON.parse(avroSchema(orders, 'sales-team.my-orders'))
    expect(schema).toMatchObject({ name: 'orders', namespace: 'sales_team.my_orders', doc: "A customer's orders" })
    expect(schema.fields[1].type).toEqual({ type: 'long', logicalType: 'timestamp-micros' })
    expect(schema.fields[2]).toEqual({
      name: 'net',
      type: ['null', { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 }],
      default: null,
    })
    expect(schema.fields[3].name).toBe('Order_Kind')
    expect(schema.fields[4].type[1]).toEqual({ type: 'array', items: 'string' })
  })
})
