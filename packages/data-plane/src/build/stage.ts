import {
  type CheckSpec,
  type DataProduct,
  isEncrypted,
  isMeshError,
  MeshError,
  type Mode,
  mainTable,
  quoteIdent,
} from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { assertReadsOnly, describe, hasPersonalData, toldBy, withoutValues } from '../compute/index.ts'
import { explainInputError, type InputFile, type Inputs, openInputs, snapshotSelect } from '../input/index.ts'
import type { Served } from '../mask/index.ts'
import type { Storage } from '../storage/index.ts'
import { type DraftTable, draftSelect, type TablePlace } from './draft.ts'
import { InnerTables } from './inner.ts'
import type { BuildJob } from './job.ts'
import type { Keeper } from './keep.ts'
import { selfRelation, selfSchema } from './names.ts'
import { type CompiledModel, exposedModels, type PlannedModel, type Project } from './project.ts'
import { type LoadedSeed, loadSeeds } from './seeds.ts'
import { shapeOf } from './shape.ts'
import type { Steps } from './steps.ts'
import { buildTable } from './table.ts'

/** A build before its proof: tables in staged files, and everything that checks and lineage want to know. */
export type Draft = {
  tables: DraftTable[]
  mode: Mode
  inputs: Inputs
  seeds: readonly LoadedSeed[]
  models: CompiledModel[]
  /** What `{{ this }}` reads: relation and columns of the parent's tables. */
  self: { relation: string; table: string; columns: readonly { name: string; type: string }[] }[]
  /** Published table → model that makes it. */
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
  /** Told as soon as a table is written, while others are still to come. */
  onTable: (table: DraftTable, key: string | null) => void
  sealing: TablePlace['sealing']
  keeper: Keeper
}

/** Runs every model in order and writes the exposed ones. Nothing is visible afterwards. */
export const stage = async (job: BuildJob, project: Project, place: StagePlace): Promise<Draft> => {
  const { steps } = place
  const inputs = await steps
    .run('input', () => readInputs(job, project, place))
    .catch((error: unknown) => rethrow(error, job.product, place))
  for (const { relation, columns } of inputs.relations) project.learn(relation, columns)
  const seeds = await loadSeeds(project.seeds, place)
  for (const { relation, columns } of seeds) project.learn(relation, columns)

  const draft: Draft = {
    tables: [],
    mode: 'full',
    inputs,
    seeds,
    models: [],
    self: [],
    madeBy: {},
    references: Object.fromEntries(inputs.relations.map(({ port, table, relation }) => [`${port}.${table}`, relation])),
    checks: [],
  }
  for (const { name, relation } of seeds) draft.references[name] = relation
  await runModels(job, project.models.length === 0 ? passThrough(job.product, inputs) : project, draft, place)
  const tableOf = (model: string) => Object.keys(draft.madeBy).find((table) => draft.madeBy[table] === model)
  draft.checks = project.checks(tableOf, draft.tables[0]?.name)
  const modes = draft.tables.map((table) => table.mode)
  draft.mode = modes.includes('merge') ? 'merge' : modes.includes('append') ? 'append' : 'full'
  return draft
}

const runModels = async (job: BuildJob, project: Project, draft: Draft, place: StagePlace): Promise<void> => {
  const { connection, storage, steps } = place
  const known = new Set(Object.keys(draft.references).map((name) => name.toLowerCase()))
  const exposed = exposedModels(project.models)
  const tableOf = (model: PlannedModel) =>
    exposed.length === 1 ? mainTable(job.product) : String(model.config.alias ?? model.name)
  for (const model of exposed) {
    const table = tableOf(model)
    if (/^\w[\w-]*$/.test(table)) continue
    const why = `its table would be called ${JSON.stringify(table)}; a table has letters, digits, _ and - in its name`
    throw new MeshError('model-failed', { model: model.path, why })
  }
  const parent = job.params.fullRefresh ? null : job.parent
  if (parent !== null) await offerSelf(exposed, tableOf, parent, draft, place)
  for (const { relation } of draft.self) known.add(relation.replaceAll('"', '').toLowerCase())

  const inner = new InnerTables({ connection, keeper: place.keeper, lazy: (job.keep?.reuse.length ?? 0) > 0 })
  const publishTable = async (model: CompiledModel): Promise<DraftTable & { takenFrom?: string }> => {
    const spec = { table: tableOf(model), sql: model.sql, ...shapeOf(job.product, model) }
    const key = place.keeper.keyOf(model, [{ ...spec, sql: null }, fieldsOf(job.product, spec.table)])
    const taken = key === null ? null : await place.keeper.take(key)
    if (taken === null) await inner.needed(model.sql)
    const table =
      taken?.made ??
      (await buildTable(spec, {
        ...place,
        product: job.product,
        snapshotId: job.snapshotId,
        parent,
        sealing: isEncrypted(job.seal?.encryption ?? null, spec.table) ? place.sealing : null,
        warn: steps.log,
      }))
    await connection.run(`create view ${quoteIdent(model.name)} as ${draftSelect(table, storage)}`)
    draft.tables.push(table)
    draft.madeBy[table.name] = model.name
    draft.references[table.name] = quoteIdent(model.name)
    place.onTable(table, key)
    return taken === null ? table : { ...table, takenFrom: taken.from }
  }
  const keep = (model: CompiledModel) =>
    inner.make(model, place.keeper.keyOf(model, 'inner'), isKept(model, project.models) ? 'table' : 'view')

  for (const plan of project.models) {
    if (plan.materialized === 'ephemeral') continue
    await steps
      .run(`model ${plan.name}`, async () => {
        const model = { ...plan, sql: project.compile(plan) }
        draft.models.push(model)
        await assertReadsOnly(connection, model.sql, known, model.path)
        return exposed.includes(plan) ? publishTable(model) : keep(model)
      })
      .catch(async (error: unknown) => {
        await inner.keepFor(project.models.slice(project.models.indexOf(plan)))
        return rethrow(error, job.product, place, plan.path)
      })
    project.learn(quoteIdent(plan.name), await describe(connection, `from ${quoteIdent(plan.name)}`))
    draft.references[plan.name] = quoteIdent(plan.name)
    known.add(plan.name.toLowerCase())
    known.add(`main.${plan.name.toLowerCase()}`)
  }
}

