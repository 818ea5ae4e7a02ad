import { Readable } from 'node:stream'
import { type Link, MeshError, type QueryOf } from '@datamesh/core'
import { type AuditQuestion, auditBefore, auditHead, auditLinks } from '../../store/index.ts'
import { answer } from '../answer.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'

type Names = 'listAudit' | 'verifyAudit' | 'exportAudit'

const dateOf = (name: string, text: string | undefined): Date | undefined => {
  if (text === undefined) return undefined
  const date = new Date(text)
  if (Number.isNaN(date.getTime()))
    throw new MeshError('request-invalid', {
      what: `${name}=${text} is no time: write 2026-01-31 or 2026-01-31T08:00:00Z`,
    })
  return date
}

const headsIn = (text: string | undefined): { seq: number; hash: string }[] => {
  const [seq, hash] = text?.split(':') ?? []
  return seq === undefined || hash === undefined ? [] : [{ seq: Number(seq), hash }]
}

const questionOf = ({ from, to, ...rest }: QueryOf<'exportAudit'>): AuditQuestion => ({
  ...rest,
  from: dateOf('from', from),
  to: dateOf('to', to),
})

export const auditHandlers = ({ audit, catalog, identity }: HandlerDeps): Pick<Handlers, Names> => ({
  async listAudit({ query }) {
    const { before, limit, ...question } = query
    const links = await auditBefore(catalog.store.db, questionOf(question), { before, limit })
    return { entries: links, next: links.length < limit ? null : (links.at(-1)?.seq ?? null) }
  },

  async verifyAudit({ query }) {
    const began = performance.now()
    const found = await audit.verify(headsIn(query.head))
    return { ...found, at: identity.now().toISOString(), ms: Math.round(performance.now() - began) }
  },

  async exportAudit({ query }) {
    const question = questionOf(query)
    const { seq, hash } = await auditHead(catalog.store.db)
    const partial = Object.values(query).some((each) => each !== undefined)
    const header = { datameshAudit: 1, at: identity.now().toISOString(), partial, ...query, head: { seq, hash } }
    return answer({
      body: Readable.from(linesOf(header, auditLinks(catalog.store.db, question, seq))),
      headers: {
        'content-type': 'application/x-ndjson; charset=utf-8',
        'content-disposition': 'attachment; filename="audit.ndjson"',
      },
    })
  },
})

/** Many entries in one piece: a stream of texts of 500 bytes is slow. */
async function* linesOf(header: unknown, links: AsyncIterable<Link>): AsyncGenerator<Buffer> {
  let text = `${JSON.stringify(header)}\n`
  for await (const link of links) {
    text += `${JSON.stringify(link)}\n`
    if (text.length > 64 * 1024) {
      yield Buffer.from(text)
      text = ''
    }
  }
  yield Buffer.from(text)
}
