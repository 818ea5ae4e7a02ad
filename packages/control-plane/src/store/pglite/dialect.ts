import {
  AbortedTransactionError,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import type { PgliteHost } from './host.ts'
import type { Session } from './session.ts'

/**
 * Kysely over the host's sessions. Kysely's own PGlite driver waits for ever when BEGIN fails (its promise is settled only inside the
 * transaction callback), which is just what happens when the thread was ended; here every connection is a session and every error arrives.
 */
export const pgliteDialect = (host: PgliteHost): Dialect => ({
  // Not Kysely's PGliteAdapter: its mutex is never released after a refused connection. Taking turns is the host's business.
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new HostDriver(host),
  createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
})

/** On the only connection a BEGIN of one caller would swallow the statements of the next. */
const byHand = /^\s*(begin|start\s+transaction|commit|end|abort|rollback(?!\s+to))\b/i

class HostConnection implements DatabaseConnection {
  readonly session: Session
  constructor(session: Session) {
    this.session = session
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (byHand.test(query.sql)) throw new Error('a transaction is begun with db.transaction(), never by a statement')
    const { rows, affected } = await this.session.query(query.sql, query.parameters)
    return { rows: rows as R[], numAffectedRows: BigInt(affected) }
  }
  // biome-ignore lint/correctness/useYield: the interface wants a generator, PGlite cannot stream
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('the embedded database cannot stream; page by key')
  }
}

const sessionOf = (connection: DatabaseConnection): Session => (connection as HostConnection).session

class HostDriver implements Driver {
  #host: PgliteHost
  constructor(host: PgliteHost) {
    this.#host = host
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return new HostConnection(await this.#host.session())
  }
  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    await sessionOf(connection).release()
  }
  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const isolation = settings.isolationLevel ? ` isolation level ${settings.isolationLevel}` : ''
    const access = settings.accessMode ? ` ${settings.accessMode}` : ''
    await sessionOf(connection).begin(`start transaction${isolation}${access}`)
  }
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    if (!(await sessionOf(connection).commit())) throw new AbortedTransactionError()
  }
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await sessionOf(connection).rollback()
  }
  async savepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await sessionOf(connection).query(`savepoint ${quoted(name)}`)
  }
  async rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    const session = sessionOf(connection)
    await session.query(`rollback to savepoint ${quoted(name)}`)
    session.mended()
  }
  async releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await sessionOf(connection).query(`release savepoint ${quoted(name)}`)
  }
  async destroy(): Promise<void> {
    await this.#host.close()
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
