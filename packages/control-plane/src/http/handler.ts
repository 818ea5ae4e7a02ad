import type { Actor, BodyOf, Decision, ParamsOf, QueryOf, ReplyOf, Resource, RouteName, Routes } from '@datamesh/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Answer } from './answer.ts'

/** One call of a route: parsed, signed in and allowed. `resource` is what was decided about; in general where the path names no product. */
export type Call<N extends RouteName> = {
  params: ParamsOf<N>
  query: QueryOf<N>
  body: BodyOf<N>
  actor: Routes[N] extends { open: true } ? Actor | null : Actor
  decision: Decision
  resource: Resource
  requestId: string
  /** Aborts when the caller goes away or the server closes. */
  readonly signal: AbortSignal
  request: FastifyRequest
  reply: FastifyReply
}

export type Handler<N extends RouteName> = (call: Call<N>) => ReplyOf<N> | Answer | Promise<ReplyOf<N> | Answer>

/** Every route of the table has one: a forgotten handler does not compile. */
export type Handlers = { [N in RouteName]: Handler<N> }
