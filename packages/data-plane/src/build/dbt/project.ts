import { type Issue, MeshError, parseYaml } from '@datamesh/core'

export type SqlFile = { readonly path: string; readonly sql: string; readonly package?: string }
export type Data = Readonly<Record<string, unknown>>
/** One test of a model or column, as `data_tests:` writes it. */
export type TestUse = {
  readonly name: string
  readonly args: Data
  readonly config: Data
  readonly column?: string
  readonly label?: string
}
export type Properties = {
  readonly name: string
  readonly file: string
  readonly description?: string
  readonly config: Data
  readonly columns: readonly { readonly name: string; readonly description?: string; readonly type?: string }[]
  readonly tests: readonly TestUse[]
}
export type SourceTable = {
  readonly source: string
  readonly table: string
  readonly identifier: string
  readonly schema?: string
  readonly database?: string
  readonly meta: Data
  readonly tests: readonly TestUse[]
}
export type Seed = {
  readonly name: string
  readonly path: string
  readonly columnTypes: Readonly<Record<string, string>>
  readonly config: Data
}

/** A dbt project, or the models of a data product in the same words. Only `name` and `models` must be given. */
export type Project = {
  readonly name: string
  readonly models: readonly SqlFile[]
  readonly macros?: readonly SqlFile[]
  readonly snapshots?: readonly SqlFile[]
  readonly tests?: readonly SqlFile[]
  readonly seeds?: readonly Seed[]
  readonly sources?: readonly SourceTable[]
  readonly properties?: readonly Properties[]
  /** Markdown files with `{% docs %}` blocks. */
  readonly docs?: readonly { readonly path: string; readonly text: string }[]
  readonly vars?: Data
  /** The `models:` tree of dbt_project.yml. */
  readonly modelConfig?: Data
  readonly seedConfig?: Data
  readonly snapshotConfig?: Data
  /** The roots that model paths are read below when the tree is walked. */
  readonly modelPaths?: readonly string[]
  /** What the project holds and we cannot build. */
  readonly unsupported?: readonly { readonly path: string; readonly why: string }[]
}

export type ReadYaml = (text: string, file: string) => unknown

/** The bounded reader of core: broken files and bombs end in issues with their places. */
const readYaml: ReadYaml = (text, file) => {
  const { value, issues } = parseYaml(text, file)
  const errors = issues.filter(({ severity }) => severity === 'error').length
  if (errors > 0) throw new MeshError('manifest-invalid', { file, errors }, { issues })
  return value
}

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value)
const dataOf = (value: unknown): Data => (isData(value) ? value : {})
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const optional = <K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, string>)

/** The name of a model, seed or test: its file's name. */
export const nameOf = (path: string): string => (path.split('/').at(-1) ?? path).replace(/\.[^.]+$/, '')

/**
 * Reads a dbt project from its files (path relative to the project → text). Pure.
 * @throws manifest-invalid when dbt_project.yml is missing or names nothing
 */
