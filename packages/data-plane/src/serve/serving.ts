import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { MeshError, type Snapshot, type TableVersion } from '@datamesh/core'
import { type DataKeys, keysIn } from '../storage/index.ts'
import { blame } from './blame.ts'
import { type Cursor, decodeCursor, secretOf } from './cursor.ts'
import { type Download, openDownload } from './download.ts'
import { type Engine, type Lease, openEngine } from './engine.ts'
import { openFile, type ServedFile } from './file.ts'
import { boundFromFiles, boundFromSamples, isWhole } from './key_range.ts'
import { type MaskedFiles, namesIn, openMaskedFiles } from './masked_files.ts'
import { binaryPage, isText, type Page, type Source, textPages } from './page.ts'
import { type PageCache, pageCache } from './page_cache.ts'
import { etagOf, keyOf } from './page_key.ts'
import { openPins } from './pins.ts'
import { type Reading, readingOf } from './reading.ts'
import { openReplicas, sweepReplicas } from './replicas.ts'
import { contentTypes, limitOf, maxPageRows, type RowsReply, type RowsRequest } from './request.ts'
import { filteredRows, parquetSource } from './source.ts'

export type ServingOptions = {
  /** Root of the published files; `DataFile.path` is relative to it. */
  storageRoot: string
  /** Folder of our own for replicas and scratch files. Everything in it can be made again. */
  replicaRoot: string
  /** The engine's limit. The page cache comes on top. */
  memoryMb?: number
  threads?: number
  pageCacheMb?: number
  replicaMb?: number
  /** Data keys of encrypted files. @throws key-missing */
  keysFor?: (ids: readonly string[]) => Promise<DataKeys>
  /** Of masked copies of files. */
  maskedMb?: number
  /** Signs cursors; the same for all servers of a mesh. Without one, a random one is kept in `replicaRoot`. */
  secret?: string
  /** A table becomes a replica after so many pages from Parquet within a minute. */
  hotReads?: number
  /** Smaller tables are read from Parquet for good. */
  replicaMinRows?: number
  idleSeconds?: number
  cursorSeconds?: number
  /** A reader of a download who takes nothing for so long gives way when another one waits. */
  giveWaySeconds?: number
  clock: { now(): Date }
  log?: (message: string, facts: Record<string, unknown>) => void
}

export type ServingMetrics = {
  pages: { hits: number; misses: number; readAhead: number; bytes: number; entries: number }
  reads: { parquet: number; replica: number; downloads: number }
  replicas: { count: number; bytes: number }
  engineOpen: boolean
}

export type Serving = AsyncDisposable & {
  /** @throws request-invalid */
  rows(request: RowsRequest): Promise<RowsReply>
  /** The answer's ETag without reading: equal to what the client has means 304. Only given out with an answer, so a wrong request never matches. */
  etag(request: RowsRequest): string
  /** Which snapshot and table a cursor goes on with. @throws request-invalid */
  decodeCursor(text: string): { snapshot: string; table: string }
  /** The snapshot that a cursor pins. @throws request-invalid */
  snapshotOfCursor(text: string): string
  /** @throws not-found */
  file(snapshot: Pick<Snapshot, 'id'>, table: TableVersion, name: string): ServedFile
  /** The table as the verdict leaves it, as one Parquet file with digests of its own; made when it is asked for. */
  masked: Pick<MaskedFiles, 'of' | 'nameOf'>
  /** Data keys were destroyed: the engine that knows them ends, pages from encrypted tables are forgotten with all others. */
  forgetKeys(): Promise<void>
  /** Builds the replica now instead of when the table is hot. */
  warm(snapshot: Pick<Snapshot, 'id'>, table: TableVersion): Promise<void>
  /** Forgets replicas of these snapshots (superseded, about to be collected). */
  evict(snapshotIds: Iterable<string>): Promise<void>
  /** Snapshots whose files must stay: open downloads, cursors given out a short while ago. */
  inUse(): ReadonlySet<string>
  metrics(): ServingMetrics
  /** Gives the engine's memory back if nobody has read for `idleSeconds`; called by a timer of its own. True when it did. */
  rest(): Promise<boolean>
}

