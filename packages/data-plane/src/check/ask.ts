import type { DuckDBConnection } from '@duckdb/node-api'

/** First row of a query, as the engine prints it for JSON (64-bit integers are texts). */
export const first = async (connection: DuckDBConnection, sql: string): Promise<unknown[]> => {
  const answer = await connection.runAndReadAll(sql)
  return answer.getRowsJson()[0] ?? []
}

export const rows = async (connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>[]> => {
  const answer = await connection.runAndReadAll(sql)
  return answer.getRowObjectsJson()
}

/** A count of the first column of the first row. */
export const count = async (connection: DuckDBConnection, sql: string): Promise<number> =>
  Number((await first(connection, sql))[0] ?? 0)
