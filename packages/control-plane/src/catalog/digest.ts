import { createHash } from 'node:crypto'
import type { Bundle } from '@datamesh/core'

/** sha256 over the path of the manifest and every file, sorted by path: equal digest, equal release. */
export const digestOf = (bundle: Pick<Bundle, 'files' | 'manifest'>): string => {
  const hash = createHash('sha256').update(JSON.stringify(bundle.manifest))
  for (const path of Object.keys(bundle.files).sort()) hash.update(JSON.stringify([path, bundle.files[path]]))
  return hash.digest('hex')
}
