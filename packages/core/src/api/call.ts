import type { z } from 'zod'
import type { RouteName, Routes } from './routes.ts'

/** The parts of a call as types, derived from the route table: the server hands the `…Of` ones to a handler, the SDK takes the `…Input` ones. */
type Part<N extends RouteName, P extends string> = Routes[N] extends { [K in P]: infer S extends z.ZodType }
  ? S
  : undefined
type Output<S> = S extends z.ZodType ? z.output<S> : undefined
type Input<S> = S extends z.ZodType ? z.input<S> : undefined

export type ParamsOf<N extends RouteName> = Output<Part<N, 'params'>>
export type QueryOf<N extends RouteName> = Output<Part<N, 'query'>>
export type BodyOf<N extends RouteName> = Output<Part<N, 'body'>>
export type ReplyOf<N extends RouteName> = Output<Part<N, 'reply'>>

export type ParamsInput<N extends RouteName> = Input<Part<N, 'params'>>
/** Every key of a query may be left out; numbers are written as numbers, the server reads them from text. */
type Named<Q> = { [K in keyof Q as string extends K ? never : K]?: Q[K] }
/** What a caller writes: every key may be left out; a route that takes further keys (filters) takes them as text or numbers. */
export type QueryInput<N extends RouteName> =
  QueryOf<N> extends undefined
    ? undefined
    : string extends keyof QueryOf<N>
      ? Named<QueryOf<N>> & Record<string, string | number | string[] | undefined>
      : Partial<QueryOf<N>>
export type BodyInput<N extends RouteName> = Input<Part<N, 'body'>>
