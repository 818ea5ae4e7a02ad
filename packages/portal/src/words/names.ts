/** `flight-operations/flights-fact` → its parts, as the address of its page takes them. */
export const partsOf = (id: string): { domain: string; product: string } => {
  const [domain = '', product = ''] = id.split('/')
  return { domain, product }
}

/** `flight-operations` → `Flight operations` */
export const readable = (name: string): string => {
  const words = name.replaceAll(/[-_]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
const alignments: Record<string, string> = {
  'source-aligned': 'Source-aligned',
  'aggregate-aligned': 'Aggregate-aligned',
  'consumer-aligned': 'Consumer-aligned',
}
export const alignmentWord = (alignment: string | null): string =>
  alignment ? (alignments[alignment] ?? alignment) : 'No alignment'

const portKinds: Record<string, string> = { api: 'API', batch: 'Batch', file: 'File', streaming: 'Stream', sql: 'SQL' }
/** What kind of port, in one word. */
export const portWord = (kind: string): string => portKinds[kind] ?? readable(kind)
