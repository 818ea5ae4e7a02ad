import { type DataProduct, MeshError, type TableSchema } from '@datamesh/core'
import type { z } from 'zod'
import type { CatalogDeps } from './deps.ts'
import { noProduct } from './rows.ts'

/** One release with what it was made of. */
export type ReleaseEntry = {
  product: DataProduct
  version: string
  digest: string
  files: Record<string, string>
  current: boolean
}

/** A release by its version, the current one without. @throws not-found */
export const releaseEntry = async (
  id: string,
  version: string | undefined,
  deps: CatalogDeps,
): Promise<ReleaseEntry> => {
  const row = await deps.store.db
    .selectFrom('product')
    .innerJoin('release', 'release.product', 'product.id')
    .select(['release.version', 'release.digest', 'release.manifest', 'release.files', 'product.current_version'])
    .where('product.id', '=', id)
    .$if(version === undefined, (query) => query.whereRef('release.version', '=', 'product.current_version'))
    .$if(version !== undefined, (query) => query.where('release.version', '=', version as string))
    .executeTakeFirst()
  if (!row)
    throw version === undefined ? noProduct(id) : new MeshError('not-found', { what: `release ${version} of ${id}` })
  return {
    product: row.manifest as DataProduct,
    version: row.version,
    digest: row.digest,
    files: row.files,
    current: row.version === row.current_version,
  }
}

/** The file that a release calls its manifest. Bundles may give it another name; its positions remember it. */
export const manifestFile = ({ product, files }: Pick<ReleaseEntry, 'product' | 'files'>): string => {
  const told = product.versionAt?.file ?? 'dataproduct.yaml'
  if (Object.hasOwn(files, told)) return told
  return Object.keys(files).find((file) => /^[^/]+\.(ya?ml|json)$/.test(file)) ?? told
}

/** The files of a release for somebody who may not read every column: seeds are rows, the rest is definition. */
export const withoutRows = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path, /\.csv$/i.test(path) ? 'rows that you may not read\n' : text]),
  )

/** Tables and columns as the manifest declares them. */
export const declaredTables = ({ schema }: DataProduct): z.infer<typeof TableSchema>[] =>
  Object.entries(schema.tables).map(([name, { description, fields }]) => ({
    name,
    description,
    key: fields.filter((field) => field.key).map((field) => field.name),
    columns: fields.map((field, index) => ({
      id: index + 1,
      name: field.name,
      type: field.sqlType ?? field.type,
      nullable: field.nullable,
      description: field.description,
      pii: field.pii,
      ...(field.classification ? { classification: field.classification } : {}),
    })),
    rows: null,
  }))
