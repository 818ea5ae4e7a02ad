import { hash } from 'node:crypto'
import {
  type Bundle,
  type DataProduct,
  type Domain,
  digestOf,
  type Issue,
  MeshError,
  readManifests,
} from '@datamesh/core'

/** Reads the manifest of a bundle; its other files are there for what the manifest points to. @throws file-not-found */
export const readBundle = (bundle: Bundle): { products: DataProduct[]; domains: Domain[]; issues: Issue[] } => {
  const text = bundle.files[bundle.manifest]
  if (text === undefined) throw new MeshError('file-not-found', { file: bundle.manifest })
  const { documents, issues } = readManifests(text, bundle.manifest, bundle.files)
  return {
    products: documents.filter((document) => document.kind === 'DataProduct'),
    domains: documents.filter((document) => document.kind === 'Domain'),
    issues,
  }
}

/** @throws manifest-invalid with every mistake, when there is one */
export const refuseMistakes = (file: string, issues: readonly Issue[]): void => {
  const errors = issues.filter((issue) => issue.severity === 'error').length
  if (errors > 0) throw new MeshError('manifest-invalid', { file, errors }, { issues })
}

/** Equal files, equal release. */
export const bundleDigest = (bundle: Pick<Bundle, 'files'>): string =>
  digestOf(bundle.files, { sha256: (text) => hash('sha256', text) })
