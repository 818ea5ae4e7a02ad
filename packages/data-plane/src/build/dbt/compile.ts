import { Dict, fromData, parseTemplate, render, suggestion, type Template, Trouble } from '../jinja/index.ts'
import { nodeContext, type Settings, type Target } from './context.ts'
import { cteName, withCtes } from './ephemeral.ts'
import {
  materializedOf,
  modelData,
  type ParsedModel,
  type ParsedProject,
  parseProject,
  placeholder,
  refFinder,
  type SourceUse,
} from './parse.ts'
import { type Data, mergeConfig, type Project } from './project.ts'
import type { Relation } from './relation.ts'

/** Where things stand, told by the caller. Undefined means: there is no such thing. */
export type Resolve = {
  readonly ref: (name: string) => Relation | undefined
  readonly source: (source: string, table: string) => Relation | undefined
  /** Where the model itself is built; by default the target's schema and the model's alias. */
  readonly self?: (model: string) => Relation
  /** True when the model exists already and only what is new is wanted. */
  readonly isIncremental?: (model: string, configured: boolean) => boolean
}
export type CompiledModel = {
  readonly name: string
  readonly path: string
  readonly kind: ParsedModel['kind']
  readonly sql: string
  readonly config: Data
  /** table, view, incremental, ephemeral, snapshot or what the project says. */
  readonly materialized: string
  readonly refs: readonly string[]
  readonly sources: readonly SourceUse[]
  readonly relation: Relation
  readonly description?: string
  readonly columns: readonly { readonly name: string; readonly description?: string; readonly type?: string }[]
  readonly preHooks: readonly string[]
  readonly postHooks: readonly string[]
}
export type CompiledProject = { readonly models: readonly CompiledModel[]; readonly order: readonly string[] }

type Compiled = {
  readonly sql: string
  readonly hooks: (key: 'pre_hook' | 'post_hook') => readonly string[]
  readonly config: Data
}

const relationOf = (model: ParsedModel, parsed: ParsedProject, resolve: Resolve): Relation =>
  resolve.self?.(model.name) ?? {
    ...placeholder(typeof model.config.alias === 'string' ? model.config.alias : model.name, parsed.shared.target),
    ...(materializedOf(model.config, model.kind) === 'view' ? { type: 'view' as const } : {}),
  }

const graphs = (parsed: ParsedProject): Dict => {
  const nodes = [...parsed.models.values()].map((model): [string, ReturnType<typeof fromData>] => {
    const data = modelData(model, parsed.project, model.config, model.properties)
    const dependsOn = { nodes: model.refs.map((ref) => `model.${parsed.project.name}.${ref}`), macros: [] }
    return [String(data.unique_id), fromData({ ...data, depends_on: dependsOn, schema: parsed.shared.target.schema })]
  })
  const sources = (parsed.project.sources ?? []).map((one): [string, ReturnType<typeof fromData>] => [
    `source.${parsed.project.name}.${one.source}.${one.table}`,
    fromData({
      name: one.table,
      source_name: one.source,
      identifier: one.identifier,
      schema: one.schema,
      meta: one.meta,
      resource_type: 'source',
    }),
  ])
  return new Dict([
    ['nodes', new Dict(nodes)],
    ['sources', new Dict(sources)],
  ])
}

