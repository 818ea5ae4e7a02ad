import { z } from 'zod'
import { route } from '../route.ts'
import { api } from './common.ts'

/** One entry of the append-only log. `hash` is over the entry and the hash before it. */
export const AuditEntry = z.object({
  seq: z.number().int(),
  at: z.string(),
  /** `decision`, `read`, `change`, `sign-in`, `policy`, `retention`. */
  kind: z.string(),
  actor: z.string(),
  /** Of the route or surface: `data:read`, `access.granted`, `release.registered`. */
  action: z.string(),
  subject: z.string(),
  allow: z.boolean().nullable(),
  because: z.string(),
  /** Address it came from, where it came over the network. */
  from: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
  /** Hash of the entry before it; 64 zeros before the first. */
  previous: z.string(),
  hash: z.string(),
})
export type AuditEntry = z.infer<typeof AuditEntry>

const Question = z.object({
  actor: z.string().optional(),
  kind: z.string().optional(),
  action: z.string().optional(),
  subject: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
})

export const auditRoutes = {
  listAudit: route({
    name: 'listAudit',
    method: 'get',
    path: `${api}/audit`,
    action: 'audit:read',
    tag: 'audit',
    summary: 'Who did what on what, when, why and from where; newest first',
    query: Question.extend({
      before: z.coerce.number().int().optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    reply: z.object({ entries: z.array(AuditEntry), next: z.number().int().nullable() }),
    throws: ['request-invalid'],
  }),
  verifyAudit: route({
    name: 'verifyAudit',
    method: 'get',
    path: `${api}/audit/verification`,
    action: 'audit:read',
    tag: 'audit',
    summary: 'Follow the chain of hashes: finds a changed, missing or added entry',
    query: z.object({
      head: z
        .string()
        .regex(/^\d+:[0-9a-f]{64}$/)
        .optional()
        .describe('`<seq>:<hash>` that was noted elsewhere and must still be in the log'),
    }),
    reply: z.object({
      whole: z.boolean(),
      entries: z.number().int(),
      first: z.number().int().nullable(),
      last: z.number().int().nullable(),
      lastHash: z.string().nullable(),
      wrong: z.object({ seq: z.number().int(), what: z.string() }).nullable(),
      at: z.string(),
      ms: z.number(),
    }),
    throws: ['request-invalid'],
  }),
  exportAudit: route({
    name: 'exportAudit',
    method: 'get',
    path: `${api}/audit/export`,
    action: 'audit:read',
    tag: 'audit',
    summary: 'The log as lines of JSON, with what is needed to verify it elsewhere',
    query: Question,
    reply: z.string(),
    streams: ['application/x-ndjson'],
    throws: ['request-invalid'],
  }),
}
