import type { MeshEvent } from '@datamesh/core'
import type { Storage } from '@datamesh/data-plane'
import type { CatalogDeps } from '../catalog/index.ts'
import type { Store, StoreLog } from '../store/index.ts'
import { type EventQuestion, watchEvents } from './events.ts'
import { measureLevels } from './levels.ts'
import { metricsText } from './metrics.ts'
import { type RequestFacts, requestCounts } from './requests.ts'

export type ObserveDeps = Omit<CatalogDeps, 'store'> & {
  store: Pick<Store, 'db' | 'listen' | 'health'>
  storage: Pick<Storage, 'absolute'>
  startedAt: Date
  log: StoreLog
}

export type Observe = AsyncDisposable & {
  /** Counts one answered request. */
  requestDone(facts: RequestFacts): void
  /** Prometheus text. */
  metrics(): Promise<string>
  events(question: EventQuestion): AsyncGenerator<MeshEvent>
  /** Measures the service levels now; otherwise once a minute. */
  measure(): Promise<void>
}

/** Watches the mesh: counts requests, measures service levels, tells events. */
export const openObserve = (deps: ObserveDeps, { everyMs = 60_000 }: { everyMs?: number } = {}): Observe => {
  const requests = requestCounts()
  let measuring: Promise<void> = Promise.resolve()
  const measure = () => {
    measuring = measuring.then(() => measureLevels(requests.take(), deps))
    return measuring
  }
  const timer = setInterval(() => {
    measure().catch((error) =>
      deps.log({ level: 'error', message: 'service levels not measured', facts: { error: String(error) } }),
    )
    measuring = measuring.catch(() => {})
  }, everyMs)
  return {
    requestDone: requests.done,
    metrics: () => metricsText(requests.families(), deps),
    events: (question) => watchEvents(question, deps),
    measure,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await measuring.catch(() => {})
    },
  }
}
