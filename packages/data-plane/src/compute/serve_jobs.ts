import { errorToWire, type FromWorker, type ToWorker } from './process.ts'

type Jobs = Readonly<Record<string, (job: never, tell: (entry: unknown) => void) => Promise<unknown>>>

/**
 * The inside of a worker process: takes one job from the pipe, does it, answers and ends. Ends at once when the parent is gone,
 * in the middle of a query too, and after `idleSeconds` without a job.
 */
export const serveJobs = (jobs: Jobs, idleSeconds: number): void => {
  const send = (message: FromWorker) =>
    new Promise<void>((resolve) => (process.send ? process.send(message, () => resolve()) : resolve()))
  const idle = setTimeout(() => process.exit(0), idleSeconds * 1000)
  // A running query would hold a normal exit back.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  process.once('message', async (message: ToWorker) => {
    clearTimeout(idle)
    await send({ is: 'accepted' })
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
