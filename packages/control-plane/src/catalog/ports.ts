import {
  type DataProduct,
  mainTable,
  type OutputPort,
  type ProductView,
  provisionOf,
  tablesOf,
  thisRelease,
} from '@datamesh/core'

export type PortView = ProductView['outputPorts'][number]

/** Every output port with where to read it, or why it is only declared here. */
export const portViews = (product: DataProduct): PortView[] =>
  product.outputPorts.map((port) => {
    const provision = provisionOf(port, thisRelease)
    const url = `/api/v1/products/${product.id}`
    return {
      name: port.name,
      kind: port.kind,
      technology: port.technology,
      format: port.format ?? null,
      provisioned: provision.here,
      url: provision.here
        ? provision.serves === 'rest'
          ? `${url}/tables/${firstTable(product)}/rows`
          : `${url}/files`
        : null,
      reason: provision.here ? null : provision.reason,
      rateLimit: port.rateLimit ? rateText(port.rateLimit) : null,
    }
  })

/** A product of several tables need not have one of its own name. */
const firstTable = (product: DataProduct): string => {
  const tables = tablesOf(product)
  return tables.includes(mainTable(product)) ? mainTable(product) : tables[0]!
}

const rateText = ({ requests, perSeconds }: NonNullable<OutputPort['rateLimit']>): string => {
  const unit = { 1: 's', 60: 'min', 3600: 'h', 86400: 'day' }[perSeconds] ?? `${perSeconds} s`
  return `${requests} req/${unit}`
}
