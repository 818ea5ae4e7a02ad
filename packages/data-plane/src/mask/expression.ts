import { type Decision, type Mask, maskFits, maskOf, quoteIdent, quoteText } from '@datamesh/core'
import type { BareKeys, MaskKeys } from './keys.ts'
import { tokenFunction } from './token_function.ts'

/** A decision as it is laid over rows: what serving code gets instead of the user. */
export type Served = Pick<Decision, 'masks' | 'rowFilter'> & { keys?: MaskKeys | undefined }

type Named = { name: string; type: string }

const isText = (type: string): boolean => /^(VARCHAR|JSON|ENUM\b.*)$/.test(type)

/** Redaction does not show which values were missing either. */
const redacted = (type: string) =>
  isText(type) ? { type: 'VARCHAR', sql: quoteText('•••') } : { type, sql: `null::${type}` }

/**
 * A column as one reader sees it, and the type it then has. A mask that does not fit the type, or whose key is missing, redacts. What goes
 * wrong with a value is NULL (`try`): an error would quote it.
 */
export const maskedColumn = (
  column: Named,
  mask: Mask | undefined,
  keys: BareKeys | undefined,
): { type: string; sql: string } => {
  const name = quoteIdent(column.name)
  if (mask === undefined) return { type: column.type, sql: name }
  if (!maskFits(mask, column.type)) return redacted(column.type)
  switch (mask.how) {
    case 'redact':
      return redacted(column.type)
    case 'truncate':
      return { type: 'VARCHAR', sql: `left(${name}::varchar, ${Math.max(0, Math.trunc(mask.keep))})` }
    case 'generalise':
      return { type: column.type, sql: `try((${generalised(name, column.type, mask)})::${column.type})` }
    case 'hash': {
      if (keys === undefined) return redacted(column.type)
      // HMAC. Rule: RFC 2104; the engine has sha256 only
      const inner = `sha256(unhex(${quoteText(keys.inner)}) || encode(${name}::varchar))`
      return { type: 'VARCHAR', sql: `sha256(unhex(${quoteText(keys.outer)}) || unhex(${inner}))` }
    }
    case 'tokenise':
      if (keys === undefined) return redacted(column.type)
      return {
        type: 'VARCHAR',
        sql: `${tokenFunction}(${quoteText(keys.id)}, ${quoteText(column.name)}, ${name}::varchar)`,
      }
  }
}

const generalised = (name: string, type: string, mask: Extract<Mask, { how: 'generalise' }>): string => {
  if ('to' in mask) return `date_trunc(${quoteText(mask.to)}, ${name})`
  const step = Number.isInteger(mask.step) ? String(mask.step) : mask.step.toFixed(9).replace(/0+$/, '')
  if (/^(FLOAT|DOUBLE)$/i.test(type)) return `floor(${name} / ${step}) * ${step}`
  // down, for what is below zero as well
  return `${name} - ((${name} % ${step}) + ${step}) % ${step}`
}

/** The condition of a filter: a row for which it cannot be worked out is not shown. The line break ends a comment of a filter. */
export const filterSql = (rowFilter: string): string => `coalesce(try((\n${rowFilter}\n)), false)`

export const isOpen = ({ masks, rowFilter }: Served, columns: readonly Named[]): boolean =>
  rowFilter === null && !columns.some(({ name }) => maskOf(masks, name) !== undefined)

/** The columns of a table for a SELECT, each under its own name, as the reader sees them. */
export const servedColumns = (columns: readonly Named[], { masks, keys }: Served): string[] => {
  const bare = keys?.bare()
  return columns.map((column) => {
    const mask = maskOf(masks, column.name)
    const name = quoteIdent(column.name)
    return mask === undefined ? name : `${maskedColumn(column, mask, bare).sql} as ${name}`
  })
}

export const servedType = (column: Named, { masks, keys }: Served): string =>
  maskedColumn(column, maskOf(masks, column.name), keys?.bare()).type

/** What has to be part of every name under which something made for this reader is kept. */
export const servedKey = ({ masks, rowFilter, keys }: Served): unknown => [
  rowFilter,
  masks,
  masks.some(({ how }) => how === 'hash' || how === 'tokenise') ? (keys?.id ?? null) : null,
]
