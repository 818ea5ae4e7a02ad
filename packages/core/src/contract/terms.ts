import { type DataProduct, durationText } from '../manifest/index.ts'

/** One line of what readers accept and may rely on. */
export type Term = { name: string; value: string }

/** The terms of a release, in the order in which people ask for them; what the manifest does not say is left out. */
export const contractTerms = (product: DataProduct): Term[] => {
  const { access, schema, transforms } = product
  const { cron, onInput, timezone } = transforms.schedule
  const published = [cron === undefined ? '' : `${cron} (${timezone})`, onInput ? 'whenever an input publishes' : '']
  const kept = product.outputPorts.flatMap((port) =>
    port.retentionSeconds === undefined ? [] : [`${port.name}: ${durationText(port.retentionSeconds)}`],
  )
  const terms: Term[] = [
    { name: 'Owner', value: product.owner },
    { name: 'Version', value: product.version },
    { name: 'Lifecycle', value: product.status },
    { name: 'Classification', value: access.classification },
    { name: 'May read', value: readersText(product) },
    { name: 'Personal columns', value: access.piiColumns.join(', ') },
    { name: 'Encryption', value: access.encryption ?? '' },
    { name: 'Retention', value: kept.join(', ') },
    { name: 'Published', value: published.filter((part) => part !== '').join(', ') || 'when asked' },
    { name: 'Compatibility of releases', value: schema.compatibility },
    { name: 'Engine', value: transforms.engine },
    ...Object.entries(product.documentation).map(([name, value]) => ({ name: `Documentation: ${name}`, value })),
    ...(product.links ?? []).map(({ title, url }) => ({ name: `Link: ${title}`, value: url })),
    ...Object.entries(product.labels ?? {}).map(([name, value]) => ({ name: `Label: ${name}`, value })),
    ...Object.entries(product.globalStandards).map(([name, value]) => ({ name: `Standard: ${name}`, value })),
  ]
  return terms.filter((term) => term.value !== '')
}

/** Rule: docs/guide/access.md, who may read without a grant. */
const readersText = ({ access, domain }: DataProduct): string => {
  if (access.classification === 'public') return 'everybody with a role'
  if (access.readers.length > 0) return `${access.readers.join(', ')}, and who holds a grant`
  if (access.classification === 'internal') return 'everybody with a role'
  return `owners of ${domain}, and who holds a grant`
}
