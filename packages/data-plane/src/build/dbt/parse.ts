import { MeshError } from '@datamesh/core'
import {
  type Context,
  contextOf,
  Dict,
  fromData,
  parseTemplate,
  render,
  suggestion,
  type Template,
  Trouble,
  type Value,
} from '../jinja/index.ts'
import { docFunction, nodeContext, type Settings, type Shared, type Target } from './context.ts'
import { buildOrder } from './graph.ts'
import { readDocs, readMacros } from './macros.ts'
import { type Data, mergeConfig, nameOf, type Project, type Properties, type SqlFile, treeConfig } from './project.ts'
import type { Relation } from './relation.ts'

export type SourceUse = { readonly source: string; readonly table: string }
export type ParsedModel = {
  readonly name: string
  readonly path: string
  readonly kind: 'model' | 'snapshot' | 'test'
  readonly template: Template
  /** In-file config() over properties over dbt_project.yml. */
  readonly config: Data
  readonly refs: readonly string[]
  readonly sources: readonly SourceUse[]
  readonly properties: Properties | undefined
}
export type ParsedProject = {
  readonly project: Project
  readonly shared: Shared
  readonly models: ReadonlyMap<string, ParsedModel>
  /** Models and snapshots that are switched off: known, never built. */
  readonly disabled: ReadonlySet<string>
  readonly order: readonly string[]
}

export const materializedOf = (config: Data, kind: ParsedModel['kind']): string =>
  kind === 'snapshot' ? 'snapshot' : typeof config.materialized === 'string' ? config.materialized : 'view'

/** Finds the model that a ref means: the name, or the name with its version. @throws Trouble naming the nearest */
export function refFinder(
  known: ReadonlySet<string>,
  disabled: ReadonlySet<string>,
): (name: string, version?: string) => string {
  return (name, version) => {
    const candidates = version === undefined ? [name] : [`${name}_v${version}`, `${name}.v${version}`, name]
    const found = candidates.find((candidate) => known.has(candidate))
    if (found !== undefined) return found
    if (disabled.has(name)) throw new Trouble(`the model '${name}' is disabled`, 'enable it, or take the ref out')
    throw new Trouble(`there is no model, seed or snapshot '${name}'${suggestion(name, known)}`)
  }
}

/**
 * First phase: renders every model with `execute` false and learns its refs, sources and settings, and the order to build in.
 * @throws template-invalid, template-failed (with the place), model-invalid, model-cycle
 */
export function parseProject(project: Project, target: Target, settings: Settings): ParsedProject {
  const shared: Shared = {
    projectName: project.name,
    vars: project.vars ?? {},
    target,
    settings,
    macros: readMacros(project),
    docs: readDocs(project),
  }
  const files = [
    ...project.models.map((file) => ({
      name: nameOf(file.path),
      file,
      kind: 'model' as const,
      template: parseTemplate(file.sql, file.path),
    })),
    ...(project.snapshots ?? []).flatMap(snapshotsOf),
  ]
  const seeds = new Set((project.seeds ?? []).map(({ name }) => name))
  const known = new Map<string, string>([...seeds].map((name) => [name, 'a seed']))
  for (const { name, file } of files) {
    const other = known.get(name)
    if (other) throw new MeshError('model-invalid', { file: file.path, why: `the name ${name} is taken by ${other}` })
    known.set(name, file.path)
  }
  const find = refFinder(new Set(known.keys()), new Set())
  const models = new Map<string, ParsedModel>()
  const disabled = new Set<string>()
  for (const { name, file, kind, template } of files) {
    const parsed = parseNode({ name, path: file.path, kind, template }, project, shared, find)
    if (parsed.config.enabled === false) disabled.add(name)
    else models.set(name, parsed)
  }
  const order = buildOrder(
    new Map([...models].map(([name, { refs }]) => [name, refs.filter((ref) => models.has(ref))])),
  )
  return { project, shared, models, disabled, order }
}

