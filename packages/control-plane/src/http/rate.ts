export type RateLimit = { requests: number; perSeconds: number }
export type Taken = { allowed: boolean; headers: Record<string, string>; retryAfterSeconds: number }

type Bucket = { tokens: number; at: number; full: number }

const mostBuckets = 20_000

/**
 * Token buckets, one per port and principal: `requests` at once, refilled evenly over `perSeconds`. Counted per process: behind several
 * replicas the limit holds for each of them.
 * Headers: draft-ietf-httpapi-ratelimit-headers-10.
 */
export const rateLimiter = (deps: { nowMs(): number }) => {
  const buckets = new Map<string, Bucket>()

  const forgetFull = (at: number) => {
    for (const [key, bucket] of buckets) if (at >= bucket.full) buckets.delete(key)
    if (buckets.size >= mostBuckets) buckets.clear()
  }

  return {
    /** `key` tells buckets apart, `name` is what the caller reads in the headers. */
    take(name: string, key: string, limit: RateLimit): Taken {
      const at = deps.nowMs()
      const perMs = limit.requests / (limit.perSeconds * 1000)
      let bucket = buckets.get(key)
      if (bucket === undefined) {
        if (buckets.size >= mostBuckets) forgetFull(at)
        bucket = { tokens: limit.requests, at, full: at }
        buckets.set(key, bucket)
      }
      // never more than a new limit allows
      bucket.tokens = Math.min(limit.requests, bucket.tokens + Math.max(0, at - bucket.at) * perMs)
      bucket.at = at
      // refilled in fractions: a token that is one but for rounding is one
      const allowed = bucket.tokens >= 1 - 1e-9
      if (allowed) bucket.tokens = Math.max(0, bucket.tokens - 1)
      const msToFull = (limit.requests - bucket.tokens) / perMs
      bucket.full = at + msToFull
      const retryAfterSeconds = allowed ? 0 : Math.max(1, Math.ceil((1 - bucket.tokens) / perMs / 1000))
      return {
        allowed,
        retryAfterSeconds,
        headers: {
          'ratelimit-policy': `"${name}";q=${limit.requests};w=${limit.perSeconds}`,
          ratelimit: `"${name}";r=${Math.floor(bucket.tokens)};t=${Math.ceil(msToFull / 1000)}`,
        },
      }
    },
  }
}
export type RateLimiter = ReturnType<typeof rateLimiter>
