import { mkdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { quoteIdent, type TableProfile } from '@datamesh/core'
import type { ProfileJob, ProfileOutcome } from '../build/index.ts'
import { profileTable } from '../check/index.ts'
import { Compute } from '../compute/index.ts'
import { snapshotSelect } from '../input/index.ts'
import { localStorage } from '../storage/index.ts'
import { measurable } from './proof.ts'

/** Profiles every table of a published snapshot, in this process. */
export const runProfile = async ({ snapshot, storageRoot, limits }: ProfileJob): Promise<ProfileOutcome> => {
  const storage = localStorage(await realpath(storageRoot))
  const tempDir = join(limits.tempDir, `profile-${snapshot.id}`)
  await mkdir(tempDir, { recursive: true })
  const readFiles = snapshot.tables.flatMap((table) => table.files.map((file) => storage.absolute(file.path)))
  try {
    await using compute = await Compute.open({ ...limits, tempDir, readFiles, writeFolder: null })
    const profiles: TableProfile[] = []
    for (const table of snapshot.tables) {
      const relation = quoteIdent(table.name)
      await compute.connection.run(`create view ${relation} as ${snapshotSelect(table, storage)}`)
      profiles.push(await profileTable(compute.connection, table.name, measurable(table, relation)))
    }
    return profiles
  } finally {
    await rm(tempDir, { recursive: true, force: true })
  }
}
