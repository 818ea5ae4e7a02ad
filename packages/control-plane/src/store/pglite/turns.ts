import { MeshError } from '@datamesh/core'

type Waiting = { take(): void; refuse(error: MeshError): void }

/** Who may use the only connection: one after the other, in the order of asking, nobody waits for ever. */
export class Turns {
  #deadlineMs: number
  #taken = false
  #ended = false
  #queue: Waiting[] = []

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs
  }

  /** Resolves to the function that gives the turn back. @throws state-busy, state-closed */
  async take(): Promise<() => void> {
    if (this.#ended) throw new MeshError('state-closed', {})
    if (this.#taken)
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          this.#queue = this.#queue.filter((other) => other !== waiting)
          reject(new MeshError('state-busy', { seconds: this.#deadlineMs / 1000 }))
        }, this.#deadlineMs)
        const waiting: Waiting = {
          take: () => {
            clearTimeout(timer)
            resolve()
          },
          refuse: (error) => {
            clearTimeout(timer)
            reject(error)
          },
        }
        this.#queue.push(waiting)
      })
    this.#taken = true
    let given = false
    return () => {
      if (given) return
      given = true
      const next = this.#queue.shift()
      if (next) next.take()
      else this.#taken = false
    }
  }

  /** Refuses everybody who waits and everybody who comes. */
  end(): void {
    this.#ended = true
    for (const waiting of this.#queue.splice(0)) waiting.refuse(new MeshError('state-closed', {}))
  }
}
