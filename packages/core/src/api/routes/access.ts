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
    }),
    reply: z.object({ access: z.array(s.AccessView) }),
    throws: ['not-found', 'request-invalid', 'access-not-needed'],
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
    }),
    reply: s.AccessView,
    throws: ['not-found', 'denied', 'request-invalid', 'access-decided'],
  }),
}
