import type { CatalogDeps } from '../catalog/index.ts'
import type { Store, StoreLog } from '../store/index.ts'
import type { Engine } from './evaluate/engine.ts'
import type { PolicySet } from './policies.ts'

/** What governance needs; assembled once in main.ts. */
export type GovernanceDeps = Omit<CatalogDeps, 'store' | 'policies'> & {
  store: Pick<Store, 'db' | 'listen'>
  /** Evaluates what the mesh enforces. */
  engine: Pick<Engine, 'judge'>
  policies: PolicySet
  log: StoreLog
}
