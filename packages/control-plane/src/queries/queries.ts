import type { Readable } from 'node:stream'
import { type Actor, type BodyOf, isMeshError, MeshError, type ReplyOf } from '@datamesh/core'
import { type DataKeys, type ExportFormat, exportResult, QueryResult, type RunningQuery } from '@datamesh/data-plane'
import { fromAddress } from '../store/index.ts'
import type { QueryDeps } from './deps.ts'
import {
  type KeptQuery,
  loadQueries,
  loadQuery,
  noteFinished,
  noteLost,
  noteStarted,
  type QueryView,
} from './history.ts'
import { type Known, openKnown } from './known.ts'
import { type Reading, type ReadTable, readingFor, stillAllowed } from './reading.ts'
import { Results } from './results.ts'
import { queryError } from './told.ts'
import { treeFor } from './tree.ts'
import { defaultTurns, type TurnLimits, Turns } from './turns.ts'

/** One that is waiting or running. `stop` ends its process at once. */
type Active = { principal: string; view: QueryView; ended: Promise<void>; stop(): void; snapshots: Set<string> }

/** A query belongs to its principal: for everybody else it is not there. */
export type Queries = AsyncDisposable & {
  /** Starts a process ahead: somebody is about to ask. */
  warm(): void
  tree(actor: Actor): Promise<ReplyOf<'sqlCatalog'>>
  /** @throws query-refused, rate-limited */
  run(asked: BodyOf<'runQuery'>, actor: Actor): Promise<QueryView>
  list(actor: Actor, limit: number): Promise<QueryView[]>
  /** Waits for its end up to `waitMs`. @throws not-found */
  get(id: string, actor: Actor, wait?: { waitMs: number; signal: AbortSignal }): Promise<QueryView>
  /** Its rows as JSON. @throws not-found */
  stretch(id: string, actor: Actor, offset: number, limit: number): Promise<Buffer>
  /** @throws not-found */
  export(id: string, actor: Actor, format: ExportFormat): Promise<Readable>
  /** @throws not-found */
  cancel(id: string, actor: Actor): Promise<QueryView>
  /** Snapshots that are being read. */
  inUse(): ReadonlySet<string>
  /** Results that were read from a product go; '': all. */
  forget(product: string): Promise<void>
}