/** Rows asked for at once when somebody walks through pages. */
const readAheadRows = 1600
const maxReadAheadPages = 16
const replicaHotSeconds = 60
/** Open at once; a further one waits until one of them ends. */
const maxDownloads = 16

/** The engine takes one thread of the pool per question it works on; the pool must keep one for everything else. */
const pageConnections = (threads: number): number => Math.max(2, Math.min(8, threads - 2))

export const openServing = (options: ServingOptions): Serving => {
  const storageRoot = resolve(options.storageRoot)
  const replicaRoot = resolve(options.replicaRoot)
  const now = () => options.clock.now().getTime()
  const log = options.log ?? (() => {})
  const secret = secretOf(options.secret, replicaRoot)
  const poolThreads = Number(process.env.UV_THREADPOOL_SIZE ?? 4)
  const pages = pageConnections(poolThreads)
  const engineOptions = {
    storageRoot,
    replicaRoot,
    memoryMb: options.memoryMb ?? 256,
    threads: options.threads ?? 1,
    lanes: { page: pages, bulk: maxDownloads },
    bulkTurns: Math.max(1, poolThreads - pages - 1),
    now,
  }
  const plainEngine = openEngine(engineOptions)
  // apart from the other: an error over encrypted files that ends an engine ends this one
  const sealedEngine = openEngine({ ...engineOptions, sealed: true })
  const engineFor = ({ files }: TableVersion): Engine => (keysIn(files).length > 0 ? sealedEngine : plainEngine)
  const replicas = openReplicas({
    storageRoot,
    replicaRoot,
    engine: plainEngine,
    maxBytes: (options.replicaMb ?? 4096) * 1024 * 1024,
    buildMemoryMb: 512,
    hotReads: options.hotReads ?? 8,
    hotSeconds: replicaHotSeconds,
    now,
    log,
  })
  const pins = openPins(options.cursorSeconds ?? 900, now)
  const unlock = async ({ files }: TableVersion): Promise<void> => {
    const ids = keysIn(files)
    if (ids.length === 0) return
    if (options.keysFor === undefined)
      throw new MeshError('key-missing', { key: ids[0] ?? '', why: 'no keys are configured' })
    await sealedEngine.unlock(await options.keysFor(ids))
  }
  const masked = openMaskedFiles({
    unlock,
    storageRoot,
    replicaRoot,
    engineFor,
    maxBytes: (options.maskedMb ?? 1024) * 1024 * 1024,
    hold: pins.hold,
  })
  const cache: PageCache<RowsReply> = pageCache((options.pageCacheMb ?? 64) * 1024 * 1024)
  const cursors: PageCache<Cursor> = pageCache(1024 * 1024)
  const running = new Map<string, Promise<RowsReply>>()
  const streaming = new Map<Readable, Download>()
  const count = { hits: 0, misses: 0, readAhead: 0, parquet: 0, replica: 0, downloads: 0 }
  let scratch = 0
  const scratchFile = () => resolve(replicaRoot, 'scratch', `${process.pid}-${scratch++}.parquet`)

  const cursorOf = (text: string): Cursor => {
    const known = cursors.get(text)
    if (known) return known
    const cursor = decodeCursor(text, secret)
    cursors.set(text, cursor, text.length * 4)
    return cursor
  }

  const reply = (request: RowsRequest, key: string, page: Page): RowsReply => {
    const made: RowsReply = {
      body: page.body,
      contentType: contentTypes[request.format],
      etag: etagOf(key),
      next: page.next,
      rows: page.rows,
      cache: 'hit',
    }
    cache.set(key, made, page.body.length + key.length * 2 + 200)
    return made
  }

  /** Pages that follow the one asked for, kept for the client that will ask for them with the cursor they begin at. */
  const keepAhead = (request: RowsRequest, pages: readonly Page[]): void => {
    pages.slice(1).forEach((page, at) => {
      const following = { ...request, cursor: pages[at]!.next }
      reply(following, keyOf(following), page)
      count.readAhead += 1
    })
  }

  const ask = async (request: RowsRequest, reading: Reading, source: Source, lease: Lease): Promise<Page[] | null> => {
    if (isText(request.format)) {
      const ahead =
        request.cursor === null
          ? 1
          : Math.max(1, Math.min(maxReadAheadPages, Math.floor(readAheadRows / reading.limit)))
      return textPages(request.format, request, reading, source, ahead, lease, secret)
    }
    const page = await binaryPage(request.format, request, reading, source, lease, secret, scratchFile)
    return page === null ? null : [page]
  }

  const readPage = async (request: RowsRequest, reading: Reading): Promise<Page[]> => {
    // Other conditions remove rows: then look further before looking everywhere.
    const rows = (Math.max(readAheadRows, reading.limit) + 1) * (isWhole(reading) ? 1 : 16)
    const replica = await replicas.take(request.snapshot.id, request.table)
    if (
      replica === null &&
      request.table.rows >= (options.replicaMinRows ?? 20_000) &&
      replicas.missed(request.snapshot.id, request.table.name)
    )
      void replicas
        .build(request.snapshot.id, request.table)
        .catch((error: unknown) =>
          log('replica not built', { snapshot: request.snapshot.id, table: request.table.name, why: String(error) }),
        )
    try {
      count[replica === null ? 'parquet' : 'replica'] += 1
      const wanted = request.cursor === null ? reading.limit + 1 : rows
      const bound =
        replica === null
          ? boundFromFiles(reading, rows)
          : boundFromSamples(reading, replica.samples, isWhole(reading) ? wanted : rows)
      const from = (limit: string | null): Source => ({
        relation:
          replica === null
            ? parquetSource(reading, limit, storageRoot)
            : filteredRows(replica.relation, reading.decision),
        bound: limit,
        sorted: replica === null ? reading.fileOrder : reading.keyOrder,
      })
      return await engineFor(request.table).use('page', async (lease) => {
        const pages = await ask(request, reading, from(bound), lease)
        return pages ?? (await ask(request, reading, from(null), lease))!
      })
    } finally {
      replica?.release()
    }
  }

  const download = async (request: RowsRequest, reading: Reading, key: string): Promise<RowsReply> => {
    count.downloads += 1
    const release = pins.hold(request.snapshot.id)
    // who waits for a place gets that of the reader who has taken nothing for the longest
    const impatient = setInterval(() => {
      const [longest] = [...streaming].sort(([, a], [, b]) => b.stalledMs() - a.stalledMs())
      if (longest && longest[1].stalledMs() > (options.giveWaySeconds ?? 10) * 1000)
        longest[0].destroy(new Error('others wait and this reader took nothing'))
    }, 500)
    const lease = await engineFor(request.table)
      .lease('bulk')
      .catch((error: unknown) => {
        release()
        throw error
      })
      .finally(() => clearInterval(impatient))
    const done = () => {
      release()
      lease.release()
    }
    try {
      const source = { relation: parquetSource(reading, null, storageRoot), bound: null, sorted: reading.fileOrder }
      const opened = await openDownload(
        request.format as Exclude<typeof request.format, 'json'>,
        reading,
        source,
        lease,
        scratchFile,
        done,
      )
      const { body } = opened
      streaming.set(body, opened)
      body.once('close', () => streaming.delete(body))
      return {
        body,
        contentType: contentTypes[request.format],
        etag: etagOf(key),
        next: null,
        rows: null,
        cache: 'miss',
      }
    } catch (error) {
      done()
      throw error
    }
  }

  const produce = async (request: RowsRequest, key: string): Promise<RowsReply> => {
    const reading = readingOf(request, request.cursor === null ? null : cursorOf(request.cursor))
    if (request.decision.keys !== undefined) engineFor(request.table).learn(request.decision.keys)
    await unlock(request.table)
    const release = pins.hold(request.snapshot.id)
    try {
      if (reading.download) return await download(request, reading, key)
      const pages = await readPage(request, reading)
      const first = reply(request, key, pages[0]!)
      keepAhead(request, pages)
      return { ...first, cache: 'miss' }
    } catch (error) {
      throw await blame(error, request.snapshot.id, reading, engineFor(request.table))
    } finally {
      release()
    }
  }

  const idleSeconds = options.idleSeconds ?? 300
  const rest = async (): Promise<boolean> => {
    const since = now() - idleSeconds * 1000
    const shut = (await Promise.all([plainEngine.closeIfIdle(since), sealedEngine.closeIfIdle(since)])).includes(true)
    if (shut) log('engine closed', { idleSeconds })
    return shut
  }
  const tick = setInterval(() => void rest(), 15_000)
  tick.unref()
  void sweepReplicas(replicaRoot, Date.now() - 3_600_000)
  // a server that was killed leaves what it was giving out, in clear: gone before the first read
  for (const name of namesIn(resolve(replicaRoot, 'scratch')))
    rmSync(resolve(replicaRoot, 'scratch', name), { recursive: true, force: true })

  return {
    async rows(request) {
      const key = keyOf(request)
      const hit = cache.get(key)
      if (hit) {
        count.hits += 1
        if (hit.next !== null) pins.touch(request.snapshot.id)
        return hit
      }
      // Readers who ask for the same page at the same moment share one question. A download is nobody else's.
      let made = running.get(key)
      if (!made) {
        count.misses += 1
        made = produce(request, key)
        if (limitOf(request) <= maxPageRows) {
          running.set(key, made)
          void made.catch(() => {}).then(() => running.delete(key))
        }
      }
      const answer = await made
      if (answer.next !== null) pins.touch(request.snapshot.id)
      return answer
    },
    etag: (request) => etagOf(keyOf(request)),
    decodeCursor(text) {
      const { snapshot, table } = cursorOf(text)
      return { snapshot, table }
    },
    snapshotOfCursor: (text) => cursorOf(text).snapshot,
    file: (snapshot, table, name) => openFile(snapshot, table, name, storageRoot, pins.hold),
    warm: (snapshot, table) => replicas.build(snapshot.id, table),
    masked,
    async forgetKeys() {
      cache.clear()
      await masked.forgetSealed()
      await sealedEngine.forgetKeys()
      // what was being read meanwhile
      cache.clear()
    },
    async evict(snapshotIds) {
      const ids = new Set(snapshotIds)
      await replicas.evict(ids)
      await masked.evict(ids)
    },
    inUse: () => pins.inUse(),
    rest,
    metrics: () => ({
      pages: {
        hits: count.hits,
        misses: count.misses,
        readAhead: count.readAhead,
        bytes: cache.bytes,
        entries: cache.size,
      },
      reads: { parquet: count.parquet, replica: count.replica, downloads: count.downloads },
      replicas: { count: replicas.count, bytes: replicas.bytes },
      engineOpen: plainEngine.opened || sealedEngine.opened,
    }),
    async [Symbol.asyncDispose]() {
      clearInterval(tick)
      // A connection must not close under a stream that still reads from it.
      const ends = [...streaming.keys()].map((body) => once(body.destroy(), 'close'))
      await Promise.allSettled([...running.values(), ...ends])
      await replicas[Symbol.asyncDispose]()
      await plainEngine[Symbol.asyncDispose]()
      await sealedEngine[Symbol.asyncDispose]()
    },
  }
}
