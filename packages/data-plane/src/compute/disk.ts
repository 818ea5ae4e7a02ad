import { statfs } from 'node:fs/promises'
import { MeshError } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'

const everyMs = 250
const mb = 1_048_576

/** Free space that a build leaves on the disk of a folder when nothing else is said: a twentieth of it, at most 2 GB. */
const spareOf = (totalMb: number): number => Math.min(2048, totalMb / 20)

/**
 * Interrupts a build that is about to fill a disk: the platform's own state may lie on it. `why` is the error once that happened.
 * @throws disk-nearly-full when there is too little before the build begins
 */
export const watchDisk = async (
  connection: DuckDBConnection,
  { product, folders, spareMb }: { product: string; folders: readonly string[]; spareMb: number | undefined },
): Promise<{ why(): MeshError<'disk-nearly-full'> | null } & Disposable> => {
  let full: MeshError<'disk-nearly-full'> | null = null
  const look = async (): Promise<void> => {
    for (const folder of folders) {
      const disk = await statfs(folder).catch(() => null)
      if (disk === null) continue
      const freeMb = Math.floor((disk.bavail * disk.bsize) / mb)
      const least = Math.round(spareMb ?? spareOf((disk.blocks * disk.bsize) / mb))
      if (freeMb < least) full ??= new MeshError('disk-nearly-full', { product, freeMb, leastMb: least })
    }
    // Again and again: a query that begins after an interrupt knows nothing of it.
    if (full) connection.interrupt()
  }
  await look()
  if (full) throw full
  const timer = setInterval(() => void look(), everyMs)
  return { why: () => full, [Symbol.dispose]: () => clearInterval(timer) }
}
