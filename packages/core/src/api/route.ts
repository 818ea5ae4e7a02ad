import type { z } from 'zod'
import type { Action } from '../access/model.ts'
import type { ErrorCode } from '../errors.ts'

export type Method = 'get' | 'post' | 'put' | 'delete'

/**
 * One route, declared once: the server validates with it, OpenAPI and the SDK are derived from it, the permission matrix walks it.
 * `reply` is the JSON answer; a route that answers something else says so in `streams` (`text/event-stream`, a download …).
 */
export type Route = {
  name: string
  method: Method
  /** Fastify style, `/api/v1/products/:domain/:product`. */
  path: string
  action: Action
  summary: string
  tag: string
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** The body is bytes of one of these media types, not JSON. */
  takes?: readonly string[]
  reply: z.ZodType
  status?: number
  streams?: readonly string[]
  throws: readonly ErrorCode[]
  /** No token needed. Only health and sign-in. */
  open?: boolean
}

export const route = <const R extends Route>(declared: R): R => declared
