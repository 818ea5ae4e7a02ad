import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { access, chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'

/** A file that a build has written and nobody can see yet. `staged` is absolute, `path` relative to the root. */
export type StagedFile = { table: string; staged: string; path: string }

/** A file of a product that lies in storage, whether or not a snapshot names it. `snapshotId` comes from its name. */
export type StoredFile = {
  path: string
  snapshotId: string
  bytes: number
  modifiedAt: Date
  kind: 'data' | 'staged' | 'quarantine'
}

/**
 * Where a domain keeps its published files. Files are written once, into a staging folder on the same filesystem, and get
 * their final name only when they are durable: a name that a reader can learn never points to half a file.
 */
export type Storage = {
  readonly root: string
  /** Makes and returns the absolute folder that a build may write into. */
  openStaging(product: string, snapshotId: string): Promise<string>
  /** Where the n-th file of a table goes. */
  dataPath(product: string, table: string, snapshotId: string, n: number): string
  absolute(path: string): string
  /** sha256 in hex of a staged file, with its content forced to disk. Costs about 0.5 s per GB: start it early. */
  settle(staged: string): Promise<{ sha256: string; bytes: number }>
  /** Gives settled files their final, read-only names and makes the names durable. All or an error; a second call changes nothing. */
  reveal(files: readonly StagedFile[]): Promise<void>
  /** Writes a side file (rejected rows) in one step. */
  quarantinePath(product: string, snapshotId: string, port: string): string
  /** Removes the staging folder of one build, and nothing else. */
  discardStaging(product: string, snapshotId: string): Promise<void>
  /** Removes every file that carries this snapshot's id in its name, staged or not. */
  removeSnapshotFiles(product: string, snapshotId: string): Promise<number>
  /** Absolute folder of the tables that a run finished and did not publish, for a retry. */
  keptPath(product: string, run: string): string
  /** Runs that kept something, and since when. */
  listKept(product: string): Promise<{ run: string; modifiedAt: Date }[]>
  /** Removes what a run kept. */
  removeKept(product: string, run: string): Promise<void>
  /** Every file of the product, for garbage collection; newest last is not promised. */
  listSnapshotFiles(product: string): Promise<StoredFile[]>
}

const stagingFolder = '_staging'
const quarantineFolder = '_quarantine'
const keptFolder = '_kept'

/** Names come from manifests that were read before; this is the last line against `..` in one of them. */
const safe = (segment: string): string => {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(segment))
    throw new TypeError(`${JSON.stringify(segment)} is not a storage name`)
  return segment
}

/** Storage on a local or mounted filesystem. */
export const localStorage = (root: string): Storage => {
  const folderOf = (product: string) => product.split('/').map(safe).join('/')
  const absolute = (path: string) => join(root, ...path.split('/'))
  const stagingOf = (product: string, snapshotId: string) =>
    absolute(`${folderOf(product)}/${stagingFolder}/${safe(snapshotId)}`)

  return {
    root,
    absolute,
    dataPath: (product, table, snapshotId, n) => `${folderOf(product)}/${safe(table)}/${safe(snapshotId)}-${n}.parquet`,
    quarantinePath: (product, snapshotId, port) =>
      `${folderOf(product)}/${quarantineFolder}/${safe(snapshotId)}/${safe(port)}.csv`,

    async openStaging(product, snapshotId) {
      const folder = stagingOf(product, snapshotId)
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true })
      return folder
    },

    async settle(staged) {
      const [sha256, bytes] = await Promise.all([digest(staged), sync(staged)])
      return { sha256, bytes }
    },

    async reveal(files) {
      const folders = new Set<string>()
      for (const file of files) {
        const target = absolute(file.path)
        await mkdir(dirname(target), { recursive: true })
        if (await exists(file.staged)) {
          await chmod(file.staged, 0o444)
          await rename(file.staged, target)
        } else if (!(await exists(target))) {
          throw new Error(`the staged file of ${file.path} is gone`)
        }
        folders.add(dirname(target))
      }
      for (const folder of withParents(folders, root)) await sync(folder)
    },

    discardStaging: (product, snapshotId) => rm(stagingOf(product, snapshotId), { recursive: true, force: true }),

    async removeSnapshotFiles(product, snapshotId) {
      const mine = (await listFiles(root, folderOf(product))).filter((file) => file.snapshotId === snapshotId)
      for (const file of mine) await rm(absolute(file.path), { force: true })
      await rm(stagingOf(product, snapshotId), { recursive: true, force: true })
      return mine.length
    },

    keptPath: (product, run) => absolute(`${folderOf(product)}/${keptFolder}/${safe(run)}`),

    async listKept(product) {
      const folder = absolute(`${folderOf(product)}/${keptFolder}`)
      const runs: { run: string; modifiedAt: Date }[] = []
      for (const run of await readdir(folder).catch(() => [])) {
        const seen = await stat(join(folder, run)).catch(() => null)
        if (seen) runs.push({ run, modifiedAt: seen.mtime })
      }
      return runs
    },

    removeKept: (product, run) =>
      rm(absolute(`${folderOf(product)}/${keptFolder}/${safe(run)}`), { recursive: true, force: true }),

    listSnapshotFiles: (product) => listFiles(root, folderOf(product)),
  }
}

const listFiles = async (root: string, folder: string): Promise<StoredFile[]> => {
  const base = join(root, folder)
  const entries = await readdir(base, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    },
  )
  const files: StoredFile[] = []
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const full = join(entry.parentPath, entry.name)
    const inside = full.slice(base.length + 1).split(sep)
    if (inside[0] === keptFolder) continue
    const kind = inside[0] === stagingFolder ? 'staged' : inside[0] === quarantineFolder ? 'quarantine' : 'data'
    const snapshotId = kind === 'data' ? /^(.+)-\d+\.parquet$/.exec(entry.name)?.[1] : inside[1]
    if (snapshotId === undefined) continue
    // A file may go while we look: another collection, or a build that ends.
    const seen = await stat(full).catch(() => null)
    if (seen)
      files.push({ path: `${folder}/${inside.join('/')}`, snapshotId, bytes: seen.size, modifiedAt: seen.mtime, kind })
  }
  return files
}

/** Every folder from each given one up to the root, deepest first: a new name is durable when its folder is. */
const withParents = (folders: Iterable<string>, root: string): string[] => {
  const all = new Set<string>()
  for (const folder of folders) {
    for (let at = folder; at.length >= root.length; at = dirname(at)) {
      all.add(at)
      if (at === root || at === dirname(at)) break
    }
  }
  return [...all].sort((a, b) => b.length - a.length)
}

const digest = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Forces a file or folder to disk; answers its size. */
const sync = async (path: string): Promise<number> => {
  await using handle = await open(path, 'r')
  await handle.sync()
  return (await handle.stat()).size
}

const exists = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  )
