import { writeSync } from 'node:fs'

// A process that a text has taken over: it tells what the text says, frames as hex, and then waits to be ended.
const out = 3
writeSync(out, Buffer.from('0100000000', 'hex'))
let job: Buffer = Buffer.alloc(0)
process.stdin.on('data', (part: Buffer) => {
  job = Buffer.concat([job, part])
  if (job.length < 4 || job.length < 4 + job.readUInt32BE(0)) return
  const { sql } = JSON.parse(job.subarray(4).toString()) as { sql: string }
  const frames = Buffer.from(sql, 'hex')
  for (let at = 0; at < frames.length; )
    try {
      at += writeSync(out, frames, at)
    } catch {
      // the pipe is full
    }
})
