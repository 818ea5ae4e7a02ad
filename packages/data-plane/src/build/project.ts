import type { CheckSpec } from '@datamesh/core'

/** A model after templating: one SELECT over relation names. */
export type CompiledModel = {
  name: string
  /** Path of its file, relative to the product's folder. */
  path: string
  sql: string
  /** As configured; null when nothing was written. */
  materialized: string | null
  /** Models and seeds it reads. */
  refs: readonly string[]
  /** Input ports it reads. */
  ports: readonly string[]
  config: Readonly<Record<string, unknown>>
}

export type Seed = {
  name: string
  path: string
  text: string
  delimiter: string
  columnTypes: Readonly<Record<string, string>>
}

/** A product's transformation, ready to run: `models` in dependency order. */
export type Project = { models: readonly CompiledModel[]; seeds: readonly Seed[]; checks: readonly CheckSpec[] }

/** How names in a model become relations. */
export type Names = {
  /** @throws when the port or table is unknown */
  source: (port: string, table: string) => string
  ref: (model: string) => string
  /** What `{{ this }}` reads: the rows of the parent snapshot. */
  self: (model: string) => string
  /** Tables that the parent snapshot has, and that this build continues. */
  continues: (model: string) => boolean
}

/** Models in a `marts` folder if there is one, else the models that no other model reads. */
export const exposedModels = (all: readonly CompiledModel[]): CompiledModel[] => {
  const models = all.filter((model) => model.materialized !== 'ephemeral')
  const marts = models.filter((model) => model.path.split('/').slice(0, -1).includes('marts'))
  if (marts.length > 0) return marts
  const read = new Set(all.flatMap((model) => model.refs))
  return models.filter((model) => !read.has(model.name))
}