const readInputs = (job: BuildJob, project: Project, place: StagePlace): Promise<Inputs> => {
  const promised = job.product.schema.tables[mainTable(job.product)]?.fields ?? []
  const types = Object.fromEntries(
    promised.flatMap((field) => (field.sqlType === undefined ? [] : [[field.name, field.sqlType]])),
  )
  return openInputs(job.product, {
    ...place,
    pinned: job.inputs,
    verdicts: servedInputs(job),
    readers: (port) => project.models.filter((model) => model.ports.includes(port)).length,
    promised: () => (project.models.length === 0 ? types : {}),
    personal: place.sealing !== null || hasPersonalData(job.product),
  })
}

const servedInputs = ({ verdicts = {} }: BuildJob): Readonly<Record<string, Served>> =>
  Object.fromEntries(
    Object.entries(verdicts).map(([port, { keys, ...verdict }]) => [
      port,
      { ...verdict, keys: keys === null ? undefined : { id: keys.id, bare: () => keys } },
    ]),
  )

/** What a table promises, without where it is written: a rule that moved by a line changes nothing. */
const fieldsOf = (product: DataProduct, table: string): unknown =>
  (product.schema.tables[table]?.fields ?? []).map(({ at: _, ...field }) => field)

/** A model that several others read is computed once, unless it says that it is a view. */
const isKept = (model: PlannedModel, models: readonly PlannedModel[]): boolean =>
  model.materialized !== 'view' && models.filter((other) => other.refs.includes(model.name)).length > 1

/** Without models the input ports are the product: several are one table, columns matched by name. */
const passThrough = (product: DataProduct, { relations }: Inputs): Project => {
  const ports = relations.map(({ port }) => port)
  if (ports.length === 0) {
    throw new MeshError('model-failed', {
      model: product.id,
      why: 'it has neither models nor an input port that can be read',
    })
  }
  const model = {
    name: mainTable(product),
    path: `input port ${ports.join(', ')}`,
    materialized: null,
    refs: [],
    ports,
    config: {},
  }
  const sql = relations.map(({ relation }) => `select * from ${relation}`).join('\nunion all by name\n')
  return { models: [model], seeds: [], compile: () => sql, learn: () => {}, checks: () => [] }
}

const offerSelf = async (
  exposed: readonly PlannedModel[],
  tableOf: (model: PlannedModel) => string,
  parent: NonNullable<BuildJob['parent']>,
  draft: Draft,
  { connection, storage }: StagePlace,
): Promise<void> => {
  await connection.run(`create schema ${quoteIdent(selfSchema)}`)
  for (const model of exposed) {
    const table = parent.tables.find((candidate) => candidate.name === tableOf(model))
    if (table === undefined) continue
    const relation = selfRelation(model.name)
    await connection.run(`create view ${relation} as ${snapshotSelect(table, storage)}`)
    draft.self.push({ relation, table: table.name, columns: table.columns })
  }
}

/** What DuckDB said, in the platform's words: which input line, or which model. */
const rethrow = async (error: unknown, product: DataProduct, place: StagePlace, model?: string): Promise<never> => {
  if (isMeshError(error)) throw error
  const told = await explainInputError(error, {
    connection: place.connection,
    ports: product.inputPorts,
    files: place.files,
    personal: place.sealing !== null || hasPersonalData(product),
  })
  if (told) throw told
  if (!(error instanceof Error) || model === undefined) throw error
  if (error.message.startsWith('Out of Memory Error')) {
    throw new MeshError('model-out-of-memory', { model, memoryMb: place.memoryMb }, { cause: error })
  }
  const why = place.sealing !== null || hasPersonalData(product) ? withoutValues(toldBy(error)) : toldBy(error)
  throw new MeshError('model-failed', { model, why }, { cause: error })
}
