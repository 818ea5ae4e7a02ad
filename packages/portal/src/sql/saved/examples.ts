import { kindOf } from '../result/cells.ts'
import { type Catalog, type CatalogColumn, type CatalogProduct, nameText, productsOf } from '../tree/catalog.ts'

export type Example = { title: string; about: string; sql: string }

const isId = ({ name }: CatalogColumn): boolean => /(^|_)(id|key|code|uuid)$/i.test(name)
const place = /^(lat|latitude|lon|lng|longitude|year|month|day)$/i
const open = ({ columns }: { columns: readonly CatalogColumn[] }) => columns.filter(({ masked }) => !masked)

/** Up to three first queries, each over another product if there are enough: rows as they are, groups, a figure over time. */
export const examplesFor = (catalog: Catalog): readonly Example[] => {
  const readable = productsOf(catalog).filter((product) => product.readable && product.tables.length > 0)
  const used = new Set<string>()
  const first = (make: (product: CatalogProduct) => Example | null): Example[] => {
    for (const product of [...readable].sort((a, b) => Number(used.has(a.id)) - Number(used.has(b.id)))) {
      const example = make(product)
      if (!example) continue
      used.add(product.id)
      return [example]
    }
    return []
  }
  return [...first(overTime), ...first(groups), ...first(rows)]
}

const words = (name: string): string => name.replaceAll(/[-_]+/g, ' ')

const rows = ({ title, tables: [table] }: CatalogProduct): Example | null =>
  table
    ? {
        title: `Rows of ${words(title)}`,
        about: `${table.columns.length} columns, as they were published`,
        sql: `select *\nfrom ${table.relation}\nlimit 100\n`,
      }
    : null

const groups = ({ title, tables: [table] }: CatalogProduct): Example | null => {
  const by = table && open(table).find((column) => kindOf(column.type) === 'text' && !isId(column))
  if (!table || !by) return null
  const name = nameText(by.name)
  return {
    title: `${words(title)} by ${words(by.name)}`,
    about: 'Groups, the largest first',
    sql: `select ${name}, count(*) as rows\nfrom ${table.relation}\ngroup by ${name}\norder by rows desc\nlimit 20\n`,
  }
}

const overTime = ({ title, tables: [table] }: CatalogProduct): Example | null => {
  const columns = table ? open(table) : []
  const at = columns.find(({ type }) => kindOf(type) === 'date') ?? columns.find(({ type }) => kindOf(type) === 'time')
  const figure = columns.find((column) => kindOf(column.type) === 'number' && !isId(column) && !place.test(column.name))
  if (!table || !at || !figure) return null
  return {
    title: `${words(figure.name)} by month`,
    about: `Average of ${words(title)} over time`,
    sql: `select\n  date_trunc('month', ${nameText(at.name)})::date as month,\n  count(*) as rows,\n  avg(${nameText(figure.name)}) as ${nameText(`avg_${figure.name}`)}\nfrom ${table.relation}\ngroup by month\norder by month\n`,
  }
}
