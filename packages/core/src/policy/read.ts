import type { Issue } from '../errors.ts'
import { type Notes, notesOn, shape } from '../manifest/issues.ts'
import { checkName } from '../manifest/names.ts'
import { parseDuration } from '../manifest/units.ts'
import { type Path, parseYamlDocuments, type YamlDocument } from '../manifest/yaml.ts'
import type { TierName } from '../quality/certification.ts'
import { parseComparison } from './answer.ts'
import { type Bands, globalScope, type PolicyDefinition, type RegoSource } from './definition.ts'
import { RawPolicy } from './document.ts'
import type { PolicyScope } from './model.ts'

export type Policies = {
  /** Without an error, in the order of their files. */
  policies: PolicyDefinition[]
  /** Of each policy, the files that it is made of. */
  files: Record<string, string[]>
  issues: Issue[]
}

/** Does the text hold a policy? Files beside policies are of any kind. */
export const holdsPolicy = (text: string): boolean => /^\s*["']?kind["']?\s*:\s*["']?Policy\b/m.test(text)

/** Reads every `kind: Policy` among the files (path → text); what they name is looked for beside them. Never throws. */
export const readPolicies = (files: Readonly<Record<string, string>>): Policies => {
  const read: Policies = { policies: [], files: {}, issues: [] }
  const known = new Map<string, string>()
  for (const file of Object.keys(files).sort()) {
    const text = files[file] as string
    if (!/\.(ya?ml|json)$/i.test(file) || !holdsPolicy(text)) continue
    const { documents, issues } = parseYamlDocuments(text, file)
    read.issues.push(...issues)
    for (const doc of documents) readDocument(doc, file, files, known, read)
  }
  return read
}

const readDocument = (
  doc: YamlDocument,
  file: string,
  files: Readonly<Record<string, string>>,
  known: Map<string, string>,
  read: Policies,
): void => {
  if ((doc.value as { kind?: unknown } | null)?.kind !== 'Policy') return
  const notes = notesOn(doc)
  const used = new Set([file])
  const policy = readPolicy(doc.value, file, beside(file, files, used, notes), notes)
  const before = known.get(policy.id)
  if (before !== undefined)
    notes.error(
      'name-duplicate',
      ['metadata', 'name'],
      `policy ${policy.id} is there twice; the first stands in ${before}`,
      'give one of them another name',
    )
  known.set(policy.id, file)
  read.issues.push(...notes.issues)
  if (notes.issues.some((issue) => issue.severity === 'error')) return
  read.policies.push(policy)
  read.files[policy.id] = [...used]
}

/** A text, or the file of that name beside the document. */
type Beside = (written: string, path: Path, ending: string) => RegoSource | null

const beside =
  (file: string, files: Readonly<Record<string, string>>, used: Set<string>, notes: Notes): Beside =>
  (written, path, ending) => {
    const isText = written.includes('\n') || !written.trim().endsWith(ending)
    if (isText) return { file: `${file}#${path.filter((step) => typeof step === 'string').join('.')}`, text: written }
    const name = resolved(file, written.trim())
    const text = name === null ? undefined : files[name]
    if (name === null || text === undefined) {
      notes.error(
        'file-missing',
        path,
        `there is no file ${written.trim()}`,
        `put it beside ${file}, or write the text here`,
      )
      return null
    }
    used.add(name)
    return { file: name, text }
  }

/** Relative to the document; never out of the folder that was sent. */
const resolved = (from: string, to: string): string | null => {
  const steps = from.split('/').slice(0, -1)
  for (const step of to.split('/')) {
    if (step === '..') {
      if (steps.pop() === undefined) return null
    } else if (step !== '.' && step !== '') steps.push(step)
  }
  return steps.join('/')
}

