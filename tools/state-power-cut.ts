import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { between, median, prove, sleep, startWriter } from './state-rounds.ts'

// Simulated power cuts of the embedded state: it lives on an ext4 in an image file; at a random moment the image, as it is on its backing
// file, is copied: what was not synced is not in the copy. The copy is mounted (ext4 replays its journal) and opened as after a reboot.
//   node --conditions=mesh-source tools/state-power-cut.ts [cuts, default 20]
// Needs root, losetup, mkfs.ext4 and mount. An approximation: no disk cache that lies, and the copy is not taken in one instant.
// Every fourth cut falls into the making of the database. With --without-fsync it is a control: it must find lost rows.

const durable = !process.argv.includes('--without-fsync')
const cuts = Number(process.argv[2] ?? 20)

const missing = [
  ...(process.getuid?.() === 0 ? [] : ['root']),
  ...['losetup', 'mkfs.ext4', 'mount', 'umount', 'cp'].filter(
    (tool) => spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${tool}`]).status !== 0,
  ),
  ...(fs.existsSync('/dev/loop-control') ? [] : ['/dev/loop-control']),
]
if (missing.length > 0) {
  console.error(`state-power-cut cannot run here; missing: ${missing.join(', ')}`)
  process.exit(2)
}

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  })
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-power-cut-'))
const image = path.join(work, 'disk.img')
const copy = path.join(work, 'copy.img')
const live = path.join(work, 'live')
const after = path.join(work, 'after')
for (const dir of [live, after]) fs.mkdirSync(dir)

let acknowledgedAll = 0
let lost = 0
let torn = 0
let unopened = 0
let whileMaking = 0
const openings: number[] = []

const cut = async (round: number): Promise<void> => {
  run('truncate', '-s', '600M', image)
  run('mkfs.ext4', '-q', '-F', image)
  // Loop devices write through to the image; the image's own pages are in the page cache, which the copy reads: only what ext4 has
  // handed down to its device (by a sync or its own write-back) is seen.
  const device = run('losetup', '--find', '--show', image).trim()
  let writer: ReturnType<typeof startWriter> | undefined
  try {
    run('mount', device, live)
    const dir = path.join(live, 'state')
    const making = round % 4 === 0
    writer = startWriter(dir, 1, durable)
    if (making) await sleep(between(300, 3500))
    else {
      await writer.opened
      await sleep(between(300, 6000))
    }
    // Stopped, not killed: at this moment the machine is gone. Acknowledged is what had been said by then.
    writer.process.kill('SIGSTOP')
    await sleep(50)
    const acknowledged = new Set(writer.acknowledged)
    run('cp', '--sparse=always', image, copy)
    acknowledgedAll += acknowledged.size
    if (making && acknowledged.size === 0) whileMaking++
    await checkCopy(round, acknowledged)
  } finally {
    writer?.process.kill('SIGKILL')
    await writer?.ended
    spawnSync('umount', [live])
    spawnSync('losetup', ['-d', device], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } })
  }
}

const checkCopy = async (round: number, acknowledged: ReadonlySet<number>): Promise<void> => {
  run('mount', '-o', 'loop', copy, after)
  try {
    const proof = await prove(path.join(after, 'state'), acknowledged)
    openings.push(proof.openMs)
    lost += proof.lost
    torn += Number(proof.torn)
    const said = `${acknowledged.size} acknowledged, ${proof.stored} stored, ${proof.lost} lost, opened in ${proof.openMs.toFixed(0)} ms`
    console.log(`cut ${round}: ${said}${proof.torn ? ', COUNTER AND ROWS DIFFER' : ''}`)
  } catch (error) {
    unopened++
    console.log(`cut ${round}: ${acknowledged.size} acknowledged, DOES NOT OPEN: ${(error as Error).message}`)
  } finally {
    run('umount', after)
  }
}

try {
  for (let round = 1; round <= cuts; round++) await cut(round)
} finally {
  fs.rmSync(work, { recursive: true, force: true })
}
console.log(
  JSON.stringify({
    cuts,
    durable,
    whileMaking,
    acknowledged: acknowledgedAll,
    lost,
    torn,
    unopened,
    reopenMedianMs: Math.round(median(openings)),
  }),
)
process.exitCode = lost + torn + unopened === 0 ? 0 : 1
