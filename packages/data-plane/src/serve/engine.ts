import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { quoteText } from '@datamesh/core'
import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement } from '@duckdb/node-api'
import { type BareKeys, type MaskKeys, offerTokens } from '../mask/index.ts'
import { type DataKeys, keyStatements } from '../storage/index.ts'

/** `page`: short, many; `bulk`: downloads that may last minutes. Apart, so that downloads never make pages wait. */
type Lane = 'page' | 'bulk'

/** One connection for one reader. Statements are kept with it: a page of a shape seen before is not planned again. */
export type Lease = {
  connection: DuckDBConnection
  prepare(sql: string, values: readonly string[]): Promise<DuckDBPreparedStatement>
  /** Everything that makes the engine work goes through here: downloads take turns, so that they never hold every thread of the pool. */
  turn<T>(work: () => Promise<T>): Promise<T>
  release(): void
}

export type Engine = AsyncDisposable & {
  lease(lane: Lane): Promise<Lease>
  /** Lets it open files under these data keys, now and after every rest. */
  unlock(keys: DataKeys): Promise<void>
  /** Ends as soon as nobody reads, and knows no data key any more. */
  forgetKeys(): Promise<void>
  /** Makes the keys of a reader known to the function that makes tokens. */
  learn(keys: MaskKeys): void
  use<T>(lane: Lane, work: (lease: Lease) => Promise<T>): Promise<T>
  /** Attaches a replica under a name of ours; `detach` when nobody reads it any more. */
  attach(name: string, file: string): Promise<void>
  detach(name: string): Promise<void>
  /** Gives all memory back when nothing was asked since `idleSince`. The next read opens it again. */
  closeIfIdle(idleSince: number): Promise<boolean>
  readonly opened: boolean
}

export type EngineOptions = {
  /** Folders it may read; `scratch` (created) is the only one it writes to. */
  storageRoot: string
  replicaRoot: string
  memoryMb: number
  threads: number
  lanes: Readonly<Record<Lane, number>>
  /** How many downloads may be worked on at the same moment; the others wait for their turn with every chunk. */
  bulkTurns: number
  /** Reads encrypted files: those need its cache of footers off, see storage/parquet.ts. */
  sealed?: boolean
  now: () => number
}

const statementsPerConnection = 64
const mostReaders = 50_000

/** At most `places` at once, the others in the order they came. */
const turnstile = (places: number) => {
  const waiting: (() => void)[] = []
  let free = places
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}

type Pooled = { connection: DuckDBConnection; statements: Map<string, DuckDBPreparedStatement>; generation: number }
type Open = {
  instance: DuckDBInstance
  free: Record<Lane, Pooled[]>
  made: Record<Lane, number>
  attached: Map<string, Promise<unknown>>
}

const forget = (pooled: Pooled): void => {
  for (const statement of pooled.statements.values()) statement.destroySync()
  pooled.statements.clear()
}

