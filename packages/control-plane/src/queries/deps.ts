import type { DataKeys, QueryProcesses } from '@datamesh/data-plane'
import type { Access } from '../access/index.ts'
import type { CatalogDeps } from '../catalog/index.ts'
import type { StoreLog } from '../store/index.ts'

export type QueryDeps = {
  catalog: CatalogDeps
  access: Pick<Access, 'decideFor' | 'resourceOf' | 'sightOf' | 'record' | 'audit'>
  processes: QueryProcesses
  /** Data keys of encrypted files. @throws key-missing */
  keysFor?: (ids: readonly string[]) => Promise<DataKeys>
  /** Absolute path of a published file. */
  absolute(path: string): string
  /** For results; whatever lies there at the start is removed. */
  folder: string
  now(): Date
  log: StoreLog
}