export function readProject(files: ReadonlyMap<string, string>, yaml: ReadYaml = readYaml): Project {
  const main = ['dbt_project.yml', 'dbt_project.yaml'].find((path) => files.has(path))
  const invalid = (message: string, fix: string): never => {
    const issue: Issue = {
      code: 'dbt-project',
      message,
      severity: 'error',
      fix,
      at: { file: main ?? 'dbt_project.yml', line: 1, column: 1 },
    }
    throw new MeshError('manifest-invalid', { file: main ?? 'dbt_project.yml', errors: 1 }, { issues: [issue] })
  }
  if (main === undefined)
    return invalid('there is no dbt_project.yml', 'point transforms.project to the folder that holds it')
  const document = dataOf(yaml(files.get(main) ?? '', main))
  const name = textOf(document.name) ?? invalid('dbt_project.yml has no name', 'add: name: my_project')
  const paths = (key: string, old: string, fallback: string): readonly string[] => {
    const given = document[key] ?? document[old]
    return given === undefined
      ? [fallback]
      : listOf(given).flatMap((one) => textOf(one)?.replace(/^\.\/|\/$/g, '') ?? [])
  }
  const modelPaths = paths('model-paths', 'source-paths', 'models')
  const seedPaths = paths('seed-paths', 'data-paths', 'seeds')
  const snapshotPaths = paths('snapshot-paths', 'snapshot-paths', 'snapshots')
  const testPaths = paths('test-paths', 'test-paths', 'tests')
  const macroPaths = paths('macro-paths', 'macro-paths', 'macros')
  const below = (roots: readonly string[], ending: RegExp): [string, string][] =>
    [...files].filter(([path]) => ending.test(path) && roots.some((root) => path.startsWith(`${root}/`))).sort()
  const sql = (roots: readonly string[]): SqlFile[] =>
    below(roots, /\.sql$/).map(([path, text]) => ({ path, sql: text }))

  const properties: Properties[] = []
  const sources: SourceTable[] = []
  for (const [file, text] of below([...modelPaths, ...seedPaths, ...snapshotPaths], /\.ya?ml$/)) {
    const sheet = dataOf(yaml(text, file))
    for (const kind of ['models', 'seeds', 'snapshots'])
      for (const one of listOf(sheet[kind])) properties.push(readProperties(dataOf(one), file))
    for (const one of listOf(sheet.sources)) sources.push(...readSource(dataOf(one)))
  }
  const seedConfig = dataOf(document.seeds)
  return {
    name,
    models: sql(modelPaths),
    macros: [
      ...sql(macroPaths),
      ...sql(testPaths).filter(({ path }) => path.includes('/generic/')),
      ...packageMacros(files),
    ],
    snapshots: sql(snapshotPaths),
    tests: sql(testPaths).filter(({ path }) => !path.includes('/generic/')),
    seeds: below(seedPaths, /\.csv$/).map(([path]) => readSeed(path, { name, seedPaths, seedConfig, properties })),
    sources,
    properties,
    docs: [...files]
      .filter(([path]) => path.endsWith('.md') && !path.startsWith('dbt_packages/'))
      .map(([path, text]) => ({ path, text })),
    vars: dataOf(document.vars),
    modelConfig: dataOf(document.models),
    seedConfig,
    snapshotConfig: dataOf(document.snapshots),
    modelPaths: [...modelPaths, ...snapshotPaths],
    unsupported: below(modelPaths, /\.py$/).map(([path]) => ({
      path,
      why: 'a Python model runs code; write it in SQL',
    })),
  }
}

/** Macros of installed packages, under the name of their folder. */
const packageMacros = (files: ReadonlyMap<string, string>): SqlFile[] =>
  [...files].flatMap(([path, sql]) => {
    const found = /^dbt_packages\/([^/]+)\/macros\/.*\.sql$/.exec(path)
    return found ? [{ path, sql, package: found[1] as string }] : []
  })

function readTest(value: unknown, column: string | undefined): TestUse {
  const place = optional('column', column)
  if (typeof value === 'string') return { name: value, args: {}, config: {}, ...place }
  const given = dataOf(value)
  const [key, inner] = Object.entries(given).find(([name]) => !['name', 'config', 'description'].includes(name)) ?? [
    '',
    {},
  ]
  const named = textOf(given.test_name)
  const settings = named === undefined ? { ...dataOf(inner) } : { ...given }
  const {
    config,
    name: label,
    arguments: wrapped,
    description: _,
    test_name: __,
    ...rest
  } = settings as Record<string, unknown>
  const configKeys = [
    'severity',
    'where',
    'limit',
    'error_if',
    'warn_if',
    'store_failures',
    'enabled',
    'tags',
    'fail_calc',
  ]
  const merged: Record<string, unknown> = { ...dataOf(given.config), ...dataOf(config) }
  const args: Record<string, unknown> = { ...dataOf(wrapped) }
  for (const [one, setting] of Object.entries(rest)) (configKeys.includes(one) ? merged : args)[one] = setting
  return {
    name: named ?? key,
    args,
    config: merged,
    ...place,
    ...optional('label', textOf(label) ?? textOf(given.name)),
  }
}
const testsOf = (owner: Data, column?: string): TestUse[] =>
  [...listOf(owner.tests), ...listOf(owner.data_tests)].map((test) => readTest(test, column))

