import { listProducts } from '../../catalog/index.ts'
import { listRuns } from '../../runs/index.ts'
import { answer } from '../answer.ts'
import type { Handlers } from '../handler.ts'
import { openApi } from '../openapi.ts'
import type { HandlerDeps } from './deps.ts'
import { counted } from './redact.ts'

type Names = 'healthz' | 'readyz' | 'openapi' | 'metrics' | 'status'

export const platformHandlers = (deps: HandlerDeps): Pick<Handlers, Names> => {
  const { about, access, catalog, runs, ready, observe } = deps
  let document: string | undefined
  return {
    healthz: () => ({ ok: true }),

    async readyz() {
      const said = await ready()
      if (said.ok) return said
      return answer({
        status: 503,
        headers: { 'content-type': 'application/json', 'retry-after': '1' },
        body: JSON.stringify(said),
      })
    },

    openapi() {
      document ??= JSON.stringify(openApi({ version: about.version, url: about.url() }))
      return answer({ body: document, headers: { 'content-type': 'application/json; charset=utf-8' } })
    },

    metrics: async () =>
      answer({
        body: await observe.metrics(),
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      }),

    async status({ actor }) {
      const { visible } = await access.sightOf(actor)
      const [{ products }, running, said] = await Promise.all([
        listProducts({ limit: 1000 }, visible, catalog),
        listRuns({ limit: 100, state: 'running' }, visible, runs),
        ready(),
      ])
      return {
        version: about.version,
        startedAt: about.startedAt.toISOString(),
        products: await counted(access, actor, products),
        running: running.runs,
        parts: said.checks,
      }
    },
  }
}
