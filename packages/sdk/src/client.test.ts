import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { connect } from './connect.ts'
import { eventsOf } from './sse.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

/** A server that answers as written here; resolves to its address and what it was asked. */
const answering = async (answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void) => {
  const asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = []
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
    answer(request, response, asked.length)
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}
const problem = (response: ServerResponse, status: number, code: string, headers: Record<string, string> = {}) =>
  response.writeHead(status, { 'content-type': 'application/problem+json', ...headers }).end(
    JSON.stringify({
      type: `urn:datamesh:error:${code}`,
      title: 'it is so',
      status,
      code,
      hint: 'do this',
      facts: { port: 'rows' },
      issues: [{ code: 'x', message: 'y', severity: 'error' }],
      requestId: 'r1',
    }),
  )
const json = (response: ServerResponse, body: unknown) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const waits: number[] = []
const sleep = async (ms: number) => void waits.push(ms)

describe('a call', () => {
  test('fills in the path, writes the query and sends the token', async () => {
    const { url, asked } = await answering((_, response) => json(response, { nodes: [], edges: [], unknown: [] }))
    const mesh = connect({ url: `${url}/`, token: 'dm_t' })
    const reply = await mesh.getLineage({
      params: { domain: 'a b', product: 'c/d' },
      query: { depth: 2, level: 'column' },
    })
    expect(reply.nodes).toEqual([])
    expect(asked[0]).toMatchObject({
      url: '/api/v1/products/a%20b/c%2Fd/lineage?depth=2&level=column',
      headers: { authorization: 'Bearer dm_t' },
    })
  })
  test('a problem becomes an ApiError with everything that was told', async () => {
    const { url } = await answering((_, response) => problem(response, 409, 'base-moved'))
    await expect(connect({ url }).publish({ params: { domain: 'a', product: 'b' }, body: {} })).rejects.toMatchObject({
      name: 'ApiError',
      code: 'base-moved',
      kind: 'conflict',
      message: 'it is so',
      hint: 'do this',
      facts: { port: 'rows' },
      issues: [{ code: 'x' }],
      requestId: 'r1',
    })
  })
  test('an answer of no Datamesh and no answer at all are told apart', async () => {
    const { url } = await answering((_, response) => response.writeHead(502).end('<html>'))
    await expect(connect({ url }).me()).rejects.toMatchObject({ code: 'not-a-datamesh', status: 502, kind: 'failed' })
    await expect(connect({ url: 'http://127.0.0.1:1', sleep }).me()).rejects.toMatchObject({
      code: 'unreachable',
      status: 0,
    })
  })
})

describe('trying again', () => {
  test('a busy platform is asked again after the time it tells, when nothing is changed by it', async () => {
    waits.length = 0
    const { url, asked } = await answering((_, response, nth) =>
      nth < 3
        ? problem(response, nth === 1 ? 429 : 503, 'rate-limited', { 'retry-after': String(nth) })
        : json(response, { id: 'ada' }),
    )
    expect(await connect({ url, sleep }).me()).toEqual({ id: 'ada' })
    expect([asked.length, waits]).toEqual([3, [1000, 2000]])
  })
  test('what changes something, what is refused and what takes too long is asked once', async () => {
    for (const [status, header, ask] of [
      [503, '1', (mesh: ReturnType<typeof connect>) => mesh.createKey({ body: { name: 'x' } })],
      [403, '1', (mesh: ReturnType<typeof connect>) => mesh.me()],
      [500, '1', (mesh: ReturnType<typeof connect>) => mesh.me()],
      [429, '60', (mesh: ReturnType<typeof connect>) => mesh.me()],
    ] as const) {
      const { url, asked } = await answering((_, response) => problem(response, status, 'x', { 'retry-after': header }))
      await expect(ask(connect({ url, sleep }))).rejects.toMatchObject({ status })
      expect(asked).toHaveLength(1)
      server?.close()
    }
  })
})

