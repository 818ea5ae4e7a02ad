import type { DataProduct } from '@datamesh/core'

const hidden = '•••'

/** What the engine said, in one line and without the SQL that it repeats. */
export const toldBy = (error: Error): string => error.message.split('\n\n')[0]!.replaceAll('\n', ' ')

/**
 * The same without values of rows, which it quotes while it reads them: `Could not convert string "ann@…" to 'INTEGER'`. Names of
 * columns stay where it is sure that they are; of a message whose form is not known only its kind is told.
 */
export const withoutValues = (told: string): string => {
  const [, kind] = /^([\w ]+ Error)(?=:)/.exec(told) ?? []
  if (kind !== undefined && !/^(Binder|Parser|Catalog|Conversion|Out of Memory|IO|Permission) Error$/.test(kind))
    return `${kind}; the rest may hold values of PII columns and is not told`
  const [, column = '', rest = ''] = /^(Error when converting column "[^"]*"\. )?(.*)$/s.exec(told) ?? []
  return column + rest.replaceAll(/'.*'|".*"/g, hidden)
}

/** True when a column of the product is marked as personal data. */
export const hasPersonalData = ({ access, schema }: Pick<DataProduct, 'access' | 'schema'>): boolean =>
  access.piiColumns.length > 0 || Object.values(schema.tables).some(({ fields }) => fields.some(({ pii }) => pii))