export const openQueries = async (
  deps: QueryDeps,
  { turns: limits = defaultTurns, alone = true }: { turns?: TurnLimits; alone?: boolean } = {},
): Promise<Queries> => {
  const known = await openKnown(deps.catalog)
  const results = await Results.open(deps.folder, deps.now)
  const turns = new Turns(limits)
  // Parquet is written by an engine in this process, each with memory of its own.
  const writing = new Turns({ ofOne: 1, all: 2, waitingOfOne: 3, waiting: 20 })
  let closed = false
  const active = new Map<string, Active>()
  // Another server's may still run, but not for longer than a query can.
  const lostBefore = alone ? deps.now() : new Date(deps.now().getTime() - 10 * 60_000)
  await noteLost(lostBefore, deps.now(), deps.catalog)

  const viewFor = async (id: string, actor: Actor): Promise<QueryView> => {
    const running = active.get(id)
    if (running !== undefined && running.principal === actor.id) return running.view
    const found = await loadQuery(id, actor, deps.catalog)
    if (found === null) throw new MeshError('not-found', { what: `query ${id} of yours` })
    return { ...(await toldOf(found, actor, deps)), kept: results.find(id) !== undefined }
  }

  const resultFor = async (id: string, actor: Actor): Promise<QueryResult> => {
    const view = await viewFor(id, actor)
    const { state } = view
    const result = results.find(id)
    if (result !== undefined && state === 'succeeded' && (await stillAllowed(results.readsOf(id), actor, deps)))
      return result
    throw new MeshError('not-found', {
      what: state === 'running' ? `result of query ${id} yet` : `result of query ${id} any more: run it again`,
    })
  }

  return {
    warm: () => deps.processes.warm(),
    tree: async (actor) => treeFor(actor, await known.names(), deps),
    async run(asked, actor) {
      if (closed) throw new MeshError('rate-limited', { port: 'sql', retryAfterSeconds: 5 })
      if (asked.sql.includes('\0')) throw new MeshError('query-refused', { why: 'its text has a NUL character' })
      const place = turns.take(actor.id)
      const view: QueryView = {
        id: deps.catalog.newId('query'),
        sql: asked.sql,
        state: 'running',
        startedAt: deps.now().toISOString(),
        finishedAt: null,
        durationMs: null,
        columns: [],
        rows: 0,
        truncated: false,
        reads: [],
        masked: [],
        error: null,
        kept: false,
      }
      try {
        await noteStarted(view, actor, deps.catalog)
      } catch (error) {
        place.leave()
        throw error
      }
      // Closing has ended those that it knew of.
      if (closed) {
        place.leave()
        const ended = { ...view, state: 'cancelled' as const, finishedAt: deps.now().toISOString(), durationMs: 0 }
        await noteFinished(ended, actor.id, deps.catalog)
        return ended
      }
      const one = startOne({ view, asked, actor, turn: place.turn }, { ...deps, known, results })
      active.set(view.id, one)
      one.ended = one.ended.finally(() => {
        place.leave()
        active.delete(view.id)
      })
      return one.view
    },
    list: async (actor, limit) => {
      const views: QueryView[] = []
      for (const found of await loadQueries(actor, limit, deps.catalog)) {
        const { id } = found.view
        views.push(
          active.get(id)?.view ?? { ...(await toldOf(found, actor, deps)), kept: results.find(id) !== undefined },
        )
      }
      return views
    },
    async get(id, actor, wait) {
      const running = active.get(id)
      if (running !== undefined && running.principal === actor.id && wait !== undefined && wait.waitMs > 0)
        await firstOf(running.ended, wait)
      return viewFor(id, actor)
    },
    async stretch(id, actor, offset, limit) {
      const result = await resultFor(id, actor)
      deps.access.audit.read({
        ...{ at: deps.now(), kind: 'read', actor: actor.id, action: 'sql:rows', subject: `query:${id}`, allow: true },
        ...{ because: 'a result of their own', from: fromAddress.getStore() ?? null, data: {}, bytes: 0 },
        rows: Math.max(0, Math.min(limit, result.rows - offset)),
      })
      return result.stretch(offset, limit)
    },
    async export(id, actor, format) {
      const made = async () => {
        const result = await resultFor(id, actor)
        await deps.access.audit.write({
          at: deps.now(),
          kind: 'read',
          actor: actor.id,
          action: 'sql:export',
          subject: `query:${id}`,
          allow: true,
          because: 'a result of their own',
          data: { format, rows: result.rows },
        })
        return exportResult(result, format, () => deps.catalog.newId('export'))
      }
      if (format !== 'parquet') return made()
      const place = writing.take(actor.id)
      try {
        await place.turn
        return await made()
      } finally {
        place.leave()
      }
    },
    async cancel(id, actor) {
      const view = await viewFor(id, actor)
      const running = active.get(id)
      if (running === undefined) return view
      running.stop()
      await running.ended
      return viewFor(id, actor)
    },
    forget: (product) => results.forgetOf(product),
    inUse: () => new Set([...active.values()].flatMap(({ snapshots }) => [...snapshots])),
    async [Symbol.asyncDispose]() {
      closed = true
      const ending = [...active.values()]
      for (const one of ending) one.stop()
      await Promise.all(ending.map(({ ended }) => ended))
      await deps.processes[Symbol.asyncDispose]()
      await known[Symbol.asyncDispose]()
      await results[Symbol.asyncDispose]()
    },
  }
}

/** What the engine says quotes values: it is told for as long as they may be read, just as they were. */
const toldOf = async ({ view, looked }: KeptQuery, actor: Actor, deps: QueryDeps): Promise<QueryView> => {
  const { error } = view
  if (error?.code !== 'query-failed' || (looked !== null && (await stillAllowed(looked, actor, deps)))) return view
  const why = 'what went wrong may quote rows that you may not read any more, or not as they were'
  const { message: title, hint } = new MeshError('query-failed', { why })
  return { ...view, error: { ...error, title, hint } }
}

/** Only of what this text reads: the process of a query holds no other key. @throws key-missing */
const keysOf = async ({ views }: Reading, { keysFor }: QueryDeps): Promise<DataKeys> => {
  const ids = [...new Set(views.flatMap(({ under }) => under.filter((id) => id !== null)))]
  if (ids.length === 0) return {}
  if (keysFor === undefined) throw new MeshError('key-missing', { key: ids[0] ?? '', why: 'no keys are configured' })
  return keysFor(ids)
}

const firstOf = (ended: Promise<void>, { waitMs, signal }: { waitMs: number; signal: AbortSignal }): Promise<void> =>
  new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', over)
      resolve()
    }
    const timer = setTimeout(over, waitMs)
    signal.addEventListener('abort', over, { once: true })
    void ended.then(over)
  })

type Start = { view: QueryView; asked: BodyOf<'runQuery'>; actor: Actor; turn: Promise<void> }
type OneDeps = QueryDeps & { known: Known; results: Results }

