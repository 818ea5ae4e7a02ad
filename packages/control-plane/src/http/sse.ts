import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { securityHeaders } from './guard.ts'

/** `id` is what a reader comes back with as Last-Event-ID. */
export type StreamEvent = { id?: string; event?: string; data: unknown }

type Streamed = { reply: FastifyReply; readonly signal: AbortSignal; requestId: string }

/**
 * Answers with server-sent events until the source ends, the caller goes away or the server closes. Waits for slow readers: the source is
 * asked for the next event only when the one before has left. Comments keep proxies from closing a silent stream.
 */
export async function streamEvents(
  call: Streamed,
  source: AsyncIterable<StreamEvent>,
  { heartbeatMs = 15_000, retryMs = 2_000 }: { heartbeatMs?: number; retryMs?: number } = {},
): Promise<FastifyReply> {
  const { reply, signal } = call
  reply.hijack()
  const out = reply.raw
  out.writeHead(200, {
    ...securityHeaders,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-request-id': call.requestId,
  })
  out.write(`retry: ${retryMs}\n\n`)
  const heartbeat = setInterval(() => {
    if (!out.writableNeedDrain) out.write(': still here\n\n')
  }, heartbeatMs)
  const iterator = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await orAborted(iterator.next(), signal)
      if (next === aborted || next.done) break
      if (!out.write(textOf(next.value))) await drained(out, signal)
    }
  } catch {
    // headers are gone: the reader sees the end and comes back with its last id
  } finally {
    clearInterval(heartbeat)
    out.end()
    // not awaited: a source that waits for something may only notice the signal later
    void Promise.resolve(iterator.return?.()).catch(() => {})
  }
  return reply
}

/** The place to go on from: Last-Event-ID when the browser came back by itself, else the query. */
export const resumeFrom = (
  lastEventId: string | string[] | undefined,
  after: number | undefined,
): number | undefined => {
  const id = typeof lastEventId === 'string' && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : undefined
  return id ?? after
}

const textOf = ({ id, event, data }: StreamEvent): string =>
  `${id === undefined ? '' : `id: ${oneLine(id)}\n`}${event === undefined ? '' : `event: ${oneLine(event)}\n`}data: ${JSON.stringify(data)}\n\n`

const oneLine = (text: string): string => text.replaceAll(/[\r\n\0]/g, ' ')

const aborted = Symbol('aborted')

const orAborted = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T | typeof aborted> => {
  if (signal.aborted) return Promise.resolve(aborted)
  return new Promise((resolve, reject) => {
    const stop = () => resolve(aborted)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

const drained = (out: ServerResponse, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      out.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    if (signal.aborted) return done()
    out.once('drain', done)
    signal.addEventListener('abort', done, { once: true })
  })
