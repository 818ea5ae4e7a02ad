import { existsSync, readdirSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { constants, setPriority } from 'node:os'
import { errorToWire, type FromWorker, type ToWorker } from './process.ts'

type Jobs = Readonly<Record<string, (job: never, tell: (entry: unknown) => void) => Promise<unknown>>>

/** What nobody waits for gives way to what somebody does. */
const unhurried = new Set(['profile'])

/**
 * The inside of a worker process: takes one job from the pipe, does it, answers and ends. Ends at once when the parent is gone,
 * in the middle of a query too, and after `idleSeconds` without a job.
 */
export const serveJobs = (jobs: Jobs, idleSeconds: number): void => {
  const send = (message: FromWorker) =>
    new Promise<void>((resolve) => (process.send ? process.send(message, () => resolve()) : resolve()))
  // A worker is ended from outside, before Node would write down by itself what it has compiled; without news this costs nothing.
  flushCompileCache()
  const idle = setTimeout(() => process.exit(0), idleSeconds * 1000)
  // A running query would hold a normal exit back.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  process.once('message', async (message: ToWorker) => {
    clearTimeout(idle)
    await send({ is: 'accepted' })
    if (unhurried.has(message.do)) giveWay()
    try {
      const work = jobs[message.do]
      if (work === undefined) throw new Error(`a worker cannot ${message.do}`)
      const result = await work(message.job as never, (entry) => void send({ is: 'entry', entry }))
      await send({ is: 'done', result })
    } catch (error) {
      await send({ is: 'failed', error: errorToWire(error) })
    }
  })
}

/** Linux has a priority for each thread; a new one takes that of the thread that made it. */
const giveWay = (): void => {
  const threads = existsSync('/proc/self/task') ? readdirSync('/proc/self/task').map(Number) : [0]
  for (const thread of threads)
    try {
      setPriority(thread, constants.priority.PRIORITY_LOW)
    } catch {
      // it ended a moment ago, or this machine does not let us: the work is done all the same
    }
}
