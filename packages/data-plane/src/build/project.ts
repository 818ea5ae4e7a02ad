import type { CheckSpec } from '@datamesh/core'

/** A model before its SQL is known: everything that the order and the shape of a build depend on. */
export type PlannedModel = {
  name: string
  /** Path of its file, relative to the product's folder. */
  path: string
  /** As configured; null when nothing was written. */
  materialized: string | null
  /** Models and seeds it reads. */
  refs: readonly string[]
  /** Input ports it reads. */
  ports: readonly string[]
  config: Readonly<Record<string, unknown>>
}

/** A model as the engine runs it: one SELECT over relation names. */
export type CompiledModel = PlannedModel & { sql: string }

export type Seed = { name: string; path: string; text: string; columnTypes: Readonly<Record<string, string>> }

/** A product's transformation: `models` in dependency order, each compiled when those before it are built. */
export type Project = {
  models: readonly PlannedModel[]
  seeds: readonly Seed[]
  /** @throws template-failed with the place in the file */
  compile: (model: PlannedModel) => string
  /** Macros may ask for the columns of what exists: inputs at first, then each model that is built. */
  learn: (relation: string, columns: readonly { name: string; type: string }[]) => void
  /** The project's own tests as checks. `tableOf`: the published table that a model makes, if it makes one; `main`: where others are reported. */
  checks: (tableOf: (model: string) => string | undefined, main: string | undefined) => readonly CheckSpec[]
}

/** Models in a `marts` folder if there is one, else the models that no other model reads. */
export const exposedModels = <M extends PlannedModel>(all: readonly M[]): M[] => {
  const models = all.filter((model) => model.materialized !== 'ephemeral')
  const marts = models.filter((model) => model.path.split('/').slice(0, -1).includes('marts'))
  if (marts.length > 0) return marts
  const read = new Set(all.flatMap((model) => model.refs))
  return models.filter((model) => !read.has(model.name))
}
