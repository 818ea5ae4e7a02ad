import { MeshError } from '@datamesh/core'
import { type Dialect, PostgresDialect, type PostgresPool } from 'kysely'
import pg, { type Client, type ClientConfig } from 'pg'

const int8 = 20
const date = 1082

/** The same JavaScript values as the embedded database gives (pglite/worker.ts): bigint as number, a date as its text. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((text: string) => unknown) => {
    if (oid === int8) return Number
    if (oid === date) return (text) => text
    return pg.types.getTypeParser(oid, format)
  },
}

/** `host:port/database`: what an error may say about a server. User and password stay out. */
export const serverOf = (url: string): string => {
  try {
    const { hostname, port, pathname, searchParams } = new URL(url)
    return `${searchParams.get('host') ?? hostname}:${port || 5432}${pathname}`
  } catch {
    throw new MeshError('state-url-invalid', { why: 'the Postgres address is not a URL' })
  }
}

const passwordOf = (url: string): string => decodeURIComponent(new URL(url).password)

const whyOf = (error: unknown, url: string): string => {
  const { message, code } = error as { message?: string; code?: string }
  const said = message || code || String(error)
  const password = passwordOf(url)
  return password ? said.replaceAll(password, '***') : said
}

export type PostgresHost = {
  dialect: Dialect
  version: string
  listen(channel: string, hear: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** A pool on a Postgres server ≥ 15. @throws state-unreachable, state-too-old, state-url-invalid; none of them names a password */
export const openPostgres = async (
  url: string,
  {
    poolSize,
    statementDeadlineMs,
    log,
  }: {
    poolSize: number
    statementDeadlineMs: number
    log(entry: { level: 'info' | 'warn' | 'error'; message: string; facts: Record<string, unknown> }): void
  },
): Promise<PostgresHost> => {
  const server = serverOf(url)
  const config = {
    connectionString: url,
    application_name: 'datamesh',
    connectionTimeoutMillis: 10_000,
    types,
  }
  // A transaction that asks nothing for a minute may hold the lock of the event log: the server ends it.
  const limits = `-c statement_timeout=${statementDeadlineMs} -c idle_in_transaction_session_timeout=60000`
  const pool = new pg.Pool({ ...config, max: poolSize, options: limits })
  const lost = (error: Error) =>
    log({ level: 'warn', message: 'database connection lost', facts: { server, why: whyOf(error, url) } })
  pool.on('error', lost)
  // The pool hears only of connections that nobody uses; an unheard error of one in use would end the process.
  pool.on('connect', (client) => client.on('error', lost))
  const ask = async () => {
    try {
      return await pool.query(
        `select current_setting('server_version') as version, current_setting('server_version_num')::int as number`,
      )
    } catch (error) {
      await pool.end().catch(() => {})
      throw new MeshError('state-unreachable', { server, why: whyOf(error, url) })
    }
  }
  const [told] = (await ask()).rows as { version: string; number: number }[]
  if (!told || told.number < 150_000) {
    await pool.end()
    throw new MeshError('state-too-old', { server, version: told?.version ?? 'unknown' })
  }
  const hearing = listenOn(config, (why) =>
    log({ level: 'warn', message: 'notifications lost, connecting again', facts: { server, why: whyOf(why, url) } }),
  )
  return {
    dialect: new PostgresDialect({ pool: pool as unknown as PostgresPool }),
    version: told.version,
    listen: hearing.listen,
    async close() {
      await hearing.close()
      await pool.end().catch(() => {})
    },
  }
}

/** LISTEN needs a connection of its own. It is made at the first listener and made again, with growing pauses, when it is lost. */
const listenOn = (config: ClientConfig, lost: (why: unknown) => void) => {
  const listeners = new Map<string, Set<(payload: string) => void>>()
  let client: Promise<Client> | null = null
  let closed = false
  let timer: NodeJS.Timeout | undefined

  const connect = async (attempt: number): Promise<Client> => {
    const next = new pg.Client(config)
    let gone = false
    const again = (why?: unknown) => {
      if (gone || closed) return
      gone = true
      lost(why ?? new Error('the connection ended'))
      client = null
      timer = setTimeout(() => void reconnect(attempt + 1), Math.min(250 * 2 ** attempt, 10_000))
    }
    next.on('notification', ({ channel, payload }) => {
      for (const hear of listeners.get(channel) ?? []) hear(payload ?? '')
    })
    next.on('error', again)
    next.on('end', again)
    await next.connect()
    for (const channel of listeners.keys()) await next.query(`listen "${channel.replaceAll('"', '""')}"`)
    return next
  }
  const reconnect = async (attempt: number) => {
    if (closed) return
    client = connect(attempt)
    try {
      await client
      // What was said meanwhile is lost: an empty payload means "look again".
      for (const hearers of listeners.values()) for (const hear of hearers) hear('')
    } catch {
      // The client's own error event has planned the next attempt.
    }
  }
  return {
    async listen(channel: string, hear: (payload: string) => void) {
      const hearers = listeners.get(channel) ?? new Set()
      const isNew = !listeners.has(channel)
      listeners.set(channel, hearers)
      hearers.add(hear)
      client ??= connect(0)
      const ready = await client
      if (isNew) await ready.query(`listen "${channel.replaceAll('"', '""')}"`)
      return async () => {
        hearers.delete(hear)
      }
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await (await client?.catch(() => null))?.end()
    },
  }
}
