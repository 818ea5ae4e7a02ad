import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '@datamesh/sdk'
import { median, printTable, residentMb, startPlatform } from './measure.ts'

/** (4) Start to ready, cold (nothing there: the aviation mesh is built and published) and warm; resident memory of all processes. */
export async function benchStart({ rounds }: { rounds: number }): Promise<void> {
  const root = join(import.meta.dirname, '..')
  const cold: number[] = []
  const warm: number[] = []
  const resting: number[] = []
  const publishing: number[] = []
  for (let round = 0; round < rounds; round++) {
    const home = mkdtempSync(join(tmpdir(), 'datamesh-bench-'))
    const args = ['--home', home, '--mesh', join(root, 'examples', 'aviation')]
    try {
      const first = await startPlatform(args, { cwd: root })
      cold.push(first.readyMs)
      let peak = 0
      const watch = setInterval(() => {
        peak = Math.max(peak, residentMb(first.pid) ?? 0)
      }, 50)
      const client = connect({ url: first.url, token: first.token })
      const run = await client.call('publish', {
        params: { domain: 'flight-operations', product: 'flights-fact' },
        body: { fullRefresh: true },
      })
      for await (const _entry of client.follow(run.id)) {
        // until it ends
      }
      clearInterval(watch)
      publishing.push(peak)
      await first.stop()
      const second = await startPlatform(args, { cwd: root })
      warm.push(second.readyMs)
      await sleep(5000)
      resting.push(residentMb(second.pid) ?? Number.NaN)
      await second.stop()
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  }
  const row = (what: string, values: number[], unit: string) => ({
    what,
    median: Math.round(median(values)),
    min: Math.round(Math.min(...values)),
    max: Math.round(Math.max(...values)),
    unit,
  })
  printTable(`(4) Start and memory, aviation mesh, ${rounds} rounds`, [
    row('cold: empty folder to all products published', cold, 'ms'),
    row('warm: second start to ready', warm, 'ms'),
    row('resident at rest, 5 s after a warm start, all processes', resting, 'MB'),
    row('resident at the peak of publishing 3 M flights, all processes', publishing, 'MB'),
  ])
}
