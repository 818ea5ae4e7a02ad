import { z } from 'zod'
import { route } from '../route.ts'
import * as s from '../shapes.ts'
import { api } from './common.ts'

export const accessRoutes = {
  requestAccess: route({
    name: 'requestAccess',
    method: 'post',
    path: `${api}/access`,
    action: 'access:request',
    tag: 'access',
    status: 201,
    summary: 'Ask for the right to read products',
    body: z.object({
      products: z.array(z.string()).min(1).max(50),
      ports: z.array(z.string()).max(50).default([]).describe('names of output ports; none: all of them'),
      purpose: z.string().min(3).max(2000),
      until: z
        .string()
        .nullable()
        .default(null)
        .describe('ISO time, or date: to the end of that day, UTC; null: until it is revoked'),
      onBehalfOf: z.string().optional().describe('a team of mine, or a machine that I own: holds the right then'),
      portsOf: z
        .record(z.string(), z.array(z.string()))
        .default({})
        .describe('ports of single products of a cart, instead of `ports`'),
      renews: z.string().optional().describe('id of the grant that this one is to follow'),
    }),
    reply: z.object({ access: z.array(s.AccessView) }),
    throws: ['not-found', 'request-invalid', 'access-not-needed'],
  }),
  previewAccess: route({
    name: 'previewAccess',
    method: 'get',
    path: `${api}/access/preview`,
    action: 'access:request',
    tag: 'access',
    summary: 'Before asking: who would have to approve, what would stay hidden, for whom one can ask',
    query: z.object({
      products: z.string().max(10_000).describe('ids of at most 50 products, commas between'),
      onBehalfOf: z.string().optional().describe('a team of mine, or a machine that I own'),
      purpose: z.string().max(2000).optional().describe('policies may look at it'),
    }),
    reply: z.object({
      products: z.array(
        z.object({
          product: z.string(),
          title: z.string(),
          owner: z.string(),
          ports: z.array(z.object({ name: z.string(), technology: z.string() })),
          /** `ask`: it can be asked for · `readable`: there is no need to · `draft`: not yet · `refused`: a policy would still say no. */
          state: z.enum(['ask', 'readable', 'draft', 'refused']),
          because: z.string(),
          /** None: granted at once. */
          approvers: z.array(z.enum(['owner', 'steward'])),
          /** What would be hidden with a grant; who approves may hide more. */
          masks: z.array(s.MaskView),
          /** A policy lets some rows through only. */
          someRows: z.boolean(),
        }),
      ),
      /** Not there, or not for me. */
      missing: z.array(z.string()),
      /** Me first, then my teams, then machines that I own. */
      holders: z.array(
        z.object({ id: z.string(), name: z.string(), kind: z.enum(['person', 'team', 'machine', 'system']) }),
      ),
    }),
    throws: ['not-found', 'request-invalid'],
  }),
  listAccess: route({
    name: 'listAccess',
    method: 'get',
    path: `${api}/access`,
    action: 'identity:self',
    tag: 'access',
    summary: 'Grants and requests: mine, or those that wait for my decision',
    query: z.object({
      box: z
        .enum(['mine', 'inbox'])
        .default('mine')
        .describe(
          'mine: for me, for my teams, or asked by me; inbox: those I may decide, waiting ones unless a state is given',
        ),
      state: s.AccessState.optional(),
      product: z.string().optional(),
    }),
    reply: z.object({ access: z.array(s.AccessView) }),
    throws: [],
  }),
  decideAccess: route({
    name: 'decideAccess',
    method: 'post',
    path: `${api}/access/:id/decision`,
    action: 'identity:self',
    tag: 'access',
    summary: 'Approve, deny or revoke as the owner; withdraw as the one who asked',
    params: z.object({ id: z.string() }),
    body: z.object({
      decision: z.enum(['approve', 'deny', 'revoke', 'withdraw']),
      reason: z.string().max(2000).optional(),
      until: z.string().nullable().optional(),
      masks: z.array(s.MaskView).max(200).optional().describe('with an approval: hide these columns from this reader'),
      rowFilter: z.string().max(4000).optional().describe('with an approval: a SQL condition; only such rows are read'),
      detokenise: z.boolean().optional().describe('with an approval: the holder may turn tokens back into values'),
    }),
    reply: s.AccessView,
    throws: ['not-found', 'denied', 'request-invalid', 'access-decided'],
  }),
  tryConditions: route({
    name: 'tryConditions',
    method: 'post',
    path: `${api}/access/:id/conditions`,
    action: 'identity:self',
    tag: 'access',
    summary: 'Would these conditions be taken with an approval? Changes nothing',
    params: z.object({ id: z.string() }),
    body: z.object({
      masks: z.array(s.MaskView).max(200).optional(),
      rowFilter: z.string().max(4000).optional(),
    }),
    reply: z.object({
      /** What cannot be taken; null: it can. */
      mistake: z.string().nullable(),
      /** The filter as it was understood. */
      rowFilter: z.string().nullable(),
    }),
    throws: ['not-found', 'denied'],
  }),
  explainAccess: route({
    name: 'explainAccess',
    method: 'get',
    path: `${api}/access/explanation`,
    action: 'access:explain',
    tag: 'access',
    summary: 'Why can or can X not read Y: the rules that decided. About others: for who decides about the product',
    query: z.object({
      product: z.string(),
      principal: z.string().optional().describe('absent: me'),
      port: z.string().optional(),
      table: z.string().optional(),
      purpose: z.string().optional(),
    }),
    reply: z.object({
      principal: z.string(),
      product: z.string(),
      allow: z.boolean(),
      because: z.string(),
      rules: z.array(
        z.object({
          rule: z.string(),
          source: z.string(),
          effect: z.enum(['allows', 'denies', 'masks', 'filters', 'does not apply']),
          because: z.string(),
        }),
      ),
      masks: z.array(s.MaskView),
      rowFilter: z.string().nullable(),
      until: z.string().nullable(),
      /** What would make a no a yes. */
      next: z.string().nullable(),
    }),
    throws: ['not-found', 'denied'],
  }),
  accessDrift: route({
    name: 'accessDrift',
    method: 'get',
    path: `${api}/access/drift`,
    action: 'audit:read',
    tag: 'access',
    summary: 'Does what can be read equal what was approved? The last proof, or a new one',
    query: z.object({ now: z.enum(['true', 'false']).default('false') }),
    reply: z.object({
      at: z.string().nullable(),
      principals: z.number().int(),
      products: z.number().int(),
      asked: z.number().int(),
      drift: z.array(
        z.object({
          principal: z.string(),
          product: z.string(),
          port: z.string(),
          can: z.boolean(),
          approved: z.boolean(),
          because: z.string(),
        }),
      ),
      ms: z.number(),
    }),
    throws: [],
  }),
  detokenise: route({
    name: 'detokenise',
    method: 'post',
    path: `${api}/products/:domain/:product/detokenisations`,
    action: 'data:read',
    tag: 'access',
    summary:
      'Turn tokens of a masked column back into values, for holders of the right; each is written into the audit',
    params: s.ProductParams,
    body: z.object({ tokens: z.array(z.string().max(10_000)).min(1).max(1000), purpose: z.string().min(3).max(2000) }),
    reply: z.object({ values: z.array(z.string().nullable()) }),
    throws: ['not-found', 'denied', 'request-invalid'],
  }),
}
