/** Uniform numbers in [0, 1) that a seed decides (xmur3 to spread the seed, sfc32 to go on). Not for secrets. */
export const randomFrom = (seed: string): (() => number) => {
  let h = 1779033703 ^ seed.length
  for (let at = 0; at < seed.length; at++) {
    h = Math.imul(h ^ seed.charCodeAt(at), 3432918353)
    h = (h << 13) | (h >>> 19)
  }
  const next = (): number => {
    h = Math.imul(h ^ (h >>> 16), 2246822507)
    h = Math.imul(h ^ (h >>> 13), 3266489909)
    h ^= h >>> 16
    return h >>> 0
  }
  let [a, b, c, d] = [next(), next(), next(), next()] as [number, number, number, number]
  return () => {
    const t = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return (t >>> 0) / 4294967296
  }
}
