import { z } from 'zod'
import { Run } from '../../run/index.ts'
import { route } from '../route.ts'
import * as s from '../shapes.ts'
import { api, Ok, Text } from './common.ts'

export const platformRoutes = {
  healthz: route({
    name: 'healthz',
    method: 'get',
    path: '/healthz',
    action: 'platform:health',
    tag: 'platform',
    open: true,
    summary: 'The process is alive',
    reply: Ok,
    throws: [],
  }),
  readyz: route({
    name: 'readyz',
    method: 'get',
    path: '/readyz',
    action: 'platform:health',
    tag: 'platform',
    open: true,
    summary: 'State and data plane answer',
    reply: z.object({ ok: z.boolean(), state: z.string(), checks: z.record(z.string(), z.string()) }),
    throws: [],
  }),

  events: route({
    name: 'events',
    method: 'get',
    path: `${api}/events`,
    action: 'events:read',
    tag: 'observe',
    summary: 'What happens in the mesh (SSE, resumable by Last-Event-ID or ?after=)',
    query: z.object({
      after: z.coerce.number().int().optional(),
      type: z.string().optional(),
      subject: z.string().optional(),
    }),
    reply: Text,
    streams: ['text/event-stream'],
    throws: [],
  }),
  metrics: route({
    name: 'metrics',
    method: 'get',
    path: '/metrics',
    action: 'platform:metrics',
    tag: 'observe',
    summary: 'Prometheus metrics',
    reply: Text,
    streams: ['text/plain'],
    throws: [],
  }),
  openapi: route({
    name: 'openapi',
    method: 'get',
    path: '/openapi.json',
    action: 'identity:self',
    tag: 'platform',
    summary: 'This API as OpenAPI 3.1',
    reply: z.record(z.string(), z.unknown()),
    throws: [],
  }),
  status: route({
    name: 'status',
    method: 'get',
    path: `${api}/status`,
    action: 'platform:read',
    tag: 'platform',
    summary: 'Products, runs and parts of the platform at a glance',
    reply: z.object({
      version: z.string(),
      startedAt: z.string(),
      products: z.array(s.ProductCard),
      running: z.array(Run),
      parts: z.record(z.string(), z.string()),
    }),
    throws: [],
  }),
}
