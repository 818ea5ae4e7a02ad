import type { DataProduct } from '../manifest/index.ts'

/** What an installation encrypts beyond what manifests ask for: nothing, tables with personal columns, everything. */
export type EncryptionDefault = 'declared' | 'personal' | 'all'

/**
 * What of a product is encrypted at rest. `tables`: all files of these tables, or of every one. `columns`: those of which no value may stand
 * outside of the files either (smallest and largest, samples); `all` when the whole product is named.
 */
export type Encryption = { tables: 'all' | readonly string[]; columns: 'all' | readonly string[] }

/** AES with 256 bits, as manifests write it. */
export const isAes256 = (text: string): boolean => /^aes[-_ ]?256([-_ ]?gcm)?$/i.test(text.trim())
const isNone = (text: string | undefined): boolean => text !== undefined && /^(none|no|false|off)$/i.test(text.trim())

/**
 * The files of a table are encrypted whole when one of its columns asks for it: the engine has no keys for single columns. Null: nothing is
 * encrypted. A manifest that says `none` keeps its product plain only where the installation demands nothing.
 */
export const encryptionOf = (product: DataProduct, byDefault: EncryptionDefault): Encryption | null => {
  const { access, schema } = product
  const whole = access.encryption !== undefined && !isNone(access.encryption)
  if (whole || byDefault === 'all') return { tables: 'all', columns: 'all' }
  const named = new Set(access.piiColumns.map((name) => name.toLowerCase()))
  const tables: string[] = []
  const columns = new Set<string>()
  for (const [table, { fields }] of Object.entries(schema.tables)) {
    const personal = fields.filter((field) => field.pii || named.has(field.name.toLowerCase()))
    const asked = fields.filter((field) => field.encryption !== undefined && !isNone(field.encryption))
    const mine = [...asked, ...(byDefault === 'personal' || asked.length > 0 ? personal : [])]
    if (mine.length === 0) continue
    tables.push(table)
    for (const field of mine) columns.add(field.name)
  }
  // personal columns of a product without a declared schema
  if (byDefault === 'personal' && named.size > 0 && tables.length === 0)
    return { tables: 'all', columns: access.piiColumns }
  return tables.length === 0 ? null : { tables, columns: [...columns] }
}

export const isEncrypted = (encryption: Encryption | null, table: string): boolean =>
  encryption !== null && (encryption.tables === 'all' || encryption.tables.includes(table))

/** May no value of this column stand outside of its files? */
export const isSecretColumn = (encryption: Encryption | null, column: string): boolean =>
  encryption !== null &&
  (encryption.columns === 'all' || encryption.columns.some((name) => name.toLowerCase() === column.toLowerCase()))