function readPolicy(value: unknown, file: string, read: Beside, notes: Notes): PolicyDefinition {
  const { metadata = {}, spec = {} } = shape(RawPolicy, value, notes)
  const name = checkName(metadata.name, ['metadata', 'name'], notes)
  const domain = metadata.domain === undefined ? null : checkName(metadata.domain, ['metadata', 'domain'], notes)
  if (domain === globalScope)
    notes.error(
      'value-invalid',
      ['metadata', 'domain'],
      'no domain is called global',
      'remove the key: the policy holds everywhere',
    )
  const policyKind = spec.kind ?? 'active'
  const sources = (written: string | (string | undefined)[] | undefined, key: string): RegoSource[] =>
    listOf(written).flatMap(
      (each, i) => read(each, ['spec', key, ...(Array.isArray(written) ? [i] : [])], '.rego') ?? [],
    )
  const rego = sources(spec.rego, 'rego')
  if (spec.rego === undefined && policyKind !== 'passive')
    notes.error('key-missing', ['spec', 'rego'], 'spec.rego is missing', 'write rego: <file>.rego, or the Rego itself')
  const when = spec.when === undefined ? undefined : listOf(spec.when)
  const docs = spec.docs === undefined ? null : read(spec.docs, ['spec', 'docs'], '.md')
  const maxAge = spec.max_age === undefined ? undefined : notes.parsed(['spec', 'max_age'], parseDuration(spec.max_age))
  return {
    kind: 'Policy',
    id: `${domain ?? globalScope}/${name}`,
    name,
    domain,
    title: metadata.title ?? titleFrom(name),
    owner: metadata.owner ?? '',
    description: metadata.description ?? '',
    tags: listOf(metadata.tags),
    policyKind,
    when: policyKind === 'certification' ? [] : (when ?? ['validate', 'plan', 'schedule']),
    severity: spec.severity ?? 'warn',
    mode: spec.mode ?? 'shadow',
    applies: scopeOf(spec.applies),
    version: spec.version ?? 'v1',
    package: packageOf(spec.package, rego, notes),
    rego,
    tests: sources(spec.tests, 'tests'),
    docs: docs?.text ?? '',
    certifies: tierOf(spec, policyKind, notes),
    bands: bandsOf(spec.bands, policyKind, notes),
    unit: spec.unit ?? '',
    maxAgeSeconds: maxAge ?? null,
    data: dataOf(spec.data as Record<string, unknown> | undefined, notes),
    file,
  }
}

const listOf = <T>(written: T | (T | undefined)[] | undefined): T[] =>
  written === undefined
    ? []
    : (Array.isArray(written) ? written : [written]).filter((each): each is T => each !== undefined)

const titleFrom = (name: string): string => {
  const words = name.replaceAll(/[-_]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const scopeOf = (written: Record<string, unknown> | undefined): PolicyScope =>
  Object.fromEntries(Object.entries(written ?? {}).map(([key, value]) => [key, listOf(value as string | string[])]))

/** `package a.b["c"]` as `a.b.c`. */
export const packageIn = (text: string): string | undefined => {
  const match = /^[ \t]*package[ \t]+([A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\["[^"\\]+"\])*)/m.exec(
    text.replaceAll(/^[ \t]*#.*$/gm, ''),
  )
  return match?.[1]?.replaceAll(/\["([^"]+)"\]/g, '.$1')
}

const packageOf = (written: string | undefined, rego: readonly RegoSource[], notes: Notes): string => {
  const found = rego.flatMap(({ text }) => packageIn(text) ?? [])
  if (written === undefined) {
    if (rego.length > 0 && found.length === 0)
      notes.error('value-invalid', ['spec', 'rego'], 'the Rego names no package', 'begin it with: package <name>')
    return found[0] ?? ''
  }
  const plain = written.replace(/^data\./, '')
  if (found.length > 0 && !found.includes(plain))
    notes.error('value-invalid', ['spec', 'package'], `no Rego file is of package ${plain}`, `write ${found[0]}`)
  return plain
}

const bandsOf = (written: Record<string, string | undefined> | undefined, kind: string, notes: Notes): Bands => {
  const bands: Bands = {}
  for (const [name, text] of Object.entries(written ?? {})) {
    if (text === undefined) continue
    const bound = parseComparison(text)
    if (bound) bands[name as keyof Bands] = bound
    else
      notes.error(
        'value-invalid',
        ['spec', 'bands', name],
        `${name}: "${text.slice(0, 40)}" is no comparison`,
        'write < 0.9, <= 5, > 10 or >= 99',
      )
  }
  if (kind === 'metric' && Object.keys(bands).length === 0)
    notes.error(
      'key-missing',
      ['spec', 'bands'],
      'a metric without bands says nothing',
      'write bands: { warn: "< 0.9" }',
    )
  return bands
}

/** A tier is judged whenever a product moves: it names no moment. */
const tierOf = (
  { certifies, when }: { certifies?: TierName | undefined; when?: unknown },
  kind: string,
  notes: Notes,
): TierName | null => {
  if (kind !== 'certification') {
    if (certifies !== undefined)
      notes.error(
        'value-invalid',
        ['spec', 'certifies'],
        'only a certification policy certifies',
        'write kind: certification',
        'key',
      )
    return null
  }
  if (certifies === undefined)
    notes.error('key-missing', ['spec', 'certifies'], 'spec.certifies is missing', 'write bronze, silver or gold')
  if (when !== undefined)
    notes.error(
      'value-invalid',
      ['spec', 'when'],
      'a certification is judged whenever its product moves',
      'remove the key',
      'key',
    )
  return certifies ?? null
}

/** What the platform puts under `data.datamesh` is not to be written over. */
const dataOf = (written: Record<string, unknown> | undefined, notes: Notes): Record<string, unknown> => {
  if (written !== undefined && Object.hasOwn(written, 'datamesh'))
    notes.error(
      'value-invalid',
      ['spec', 'data', 'datamesh'],
      'data.datamesh belongs to the platform',
      'give it another name',
      'key',
    )
  return written ?? {}
}
