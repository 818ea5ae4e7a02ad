import {
  type Catalog,
  type CatalogColumn,
  type CatalogProduct,
  type CatalogTable,
  nameText,
  typeWord,
} from './catalog.ts'

/** One line of the tree, in the order in which it is seen. */
export type TreeRow = {
  id: string
  parent: string | null
  level: number
  kind: 'domain' | 'product' | 'table' | 'column'
  label: string
  /** Type of a column. */
  detail: string
  /** What it means, for those who point at it. */
  about: string
  /** Null: a leaf. */
  expanded: boolean | null
  /** What it is called in SQL; null: naming it would be refused. */
  insert: string | null
  domain: string
  /** Id of the product that may not be read. */
  locked: string | null
  masked: boolean
  place: number
  of: number
}
type Bare = Omit<TreeRow, 'place' | 'of'>

/** Longer than this nobody reads; the filter narrows. */
export const mostRows = 600

/** Opened by hand; with a filter, what leads to a match and was not shut by hand. */
type Opened = (id: string, leads: boolean) => boolean

/**
 * The lines of the tree. With a filter only what matches, and what it stands under, is left; what leads to a match is open unless `shut`.
 * A product that matches by its own name keeps its columns for when it is opened.
 */
export const treeRows = (
  catalog: Catalog,
  open: ReadonlySet<string>,
  filter = '',
  shut: ReadonlySet<string> = new Set(),
): readonly TreeRow[] => {
  const wanted = filter.trim().toLowerCase()
  const opened: Opened = (id, leads) => (leads ? !shut.has(id) : open.has(id))
  const all = catalog.domains.flatMap(({ name, schema, products }) => {
    const own = matches(wanted, name, schema)
    const below = products.flatMap((product) => productRows(product, name, opened, own ? '' : wanted))
    if (wanted !== '' && !own && below.length === 0) return []
    const expanded = opened(name, wanted !== '')
    const row: Bare = {
      ...{ id: name, parent: null, level: 1, kind: 'domain', label: name, detail: '', about: '', domain: name },
      ...{ expanded, insert: schema, locked: null, masked: false },
    }
    return [row, ...(expanded ? below : [])]
  })
  return placed(all.slice(0, mostRows))
}

const productRows = (product: CatalogProduct, domain: string, opened: Opened, wanted: string): Bare[] => {
  const own = matches(wanted, product.id, product.title)
  const parts = product.tables.map((table) => ({ table, rows: columnRows(product, table, domain, own ? '' : wanted) }))
  const found = parts.filter(({ table, rows }) => own || matches(wanted, table.table) || rows.length > 0)
  if (!own && found.length === 0) return []
  const several = product.tables.length > 1
  const expanded = opened(product.id, wanted !== '' && !own)
  const locked = product.readable ? null : product.id
  const rest = { domain, locked, masked: false, detail: '' }
  const row: Bare = {
    ...rest,
    ...{ id: product.id, parent: domain, level: 2, kind: 'product', expanded },
    label: product.id.slice(domain.length + 1),
    about: product.readable ? product.title : product.because,
    insert: product.readable ? (product.tables[0]?.relation ?? null) : null,
  }
  if (!expanded) return [row]
  if (!several) return [row, ...found.flatMap(({ rows }) => rows)]
  return [
    row,
    ...found.flatMap(({ table, rows }): Bare[] => {
      const id = `${product.id}/${table.table}`
      const shown = opened(id, rows.length > 0 && wanted !== '' && !own)
      return [
        {
          ...rest,
          ...{ id, parent: product.id, level: 3, kind: 'table', label: table.table, about: table.relation },
          ...{ expanded: shown, insert: product.readable ? table.relation : null },
        },
        ...(shown ? rows : []),
      ]
    }),
  ]
}

const columnRows = (product: CatalogProduct, table: CatalogTable, domain: string, wanted: string): Bare[] => {
  const several = product.tables.length > 1
  const parent = several ? `${product.id}/${table.table}` : product.id
  const row = (column: CatalogColumn): Bare => ({
    ...{ id: `${product.id}/${table.table}.${column.name}`, parent, level: several ? 4 : 3, kind: 'column' },
    ...{ label: column.name, detail: typeWord(column.type), about: column.description, expanded: null },
    ...{ insert: product.readable ? nameText(column.name) : null, domain, locked: null, masked: column.masked },
  })
  return table.columns.filter(({ name }) => matches(wanted, name)).map(row)
}

const matches = (wanted: string, ...names: readonly string[]): boolean =>
  wanted === '' || names.some((name) => name.toLowerCase().includes(wanted))

/** Which of how many siblings, as screen readers say it. */
const placed = (rows: readonly Bare[]): readonly TreeRow[] => {
  const families = new Map<string | null, number>()
  const places = rows.map(({ parent }) => {
    const place = (families.get(parent) ?? 0) + 1
    families.set(parent, place)
    return place
  })
  return rows.map((row, i) => ({ ...row, place: places[i] ?? 1, of: families.get(row.parent) ?? 1 }))
}

export type TreeMove = { to?: string; toggle?: string }
/** What an arrow does on a line. Rule: WAI-ARIA Authoring Practices, tree view */
export const moveInTree = (rows: readonly TreeRow[], at: string, key: string): TreeMove | null => {
  const index = Math.max(
    0,
    rows.findIndex(({ id }) => id === at),
  )
  const row = rows[index]
  if (!row) return null
  const to = (i: number): TreeMove => {
    const id = rows[Math.max(0, Math.min(rows.length - 1, i))]?.id
    return id === undefined ? {} : { to: id }
  }
  switch (key) {
    case 'ArrowDown':
      return to(index + 1)
    case 'ArrowUp':
      return to(index - 1)
    case 'Home':
      return to(0)
    case 'End':
      return to(rows.length - 1)
    case 'ArrowRight':
      if (row.expanded === false) return { toggle: row.id }
      return row.expanded ? to(index + 1) : {}
    case 'ArrowLeft':
      if (row.expanded) return { toggle: row.id }
      return row.parent === null ? {} : { to: row.parent }
    default:
      return null
  }
}
