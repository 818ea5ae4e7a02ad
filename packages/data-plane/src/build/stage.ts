import {
  type CheckSpec,
  type DataProduct,
  isMeshError,
  MeshError,
  type Mode,
  mainTable,
  quoteIdent,
} from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { assertReadsOnly, rowsOf } from '../compute/index.ts'
import {
  explainInputError,
  type InputFile,
  type Inputs,
  isFilePort,
  openInputs,
  snapshotSelect,
} from '../input/index.ts'
import type { Storage } from '../storage/index.ts'
import { type DraftTable, draftSelect, type TablePlace, type TableSpec } from './draft.ts'
import type { BuildJob } from './job.ts'
import { type CompiledModel, exposedModels, type Names, type Project } from './project.ts'
import type { Steps } from './steps.ts'
import { buildTable } from './table.ts'

/** A build before its proof: tables in staged files, and everything that checks and lineage want to know. */
export type Draft = {
  tables: DraftTable[]
  mode: Mode
  inputs: Inputs
  models: readonly CompiledModel[]
  /** Published table → model that makes it (a port for a pass-through product). */
  madeBy: Record<string, string>
  /** Name in a rule → relation. */
  references: Record<string, string>
  checks: readonly CheckSpec[]
}

export type StagePlace = {
  connection: DuckDBConnection
  storage: Storage
  staging: string
  files: readonly InputFile[]
  memoryMb: number
  steps: Steps
}

/** Schema that `{{ this }}` reads: the parent's rows under the model's name. */
const selfSchema = 'this'

export const namesOf = (job: BuildJob): Names => {
  const tables = (model: string) => job.parent?.tables.some((table) => table.name === model) ?? false
  return {
    source(name, table) {
      const port = job.product.inputPorts.find((candidate) => candidate.name === name)
      if (port === undefined) {
        throw new MeshError('model-refused', {
          model: `source('${name}', '${table}')`,
          why: `there is no input port ${name}; there are ${job.product.inputPorts.map((one) => one.name).join(', ') || 'none'}`,
        })
      }
      return `${quoteIdent(name)}.${quoteIdent(isFilePort(port) ? name : table)}`
    },
    ref: quoteIdent,
    self: (model) => `${quoteIdent(selfSchema)}.${quoteIdent(model)}`,
    continues: (model) => !job.params.fullRefresh && (tables(model) || tables(mainTable(job.product))),
  }
}

/** Runs every model in order and writes the exposed ones. Nothing is visible afterwards. */
export const stage = async (job: BuildJob, project: Project, place: StagePlace): Promise<Draft> => {
  const { connection, steps, storage } = place
  const passThrough = project.models.length === 0
  const inputs = await steps.run('input', () =>
    openInputs(job.product, {
      ...place,
      pinned: job.inputs,
      readers: (port) => project.models.filter((model) => model.ports.includes(port)).length,
      promised: () => (passThrough ? promisedTypes(job.product) : {}),
    }).catch((error: unknown) => rethrow(error, job.product, place)),
  )
  await loadSeeds(project, place)

  const parent = job.params.fullRefresh ? null : job.parent
  const known = new Set([
    ...inputs.relations.map(({ port, table }) => `${port}.${table}`.toLowerCase()),
    ...project.seeds.map((seed) => seed.name.toLowerCase()),
  ])
  const exposed = passThrough ? [] : exposedModels(project)
  const tableOf = (model: CompiledModel) => (exposed.length === 1 ? mainTable(job.product) : model.name)
  await offerSelf(exposed, tableOf, parent, known, place)

  const draft: Draft = {
    tables: [],
    mode: 'full',
    inputs,
    models: project.models,
    madeBy: {},
    references: Object.fromEntries(inputs.relations.map(({ port, table, relation }) => [`${port}.${table}`, relation])),
    checks: project.checks,
  }
  const place2: TablePlace = { ...place, product: job.product, snapshotId: job.snapshotId, parent, warn: steps.log }
  const publishTable = async (spec: TableSpec, relation: string, madeBy: string) => {
    const table = await buildTable(spec, place2)
    await connection.run(`create or replace view ${relation} as ${draftSelect(table, storage)}`)
    draft.tables.push(table)
    draft.madeBy[spec.table] = madeBy
    draft.references[spec.table] = relation
    return table
  }

  for (const relation of passThrough ? passThroughOf(job.product, inputs) : []) {
    const table = mainTable(job.product)
    await steps
      .run(`model ${table}`, () =>
        publishTable(
          { table, sql: `select * from ${relation}`, ...shapeOf(job.product, null) },
          quoteIdent(table),
          relation,
        ),
      )
      .catch((error: unknown) => rethrow(error, job.product, place, table))
  }
  for (const model of project.models) {
    if (model.materialized === 'ephemeral') continue
    await steps
      .run(`model ${model.name}`, async () => {
        await assertReadsOnly(connection, model.sql, known, model.path)
        if (exposed.includes(model)) {
          return publishTable(
            { table: tableOf(model), sql: model.sql, ...shapeOf(job.product, model) },
            quoteIdent(model.name),
            model.name,
          )
        }
        await connection.run(
          `create ${keeps(model, project) ? 'table' : 'view'} ${quoteIdent(model.name)} as ${model.sql}`,
        )
        draft.references[model.name] = quoteIdent(model.name)
        return null
      })
      .catch((error: unknown) => rethrow(error, job.product, place, model.path))
    known.add(model.name.toLowerCase())
    known.add(`main.${model.name.toLowerCase()}`)
  }
  const modes = draft.tables.map((table) => table.mode)
  draft.mode = modes.includes('merge') ? 'merge' : modes.includes('append') ? 'append' : 'full'
  return draft
}

