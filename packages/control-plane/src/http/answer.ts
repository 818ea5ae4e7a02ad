import type { Readable } from 'node:stream'

const answered: unique symbol = Symbol('answered')

/** Anything that is not the route's JSON: bytes that are ready, a stream, a status without a body. */
export type Answer = {
  readonly [answered]: true
  status?: number
  headers?: Readonly<Record<string, string | number>>
  /** Quoted, as the header wants it. A caller who has it already gets 304 and no body. */
  etag?: string
  body: Buffer | string | Readable | null
}

export const answer = (parts: Omit<Answer, typeof answered>): Answer => ({ [answered]: true, ...parts })

export const isAnswer = (value: unknown): value is Answer =>
  typeof value === 'object' && value !== null && answered in value

/** Does `If-None-Match` name this etag? Weak comparison. Rule: RFC 9110, 13.1.2 */
export const matches = (ifNoneMatch: string | undefined, etag: string): boolean => {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true
  const bare = etag.replace(/^W\//, '')
  return ifNoneMatch.split(',').some((each) => each.trim().replace(/^W\//, '') === bare)
}
