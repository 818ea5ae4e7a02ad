import type {
  BodyInput,
  MeshEvent,
  ParamsInput,
  QueryInput,
  ReplyOf,
  Route,
  RouteName,
  Routes,
  RunEntry,
} from '@datamesh/core'
import { ApiError, errorOf, isApiError } from './error.ts'
import { eventsOf } from './sse.ts'

export type ConnectOptions = {
  /** `http://127.0.0.1:4100`; a path in front of /api is kept. */
  url: string
  token?: string
  fetch?: typeof fetch
  /** Further tries of a request that changes nothing, when the platform is busy or not there. Default 2. */
  retries?: number
  /** Longer than this is not waited for; the error says how long it would be. Default 10 s. */
  maxWaitMs?: number
  sleep?: (ms: number) => Promise<void>
}

type Given<Key extends string, Value> = Value extends undefined ? unknown : { [K in Key]: Value }
/** A file; it goes as it is. */
type Bytes<N extends RouteName> = Routes[N] extends { takes: readonly string[] } ? { body: Blob } : unknown
type Maybe<Key extends string, Value> = Value extends undefined ? unknown : { [K in Key]?: Value }
export type ArgsOf<N extends RouteName> = Given<'params', ParamsInput<N>> &
  Maybe<'query', QueryInput<N>> &
  Given<'body', BodyInput<N>> &
  Bytes<N> & { signal?: AbortSignal; headers?: Record<string, string> }
type Arguments<N extends RouteName> = Record<never, never> extends ArgsOf<N> ? [args?: ArgsOf<N>] : [args: ArgsOf<N>]

export type RowsOptions = {
  select?: readonly string[]
  /** `['-at', 'id']`: `-` for descending. */
  order?: readonly string[]
  /** column → `value` or `op:value`. */
  filters?: Record<string, string | readonly string[]>
  snapshot?: string
  asOf?: string
  version?: string
  /** Rows of one request; not of the whole. Default 1000. */
  pageSize?: number
  signal?: AbortSignal
}
export type DataRow = Record<string, unknown>

export type Client = { [N in Exclude<RouteName, StreamName>]: (...args: Arguments<N>) => Promise<ReplyOf<N>> } & {
  call<N extends RouteName>(name: N, ...args: Arguments<N>): Promise<ReplyOf<N>>
  /** The answer as it comes: for files and for rows as CSV, Parquet, Arrow (`headers: { accept }`). */
  fetch<N extends RouteName>(name: N, ...args: Arguments<N>): Promise<Response>
  /** All rows of a table, page by page of one snapshot, whatever is published meanwhile. `product` is `<domain>/<name>`. */
  rows(product: string, table: string, options?: RowsOptions): AsyncGenerator<DataRow>
  /** What happens, from now or after a seq, for ever; goes on by itself after a lost connection, missing nothing. */
  watch(
    options?: { after?: number; type?: string; subject?: string; signal?: AbortSignal } & Connection,
  ): AsyncGenerator<MeshEvent>
  /** The log of a run until it is over. */
  follow(run: string, options?: { signal?: AbortSignal } & Connection): AsyncGenerator<RunEntry>
}

type StreamName = 'events' | 'followRun'
/** Told whenever the stream is there and whenever it is lost for a while; a screen marks what it shows as old meanwhile. */
type Connection = { onConnection?: (there: boolean) => void }

type Loose = {
  params?: Record<string, string>
  query?: Record<string, unknown>
  body?: unknown
  signal?: AbortSignal
  headers?: Record<string, string>
}

/** What a client has to know of a route to call it; a page in a browser carries this much of the table and no schemas. */
export type RouteTable = { readonly [N in RouteName]: Pick<Route, 'method' | 'path'> }

