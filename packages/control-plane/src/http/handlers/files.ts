import { basename } from 'node:path'
import { MeshError, type Snapshot, type TableVersion } from '@datamesh/core'
import { keysIn } from '@datamesh/data-plane'
import type { ReadDecision } from '../../access/index.ts'
import { productEntry, resolveSnapshot } from '../../catalog/index.ts'
import { answer, matches } from '../answer.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'
import { idOf, isWhole, portFor, serving, tableOf } from './served.ts'

export const fileHandlers = (deps: HandlerDeps): Pick<Handlers, 'listFiles' | 'getFile'> => {
  const { catalog } = deps
  const { count, decideOn, limited } = serving(deps)
  return {
    async listFiles({ actor, params, query, resource }) {
      const id = idOf(params)
      const { product } = await productEntry(id, catalog)
      const snapshot = await resolveSnapshot(id, query, catalog)
      const port = portFor(product, 'file', 'batch')?.name ?? 'files'
      const open: FileTable[] = []
      for (const table of snapshot.tables) {
        const decision = await decideOn(actor, resource, port, table)
        open.push(
          isAsItLies(decision, table)
            ? fileTable(id, snapshot, table)
            : await maskedTable(id, snapshot, table, decision, deps),
        )
      }
      return { snapshot: snapshot.id, sequence: snapshot.sequence, tables: open }
    },

    async getFile({ actor, params, resource, request, reply }) {
      const id = idOf(params)
      const { product } = await productEntry(id, catalog)
      const port = portFor(product, 'file', 'batch')
      const snapshot = await resolveSnapshot(id, { snapshot: params.snapshot }, catalog)
      const table = tableOf(snapshot, params.table)
      const portName = port?.name ?? 'files'
      const decision = await decideOn(actor, resource, portName, table)
      const file = isAsItLies(decision, table)
        ? deps.serving.file(snapshot, table, params.name)
        : await maskedFile(snapshot, table, params.name, decision, deps)
      const headers = {
        ...limited(actor, product, port, reply),
        'content-type': file.contentType,
        'accept-ranges': 'bytes',
        'x-datamesh-snapshot': snapshot.id,
        'repr-digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
      }
      const { etag } = file
      if (matches(request.headers['if-none-match'], etag)) return answer({ body: null, etag, headers })
      const range = rangeOf(request.headers.range, file.bytes)
      if (range === 'unsatisfiable') {
        return answer({ status: 416, headers: { ...headers, 'content-range': `bytes */${file.bytes}` }, body: null })
      }
      const { first, last, status } = range
      count(actor, id, portName, 0, last - first + 1, {
        because: decision.because,
        table: table.name,
        snapshot: snapshot.id,
        form: `file ${params.name}`,
      })
      const more = status === 206 ? { 'content-range': `bytes ${first}-${last}/${file.bytes}` } : {}
      const body = request.method === 'HEAD' ? null : file.stream({ start: first, end: last })
      body?.on('error', () => reply.raw.destroy())
      return answer({ status, body, etag, headers: { ...headers, ...more, 'content-length': last - first + 1 } })
    },
  }
}

/** Encrypted files are delivered as plain ones, made for the reader: no tool outside opens them, and nobody is given a key. */
const isAsItLies = (decision: ReadDecision, table: TableVersion): boolean =>
  isWhole(decision, table) && keysIn(table.files).length === 0

type MaskedDeps = Pick<HandlerDeps, 'serving'>

/** One file instead of those that are published, made of what this reader may see. */
const maskedTable = async (
  product: string,
  snapshot: Snapshot,
  table: TableVersion,
  decision: ReadDecision,
  { serving }: MaskedDeps,
): Promise<FileTable> => {
  const { name, rows, bytes, sha256 } = await serving.masked.of(snapshot, table, decision)
  return {
    name: table.name,
    rows,
    bytes,
    files: [{ rows, bytes, sha256, name, url: urlOf(product, snapshot, table, name) }],
  }
}

/** Only under the name that today's verdict has: what was listed before a right was narrowed is not there any more. @throws not-found */
const maskedFile = async (
  snapshot: Snapshot,
  table: TableVersion,
  name: string,
  decision: ReadDecision,
  { serving }: MaskedDeps,
) => {
  if (serving.masked.nameOf(snapshot, table, decision) !== name)
    throw new MeshError('not-found', { what: `file ${name} of table ${table.name} for you` })
  return serving.masked.of(snapshot, table, decision)
}

const urlOf = (product: string, snapshot: Snapshot, table: TableVersion, name: string): string =>
  `/api/v1/products/${product}/files/${snapshot.id}/${table.name}/${name}`

type FileTable = {
  name: string
  rows: number
  bytes: number
  files: { rows: number; bytes: number; sha256: string; name: string; url: string }[]
}

const fileTable = (product: string, snapshot: Snapshot, table: TableVersion): FileTable => ({
  name: table.name,
  rows: table.rows,
  bytes: table.bytes,
  files: table.files.map(({ path, rows, bytes, sha256 }) => {
    const name = basename(path)
    return { rows, bytes, sha256, name, url: urlOf(product, snapshot, table, name) }
  }),
})

/** One range of bytes; several at once are answered whole. Rule: RFC 9110, 14.1.2 */
export const rangeOf = (
  header: string | undefined,
  bytes: number,
): { status: 200 | 206; first: number; last: number } | 'unsatisfiable' => {
  const all = { status: 200, first: 0, last: bytes - 1 } as const
  const found = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim())
  if (found === null || (found[1] === '' && found[2] === '')) return all
  const [, from = '', to = ''] = found
  const first = from === '' ? Math.max(0, bytes - Number(to)) : Number(from)
  const last = from === '' || to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1)
  if (first >= bytes || (from === '' && Number(to) === 0)) return 'unsatisfiable'
  return last < first ? all : { status: 206, first, last }
}
