import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { quoteText } from '@datamesh/core'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { type DataKeys, keyStatements } from '../storage/index.ts'

/** What a computation may use. `readFiles` and `writeFolder` are absolute; nothing else on disk can be reached. */
export type ComputeBounds = {
  memoryMb: number
  threads: number
  tempDir: string
  readFiles: readonly string[]
  writeFolder: string | null
  /** Most of what spills to disk; when not said, a multiple of the memory. */
  spillMb?: number | undefined
  /** Keys of files that it reads. */
  keys?: DataKeys | undefined
  /** It writes encrypted files, under a key of its own that ends with it: see `sealing`. */
  seals?: boolean | undefined
}

/** Spilling may take this many times the memory limit before a build fails instead of filling the disk. */
const spillFactor = 40

/**
 * An in-memory DuckDB for one job, closed to the world: no extensions are fetched, no file outside the bounds is opened, and no
 * statement can loosen that. Times are UTC, so that a build gives the same rows on every machine.
 */
export class Compute {
  readonly connection: DuckDBConnection
  /** What the files that it writes are encrypted with until they are sealed; null: it writes plain ones. */
  readonly sealing: { id: string; key: Buffer } | null
  readonly #instance: DuckDBInstance

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, sealing: Compute['sealing']) {
    this.#instance = instance
    this.connection = connection
    this.sealing = sealing
  }

  static async open(bounds: ComputeBounds): Promise<Compute> {
    for (const path of [
      bounds.tempDir,
      ...bounds.readFiles,
      ...(bounds.writeFolder === null ? [] : [bounds.writeFolder]),
    ]) {
      if (!isAbsolute(path)) throw new TypeError(`${path} is not absolute`)
    }
    const spill = join(bounds.tempDir, 'spill')
    await mkdir(spill, { recursive: true })
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${bounds.memoryMb}MB`,
      threads: String(bounds.threads),
      temp_directory: spill,
      max_temp_directory_size: `${bounds.spillMb ?? bounds.memoryMb * spillFactor}MB`,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      allow_persistent_secrets: 'false',
    })
    const connection = await instance.connect()
    await connection.run(`set TimeZone = 'UTC'`)
    // without these two it does not count how far a query is
    await connection.run('set enable_progress_bar = true')
    await connection.run('set enable_progress_bar_print = false')
    await connection.run(`set allowed_paths = [${bounds.readFiles.map(quoteText).join(', ')}]`)
    if (bounds.writeFolder !== null) {
      await connection.run(`set allowed_directories = [${quoteText(`${bounds.writeFolder}/`)}]`)
    }
    const sealing = bounds.seals ? { id: 'staging', key: randomBytes(32) } : null
    const keys = { ...bounds.keys, ...(sealing ? { [sealing.id]: sealing.key.toString('base64') } : {}) }
    if (Object.keys(keys).length > 0) {
      // What it writes by itself, spill and staged files, is gone with the build; what stays is sealed with nonces of ours: reseal.ts
      await connection.run('set force_mbedtls_unsafe = true')
      await connection.run('set temp_file_encryption = true')
      for (const statement of keyStatements(keys)) await connection.run(statement)
    }
    await connection.run('set enable_external_access = false')
    await connection.run('set lock_configuration = true')
    return new Compute(instance, connection, sealing)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection.closeSync()
    this.#instance.closeSync()
  }
}

/** All rows of a query as plain objects (integers beyond 2^53 as text). */
export const rowsOf = async (
  connection: DuckDBConnection,
  sql: string,
  values?: Record<string, string | number | boolean | null>,
): Promise<Record<string, unknown>[]> => {
  const reader = await connection.runAndReadAll(sql, values)
  return reader.getRowObjectsJson() as Record<string, unknown>[]
}

/** Names and DuckDB types of what a query returns, without running it. */
export const describe = async (
  connection: DuckDBConnection,
  sql: string,
): Promise<{ name: string; type: string }[]> => {
  const rows = await rowsOf(connection, `describe (${sql}\n)`)
  return rows.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }))
}

/** Version and platform of the engine, after it has answered a query. @throws when it cannot be loaded here */
export const engineVersion = async (): Promise<string> => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const [row] = await rowsOf(connection, 'select library_version as version from pragma_version()')
    return `DuckDB ${String(row?.version)}`
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
