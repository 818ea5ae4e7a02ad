import type { DataProduct, OutputPort, ProductView } from '@datamesh/core'
import { servedHere } from './declared.ts'

export type PortView = ProductView['outputPorts'][number]

/** Every output port with where to read it, or why it is only declared here. */
export const portViews = (product: DataProduct): PortView[] =>
  product.outputPorts.map((port) => {
    const serves = servedHere(port)
    const url = `/api/v1/products/${product.id}`
    return {
      name: port.name,
      kind: port.kind,
      technology: port.technology,
      format: port.format ?? null,
      provisioned: serves.here,
      url: serves.here
        ? serves.as === 'rows'
          ? `${url}/tables/${product.name.replaceAll('-', '_')}/rows`
          : `${url}/files`
        : null,
      reason: serves.here ? null : serves.reason,
      rateLimit: port.rateLimit ? rateText(port.rateLimit) : null,
    }
  })

const rateText = ({ requests, perSeconds }: NonNullable<OutputPort['rateLimit']>): string => {
  const unit = { 1: 's', 60: 'min', 3600: 'h', 86400: 'day' }[perSeconds] ?? `${perSeconds} s`
  return `${requests} req/${unit}`
}
