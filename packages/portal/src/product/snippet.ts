/** The shortest way to the first rows, which every page of a product shows; all others stand in snippets.ts. Pure texts; `$DATAMESH_TOKEN` is the only thing the reader has to bring. */

export type SnippetPort = {
  technology: string
  format: string | null
  kind: string
  provisioned: boolean
  url: string | null
}
export type Where = {
  /** `https://mesh.example.org`, no slash at the end. */
  origin: string
  /** `domain/product` */
  product: string
  tables: readonly string[]
  table: string
  port: SnippetPort
  /** Addresses of the Parquet files of the newest snapshot, when known. */
  files?: readonly string[]
}
export type Snippet = { id: string; label: string; code: string; note?: string }
export type Make = (where: Where) => Snippet

export const auth = '-H "Authorization: Bearer $DATAMESH_TOKEN"'
export const rowsUrl = ({ origin, product, table }: Where): string =>
  `${origin}/api/v1/products/${product}/tables/${table}/rows`
export const mediaTypes: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  json: 'application/x-ndjson',
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.stream',
}
export const endings: Readonly<Record<string, string>> = {
  json: 'ndjson',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  csv: 'csv',
  arrow: 'arrow',
}

/** The format in which a port hands out whole tables. */
export const formatOf = ({ technology, format }: Pick<SnippetPort, 'technology' | 'format'>): string =>
  [format, technology].find((each) => each !== null && each in mediaTypes) ?? 'parquet'
export const fileOf = (where: Where): string => `${where.table}.${endings[formatOf(where.port)] ?? 'parquet'}`
/** A port for whole files, not for pages of rows. */
export const givesFiles = ({ port }: Where): boolean => port.kind !== 'api'

export const download = (where: Where): string =>
  `curl -fsS ${auth} \\
  -H "Accept: ${mediaTypes[formatOf(where.port)]}" \\
  -o ${fileOf(where)} \\
  "${rowsUrl(where)}"`
export const parquetOf = (where: Where): Where => ({
  ...where,
  port: { ...where.port, technology: 'parquet', format: 'parquet', kind: 'file' },
})
/** `domain.product`, tables of products with several as `product__table`; the names that queries use. */
export const relationOf = ({ product, tables, table }: Pick<Where, 'product' | 'tables' | 'table'>): string => {
  const [domain = '', name = ''] = product.replaceAll('-', '_').split('/')
  return `${domain}.${tables.length > 1 ? `${name}__${table}` : name}`
}

export const curl: Make = (where) => ({
  id: 'curl',
  label: 'curl',
  code: givesFiles(where)
    ? `# the whole table as one file\n${download(where)}`
    : `# ten rows as JSON; filter with column=value or column=gt:5\ncurl -fsS ${auth} \\
  "${rowsUrl(where)}?limit=10"

# the whole table as Parquet
${download(parquetOf(where))}`,
})

/** The standard library alone: runs wherever Python does. */

type Product = { id: string; tables: readonly string[]; outputPorts: readonly SnippetPort[] }
/** The snippet that `c` copies: of the first port that works. */
export const firstSnippet = (product: Product, origin: string): Snippet | null => {
  const port = product.outputPorts.find(({ provisioned }) => provisioned)
  const [table] = product.tables
  if (!port || table === undefined) return null
  return curl({ origin, product: product.id, tables: product.tables, table, port })
}
