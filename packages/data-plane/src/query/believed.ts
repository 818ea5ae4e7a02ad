import { z } from 'zod'
import type { QueryColumn, QueryEnd, QueryFault } from './model.ts'

// A process that a text has taken over tells what it likes: what the platform goes on with is looked at first.

const Columns = z.array(z.object({ name: z.string(), type: z.string() }))
const End = z.object({ rows: z.number().int().min(0), truncated: z.boolean(), reads: z.array(z.string()) })
const Fault = z.object({
  is: z.enum(['refused', 'relation', 'failed', 'limit']),
  why: z.string(),
  at: z.number().nullable(),
  relation: z.object({ catalog: z.string(), schema: z.string(), name: z.string() }).exactOptional(),
})

/** Names, types and messages of ours are shorter: model and limits say by how much. */
const mostBytes = 8 * 1024 * 1024

const parsed = <T>(schema: z.ZodType<T>, payload: Buffer, what: string): T => {
  const read = payload.length > mostBytes ? undefined : schema.safeParse(jsonOf(payload))
  if (!read?.success) throw new RangeError(`${what} of another shape`)
  return read.data
}

const jsonOf = (payload: Buffer): unknown => {
  try {
    return JSON.parse(payload.toString())
  } catch {
    return undefined
  }
}

/** @throws RangeError, like the other two */
export const toldColumns = (payload: Buffer): QueryColumn[] => parsed(Columns, payload, 'columns')
export const toldEnd = (payload: Buffer): QueryEnd => parsed(End, payload, 'an end')
export const toldFault = (payload: Buffer): QueryFault => parsed(Fault, payload, 'a failure')

/** Counts what comes, row by row: a process may tell of no more than it was asked for, and of none without saying something. */
export const rowCount = (most: number): ((rows: number) => void) => {
  let have = 0
  return (rows) => {
    have += rows
    if (rows < 1 || have > most) throw new RangeError('more rows than were asked for, or chunks without any')
  }
}
