import type { DataProduct, Mode } from '@datamesh/core'
import type { TableSpec } from './draft.ts'
import type { PlannedModel } from './project.ts'

const list = (value: unknown): string[] => (value === undefined || value === null ? [] : [value].flat().map(String))

/** How a table is continued and ordered: what its model says, else what the product says. */
export const shapeOf = (product: DataProduct, model: PlannedModel): Pick<TableSpec, 'mode' | 'key' | 'order'> => {
  const { config } = model
  const unique = list(config.unique_key)
  const key = unique.length > 0 ? unique : product.transforms.key
  const mode = modeOf(product, model, unique.length > 0)
  const order = list(config.order_by ?? config.cluster_by)
  const clustered = product.outputPorts.find((port) => port.clusteredBy.length > 0)?.clusteredBy ?? []
  // Merged rows in key order: the next batch then touches few files.
  return { mode, key, order: mode === 'merge' ? key : order.length > 0 ? order : clustered }
}

/** Rule: dbt. `incremental` with a unique_key merges, without it appends; `table` starts anew. A model that says nothing follows the product. */
const modeOf = (product: DataProduct, { materialized, config }: PlannedModel, unique: boolean): Mode => {
  const { materialisation } = product.transforms
  if (materialized === null || materialized === 'view') return materialisation
  if (materialized !== 'incremental') return 'full'
  if (config.incremental_strategy === 'append') return 'append'
  return unique || materialisation === 'merge' ? 'merge' : 'append'
}
