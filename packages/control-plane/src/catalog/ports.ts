import {
  type DataProduct,
  mainTable,
  type OutputPort,
  type ProductView,
  provisionOf,
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
          ? `${url}/tables/${mainTable(product)}/rows`
          : `${url}/files`
        : null,
      reason: provision.here ? null : provision.reason,
      rateLimit: port.rateLimit ? rateText(port.rateLimit) : null,
    }
  })

const rateText = ({ requests, perSeconds }: NonNullable<OutputPort['rateLimit']>): string => {
  const unit = { 1: 's', 60: 'min', 3600: 'h', 86400: 'day' }[perSeconds] ?? `${perSeconds} s`
  return `${requests} req/${unit}`
}