/** A typed client of one mesh over a given table. Every route is a method; errors are `ApiError`s. */
export const clientOf = (routes: RouteTable, options: ConnectOptions): Client => {
  const {
    token,
    retries = 2,
    maxWaitMs = 10_000,
    sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  } = options
  const base = options.url.replace(/\/+$/, '')
  const send = options.fetch ?? fetch

  const once = async (route: RouteTable[RouteName], args: Loose): Promise<Response> => {
    const url = base + pathOf(route.path, args.params ?? {}) + queryOf(args.query ?? {})
    const headers: Record<string, string> = { accept: 'application/json', ...args.headers }
    if (token !== undefined) headers.authorization = `Bearer ${token}`
    // a file goes as it is, everything else as JSON
    const raw = args.body instanceof Blob
    if (args.body !== undefined) headers['content-type'] = raw ? 'application/octet-stream' : 'application/json'
    let response: Response
    try {
      response = await send(url, {
        method: route.method.toUpperCase(),
        headers,
        ...(args.body === undefined ? {} : { body: args.body instanceof Blob ? args.body : JSON.stringify(args.body) }),
        ...(args.signal ? { signal: args.signal } : {}),
      })
    } catch (cause) {
      if (args.signal?.aborted) throw cause
      throw new ApiError({
        code: 'unreachable',
        status: 0,
        title: base === '' ? 'the platform does not answer' : `nothing answers at ${base}`,
        hint: 'start the platform with: datamesh up, or set DATAMESH_URL',
        cause,
      })
    }
    if (response.ok || response.status === 304) return response
    throw await errorOf(response)
  }

  const request = async (name: RouteName, args: Loose = {}): Promise<Response> => {
    const route = routes[name]
    for (let attempt = 0; ; attempt++) {
      try {
        return await once(route, args)
      } catch (error) {
        const wait = waitBefore(error, attempt)
        if (route.method !== 'get' || attempt >= retries || wait === null || wait > maxWaitMs) throw error
        await sleep(wait)
      }
    }
  }

  const call = async (name: RouteName, args: Loose = {}): Promise<unknown> => {
    const response = await request(name, args)
    const type = response.headers.get('content-type') ?? ''
    return type.includes('json') && !type.includes('ndjson') ? response.json() : response.text()
  }

  async function* rows(product: string, table: string, wish: RowsOptions = {}): AsyncGenerator<DataRow> {
    const [domain = '', name = ''] = product.split('/')
    const params = { domain, product: name, table }
    const { pageSize = 1000, select, order, filters, snapshot, asOf, version, signal } = wish
    const fixed = { ...filters, limit: pageSize, select: select?.join(','), order: order?.join(',') }
    const args = signal ? { params, signal } : { params }
    let query: Record<string, unknown> = { ...fixed, snapshot, as_of: asOf, version }
    for (;;) {
      const page = (await call('readRows', { ...args, query })) as ReplyOf<'readRows'>
      yield* page.data
      if (page.next === null) return
      query = { ...fixed, cursor: page.next }
    }
  }

  /** One stream over many connections. Ends with an `end` event or the signal. */
  async function* stream<T>(
    name: RouteName,
    args: Loose,
    onConnection: (there: boolean) => void = () => {},
  ): AsyncGenerator<T> {
    let lastId: string | null = null
    let retryMs = 2_000
    let failures = 0
    while (!args.signal?.aborted) {
      const headers = {
        ...args.headers,
        accept: 'text/event-stream',
        ...(lastId === null ? {} : { 'last-event-id': lastId }),
      }
      try {
        const response = await once(routes[name], { ...args, headers })
        if (response.body === null) return
        onConnection(true)
        for await (const each of eventsOf(response.body, (ms) => {
          retryMs = ms
        })) {
          failures = 0
          lastId = each.id ?? lastId
          if (each.event === 'end') return
          yield JSON.parse(each.data) as T
        }
      } catch (error) {
        if (args.signal?.aborted) return
        // a refusal stays one; a lost connection is tried again
        if (isApiError(error) && waitBefore(error, failures) === null) throw error
        failures += 1
        if (failures > 10) throw error
      }
      if (args.signal?.aborted) return
      onConnection(false)
      await sleep(retryMs)
    }
  }

  const methods = Object.fromEntries(
    (Object.keys(routes) as RouteName[]).map((name) => [name, (args?: Loose) => call(name, args)]),
  )
  return {
    ...methods,
    call: (name: RouteName, args?: Loose) => call(name, args),
    fetch: (name: RouteName, args?: Loose) => request(name, args),
    rows,
    watch: ({ signal, onConnection, ...query }: { signal?: AbortSignal } & Connection = {}) =>
      stream('events', { query, ...(signal ? { signal } : {}) }, onConnection),
    follow: (id: string, { signal, onConnection }: { signal?: AbortSignal } & Connection = {}) =>
      stream('followRun', { params: { id }, ...(signal ? { signal } : {}) }, onConnection),
  } as unknown as Client
}

/** Milliseconds to wait before trying again; null: trying again would change nothing. */
const waitBefore = (error: unknown, attempt: number): number | null => {
  if (!isApiError(error)) return null
  if (error.status !== 0 && error.status !== 429 && error.status !== 503) return null
  return error.retryAfterSeconds === null ? 200 * 2 ** attempt : error.retryAfterSeconds * 1000
}

const pathOf = (path: string, params: Record<string, string>): string =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined || value === '') throw new TypeError(`the parameter ${name} of ${path} is missing`)
    return encodeURIComponent(value)
  })

const queryOf = (query: Record<string, unknown>): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) search.append(name, String(each))
    }
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}
