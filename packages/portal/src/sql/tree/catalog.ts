import type { Reply } from '../../api/index.ts'

export type Catalog = Reply<'sqlCatalog'>
export type CatalogDomain = Catalog['domains'][number]
export type CatalogProduct = CatalogDomain['products'][number]
export type CatalogTable = CatalogProduct['tables'][number]
export type CatalogColumn = CatalogTable['columns'][number]

/** Words that the engine takes as a name only in quotes. */
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default desc describe distinct do
   else end except false fetch for foreign from grant group having in initially intersect into lambda lateral leading limit not null offset on
   only or order pivot primary qualify references returning select show some summarize symmetric table then to trailing true union unique
   unpivot using variadic when where window with`.split(/\s+/),
)

/** A column or alias as it is written in SQL. */
export const nameText = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !reserved.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`

/** `"flight-ops".daily` → `['flight-ops', 'daily']` */
export const partsOf = (relation: string): readonly string[] =>
  [...relation.matchAll(/"((?:[^"]|"")*)"|([^."]+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  )

/** `TIMESTAMP WITH TIME ZONE` → `timestamptz`; as short as a narrow column can show it. */
export const typeWord = (type: string): string => {
  const word = type.toLowerCase()
  if (word === 'timestamp with time zone') return 'timestamptz'
  if (word.startsWith('struct(')) return 'struct'
  if (word.startsWith('map(')) return 'map'
  return word
}

export const productsOf = (catalog: Catalog): readonly CatalogProduct[] =>
  catalog.domains.flatMap(({ products }) => products)

/** What `?product=` opens with. */
export const firstLookAt = (catalog: Catalog, product: string): string | null => {
  const table = productsOf(catalog).find(({ id }) => id === product)?.tables[0]
  return table ? `select *\nfrom ${table.relation}\nlimit 100\n` : null
}