function snapshotsOf(file: SqlFile): { name: string; file: SqlFile; kind: 'snapshot'; template: Template }[] {
  const { source, body } = parseTemplate(file.sql, file.path)
  return body.flatMap((node) =>
    node.type === 'snapshot'
      ? [{ name: node.name, file, kind: 'snapshot' as const, template: { source, body: node.body } }]
      : [],
  )
}

/** Settings written as templates (`+schema: "{{ target.name }}"`) see vars and target. */
function settle(config: Data, shared: Shared, file: string): Data {
  const context = contextOf({ target: fromData(shared.target) })
  const settleOne = (value: unknown): unknown => {
    if (typeof value === 'string' && value.includes('{{')) return render(parseTemplate(value, file), { context })
    if (Array.isArray(value)) return value.map(settleOne)
    return value
  }
  // Hooks are templates that are rendered when the model is compiled, with everything a model sees.
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, key.endsWith('hook') ? value : settleOne(value)]),
  )
}

export function parseNode(
  of: Pick<ParsedModel, 'name' | 'path' | 'kind' | 'template'>,
  project: Project,
  shared: Shared,
  find: (name: string, version?: string) => string,
): ParsedModel {
  const properties = described(
    (project.properties ?? []).find(({ name }) => name === of.name),
    shared,
  )
  const tree = of.kind === 'snapshot' ? project.snapshotConfig : of.kind === 'model' ? project.modelConfig : undefined
  const outer = mergeConfig(
    treeConfig(tree ?? {}, project.name, of.path, project.modelPaths ?? ['models', 'snapshots']),
    properties?.config ?? {},
  )
  let config = settle(outer, shared, 'dbt_project.yml')
  const refs = new Set<string>()
  const sources = new Map<string, SourceUse>()
  const self = placeholder(of.name, shared.target)
  const readWith = (incremental: boolean): Context =>
    nodeContext(
      {
        name: of.name,
        execute: false,
        self,
        incremental,
        model: modelData(of, project, config, properties),
        ref: (name, _package, version) => {
          const found = find(name, version)
          refs.add(found)
          return placeholder(found, shared.target)
        },
        source: (source, table) => {
          sources.set(`${source}\0${table}`, { source, table })
          return { schema: source, identifier: table }
        },
        setConfig: (given) => {
          config = mergeConfig(config, given)
        },
        config: () => config,
        graph: () =>
          new Dict([
            ['nodes', new Dict()],
            ['sources', new Dict()],
          ]) as Value,
      },
      shared,
    )
  render(of.template, { context: readWith(false), missingIsFalse: true })
  // What stands behind is_incremental() is needed as well, and must be built before.
  if (materializedOf(config, of.kind) === 'incremental')
    render(of.template, { context: readWith(true), missingIsFalse: true })
  return { ...of, config, refs: [...refs], sources: [...sources.values()], properties }
}

/** Descriptions may take their text from docs blocks. */
function described(properties: Properties | undefined, shared: Shared): Properties | undefined {
  if (!properties) return undefined
  const context = contextOf({ doc: docFunction(shared.docs) })
  const tell = <T extends { readonly description?: string }>(one: T): T =>
    one.description?.includes('{{')
      ? { ...one, description: render(parseTemplate(one.description, properties.file), { context }) }
      : one
  return { ...tell(properties), columns: properties.columns.map(tell) }
}

export const placeholder = (name: string, target: Target): Relation => ({
  ...(target.database === undefined ? {} : { database: target.database }),
  schema: target.schema,
  identifier: name,
})

/** `model` as templates see it. */
export const modelData = (
  of: Pick<ParsedModel, 'name' | 'path' | 'kind' | 'template'>,
  project: Project,
  config: Data,
  properties: Properties | undefined,
): Data => ({
  name: of.name,
  alias: typeof config.alias === 'string' ? config.alias : of.name,
  resource_type: of.kind,
  unique_id: `${of.kind}.${project.name}.${of.name}`,
  package_name: project.name,
  original_file_path: of.path,
  path: of.path,
  raw_code: of.template.source.text,
  description: properties?.description ?? '',
  config,
  tags: config.tags ?? [],
  columns: Object.fromEntries(
    (properties?.columns ?? []).map((column) => [column.name, { ...column, data_type: column.type ?? null }]),
  ),
})