/** Renders one node with `execute` true, ephemeral models put in as CTEs. */
export function compiler(parsed: ParsedProject, resolve: Resolve): (model: ParsedModel) => Compiled {
  const { models, shared, project, disabled } = parsed
  const seeds = (project.seeds ?? []).map(({ name }) => name)
  const find = refFinder(new Set([...models.keys(), ...seeds]), disabled)
  const done = new Map<string, { sql: string; ephemerals: readonly string[] }>()
  let graph: Dict | undefined

  const isEphemeral = (name: string): boolean => {
    const model = models.get(name)
    return model !== undefined && materializedOf(model.config, model.kind) === 'ephemeral'
  }
  const ref = (model: ParsedModel, name: string, version: string | undefined, used: Set<string>): Relation => {
    const found = find(name, version)
    if (found !== model.name && !model.refs.includes(found))
      throw new Trouble(
        `'${found}' is first named when the model is compiled, so nobody knew to build it before`,
        `add a comment outside of any condition: -- depends_on: {{ ref('${found}') }}`,
      )
    if (isEphemeral(found)) {
      used.add(found)
      return { identifier: cteName(found), sql: cteName(found), type: 'cte' }
    }
    const relation = resolve.ref(found)
    if (!relation) throw new Trouble(`'${found}' has no place to be read from`, 'build it first')
    return relation
  }
  const source = (name: string, table: string): Relation => {
    const relation = resolve.source(name, table)
    if (relation) return relation
    const known = (project.sources ?? []).map((one) => `${one.source}.${one.table}`)
    throw new Trouble(
      `there is no source '${name}.${table}'${suggestion(`${name}.${table}`, known)}`,
      'declare it as an input port, or under sources:',
    )
  }
  const renderNode = (
    model: ParsedModel,
    template: Template,
    used: Set<string>,
    onConfig: (given: Data) => void,
  ): string => {
    const materialized = materializedOf(model.config, model.kind)
    const node = {
      name: model.name,
      execute: true,
      self: relationOf(model, parsed, resolve),
      incremental:
        !shared.settings.fullRefresh && (resolve.isIncremental?.(model.name, materialized === 'incremental') ?? false),
      model: modelData(model, project, model.config, model.properties),
      ref: (name: string, _package: string | undefined, version: string | undefined) => ref(model, name, version, used),
      source,
      setConfig: onConfig,
      config: () => model.config,
      graph: () => {
        graph ??= graphs(parsed)
        return graph
      },
    }
    return render(template, { context: nodeContext(node, shared), missingIsFalse: true })
  }
  /** The SQL of an ephemeral model without its own CTEs, and which it needs. */
  const bare = (name: string): { sql: string; ephemerals: readonly string[] } => {
    const known = done.get(name)
    if (known) return known
    const model = models.get(name) as ParsedModel
    const used = new Set<string>()
    const result = { sql: renderNode(model, model.template, used, () => {}).trim(), ephemerals: [...used] }
    done.set(name, result)
    return result
  }
  const allCtes = (used: Iterable<string>, seen = new Map<string, string>()): Map<string, string> => {
    for (const name of used) {
      if (seen.has(name)) continue
      const { sql, ephemerals } = bare(name)
      allCtes(ephemerals, seen)
      seen.set(name, sql)
    }
    return seen
  }
  return (model) => {
    const used = new Set<string>()
    let config = model.config
    const text = renderNode(model, model.template, used, (given) => {
      config = mergeConfig(config, given)
    })
    const ctes = [...allCtes(used)].map(([name, sql]) => ({ name: cteName(name), sql }))
    const hooks = (key: 'pre_hook' | 'post_hook'): readonly string[] =>
      [config[key] ?? config[key.replace('_', '-')]].flat().flatMap((hook) => {
        const sql = typeof hook === 'object' && hook !== null ? (hook as Data).sql : hook
        return typeof sql === 'string'
          ? [renderNode(model, parseTemplate(sql, model.path), new Set(), () => {}).trim()]
          : []
      })
    return { sql: withCtes(text.trim(), ctes), hooks, config }
  }
}

/** Second phase: SQL that the engine can run, in build order. @throws template-failed with the place */
export function compileParsed(parsed: ParsedProject, resolve: Resolve): CompiledProject {
  const compile = compiler(parsed, resolve)
  const models = parsed.order.map((name): CompiledModel => {
    const model = parsed.models.get(name) as ParsedModel
    const { sql, hooks, config } = compile(model)
    return {
      name,
      path: model.path,
      kind: model.kind,
      sql,
      config,
      materialized: materializedOf(config, model.kind),
      refs: model.refs,
      sources: model.sources,
      relation: relationOf(model, parsed, resolve),
      ...(model.properties?.description === undefined ? {} : { description: model.properties.description }),
      columns: model.properties?.columns ?? [],
      preHooks: hooks('pre_hook'),
      postHooks: hooks('post_hook'),
    }
  })
  return { models, order: parsed.order }
}

/** Both phases at once, for callers that know every relation beforehand. */
export const compileProject = (
  project: Project,
  target: Target,
  settings: Settings,
  resolve: Resolve,
): CompiledProject => compileParsed(parseProject(project, target, settings), resolve)