/** Opens nothing before the first read: a server that nobody reads from carries no engine. */
export const openEngine = (options: EngineOptions): Engine => {
  let opening: Promise<Open> | null = null
  let generation = 0
  let busy = 0
  let lastUse = options.now()
  let closed = false
  const known = new Map<string, BareKeys>()
  const unlocked = new Map<string, string>()
  const bulkTurn = turnstile(options.bulkTurns)
  const waiting: Record<Lane, (() => void)[]> = { page: [], bulk: [] }

  const start = async (): Promise<Open> => {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const scratch = join(options.replicaRoot, 'scratch')
    await mkdir(scratch, { recursive: true })
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(options.threads),
      memory_limit: `${options.memoryMb}MB`,
      temp_directory: scratch,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    })
    const connection = await instance.connect()
    const folders = [options.storageRoot, options.replicaRoot].map((folder) => quoteText(`${folder}/`)).join(', ')
    // Published files are immutable, so their footers may be remembered; UTC makes the text of a time the same everywhere.
    for (const setting of [
      `set global TimeZone = 'UTC'`,
      `set global parquet_metadata_cache = ${!options.sealed}`,
      `set global allow_community_extensions = false`,
      `set global allow_persistent_secrets = false`,
      `set global allowed_directories = [${folders}]`,
      // what it spills may come from encrypted files; the bundled engine encrypts nothing else, see storage/reseal.ts
      ...(options.sealed ? [`set global force_mbedtls_unsafe = true`, `set global temp_file_encryption = true`] : []),
      ...keyStatements(Object.fromEntries(unlocked)),
      `set global enable_external_access = false`,
      `set global lock_configuration = true`,
    ])
      await connection.run(setting)
    await offerTokens(connection, (id) => known.get(id))
    connection.closeSync()
    return { instance, free: { page: [], bulk: [] }, made: { page: 0, bulk: 0 }, attached: new Map() }
  }

  const opened = (): Promise<Open> => {
    if (closed) throw new Error('serving is closed')
    opening ??= start().catch((error: unknown) => {
      opening = null
      throw error
    })
    return opening
  }

  const take = async (open: Open, lane: Lane): Promise<Pooled> => {
    for (;;) {
      const free = open.free[lane].pop()
      if (free) {
        if (free.generation !== generation) forget(free)
        free.generation = generation
        return free
      }
      if (open.made[lane] < options.lanes[lane]) {
        open.made[lane] += 1
        try {
          return { connection: await open.instance.connect(), statements: new Map(), generation }
        } catch (error) {
          open.made[lane] -= 1
          throw error
        }
      }
      await new Promise<void>((resolve) => waiting[lane].push(resolve))
    }
  }

  const lease = async (lane: Lane): Promise<Lease> => {
    busy += 1
    lastUse = options.now()
    let open: Open
    let pooled: Pooled
    try {
      open = await opened()
      pooled = await take(open, lane)
    } catch (error) {
      busy -= 1
      throw error
    }
    let released = false
    return {
      connection: pooled.connection,
      async prepare(sql, values) {
        let statement = pooled.statements.get(sql)
        if (!statement) {
          statement = await pooled.connection.prepare(sql)
          if (pooled.statements.size >= statementsPerConnection) forget(pooled)
          pooled.statements.set(sql, statement)
        }
        values.forEach((value, at) => {
          statement.bindVarchar(at + 1, value)
        })
        return statement
      },
      turn: (work) => (lane === 'bulk' ? bulkTurn(work) : work()),
      release() {
        if (released) return
        released = true
        busy -= 1
        lastUse = options.now()
        open.free[lane].push(pooled)
        waiting[lane].shift()?.()
      },
    }
  }

  const use: Engine['use'] = async (lane, work) => {
    const held = await lease(lane)
    try {
      return await work(held)
    } finally {
      held.release()
    }
  }

  const shut = async (): Promise<void> => {
    // First, so that a reader who comes now opens a new engine instead of being handed the one that closes.
    const closing = opening
    opening = null
    const open = await closing
    if (!open) return
    for (const pooled of [...open.free.page, ...open.free.bulk]) {
      forget(pooled)
      pooled.connection.closeSync()
    }
    open.instance.closeSync()
  }

  return {
    lease,
    use,
    async unlock(keys) {
      const news = Object.entries(keys).filter(([id]) => !unlocked.has(id))
      if (news.length === 0) return
      const open = await opened()
      const connection = await open.instance.connect()
      try {
        for (const statement of keyStatements(Object.fromEntries(news))) await connection.run(statement)
      } finally {
        connection.closeSync()
      }
      for (const [id, key] of news) unlocked.set(id, key)
    },
    async forgetKeys() {
      unlocked.clear()
      while (busy > 0) await new Promise((resolve) => setTimeout(resolve, 20))
      await shut()
    },
    learn(keys) {
      if (known.has(keys.id)) return
      // those that are being read by are learnt again with the next read
      if (known.size >= mostReaders) known.delete(known.keys().next().value as string)
      known.set(keys.id, keys.bare())
    },
    async attach(name, file) {
      const open = await opened()
      let attached = open.attached.get(name)
      if (!attached) {
        attached = use('page', ({ connection }) =>
          connection.run(`attach if not exists ${quoteText(file)} as ${name} (read_only)`),
        )
        open.attached.set(name, attached)
        attached.catch(() => open.attached.delete(name))
      }
      await attached
    },
    async detach(name) {
      const open = await opening
      if (!open?.attached.delete(name)) return
      generation += 1
      for (const pooled of [...open.free.page, ...open.free.bulk]) forget(pooled)
      await use('page', ({ connection }) => connection.run(`detach ${name}`))
    },
    async closeIfIdle(idleSince) {
      if (busy > 0 || opening === null || lastUse > idleSince) return false
      await shut()
      return true
    },
    get opened() {
      return opening !== null
    },
    async [Symbol.asyncDispose]() {
      closed = true
      await shut()
    },
  }
}
