import { type BackupReport, openStore, type RestoreReport, restore } from './store/index.ts'

const clock = { now: () => new Date() }

/** Writes the whole state of a place into one file. The embedded one must not be in use. @throws what openStore throws */
export const backupState = async ({ url, file }: { url: string; file: string }): Promise<BackupReport> => {
  await using store = await openStore({ url, clock })
  return await store.backup(file)
}

/** Reads a backup into an empty place: also the way from embedded to Postgres. @throws backup-damaged, restore-not-empty */
export const restoreState = ({ url, file }: { url: string; file: string }): Promise<RestoreReport> =>
  restore(file, { url, clock })