/** A model that several others read is computed once, unless it says that it is a view. */
const keeps = (model: CompiledModel, project: Project): boolean =>
  model.materialized !== 'view' && project.models.filter((other) => other.refs.includes(model.name)).length > 1

/** How a table is continued: what its model says, else what the product says. */
const shapeOf = (product: DataProduct, model: CompiledModel | null): Pick<TableSpec, 'mode' | 'key' | 'order'> => {
  const config = model?.config ?? {}
  const list = (value: unknown): string[] => (value === undefined || value === null ? [] : [value].flat().map(String))
  const unique = list(config.unique_key)
  const key = unique.length > 0 ? unique : product.transforms.key
  const written = model?.materialized ?? null
  const mode: Mode =
    written === 'incremental'
      ? unique.length > 0 && config.incremental_strategy !== 'append'
        ? 'merge'
        : product.transforms.materialisation === 'merge'
          ? 'merge'
          : 'append'
      : written === null || written === 'view'
        ? product.transforms.materialisation
        : 'full'
  const order = list(config.order_by ?? config.cluster_by)
  const clustered = product.outputPorts.find((port) => port.clusteredBy.length > 0)?.clusteredBy ?? []
  return { mode, key, order: mode === 'merge' ? key : order.length > 0 ? order : clustered }
}

const promisedTypes = (product: DataProduct): Record<string, string> =>
  Object.fromEntries(
    (product.schema.tables[mainTable(product)]?.fields ?? []).flatMap((field) =>
      field.sqlType === undefined ? [] : [[field.name, field.sqlType]],
    ),
  )

/** Without models the file ports are the product: several ports are one table if their columns agree. */
const passThroughOf = (product: DataProduct, inputs: Inputs): string[] => {
  const relations = inputs.relations.map(({ relation }) => relation)
  if (relations.length === 0)
    throw new MeshError('model-failed', {
      model: product.id,
      why: 'it has neither models nor an input port that can be read',
    })
  return relations.length === 1
    ? relations
    : [`(${relations.map((relation) => `select * from ${relation}`).join(' union all by name ')})`]
}

const offerSelf = async (
  exposed: readonly CompiledModel[],
  tableOf: (model: CompiledModel) => string,
  parent: BuildJob['parent'],
  known: Set<string>,
  place: StagePlace,
): Promise<void> => {
  if (parent === null) return
  await place.connection.run(`create schema ${quoteIdent(selfSchema)}`)
  for (const model of exposed) {
    const table = parent.tables.find((candidate) => candidate.name === tableOf(model))
    if (table === undefined) continue
    await place.connection.run(
      `create view ${quoteIdent(selfSchema)}.${quoteIdent(model.name)} as ${snapshotSelect(table, place.storage)}`,
    )
    known.add(`${selfSchema}.${model.name}`.toLowerCase())
  }
}

const loadSeeds = async (project: Project, { connection }: StagePlace): Promise<void> => {
  for (const seed of project.seeds) {
    // Seeds come as text with the release, not as files: lines are handed over as values.
    throw new MeshError('model-failed', { model: seed.path, why: 'seeds are not joined yet' })
  }
  await rowsOf(connection, 'select 1')
}

/** What DuckDB said, in the platform's words: which input line, or which model. */
const rethrow = async (error: unknown, product: DataProduct, place: StagePlace, model?: string): Promise<never> => {
  if (isMeshError(error)) throw error
  const told = await explainInputError(error, {
    connection: place.connection,
    ports: product.inputPorts,
    files: place.files,
  })
  if (told) throw told
  if (!(error instanceof Error) || model === undefined) throw error
  if (error.message.startsWith('Out of Memory Error')) {
    throw new MeshError('model-out-of-memory', { model, memoryMb: place.memoryMb }, { cause: error })
  }
  throw new MeshError(
    'model-failed',
    { model, why: error.message.split('\n\n')[0]!.replaceAll('\n', ' ') },
    { cause: error },
  )
}
