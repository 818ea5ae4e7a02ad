import {
  type Bundle,
  type DataProduct,
  type Domain,
  type Issue,
  MeshError,
  type OutputPort,
  type Plan,
  readManifests,
} from '@datamesh/core'
import type { Release } from './propose.ts'

/** The one place where the catalogue asks core what a manifest means. */

/** Reads the manifest of a bundle; its other files are there for what the manifest points to. */
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

export const planOf = ({
  product,
  current,
}: {
  product: DataProduct
  files: Readonly<Record<string, string>>
  current: Release | null
  registered: readonly DataProduct[]
  readers: readonly string[]
  issues: readonly Issue[]
}): Plan => ({
  product: product.id,
  current: current?.version ?? null,
  proposed: product.version,
  needs: { step: 'none', atLeast: product.version },
  changes: [],
  affected: [],
  steps: product.outputPorts.map((port) => ({
    do: 'provision' as const,
    product: product.id,
    port: port.name,
    kind: port.kind,
    serves: 'the newest snapshot',
  })),
  issues: [],
  ok: true,
})

/** What this installation serves of an output port, or why not. */
export const servedHere = (
  port: OutputPort,
): { here: true; as: 'rows' | 'files' } | { here: false; reason: string } => {
  if (port.kind === 'api') return { here: true, as: 'rows' }
  return { here: true, as: 'files' }
}

/** @throws manifest-invalid with every mistake, when there is one */
export const refuseMistakes = (file: string, issues: readonly Issue[]): void => {
  const errors = issues.filter((issue) => issue.severity === 'error').length
  if (errors > 0) throw new MeshError('manifest-invalid', { file, errors }, { issues })
}