describe('rows', () => {
  test('come page by page by cursor, and the first page alone says which snapshot', async () => {
    const { url, asked } = await answering((request, response) =>
      json(
        response,
        request.url?.includes('cursor=c1')
          ? { data: [{ id: 3 }], next: null, snapshot: 's' }
          : { data: [{ id: 1 }, { id: 2 }], next: 'c1', snapshot: 's' },
      ),
    )
    const got = []
    const options = {
      select: ['id'],
      order: ['-id'],
      filters: { id: ['gt:0', 'lt:9'] },
      asOf: '2026-01-01',
      pageSize: 2,
    }
    for await (const row of connect({ url }).rows('sales/orders', 'orders', options)) got.push(row.id)
    expect(got).toEqual([1, 2, 3])
    expect(asked.map((each) => each.url.split('?')[1])).toEqual([
      'id=gt%3A0&id=lt%3A9&limit=2&select=id&order=-id&as_of=2026-01-01',
      'id=gt%3A0&id=lt%3A9&limit=2&select=id&order=-id&cursor=c1',
    ])
  })
})

describe('streams', () => {
  test('a run is followed over a lost connection, from where it was, to its end', async () => {
    const { url, asked } = await answering((_, response, nth) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      if (nth === 1) {
        response.write(
          'retry: 7\n\nid: 1\nevent: log\ndata: {"seq":1}\n\nid: 2\nevent: log\ndata: {"seq":2}\n\nid: 3\nevent: log\ndata: {"se',
        )
        setTimeout(() => response.destroy(), 50)
      } else response.end('id: 3\nevent: log\ndata: {"seq":3}\n\nevent: end\ndata: {}\n\n')
    })
    waits.length = 0
    const seqs = []
    for await (const entry of connect({ url, sleep }).follow('run_1')) seqs.push(entry.seq)
    expect(seqs).toEqual([1, 2, 3])
    expect([asked.map((each) => each.headers['last-event-id']), waits]).toEqual([[undefined, '2'], [7]])
  })
  test('who follows is told when the connection is lost and when it is back', async () => {
    const { url } = await answering((_, response, nth) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      if (nth === 1) {
        response.write('id: 1\ndata: {"seq":1}\n\n')
        setTimeout(() => response.destroy(), 50)
      } else response.end('id: 2\ndata: {"seq":2}\n\nevent: end\ndata: {}\n\n')
    })
    const told: (boolean | number)[] = []
    const onConnection = (there: boolean) => void told.push(there)
    for await (const entry of connect({ url, sleep }).follow('run_1', { onConnection })) told.push(entry.seq)
    expect(told).toEqual([true, 1, false, true, 2])
  })
  test('a refusal ends the stream with its error', async () => {
    const { url } = await answering((_, response) => problem(response, 404, 'not-found'))
    await expect(connect({ url, sleep }).follow('run_1').next()).rejects.toMatchObject({ code: 'not-found' })
  })
  test('the signal ends it without an error', async () => {
    const { url } = await answering((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('id: 1\ndata: {"seq":1}\n\n')
    })
    const stop = new AbortController()
    const seqs = []
    for await (const event of connect({ url, sleep }).watch({ signal: stop.signal })) {
      seqs.push(event.seq)
      stop.abort()
    }
    expect(seqs).toEqual([1])
  })
  test('lines are read however the bytes are cut', async () => {
    const bytes = new TextEncoder().encode(': hi\r\n\r\nid: é\r\ndata: a\r\ndata: b\r\rdata:c\nevent: x\n\ndata: lost')
    for (let cut = 1; cut < bytes.length; cut++) {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes.slice(0, cut))
          controller.enqueue(bytes.slice(cut))
          controller.close()
        },
      })
      expect(await Array.fromAsync(eventsOf(body)), `cut at ${cut}`).toEqual([
        { id: 'é', event: 'message', data: 'a\nb' },
        { id: 'é', event: 'x', data: 'c' },
      ])
    }
  })
})
