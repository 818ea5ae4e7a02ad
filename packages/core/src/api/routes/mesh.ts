import { z } from 'zod'
import { route } from '../route.ts'
import * as s from '../shapes.ts'
import { api } from './common.ts'

/** The whole mesh that one may see, small enough for a picture of thousands of products. */
export const MeshView = z.object({
  domains: z.array(
    s.DomainView.pick({ name: true, team: true, description: true, alignment: true, parent: true }).extend({
      title: z.string(),
    }),
  ),
  products: z.array(
    s.ProductCard.pick({
      id: true,
      name: true,
      title: true,
      domain: true,
      owner: true,
      alignment: true,
      classification: true,
      tier: true,
      status: true,
      ports: true,
      rows: true,
    }).extend({ health: s.Trust.shape.health }),
  ),
  /** Product ids; data flows from → to. */
  flows: z.array(z.object({ from: z.string(), to: z.string() })),
})

/** What the command palette offers while somebody types. */
export const Suggestions = z.object({
  products: z.array(s.ProductCard.pick({ id: true, title: true, domain: true, tier: true, description: true })),
  columns: z.array(z.object({ product: z.string(), table: z.string(), column: z.string(), type: z.string() })),
  people: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** `product owner of flight-operations`, `team` … */
      role: z.string(),
      domain: z.string().nullable(),
    }),
  ),
})

/** What a sample file says about a new product. */
export const Proposed = z.object({
  rows: z.number().int(),
  /** The product's files as they will be applied: path → text. The sample stands beside them on the server. */
  bundle: s.Bundle,
  columns: z.array(
    z.object({
      name: z.string(),
      sourceName: z.string(),
      type: z.string(),
      nullable: z.boolean(),
      unique: z.boolean(),
      pii: z.boolean(),
      /** Why it was marked as personal data. */
      piiBecause: z.string().nullable(),
      examples: z.array(z.string()),
    }),
  ),
  /** One sentence a proposed check. */
  checks: z.array(z.object({ id: z.string(), asks: z.string() })),
})

/** What a person says about a new product. */
const about = {
  domain: z.string(),
  name: z.string(),
  title: z.string().max(200).default(''),
  description: z.string().max(2000).default(''),
  alignment: z.enum(['source-aligned', 'aggregate-aligned', 'consumer-aligned']).default('source-aligned'),
  classification: z.enum(['public', 'internal', 'confidential', 'restricted']).default('internal'),
}

export const meshRoutes = {
  getMesh: route({
    name: 'getMesh',
    method: 'get',
    path: `${api}/mesh`,
    action: 'product:read',
    tag: 'catalog',
    summary: 'All domains, products and flows between them that I may see',
    reply: MeshView,
    throws: [],
  }),
  suggest: route({
    name: 'suggest',
    method: 'get',
    path: `${api}/suggest`,
    action: 'product:read',
    tag: 'catalog',
    summary: 'Products, columns and people whose names begin like this',
    query: z.object({
      q: z.string().max(200).default(''),
      limit: z.coerce.number().int().min(1).max(20).default(6),
    }),
    reply: Suggestions,
    throws: [],
  }),
  recentEvents: route({
    name: 'recentEvents',
    method: 'get',
    path: `${api}/events/recent`,
    action: 'events:read',
    tag: 'observe',
    summary: 'What happened, newest first; only about what I may see',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(200).default(30),
      before: z.coerce.number().int().optional().describe('seq; older ones than this'),
      subject: z.string().optional(),
      type: z.string().optional().describe('type or its beginning, as `run`'),
      followed: z.enum(['true', 'false']).default('false').describe('only products that I follow or may manage'),
    }),
    reply: z.object({ events: z.array(s.MeshEvent), next: z.number().int().nullable() }),
    throws: [],
  }),
  upload: route({
    name: 'upload',
    method: 'post',
    path: `${api}/uploads`,
    action: 'product:manage',
    tag: 'catalog',
    status: 201,
    summary:
      'Bring a sample file (CSV, Parquet, JSON; at most 64 MB) as bytes; kept for the product that is made of it',
    takes: [
      'application/octet-stream',
      'text/csv',
      'application/json',
      'application/x-ndjson',
      'application/vnd.apache.parquet',
    ],
    query: z.object({ name: z.string().min(1).max(200).describe('of the file, with its ending') }),
    reply: z.object({ id: z.string(), name: z.string(), bytes: z.number().int() }),
    throws: ['request-invalid', 'request-too-large', 'sample-unreadable', 'rate-limited'],
  }),
  proposeProduct: route({
    name: 'proposeProduct',
    method: 'post',
    path: `${api}/proposals`,
    action: 'product:manage',
    tag: 'catalog',
    summary:
      'Infer schema, checks and personal data from an uploaded sample and write the files of a product; registers nothing',
    body: z.object({
      ...about,
      upload: z.string(),
      /** Columns as the person corrected them; absent: as inferred. */
      columns: z
        .array(z.object({ name: z.string(), pii: z.boolean(), description: z.string().default('') }))
        .optional(),
      /** Ids of proposed checks to leave out. */
      without: z.array(z.string()).default([]),
    }),
    reply: Proposed,
    throws: ['not-found', 'request-invalid', 'denied', 'already-there', 'domain-unknown', 'sample-unreadable'],
  }),
  proposeDerived: route({
    name: 'proposeDerived',
    method: 'post',
    path: `${api}/proposals/derived`,
    action: 'product:manage',
    tag: 'catalog',
    summary: 'Write the files of a product that reads other products; registers nothing',
    body: z.object({
      ...about,
      /** Ids of published products; the first is selected from. */
      inputs: z.array(z.string()).min(1).max(8),
    }),
    reply: z.object({ bundle: s.Bundle }),
    throws: ['not-found', 'request-invalid', 'denied', 'already-there', 'domain-unknown'],
  }),
}
