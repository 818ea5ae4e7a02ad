import {
  contractTerms,
  type DataProduct,
  encryptionOf,
  notEnforced,
  type ReplyOf,
  readManifests,
  type ServiceLevels,
  thisRelease,
  type Unenforced,
} from '@datamesh/core'
import { rootNow } from './apply.ts'
import { checksOf } from './checks.ts'
import type { CatalogDeps } from './deps.ts'
import { portViews } from './ports.ts'
import { getSchema, getSla } from './products.ts'
import { latestReport } from './quality_history.ts'
import { declaredTables, manifestFile, type ReleaseEntry, releaseEntry } from './releases.ts'
import { productEntry } from './snapshots.ts'
import { type ServiceLevelView, serviceLevels } from './trust.ts'
import { uploadRoots } from './uploads.ts'

/** What a release promises and what of it is held; the current one without `version`. @throws not-found */
export const getContract = async (
  id: string,
  version: string | undefined,
  deps: CatalogDeps,
): Promise<ReplyOf<'getContract'>> => {
  const release = await releaseEntry(id, version, deps)
  const { product, current } = release
  const [report, entry] = await Promise.all([latestReport(id, release.version, deps), productEntry(id, deps)])
  const published = current && entry.head?.release === release.version
  const file = manifestFile(release)
  return {
    version: release.version,
    file,
    text: release.files[file] ?? '',
    terms: contractTerms(product),
    levels: current ? await getSla(id, deps) : promised(product.sla, deps),
    checks: checksOf(product, report),
    tables: published ? await getSchema(id, deps) : declaredTables(product),
    limits: portViews(product).flatMap(({ name, provisioned, rateLimit }) =>
      provisioned && rateLimit !== null ? [{ port: name, limit: `${rateLimit} for each reader` }] : [],
    ),
    notEnforced: [
      ...notEnforced(product, thisRelease),
      ...(await uploadInClear(product, deps)),
      ...elsewhere(release, file),
    ],
  }
}

/** What the platform publishes is encrypted; what somebody sent it stays as it was sent while a product reads it. */
const uploadInClear = async (product: DataProduct, deps: CatalogDeps): Promise<Unenforced[]> => {
  if (encryptionOf(product, 'declared') === null) return []
  if ((await uploadRoots(await rootNow(product.id, deps), deps)).length === 0) return []
  const because =
    'the file that was uploaded lies in the state folder as it was sent, and every publish reads it there; keep that folder on an encrypted disk, or deliver the file to another place and apply with that folder'
  return [{ clause: 'encryption of the uploaded file', because }]
}

/** Levels of a release that is not served any more: promised, and measured no longer. */
const promised = (sla: ServiceLevels, deps: CatalogDeps): ServiceLevelView[] =>
  serviceLevels(sla, { headAt: null, statistics: null, maxAgeSeconds: null, lastRun: null }, {}, deps.now()).map(
    (level) => (level.enforced ? { ...level, because: 'measured for the current release only' } : level),
  )

/** Contracts of other standards that stand in the same file. */
const elsewhere = ({ files }: ReleaseEntry, file: string): Unenforced[] =>
  readManifests(files[file] ?? '', file, files)
    .issues.filter((issue) => issue.code === 'contract-elsewhere')
    .map(({ at, message, fix }) => ({
      clause: at ? `${at.file}:${at.line}` : file,
      because: fix === undefined ? message : `${message}; ${fix}`,
    }))
