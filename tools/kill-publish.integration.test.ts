import { expect, test } from 'vitest'
import { killRounds } from './kill-publish.ts'

test.skipIf(process.platform !== 'linux')(
  'ten kills of server and build processes lose no acknowledged publish, show no partial snapshot, leave no lock and no garbage',
  async () => {
    const { lost, partial, stuck, leaked, reads, acknowledged } = await killRounds(10)
    expect({ lost, partial, stuck, leaked }).toEqual({ lost: [], partial: [], stuck: [], leaked: [] })
    expect(reads).toBeGreaterThan(0)
    expect(acknowledged).toBeGreaterThanOrEqual(10)
  },
  180_000,
)
