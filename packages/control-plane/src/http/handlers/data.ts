import { MeshError } from '@datamesh/core'
import type { RowsRequest } from '@datamesh/data-plane'
import { exactly } from '../../access/index.ts'
import {
  continuedSnapshot,
  getProfile,
  getSnapshot,
  listSnapshots,
  productEntry,
  resolveSnapshot,
  type Which,
} from '../../catalog/index.ts'
import { type Answer, answer, matches } from '../answer.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'
import { redactProfile, redactReport, redactSnapshot, withoutCounts } from './redact.ts'
import { filtersOf, formatOf, orderOf, selectOf } from './rows_query.ts'
import { decideOnAll, idOf, portFor, quotesTold, serving as reading, tableOf } from './served.ts'

type Names = 'listSnapshots' | 'getSnapshot' | 'readRows' | 'getProfile'

export const dataHandlers = (deps: HandlerDeps): Pick<Handlers, Names> => {
  const { access, catalog, serving } = deps
  const { count, decideOn, limited, refuse } = reading(deps)

  /** A cursor goes on in the snapshot that it began in, whatever else is asked. */
  const snapshotFor = (id: string, query: Which & { cursor?: string | undefined }, table: string) => {
    if (query.cursor === undefined) return resolveSnapshot(id, query, catalog)
    const place = serving.decodeCursor(query.cursor)
    if (place.table === table) return continuedSnapshot(id, place.snapshot, catalog)
    throw new MeshError('request-invalid', { what: 'the cursor belongs to another table' })
  }

  const sampleOf = async (about: Pick<RowsRequest, 'snapshot' | 'table' | 'decision'>, rows: number) => {
    if (rows === 0) return []
    const { body } = await serving.rows({
      ...about,
      select: null,
      filters: [],
      order: null,
      limit: rows,
      cursor: null,
      format: 'json',
      meta: false,
    })
    return (JSON.parse(String(body)) as { data: Record<string, unknown>[] }).data
  }

  return {
    async listSnapshots({ actor, params, query }) {
      const id = idOf(params)
      const { snapshots, next } = await listSnapshots(id, query, catalog)
      const filtered = (await access.filteredIn(actor, [id])).has(id)
      return { snapshots: filtered ? snapshots.map(withoutCounts) : snapshots, next }
    },

    async getSnapshot({ actor, params, resource }) {
      const snapshot = await getSnapshot(idOf(params), params.id, catalog)
      const decision = await decideOnAll(access, actor, 'data:sample', resource, snapshot.tables)
      const report = redactReport(snapshot.report, decision)
      quotesTold(deps, actor, snapshot.product, decision, 'report', report)
      return redactSnapshot({ ...snapshot, report }, decision)
    },

    async readRows({ actor, params, query, resource, request, reply }) {
      const id = idOf(params)
      const { product } = await productEntry(id, catalog)
      const port = portFor(product, 'api')
      const portName = port?.name ?? 'rows'
      const headers = limited(actor, product, port, reply)
      const snapshot = await snapshotFor(id, query, params.table)
      const table = tableOf(snapshot, params.table)
      const decision = await decideOn(actor, resource, portName, table)
      const wish = {
        snapshot,
        table,
        select: selectOf(query),
        filters: filtersOf(query),
        order: orderOf(query),
        limit: query.limit ?? null,
        cursor: query.cursor ?? null,
        format: formatOf(request.headers.accept),
        meta: query.meta === 'true',
        decision,
      }
      const read = { because: decision.because, table: table.name, snapshot: snapshot.id, form: wish.format }
      const about = {
        ...headers,
        'x-datamesh-snapshot': snapshot.id,
        'x-datamesh-sequence': snapshot.sequence,
        vary: 'authorization, accept',
      }
      // the same question of the same snapshot has the same answer: nothing needs to be read to say so
      const had = request.headers['if-none-match']
      if (had !== undefined && matches(had, serving.etag(wish))) {
        count(actor, id, portName, 0, 0, read)
        return answer({ body: null, etag: serving.etag(wish), headers: about })
      }
      const page = await serving.rows(wish)
      count(actor, id, portName, page.rows ?? 0, Buffer.isBuffer(page.body) ? page.body.length : 0, read)
      return answer({
        body: page.body as Answer['body'],
        etag: page.etag,
        headers: {
          ...about,
          'content-type': page.contentType,
          'x-datamesh-cache': page.cache,
          ...(page.next === null ? {} : { 'x-datamesh-next': page.next }),
        },
      })
    },

    async getProfile({ actor, params, query, resource }) {
      const snapshot = await resolveSnapshot(idOf(params), query, catalog)
      const table = tableOf(snapshot, params.table)
      const decision = await access.decideFor(actor, 'data:sample', exactly(resource, table))
      // the guard was asked before it was known which columns this snapshot has
      if (!decision.allow) await refuse(actor, resource, decision.because, 'data:sample')
      const profile = redactProfile(await getProfile(snapshot.id, table.name, catalog), decision)
      const redactsOnly = decision.rowFilter === null && decision.masks.every(({ how }) => how === 'redact')
      if (redactsOnly) return profile
      // what was kept at the publish was taken from all rows: who sees fewer gets a sample of those
      return { ...profile, sample: await sampleOf({ snapshot, table, decision }, profile.sample.length) }
    },
  }
}
