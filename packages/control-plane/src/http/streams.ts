import { MeshError } from '@datamesh/core'

/**
 * Streams stay open for days, each with a reader of the state behind it: nobody has more than `most` at once. Answers how to count one less.
 * @throws rate-limited
 */
export const countStreams = (most: number): ((principal: string) => () => void) => {
  const open = new Map<string, number>()
  return (principal) => {
    const mine = open.get(principal) ?? 0
    if (mine >= most) throw new MeshError('rate-limited', { port: 'streams', retryAfterSeconds: 30 })
    open.set(principal, mine + 1)
    return () => {
      const left = (open.get(principal) ?? 1) - 1
      if (left === 0) open.delete(principal)
      else open.set(principal, left)
    }
  }
}
