import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DataProduct, readManifests, type Snapshot } from '@datamesh/core'
import type { BuildJob, BuildOutcome } from '../build/index.ts'
import { Compute, rowsOf } from '../compute/index.ts'
import { snapshotSelect } from '../input/index.ts'
import { localStorage } from '../storage/index.ts'
import { jobOf } from './product.ts'

/** The example that is a dbt project of its own with a manifest beside it. */
export const dbtShop = fileURLToPath(new URL('../../../../examples/dbt-shop', import.meta.url))

const textsIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(sql|ya?ml|csv|md)$/.test(entry.name))
      .map((entry) => {
        const path = join(entry.parentPath, entry.name)
        return [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]
      }),
  )

export const dbtShopFiles = (): Record<string, string> => textsIn(dbtShop)

/** A build of the example, with some of its files replaced. */
export const dbtShopJob = (
  root: string,
  changed: Record<string, string> = {},
  more: Partial<BuildJob> = {},
): BuildJob => {
  const files = { ...dbtShopFiles(), ...changed }
  const { documents, issues } = readManifests(files['dataproduct.yaml'] ?? '', 'dataproduct.yaml', files)
  if (issues.length > 0) throw new Error(JSON.stringify(issues))
  return jobOf(root, documents[0] as DataProduct, files, more)
}

export const asParent = (outcome: BuildOutcome, sequence: number): Snapshot => ({
  ...outcome.staged,
  sequence,
  at: '2026-01-01T00:00:00Z',
})

/** Rows of every published table, each in order of all its columns, as texts. */
export const publishedRows = async (root: string, { staged }: BuildOutcome): Promise<Record<string, unknown[]>> => {
  const storage = localStorage(join(root, 'storage'))
  const readFiles = staged.tables.flatMap((table) => table.files.map((file) => storage.absolute(file.path)))
  await using compute = await Compute.open({ memoryMb: 256, threads: 1, tempDir: root, readFiles, writeFolder: null })
  const tables: Record<string, unknown[]> = {}
  for (const table of staged.tables)
    tables[table.name] = await rowsOf(
      compute.connection,
      `select columns(*)::varchar from (${snapshotSelect(table, storage)}) order by all`,
    )
  return tables
}
