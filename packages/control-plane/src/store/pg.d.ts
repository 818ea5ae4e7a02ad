/** The part of `pg` 8 that the store uses; the package brings no types of its own. */
declare module 'pg' {
  export type ClientConfig = {
    connectionString?: string
    application_name?: string
    connectionTimeoutMillis?: number
    types?: { getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown }
    options?: string
  }
  export type QueryResult = { rows: Record<string, unknown>[]; rowCount: number | null }
  export class Client {
    constructor(config?: ClientConfig)
    connect(): Promise<Client>
    query(sql: string, params?: readonly unknown[]): Promise<QueryResult>
    on(event: 'notification', hear: (message: { channel: string; payload?: string }) => void): this
    on(event: 'error', hear: (error: Error) => void): this
    on(event: 'end', hear: () => void): this
    end(): Promise<void>
  }
  export class Pool {
    constructor(config?: ClientConfig & { max?: number; idleTimeoutMillis?: number })
    // biome-ignore lint/suspicious/noExplicitAny: Kysely's own PostgresPool type decides what a client is
    connect(): Promise<any>
    query(sql: string, params?: readonly unknown[]): Promise<QueryResult>
    on(event: 'error', hear: (error: Error) => void): this
    on(event: 'connect', hear: (client: Client) => void): this
    end(): Promise<void>
    readonly options: object
  }
  export const types: { getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown }
  const pg: { Client: typeof Client; Pool: typeof Pool; types: typeof types }
  export default pg
}
