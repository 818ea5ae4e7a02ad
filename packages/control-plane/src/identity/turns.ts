import { MeshError } from '@datamesh/core'
import type { InTurn } from './passwords.ts'

/** `most` at the same time, `waiting` more in a row; whoever comes then is told to come again. */
export const turnsOf = (most: number, waiting: number): InTurn => {
  let running = 0
  const row: (() => void)[] = []
  return async (work) => {
    if (running >= most) {
      if (row.length >= waiting) throw new MeshError('rate-limited', { port: 'sign-in', retryAfterSeconds: 2 })
      await new Promise<void>((turn) => row.push(turn))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = row.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
