import { MeshError } from '@datamesh/core'
import { parseTemplate, suggestion } from '../jinja/index.ts'
import { compiler, type Resolve } from './compile.ts'
import { type ParsedProject, parseNode, refFinder } from './parse.ts'
import { type Data, mergeConfig, nameOf, type TestUse } from './project.ts'

export type CompiledTest = {
  readonly name: string
  /** The rows that break the rule. The test passes when there are none. */
  readonly sql: string
  readonly severity: 'error' | 'warn'
  /** The model, seed or `source.table` that is tested; a singular test names the first it reads. */
  readonly model: string
  readonly column?: string
  readonly path: string
  readonly kind: 'generic' | 'singular'
  /** How many rows make an error and a warning, as conditions: `> 10`. */
  readonly errorIf: string
  readonly warnIf: string
  readonly description?: string
}

const clean = (text: string): string => text.replace(/[^0-9a-zA-Z_]+/g, '_')

/** Rule: dbt, synthesize_generic_test_names. */
function testName(use: TestUse, model: string): string {
  if (use.label !== undefined) return use.label
  const args: Data = { ...use.args, ...(use.column === undefined ? {} : { column_name: use.column }) }
  const flat = Object.keys(args)
    .sort()
    .flatMap((key) => {
      const value = args[key]
      if (Array.isArray(value)) return value.map(String)
      return typeof value === 'object' && value !== null ? Object.values(value).map(String) : [String(value)]
    })
  const [owner, test] = use.name.includes('.') ? (use.name.split('.') as [string, string]) : ['', use.name]
  return `${owner ? `${owner}_` : ''}${test}_${model}_${flat.map(clean).join('__')}`
}

/** A value of YAML as an expression; `ref('x')` and `{{ … }}` are expressions already. */
function expressionOf(value: unknown): string {
  if (typeof value === 'string') {
    const whole = /^\s*\{\{([\s\S]*)\}\}\s*$/.exec(value)
    if (whole && !whole[1]?.includes('{{')) return `(${whole[1]})`
    if (/^\s*(ref|source|var|env_var)\s*\([^{}]*\)\s*$/.test(value)) return `(${value})`
    return quoted(value)
  }
  if (Array.isArray(value)) return `[${value.map(expressionOf).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, one]) => `${quoted(key)}: ${expressionOf(one)}`)
      .join(', ')}}`
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  return 'none'
}
const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`

const severityOf = (config: Data): 'error' | 'warn' =>
  String(config.severity ?? 'error').toLowerCase() === 'warn' ? 'warn' : 'error'
const thresholds = (config: Data): Pick<CompiledTest, 'errorIf' | 'warnIf' | 'severity'> => ({
  severity: severityOf(config),
  errorIf: typeof config.error_if === 'string' ? config.error_if : '!= 0',
  warnIf: typeof config.warn_if === 'string' ? config.warn_if : '!= 0',
})
const limited = (sql: string, config: Data): string => {
  const limit = Number(config.limit)
  return Number.isInteger(limit) && limit > 0 ? `select * from (\n${sql}\n) as dbt_internal_test\nlimit ${limit}` : sql
}

/**
 * Every generic and singular test as a query of failing rows.
 * @throws template-failed with the place; model-invalid for a test that no macro defines
 */
export function compileTests(parsed: ParsedProject, resolve: Resolve): CompiledTest[] {
  const { project, shared, models } = parsed
  const compile = compiler(parsed, resolve)
  const seeds = (project.seeds ?? []).map(({ name }) => name)
  const find = refFinder(new Set([...models.keys(), ...seeds]), parsed.disabled)
  const run = (name: string, path: string, sql: string): { sql: string; config: Data; refs: readonly string[] } => {
    const node = parseNode({ name, path, kind: 'test', template: parseTemplate(sql, path) }, project, shared, find)
    const { sql: text, config } = compile(node)
    return { sql: text, config, refs: node.refs }
  }

  const generic = (use: TestUse, model: string, relation: string, path: string): CompiledTest[] => {
    if (use.config.enabled === false) return []
    const call = macroOf(parsed, use, path)
    const where =
      typeof use.config.where === 'string'
        ? `(select * from {{ ${relation} }} where ${use.config.where}) as dbt_subquery`
        : ''
    const head = where ? `{% set dbt_model %}${where}{% endset %}` : `{% set dbt_model = ${relation} %}`
    const args = { ...(use.column === undefined ? {} : { column_name: use.column }), ...use.args }
    const given = Object.entries(args).map(
      ([key, value]) => `, ${key}=${key === 'column_name' ? quoted(String(value)) : expressionOf(value)}`,
    )
    const name = testName(use, model.replace('.', '_'))
    const compiled = run(name, path, `${head}{{ ${call}(model=dbt_model${given.join('')}) }}`)
    const config = mergeConfig(compiled.config, use.config)
    return [
      {
        name,
        sql: limited(compiled.sql, config),
        model,
        ...(use.column === undefined ? {} : { column: use.column }),
        path,
        kind: 'generic',
        ...thresholds(config),
      },
    ]
  }

  const tests: CompiledTest[] = []
  for (const { name, file, tests: uses } of project.properties ?? []) {
    if (!models.has(name) && !seeds.includes(name)) continue
    for (const use of uses) tests.push(...generic(use, name, `ref(${quoted(name)})`, file))
  }
  for (const { source, table, tests: uses } of project.sources ?? [])
    for (const use of uses)
      tests.push(...generic(use, `${source}.${table}`, `source(${quoted(source)}, ${quoted(table)})`, 'sources'))
  for (const { path, sql } of project.tests ?? []) {
    if (sql.trim() === '') continue
    const { sql: text, config, refs } = run(nameOf(path), path, sql)
    if (config.enabled === false) continue
    tests.push({
      name: nameOf(path),
      sql: limited(text.replace(/;\s*$/, ''), config),
      model: refs[0] ?? '',
      path,
      kind: 'singular',
      ...thresholds(config),
    })
  }
  return tests
}

/** The macro behind a test's name, as an expression. */
function macroOf({ shared: { macros } }: ParsedProject, use: TestUse, path: string): string {
  const [owner, test] = use.name.includes('.') ? (use.name.split('.') as [string, string]) : ['', use.name]
  const macro = `test_${test}`
  if (owner !== '') {
    if (macros.get(owner)?.has(macro)) return `${owner}.${macro}`
    throw new MeshError('model-invalid', {
      file: path,
      why: `there is no test ${use.name}; the package ${owner} is not installed or has none of that name`,
    })
  }
  if (macros.get('')?.has(macro)) return macro
  if (macros.get('dbt')?.has(macro)) return `dbt.${macro}`
  const known = [...(macros.get('')?.keys() ?? []), ...(macros.get('dbt')?.keys() ?? [])].flatMap((one) =>
    one.startsWith('test_') ? [one.slice(5)] : [],
  )
  throw new MeshError('model-invalid', { file: path, why: `there is no test '${test}'${suggestion(test, known)}` })
}
