import { mkdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { quoteIdent } from '@datamesh/core'
import type { ProfileJob, ProfileOutcome } from '../build/index.ts'
import { guessColumns, profileTable } from '../check/index.ts'
import { Compute } from '../compute/index.ts'
import { snapshotSelect } from '../input/index.ts'
import { localStorage } from '../storage/index.ts'
import { measurable, secretColumns } from './proof.ts'

/** Profiles every table of a published snapshot, and guesses what its columns are about; in this process. */
export const runProfile = async ({
  snapshot,
  storageRoot,
  limits,
  keys,
  encryption,
}: ProfileJob): Promise<ProfileOutcome> => {
  const storage = localStorage(await realpath(storageRoot))
  const tempDir = join(limits.tempDir, `profile-${snapshot.id}`)
  await mkdir(tempDir, { recursive: true })
  const readFiles = snapshot.tables.flatMap((table) => table.files.map((file) => storage.absolute(file.path)))
  try {
    await using compute = await Compute.open({ ...limits, tempDir, readFiles, writeFolder: null, keys })
    const found: ProfileOutcome = { profiles: [], guesses: [] }
    for (const table of snapshot.tables) {
      const relation = quoteIdent(table.name)
      await compute.connection.run(`create view ${relation} as ${snapshotSelect(table, storage)}`)
      const about = measurable(table, relation)
      found.profiles.push(
        await profileTable(compute.connection, table.name, about, { piiColumns: secretColumns([table], encryption) }),
      )
      for (const guess of await guessColumns(compute.connection, about))
        found.guesses.push({ table: table.name, ...guess })
    }
    return found
  } finally {
    await rm(tempDir, { recursive: true, force: true })
  }
}
