import { counter, histogram } from './registry.ts'

/** One answered request, as http saw it. `route` is the name in the route table, never a path with values in it. */
export type RequestFacts = {
  route: string
  method: string
  status: number
  durationMs: number
  /** For reads of data. */
  product?: string
}

export type RequestCounts = { served: number; failed: number; seconds: number[] }

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Durations kept per product between two measurements; beyond it a random one is replaced, so that the sample stays fair. */
const keptSeconds = 512

/** Counts requests for the metrics, and per product for the service levels. */
export const requestCounts = () => {
  const requests = counter('datamesh_http_requests_total', 'Requests answered, by route and status.')
  const seconds = histogram('datamesh_http_request_duration_seconds', 'Time to answer, by route.', bounds)
  let products = new Map<string, RequestCounts>()
  return {
    done({ route, method, status, durationMs, product }: RequestFacts): void {
      requests.add({ route, method, status: String(status) })
      seconds.observe({ route }, durationMs / 1000)
      if (product === undefined) return
      let counts = products.get(product)
      if (!counts) {
        counts = { served: 0, failed: 0, seconds: [] }
        products.set(product, counts)
      }
      // What the caller did wrong is no outage.
      if (status >= 500) counts.failed++
      else counts.served++
      const total = counts.served + counts.failed
      if (counts.seconds.length < keptSeconds) counts.seconds.push(durationMs / 1000)
      else if (Math.random() < keptSeconds / total)
        counts.seconds[Math.floor(Math.random() * keptSeconds)] = durationMs / 1000
    },
    /** What was counted since the last call. */
    take(): Map<string, RequestCounts> {
      const taken = products
      products = new Map()
      return taken
    },
    families: () => [requests.family(), seconds.family()],
  }
}
