import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { between, median, prove, sleep, startWriter } from './state-rounds.ts'

// kill -9 of the process that writes the embedded state, at random moments, also while it opens:
//   node --conditions=mesh-source tools/state-kill.ts [rounds, default 30]
// Afterwards every acknowledged row must be there, the counter must equal the rows, and nothing may be left locked.

const rounds = Number(process.argv[2] ?? 30)
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-state-kill-'))
const acknowledged = new Set<number>()
const openings: number[] = []
let next = 1
let lost = 0
let torn = 0
let unopened = 0
let whileOpening = 0

for (let round = 1; round <= rounds; round++) {
  const writer = startWriter(dir, next)
  // One in five dies while it opens or recovers.
  if (round % 5 !== 0) await writer.opened
  await sleep(between(50, round % 5 === 0 ? 400 : 1500))
  writer.process.kill('SIGKILL')
  await writer.ended
  if (writer.said.length > 0) console.error(writer.said.join(''))
  if (round % 5 === 0 && writer.acknowledged.length === 0) whileOpening++
  for (const id of writer.acknowledged) acknowledged.add(id)
  next = Math.max(next, ...writer.acknowledged.map((id) => id + 1)) + 1
  try {
    const proof = await prove(dir, acknowledged)
    openings.push(proof.openMs)
    lost += proof.lost
    torn += Number(proof.torn)
    const said = `${writer.acknowledged.length} acknowledged, ${proof.stored} stored, ${proof.lost} lost, opened in ${proof.openMs.toFixed(0)} ms`
    console.log(`kill ${round}: ${said}${proof.torn ? ', COUNTER AND ROWS DIFFER' : ''}`)
  } catch (error) {
    unopened++
    console.log(`kill ${round}: does not open: ${(error as Error).message}`)
    break
  }
}
fs.rmSync(dir, { recursive: true, force: true })
console.log(
  JSON.stringify({
    kills: rounds,
    whileOpening,
    acknowledged: acknowledged.size,
    lost,
    torn,
    unopened,
    reopenMedianMs: Math.round(median(openings)),
  }),
)
process.exitCode = lost + torn + unopened === 0 ? 0 : 1
