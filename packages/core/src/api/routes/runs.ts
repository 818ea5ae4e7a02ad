import { z } from 'zod'
import { Report } from '../../quality/index.ts'
import { Run, RunEntry, RunParams, RunState, Trigger } from '../../run/index.ts'
import { route } from '../route.ts'
import * as s from '../shapes.ts'
import { api, product, Text } from './common.ts'

export const runRoutes = {
  publish: route({
    name: 'publish',
    method: 'post',
    path: `${product}/runs`,
    action: 'product:publish',
    tag: 'runs',
    status: 202,
    summary: 'Build, check and publish',
    params: s.ProductParams,
    body: RunParams.partial().extend({
      expecting: z
        .string()
        .nullable()
        .optional()
        .describe('head snapshot that the caller has seen; another head is a conflict'),
    }),
    reply: Run,
    throws: ['not-found'],
  }),
  listRuns: route({
    name: 'listRuns',
    method: 'get',
    path: `${api}/runs`,
    action: 'run:read',
    tag: 'runs',
    summary: 'Runs, newest first',
    query: s.Page.extend({
      product: z.string().optional(),
      domain: z.string().optional(),
      state: RunState.optional(),
      trigger: Trigger.shape.by.optional(),
      since: z.string().optional().describe('ISO time: created at or after'),
      until: z.string().optional().describe('ISO time: created before'),
    }),
    reply: z.object({ runs: z.array(Run), next: z.string().nullable() }),
    throws: [],
  }),
  getRun: route({
    name: 'getRun',
    method: 'get',
    path: `${api}/runs/:id`,
    action: 'run:read',
    tag: 'runs',
    summary: 'One run with its log and report',
    params: z.object({ id: z.string() }),
    reply: Run.extend({ entries: z.array(RunEntry), report: Report.nullable() }),
    throws: ['not-found'],
  }),
  followRun: route({
    name: 'followRun',
    method: 'get',
    path: `${api}/runs/:id/events`,
    action: 'run:read',
    tag: 'runs',
    summary: 'The log of a run, live (SSE, resumable by Last-Event-ID)',
    params: z.object({ id: z.string() }),
    reply: Text,
    streams: ['text/event-stream'],
    throws: ['not-found'],
  }),
  cancelRun: route({
    name: 'cancelRun',
    method: 'post',
    path: `${api}/runs/:id/cancel`,
    action: 'run:cancel',
    tag: 'runs',
    summary: 'Cancel a run',
    params: z.object({ id: z.string() }),
    reply: Run,
    throws: ['not-found'],
  }),
  retryRun: route({
    name: 'retryRun',
    method: 'post',
    path: `${api}/runs/:id/retry`,
    action: 'product:publish',
    tag: 'runs',
    status: 202,
    summary: 'Run it again, whole or from the step that failed',
    params: z.object({ id: z.string() }),
    query: z.object({
      from: z
        .enum(['start', 'failed'])
        .default('start')
        .describe('failed: models that were built from the same code and inputs are taken over'),
    }),
    reply: Run,
    throws: ['not-found'],
  }),
  backfill: route({
    name: 'backfill',
    method: 'post',
    path: `${product}/backfill`,
    action: 'product:publish',
    tag: 'runs',
    status: 202,
    summary: 'One run for each set of vars, in order',
    params: s.ProductParams,
    body: z.object({ vars: z.array(z.record(z.string(), z.unknown())).min(1).max(1000) }),
    reply: z.object({ runs: z.array(Run) }),
    throws: ['not-found'],
  }),
}
