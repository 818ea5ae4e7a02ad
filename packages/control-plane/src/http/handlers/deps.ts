import type { Serving } from '@datamesh/data-plane'
import type { Access } from '../../access/index.ts'
import type { CatalogDeps, SampleDeps } from '../../catalog/index.ts'
import type { Governance } from '../../governance/index.ts'
import type { IdentityDeps } from '../../identity/index.ts'
import type { Audit, Observe, Readiness } from '../../observe/index.ts'
import type { Queries } from '../../queries/index.ts'
import type { QueueDeps } from '../../runs/index.ts'
import type { KeyRing } from '../../store/index.ts'
import type { SignIn } from '../oidc/index.ts'
import type { RateLimiter } from '../rate.ts'

/** What answers come from; assembled once in main.ts. */
export type HandlerDeps = {
  about: { version: string; url(): string; startedAt: Date }
  identity: IdentityDeps
  /** Ways to sign in, besides codes and keys. */
  signIn: Pick<SignIn, 'methods' | 'signOutUrl' | 'tokenEndpoint' | 'passwords'>
  access: Access
  catalog: CatalogDeps
  governance: Governance
  runs: QueueDeps
  observe: Pick<Observe, 'metrics'>
  /** The data plane's reader of published snapshots. */
  serving: Pick<Serving, 'rows' | 'etag' | 'decodeCursor' | 'file' | 'masked' | 'forgetKeys'>
  /** Queries of the workbench, each in a process of its own. */
  queries: Queries
  audit: Pick<Audit, 'verify'>
  keyRing: KeyRing
  rateLimiter: RateLimiter
  /** Looks at a sample file, outside of this process. @throws sample-unreadable */
  infer: SampleDeps['infer']
  ready(): Promise<Readiness>
}
