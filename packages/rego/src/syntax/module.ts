import { RegoErrors, type Source } from '../policy.ts'
import { readAnnotations } from './annotations.ts'
import type { Module, Version } from './ast.ts'
import { parseFile } from './parser.ts'

/**
 * Annotations are left out where `annotations` is false, and nothing is said about mistakes in them: so does `rego.parse_module`.
 * @throws RegoErrors with all mistakes found, at most ten of the grammar and those of annotations
 */
export const parseModule = (source: Source, version: Version, options: { annotations?: boolean } = {}): Module => {
  const file = parseFile(source, version)
  if (options.annotations === false) return { ...file, annotations: [] }
  const { annotations, errors } = readAnnotations(file)
  if (errors.length > 0) throw new RegoErrors(errors)
  return { ...file, annotations }
}
