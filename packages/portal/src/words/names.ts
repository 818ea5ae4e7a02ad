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
