import { writeSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { chunkPayload, type FrameKind, frameKinds, frameOf } from './frames.ts'
import { type Tell, warmEngine } from './inside.ts'
import type { QueryEnd, QueryJob } from './model.ts'
import { Fault } from './rules.ts'
import { faultOfEngine } from './told.ts'

const out = 3

const tell = (kind: FrameKind, payload: Buffer): void => {
  const frame = frameOf(kind, payload)
  for (let at = 0; at < frame.length; )
    try {
      at += writeSync(out, frame, at)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') end()
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    }
}
const tellJson = (kind: FrameKind, value: unknown): void => tell(kind, Buffer.from(JSON.stringify(value)))

/** A running query would hold a normal exit back. */
const end = (): void => {
  process.kill(process.pid, 'SIGKILL')
}

type Run = (connection: DuckDBConnection, job: QueryJob, tell: Tell) => Promise<QueryEnd>

/** The inside of a query's process: gets ready, takes one job from standard input, tells the result, and is ended by its parent. */
export const serveQuery = async (run: Run, memoryMb: number): Promise<void> => {
  const connection = await warmEngine(memoryMb)
  const work = async (job: QueryJob): Promise<void> => {
    try {
      const done = await run(connection, job, {
        columns: (columns) => tellJson(frameKinds.columns, columns),
        chunk: (chunk) => tell(frameKinds.chunk, chunkPayload(chunk)),
      })
      tellJson(frameKinds.end, done)
    } catch (error) {
      tellJson(frameKinds.failed, error instanceof Fault ? error.fault : faultOfEngine(error, job.limits.memoryMb))
    }
  }
  let received: Buffer = Buffer.alloc(0)
  let started = false
  process.stdin.on('data', (part: Buffer) => {
    received = Buffer.concat([received, part])
    if (started || received.length < 4 || received.length < 4 + received.readUInt32BE(0)) return
    started = true
    void work(JSON.parse(received.subarray(4).toString()) as QueryJob)
  })
  // The platform is gone.
  process.stdin.on('close', end)
  tell(frameKinds.ready, Buffer.alloc(0))
}
