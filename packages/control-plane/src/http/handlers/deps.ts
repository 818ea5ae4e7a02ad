import type { RowsReply, RowsRequest } from '@datamesh/data-plane'
import type { Access } from '../../access/index.ts'
import type { CatalogDeps } from '../../catalog/index.ts'
import type { IdentityDeps } from '../../identity/index.ts'
import type { Observe } from '../../observe/index.ts'
import type { QueueDeps } from '../../runs/index.ts'
import type { RateLimiter } from '../rate.ts'

/** What answers come from; assembled once in main.ts. */
export type HandlerDeps = {
  about: { version: string; url(): string; startedAt: Date }
  identity: IdentityDeps
  access: Access
  catalog: CatalogDeps
  runs: QueueDeps
  observe: Observe
  serving: Serving
  rateLimiter: RateLimiter
  /** Is every part ready? Its name → what it says. */
  ready(): Promise<{ ok: boolean; state: string; checks: Record<string, string> }>
  /** Absolute path of a published file. */
  filePath(product: string, path: string): string
}

/** The data plane's reader of published tables. */
export type Serving = {
  rows(request: RowsRequest): Promise<RowsReply>
  /** The snapshot that a cursor pins. @throws request-invalid for a cursor that we did not make */
  snapshotOfCursor(cursor: string): string
}
