import { type DataProduct, MeshError, mainTable, parseYaml } from '@datamesh/core'
import {
  compiler,
  compileTests,
  type ParsedModel,
  parseProject,
  type ReadYaml,
  type Resolve,
  readProject,
} from './dbt/index.ts'
import type { BuildJob } from './job.ts'
import { portOf, portRelation, selfSchema } from './names.ts'
import { exposedModels, type PlannedModel, type Project } from './project.ts'
import { shapeOf } from './shape.ts'
import { checkOfTest } from './tests.ts'

/**
 * The models of a release in dbt's words: its own folders, or the existing project that the manifest points to, as it is.
 * @throws template-invalid, model-cycle … with the place in the file
 */
export const compile = (job: BuildJob, log: (message: string) => void): Project => {
  const { product } = job
  const files = projectFiles(product, job.files)
  const catalog = new Map<string, readonly { name: string; type: string }[]>()
  const target = { name: 'prod', schema: 'main', threads: job.limits.threads, profile: 'datamesh' }
  const parsed = parseProject(readProject(files, readYaml), target, {
    now: new Date(job.now),
    invocationId: job.runId,
    vars: { ...product.transforms.vars, ...job.params.vars },
    env: job.env,
    fullRefresh: job.params.fullRefresh,
    catalog,
    log: (line, place) => log(`${place.model}: ${line}`),
    yaml: readYaml,
  })
  const published = new Set(job.parent?.tables.map((table) => table.name))
  const models = parsed.order.map((name) => planned(parsed.models.get(name)!, product))
  // A model that says nothing is continued as the product says; the question must have the same answer.
  const followers = new Set(
    exposedModels(models)
      .filter((model) => shapeOf(product, model).mode !== 'full')
      .map(({ name }) => name),
  )
  const resolve: Resolve = {
    ref: (identifier) => ({ identifier }),
    source: (name, table) => portRelation(portOf(product.inputPorts, name, table), table),
    self: (identifier) => ({ schema: selfSchema, identifier }),
    isIncremental: (model, configured) =>
      (configured || followers.has(model)) &&
      (published.has(model) || (published.size === 1 && published.has(mainTable(product)))),
  }
  const compileModel = compiler(parsed, resolve)
  for (const { path, why } of parsed.project.unsupported ?? []) log(`${path} is not built: ${why}`)
  return {
    models,
    seeds: (parsed.project.seeds ?? []).map(({ name, path, columnTypes }) => ({
      name,
      path,
      text: files.get(path) ?? '',
      columnTypes,
    })),
    compile(model) {
      const { sql, hooks } = compileModel(parsed.models.get(model.name)!)
      if (hooks('pre_hook').length + hooks('post_hook').length > 0) log(`${model.path}: its hooks are not run here`)
      return sql.trim().replace(/;\s*$/, '')
    },
    learn: (relation, columns) => catalog.set(relation, columns),
    checks: (tableOf, main) =>
      compileTests(parsed, resolve).map((test) => checkOfTest(test, tableOf(test.model), main)),
  }
}

const planned = ({ name, path, config, refs, sources, kind }: ParsedModel, product: DataProduct): PlannedModel => {
  if (kind === 'snapshot')
    throw new MeshError('model-refused', {
      model: path,
      why: 'dbt snapshots are not built; every publish keeps its snapshot by itself',
    })
  return {
    name,
    path,
    materialized: typeof config.materialized === 'string' ? config.materialized : null,
    refs,
    ports: sources.map(({ source, table }) => portOf(product.inputPorts, source, table).name),
    config,
  }
}

const folder = (written: string): string => written.replace(/^\.\//, '').replace(/\/+$/, '')

/** Files of the existing project, paths relative to it; or the product's own with the settings of its manifest as dbt writes them. */
const projectFiles = ({ name, transforms }: DataProduct, files: BuildJob['files']): Map<string, string> => {
  if (transforms.project !== undefined) {
    const root = folder(transforms.project)
    const inside = root === '' || root === '.' ? '' : `${root}/`
    return new Map(
      Object.entries(files).flatMap(([path, text]) =>
        path.startsWith(inside) ? [[path.slice(inside.length), text]] : [],
      ),
    )
  }
  const settings = {
    name: name.replaceAll('-', '_'),
    'model-paths': [folder(transforms.models)],
    'macro-paths': [folder(transforms.macros)],
    'seed-paths': [folder(transforms.seeds)],
    'test-paths': [folder(transforms.tests)],
    'snapshot-paths': [],
  }
  return new Map([
    ...Object.entries(files).filter(([path]) => !/^dbt_project\.ya?ml$/.test(path)),
    ['dbt_project.yml', JSON.stringify(settings)],
  ])
}

const readYaml: ReadYaml = (text, file) => {
  const { value, issues } = parseYaml(text, file)
  const errors = issues.filter((issue) => issue.severity === 'error')
  if (errors.length > 0) throw new MeshError('manifest-invalid', { file, errors: errors.length }, { issues: errors })
  return value ?? {}
}
