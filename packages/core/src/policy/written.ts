import { type Path, parseYamlDocuments } from '../manifest/yaml.ts'
import type { PlaceOf } from './verdict.ts'

/** A product's manifest as plain values, as its owner wrote it, and where each of them stands. */
export type Written = { file: string; value: unknown; placeOf: PlaceOf }

/** The first `kind: DataProduct` of a manifest file; null when there is none that can be read. */
export const writtenProduct = (text: string, file: string): Written | null => {
  const doc = parseYamlDocuments(text, file).documents.find(({ value }) => isProduct(value))
  return doc === undefined ? null : { file, value: doc.value, placeOf: (path: Path) => doc.positionOf(path) }
}

const isProduct = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'DataProduct'

/** The manifest among the files of a release. */
export const writtenAmong = (files: Readonly<Record<string, string>>, usual = 'dataproduct.yaml'): Written | null => {
  const names = [usual, 'dataproduct.yml', ...Object.keys(files).filter((name) => /^[^/]+\.(ya?ml|json)$/.test(name))]
  for (const name of names) {
    const text = Object.hasOwn(files, name) ? files[name] : undefined
    if (text === undefined || !text.includes('DataProduct')) continue
    const written = writtenProduct(text, name)
    if (written !== null) return written
  }
  return null
}
