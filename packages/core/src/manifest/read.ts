import type { Issue } from '../errors.ts'
import { type Notes, notesOn, shown } from './issues.ts'
import type { DataProduct, Domain, Mesh } from './model.ts'
import { checkTwice } from './names.ts'
import { nearest } from './nearest.ts'
import { readDomain, readMesh, readOwnershipMap } from './read-domain.ts'
import { readPortSettings } from './read-ports.ts'
import { readProduct } from './read-product.ts'
import type { Files } from './read-schema.ts'
import { kindWords } from './technologies.ts'
import { parseYamlDocuments, type YamlDocument } from './yaml.ts'

export type Manifests = {
  /** Documents without an error, in their order. */
  documents: (DataProduct | Domain)[]
  /** Workspace files (`kind: Mesh`) without an error. */
  meshes: Mesh[]
  /** Every document as plain values, as written. */
  raw: unknown[]
  /** Everything that is wrong, all at once, in the order of the file. */
  issues: Issue[]
}

const kinds = ['DataProduct', 'Domain', 'Mesh', 'Policy'] as const

/**
 * Reads manifests: products, domains, an ownership map, the workspace file; YAML or JSON, several documents in one file.
 * Never throws. `files` are the other files of the product (path relative to the manifest → text): schema files are read
 * from there, and without it they are not looked for.
 */
export function readManifests(source: string | Uint8Array, file: string, files?: Files): Manifests {
  const { documents, issues } = parseYamlDocuments(source, file)
  const all: Manifests = { documents: [], meshes: [], raw: documents.map((d) => d.value), issues: [...issues] }
  const named = new Map<string, number>()
  for (const doc of documents) {
    const notes = notesOn(doc)
    const read = readOne(doc, files, notes)
    for (const one of read) {
      const id = one.kind === 'DataProduct' ? one.id : one.name
      const before = named.get(`${one.kind} ${id}`)
      if (before !== undefined)
        notes.error(
          'name-duplicate',
          [],
          `${one.kind} ${id} is there twice; the first stands in line ${before}`,
          'give one of them another name',
        )
      else named.set(`${one.kind} ${id}`, doc.positionOf([]).line)
    }
    const sound = !notes.issues.some((issue) => issue.severity === 'error')
    for (const one of sound ? read : [])
      if (one.kind === 'Mesh') all.meshes.push(one)
      else all.documents.push(one)
    all.issues.push(...notes.issues)
  }
  if (documents.length === 0 && issues.length === 0)
    all.issues.push({
      code: 'kind-unknown',
      severity: 'error',
      message: 'the file is empty',
      at: { file, line: 1, column: 1 },
      fix: 'write apiVersion: datamesh/v1 and kind: DataProduct',
    })
  // A file that broke halfway has products that are only half known.
  if (issues.some((issue) => issue.severity === 'error')) Object.assign(all, { documents: [], meshes: [] })
  all.issues.sort((a, b) => (a.at && b.at ? a.at.line - b.at.line || a.at.column - b.at.column : 0))
  return all
}

/** `output-ports.json` alone: port or kind of port → settings. */
const isPortSettings = (record: Record<string, unknown>): boolean => {
  const entries = Object.entries(record)
  return (
    entries.length > 0 &&
    entries.every(([name, value]) => Object.hasOwn(kindWords, name) && typeof value === 'object' && value !== null)
  )
}

/** A contract of one of the open standards. Rule: Data Contract Specification, dataContractSpecification; ODCS, kind */
const isContract = (record: Record<string, unknown>): boolean =>
  Object.hasOwn(record, 'dataContractSpecification') || record.kind === 'DataContract'

function readOne(doc: YamlDocument, files: Files | undefined, notes: Notes): (DataProduct | Domain | Mesh)[] {
  const value = doc.value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    if (value !== undefined)
      notes.error(
        'kind-unknown',
        [],
        'the document is no map of keys',
        'write apiVersion: datamesh/v1 and kind: DataProduct',
      )
    return []
  }
  const record = value as Record<string, unknown>
  if (record.kind === 'DataProduct') return [readProduct(value, files, notes)]
  if (record.kind === 'Domain') return [readDomain(value, notes)]
  if (record.kind === 'Mesh') return [readMesh(value, notes)]
  // read with the Rego that it names: readPolicies
  if (record.kind === 'Policy') return []
  if (record.kind === undefined && Object.hasOwn(record, 'domains')) {
    const domains = readOwnershipMap(value, notes)
    checkTwice(
      domains.map((d) => [d.name, ['domains', d.name]]),
      'domain',
      notes,
    )
    return domains
  }
  if (isPortSettings(record)) {
    readPortSettings(record, notes)
    return []
  }
  if (isContract(record)) {
    notes.warn(
      'contract-elsewhere',
      [],
      'this is a data contract, not a manifest; it is kept as it is, and nothing of it is enforced here yet',
      'say the schema, the service levels and the checks in dataproduct.yaml',
    )
    return []
  }
  const near = typeof record.kind === 'string' ? nearest(record.kind, kinds) : undefined
  const kindless = record.kind === undefined
  if (kindless) {
    const misspelt = Object.keys(record).find((key) => nearest(key, ['kind']) === 'kind')
    notes.error(
      'key-missing',
      misspelt === undefined ? [] : [misspelt],
      'the document does not say its kind',
      'write kind: DataProduct, Domain, Mesh or Policy',
      'key',
    )
    // A manifest without its first lines is still a manifest: everything else that is wrong in it is worth knowing.
    if (Object.hasOwn(record, 'metadata') && Object.hasOwn(record, 'spec'))
      readProduct({ apiVersion: 'datamesh/v1', ...record, kind: 'DataProduct' }, files, notes)
  } else
    notes.error(
      'kind-unknown',
      ['kind'],
      `there is no kind ${shown(record.kind)}`,
      near ? `write ${near}` : `write one of ${kinds.join(', ')}`,
    )
  return []
}