const startOne = ({ view, asked, actor, turn }: Start, deps: OneDeps): Active => {
  const stopped = Promise.withResolvers<'stopped'>()
  let cancelled = false
  let running: RunningQuery | undefined
  const one: Active = {
    principal: actor.id,
    view,
    snapshots: new Set(),
    stop() {
      cancelled = true
      stopped.resolve('stopped')
      running?.cancel()
    },
    ended: Promise.resolve(),
  }
  const finish = async (
    ending: Partial<QueryView> & Pick<QueryView, 'state'>,
    looked: readonly ReadTable[] = [],
  ): Promise<void> => {
    const at = deps.now()
    const durationMs = at.getTime() - Date.parse(view.startedAt)
    one.view = { ...one.view, ...ending, finishedAt: at.toISOString(), durationMs }
    const seen = looked.map(({ product, table, seen: as }) => ({ product, table, seen: as }))
    await noteFinished(one.view, actor.id, deps.catalog, seen)
  }

  const work = async (): Promise<void> => {
    if ((await Promise.race([turn, stopped.promise])) === 'stopped' || cancelled) return finish({ state: 'cancelled' })
    const names = await deps.known.names()
    const reading = await readingFor(actor, asked.sql, names, deps)
    for (const { snapshot } of reading.tables.values()) one.snapshots.add(snapshot.id)
    const keys = await keysOf(reading, deps)
    const result = await QueryResult.create(deps.results.folder, view.id)
    let keeping = false
    try {
      if (cancelled) return await finish({ state: 'cancelled' })
      running = deps.processes.run(
        { sql: asked.sql, views: reading.views, rows: asked.limit, keys },
        {
          columns: (columns) => {
            result.columns = columns
          },
          chunk: (chunk) => result.append(chunk),
        },
      )
      const outcome = await running.outcome
      if (outcome.is === 'cancelled') return await finish({ state: 'cancelled' })
      if (outcome.is === 'failed') {
        const sight = await deps.access.sightOf(actor)
        await refusalRecorded(outcome.fault, reading, actor, deps)
        const error = queryError(asked.sql, outcome.fault, {
          denied: reading.denied,
          names,
          visible: (product) => sight.visible(product),
        })
        await queryRecorded({ ...one.view, error }, { reads: [], masked: [] }, actor, deps)
        return await finish({ state: 'failed', error }, [...reading.tables.values()])
      }
      const read = outcome.end.reads.flatMap((key) => reading.tables.get(key) ?? [])
      readsRecorded(read, result, actor, deps)
      await queryRecorded(one.view, told(read), actor, deps)
      keeping = true
      await deps.results.keep(view.id, actor.id, result, read)
      await finish({ state: 'succeeded', ...told(read), ...resultOf(result), truncated: outcome.end.truncated })
    } finally {
      if (!keeping) await result[Symbol.asyncDispose]()
    }
  }
  one.ended = work()
    .catch(async (error: unknown) => {
      deps.log({ level: 'error', message: 'query not run', facts: { query: view.id, error: String(error) } })
      const why = isMeshError(error) ? error : new MeshError('query-failed', { why: 'the platform could not run it' })
      await finish({
        state: 'failed',
        error: { code: why.code, title: why.message, hint: why.hint, line: null, column: null, product: null },
      })
    })
    // The state is gone: there is nobody left to tell.
    .catch(() => {})
  return one
}

const resultOf = ({ columns, rows }: QueryResult): Pick<QueryView, 'columns' | 'rows' | 'kept'> => ({
  columns: [...columns],
  rows,
  kept: true,
})

const told = (read: readonly ReadTable[]): Pick<QueryView, 'reads' | 'masked'> => ({
  reads: read.map(({ product, table, snapshot }) => ({
    product,
    table,
    snapshot: snapshot.id,
    sequence: snapshot.sequence,
  })),
  masked: read.flatMap(({ product, table, masked }) => masked.map((each) => ({ product, table, ...each }))),
})

const readsRecorded = (read: readonly ReadTable[], result: QueryResult, actor: Actor, deps: QueryDeps): void => {
  const byProduct = new Map(read.map((each) => [each.product, each]))
  for (const { product, port, table, snapshot, because } of byProduct.values())
    deps.access.record({
      at: deps.now(),
      actor: actor.id,
      action: 'data:read',
      product,
      port,
      allow: true,
      because,
      table,
      snapshot: snapshot.id,
      form: 'sql',
      rows: result.rows,
      bytes: result.bytes,
    })
}

/** The text of a query and what it has read, before its rows can be had. */
const queryRecorded = (
  { id, sql, error }: QueryView,
  { reads, masked }: Pick<QueryView, 'reads' | 'masked'>,
  actor: Actor,
  deps: QueryDeps,
): Promise<void> =>
  deps.access.audit.write({
    at: deps.now(),
    kind: 'read',
    actor: actor.id,
    action: 'sql:query',
    subject: `query:${id}`,
    allow: error === null || error.code !== 'denied',
    because: error === null ? 'table by table' : error.code,
    data: { sql, reads, masked },
  })

const refusalRecorded = (
  { relation }: { relation?: { schema: string; name: string } },
  { denied }: Reading,
  actor: Actor,
  deps: QueryDeps,
): void | Promise<void> => {
  const no = relation === undefined ? undefined : denied.get(`${relation.schema}.${relation.name}`)
  if (no !== undefined)
    return deps.access.record({
      at: deps.now(),
      actor: actor.id,
      action: 'data:read',
      product: no.product,
      port: no.port,
      allow: false,
      because: no.because,
      rows: 0,
      bytes: 0,
    })
}
