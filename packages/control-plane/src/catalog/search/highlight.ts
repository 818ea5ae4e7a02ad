import type { DataProduct, SearchReply } from '@datamesh/core'

type Match = SearchReply['hits'][number]['matches'][number]

/** Where the words were found, the match between « and », at most six places and one per field. */
export const matchesIn = (product: DataProduct, words: readonly string[]): Match[] => {
  if (words.length === 0) return []
  const found: Match[] = []
  for (const { field, text } of fieldsOf(product)) {
    if (found.length === 6) break
    if (found.some((match) => match.field === field)) continue
    const marked = mark(text, words)
    if (marked) found.push({ field, text: marked })
  }
  return found
}

function* fieldsOf(product: DataProduct): Generator<{ field: string; text: string }> {
  yield { field: 'name', text: product.name }
  yield { field: 'domain', text: product.domain }
  for (const tag of product.tags) yield { field: 'tag', text: tag }
  yield { field: 'owner', text: product.owner }
  yield { field: 'description', text: product.description }
  for (const [table, { description, fields }] of Object.entries(product.schema.tables)) {
    yield { field: `table ${table}`, text: table }
    for (const column of fields) {
      yield { field: `column ${column.name}`, text: column.name }
      yield { field: `column ${column.name}`, text: column.description }
    }
    yield { field: `table ${table}`, text: description }
  }
  for (const text of Object.values(product.documentation)) yield { field: 'documentation', text }
}

const longest = 160

/** The text around the first match, every match marked; null when there is none. */
const mark = (text: string, words: readonly string[]): string | null => {
  const stems = words.map(stem)
  const hits = [...text.matchAll(/[\p{L}\p{N}]+/gu)].filter(([word]) => {
    const lower = word.toLowerCase()
    return words.some((wanted) => lower.startsWith(wanted)) || stems.includes(stem(lower))
  })
  const first = hits[0]
  if (!first) return null
  const from = text.length <= longest ? 0 : Math.max(0, first.index - 60)
  const to = Math.min(text.length, from + longest)
  let marked = from > 0 ? '…' : ''
  let at = from
  for (const hit of hits) {
    const end = hit.index + hit[0].length
    if (end > to) break
    marked += `${text.slice(at, hit.index)}«${hit[0]}»`
    at = end
  }
  return `${marked}${text.slice(at, to)}${to < text.length ? '…' : ''}`
}

/** Close to what the English dictionary of the state does, enough to mark the word that it found. */
const stem = (word: string): string => word.replace(/(ing|edly|ed|ies|es|s|ly|y)$/, '')
