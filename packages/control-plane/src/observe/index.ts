export { recentEvents, watchEvents } from './events.ts'
export { type Readiness, readiness } from './health.ts'
export { type Observe, openObserve } from './observe.ts'
export { sloHistory } from './slo.ts'