function readProperties(one: Data, file: string): Properties {
  const columns = listOf(one.columns).map(dataOf)
  const { name, description, config, columns: _, tests: __, data_tests: ___, ...rest } = one as Record<string, unknown>
  const settings = Object.fromEntries(
    Object.entries(rest).filter(([key]) => ['meta', 'tags', 'docs', 'access', 'group'].includes(key)),
  )
  return {
    name: String(name ?? ''),
    file,
    ...optional('description', textOf(description)),
    config: { ...settings, ...dataOf(config) },
    columns: columns.map((column) => ({
      name: String(column.name ?? ''),
      ...optional('description', textOf(column.description)),
      ...optional('type', textOf(column.data_type)),
    })),
    tests: [...testsOf(one), ...columns.flatMap((column) => testsOf(column, quotedColumn(column)))],
  }
}
const quotedColumn = (column: Data): string =>
  column.quote === true ? `"${String(column.name).replaceAll('"', '""')}"` : String(column.name ?? '')

function readSource(one: Data): SourceTable[] {
  const source = String(one.name ?? '')
  return listOf(one.tables)
    .map(dataOf)
    .map((table) => ({
      source,
      table: String(table.name ?? ''),
      identifier: String(table.identifier ?? table.name ?? ''),
      schema: textOf(one.schema) ?? source,
      ...optional('database', textOf(one.database)),
      meta: {
        ...dataOf(one.meta),
        ...dataOf(dataOf(one.config).meta),
        ...dataOf(table.meta),
        ...dataOf(dataOf(table.config).meta),
      },
      tests: [
        ...testsOf(table),
        ...listOf(table.columns)
          .map(dataOf)
          .flatMap((column) => testsOf(column, quotedColumn(column))),
      ],
    }))
}

function readSeed(
  path: string,
  from: { name: string; seedPaths: readonly string[]; seedConfig: Data; properties: readonly Properties[] },
): Seed {
  const name = nameOf(path)
  const own = from.properties.find((one) => one.name === name)
  const config = mergeConfig(treeConfig(from.seedConfig, from.name, path, from.seedPaths), own?.config ?? {})
  const columnTypes = Object.fromEntries(
    Object.entries(dataOf(config.column_types)).map(([column, type]) => [column, String(type)]),
  )
  return { name, path, columnTypes, config }
}

/** What a `models:` tree says of one file: the deepest folder wins, tags and meta add up. */
export function treeConfig(tree: Data, project: string, path: string, roots: readonly string[]): Data {
  const root = roots.find((one) => path.startsWith(`${one}/`))
  const parts = (root === undefined ? path : path.slice(root.length + 1)).split('/')
  const steps = [project, ...parts.slice(0, -1), nameOf(path)]
  let config = settingsOf(tree, steps[0])
  let node: unknown = tree
  for (const [index, step] of steps.entries()) {
    node = dataOf(node)[step]
    if (!isData(node)) break
    config = mergeConfig(config, settingsOf(node, steps[index + 1]))
  }
  return config
}
/** Rule: dbt. `+key` is a setting; a plain key is one unless it is the next folder or holds a tree. */
const settingsOf = (node: Data, nextStep: string | undefined): Data =>
  Object.fromEntries(
    Object.entries(node).flatMap(([key, value]) => {
      if (key.startsWith('+')) return [[key.slice(1).replaceAll('-', '_'), value]]
      return key === nextStep || isData(value) ? [] : [[key.replaceAll('-', '_'), value]]
    }),
  )

/** Later settings win; `tags` are joined and `meta` is merged. */
export function mergeConfig(base: Data, over: Data): Data {
  const merged: Record<string, unknown> = { ...base, ...over }
  const tags = [base.tags, over.tags].flatMap((one) =>
    Array.isArray(one) ? one : one === undefined || one === null ? [] : [one],
  )
  if (tags.length > 0) merged.tags = [...new Set(tags)]
  if (isData(base.meta) && isData(over.meta)) merged.meta = { ...base.meta, ...over.meta }
  return merged
}
