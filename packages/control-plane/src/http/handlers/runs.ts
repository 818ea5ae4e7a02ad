import { type Action, type Actor, type Decision, MeshError, type Run } from '@datamesh/core'
import { productEntry } from '../../catalog/index.ts'
import {
  backfill,
  cancelRun,
  entriesAfter,
  followRun,
  getRun,
  listRuns,
  requestPublish,
  retryRun,
  runReport,
} from '../../runs/index.ts'
import { answer } from '../answer.ts'
import type { Handlers } from '../handler.ts'
import { resumeFrom, type StreamEvent, streamEvents } from '../sse.ts'
import type { HandlerDeps } from './deps.ts'
import { redactEntry, redactReport, redactRun } from './redact.ts'
import { decideOnAll, quotesTold } from './served.ts'

type Names = 'publish' | 'listRuns' | 'getRun' | 'followRun' | 'cancelRun' | 'retryRun' | 'backfill'

export const runHandlers = (deps: HandlerDeps): Pick<Handlers, Names> => {
  const { access, runs } = deps

  const resourceOf = async (run: Run) => {
    const [domain = '', product = ''] = run.product.split('/')
    return (await access.resourceOf(domain, product)) ?? { product: run.product }
  }

  /** Who may see rows of the product may read what quotes them. */
  const sampleOf = async (actor: Actor, run: Run) => {
    const entry = await productEntry(run.product, runs).catch(() => null)
    return decideOnAll(access, actor, 'data:sample', await resourceOf(run), entry?.head?.tables ?? [])
  }

  /** The path names a run only; whose it is decides. A run of a product that one may not find is not there. */
  const runFor = async (actor: Actor, id: string, action: Action): Promise<Run> => {
    const run = await getRun(id, runs)
    const resource = await resourceOf(run)
    if (!(await access.decideFor(actor, 'run:read', resource)).allow)
      throw new MeshError('not-found', { what: `run ${id}` })
    const { allow, because } = await access.decideFor(actor, action, resource)
    if (!allow) throw new MeshError('denied', { action, because })
    return run
  }

  return {
    publish({ actor, params, body }) {
      const { expecting, ...rest } = body
      return requestPublish(
        `${params.domain}/${params.product}`,
        { params: rest as never, trigger: { by: 'person' }, actor, expecting },
        runs,
      )
    },
    async listRuns({ actor, query }) {
      const { runs: found, next } = await listRuns(query, (await access.sightOf(actor)).visible, runs)
      const told = found.map(async (run) => (run.error === null ? run : redactRun(run, await sampleOf(actor, run))))
      return { runs: await Promise.all(told), next }
    },
    async getRun({ actor, params }) {
      const run = await runFor(actor, params.id, 'run:read')
      const [entries, report] = await Promise.all([entriesAfter(run.id, 0, runs), runReport(run.id, runs)])
      const decision = await sampleOf(actor, run)
      const told = report === null ? null : redactReport(report, decision)
      quotesTold(deps, actor, run.product, decision, 'report', told)
      return {
        ...redactRun(run, decision),
        entries: entries.map((entry) => redactEntry(entry, decision)),
        report: told,
      }
    },
    async followRun(call) {
      const run = await runFor(call.actor, call.params.id, 'run:read')
      const after = resumeFrom(call.request.headers['last-event-id'], undefined) ?? 0
      const lines = followRun(run.id, after, { ...runs, signal: call.signal })
      await streamEvents(call, linesOf(lines, await sampleOf(call.actor, run)))
      return answer({ body: null })
    },
    async cancelRun({ actor, params }) {
      await runFor(actor, params.id, 'run:cancel')
      return cancelRun(params.id, actor, runs)
    },
    async retryRun({ actor, params, query }) {
      await runFor(actor, params.id, 'product:publish')
      return retryRun(params.id, query, actor, runs)
    },
    async backfill({ actor, params, body }) {
      return { runs: await backfill(`${params.domain}/${params.product}`, body.vars, actor, runs) }
    },
  }
}

async function* linesOf(entries: ReturnType<typeof followRun>, decision: Decision): AsyncGenerator<StreamEvent> {
  for await (const entry of entries)
    yield { id: String(entry.seq), event: entry.kind, data: redactEntry(entry, decision) }
  yield { event: 'end', data: {} }
}
