import { MeshError } from '@datamesh/core'

/** How many queries run at once, and how many wait. */
export type TurnLimits = { ofOne: number; all: number; waitingOfOne: number; waiting: number }
export const defaultTurns: TurnLimits = { ofOne: 2, all: 10, waitingOfOne: 4, waiting: 40 }

/** As many at once as half of the machine's memory holds, two at least. */
export const turnsFor = (machineMb: number, queryMb: number): TurnLimits => ({
  ...defaultTurns,
  all: Math.max(2, Math.min(defaultTurns.all, Math.floor(machineMb / 2 / queryMb))),
})

type Waiting = { principal: string; go: () => void }

/** Gives turns in the order of asking, passing over those who have enough running already. */
export class Turns {
  readonly #limits: TurnLimits
  readonly #running = new Map<string, number>()
  #waiting: Waiting[] = []
  #all = 0

  constructor(limits: TurnLimits) {
    this.#limits = limits
  }

  /** @throws rate-limited when too many wait already */
  take(principal: string): { turn: Promise<void>; leave(): void } {
    const mine = this.#waiting.filter((each) => each.principal === principal).length
    if (mine >= this.#limits.waitingOfOne || this.#waiting.length >= this.#limits.waiting)
      throw new MeshError('rate-limited', { port: 'queries at once', retryAfterSeconds: 5 })
    const { promise, resolve } = Promise.withResolvers<void>()
    let going = false
    const waiting: Waiting = {
      principal,
      go: () => {
        going = true
        resolve()
      },
    }
    this.#waiting.push(waiting)
    this.#next()
    return {
      turn: promise,
      leave: () => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting)
        if (!going) return
        going = false
        this.#all -= 1
        this.#running.set(principal, (this.#running.get(principal) ?? 1) - 1)
        if (this.#running.get(principal) === 0) this.#running.delete(principal)
        this.#next()
      },
    }
  }

  #next(): void {
    for (const waiting of [...this.#waiting]) {
      const running = this.#running.get(waiting.principal) ?? 0
      if (this.#all >= this.#limits.all) return
      if (running >= this.#limits.ofOne) continue
      this.#all += 1
      this.#running.set(waiting.principal, running + 1)
      this.#waiting = this.#waiting.filter((each) => each !== waiting)
      waiting.go()
    }
  }
}
