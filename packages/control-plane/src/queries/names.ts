/** How a table is written in FROM. */
export type Relation = { schema: string; name: string; product: string; table: string }

const underscored = (name: string): string => name.replaceAll('-', '_')
const keyOf = (schema: string, name: string): string => `${schema}.${name}`.toLowerCase()

/**
 * Every spelling of every table: `domain.product`, dashes as `_`; further tables of a product as `domain.product__table`. The
 * exact name of a table, `"flight-ops"."daily"`, always is that table; of two that would be spelled alike otherwise, the first by id is.
 * Rule: docs/guide/sql.md
 */
export class RelationNames {
  readonly #byKey = new Map<string, Relation>()
  readonly #ofTable = new Map<string, Relation>()

  constructor(products: readonly { id: string; tables: readonly string[] }[]) {
    const all = [...products].sort((a, b) => (a.id < b.id ? -1 : 1)).flatMap(spellings)
    for (const spell of ['exact', 'plain'] as const)
      for (const each of all) {
        const relation = each[spell]
        const key = keyOf(relation.schema, relation.name)
        const table = `${relation.product}\n${relation.table}`
        if (spell === 'exact' || !this.#byKey.has(key)) this.#ofTable.set(table, relation)
        if (!this.#byKey.has(key)) this.#byKey.set(key, relation)
      }
  }

  find(schema: string, name: string): Relation | undefined {
    return this.#byKey.get(keyOf(schema, name))
  }

  /** How a table is best written. */
  of(product: string, table: string): Relation | undefined {
    return this.#ofTable.get(`${product}\n${table}`)
  }

  /**
   * Those that a text may name: too many rather than too few, and without reading it as SQL, which is for a process that may die of it.
   */
  namedIn(sql: string): Relation[] {
    const text = sql.toLowerCase()
    const words = new Set(text.split(/[^\p{L}\p{N}_$]+/u))
    const occurs = (name: string) => (/^[a-z0-9_]+$/.test(name) ? words.has(name) : text.includes(name))
    const schemas = new Map<string, boolean>()
    const found: Relation[] = []
    for (const relation of this.#byKey.values()) {
      const schema = relation.schema.toLowerCase()
      const there = schemas.get(schema) ?? occurs(schema)
      schemas.set(schema, there)
      if (there && occurs(relation.name.toLowerCase())) found.push(relation)
    }
    return found
  }

  all(): Iterable<Relation> {
    return this.#ofTable.values()
  }
}

const spellings = ({ id, tables }: { id: string; tables: readonly string[] }) => {
  const [domain = '', product = ''] = id.split('/')
  const main = underscored(product)
  return tables.map((table) => {
    const first = tables.length === 1 || table === main || table === product
    return {
      plain: { schema: underscored(domain), name: first ? main : `${main}__${table}`, product: id, table },
      exact: { schema: domain, name: first ? product : `${product}__${table}`, product: id, table },
    }
  })
}

/** Words that DuckDB takes as a name only in quotes. */
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default deferrable desc
   describe distinct do else end except false fetch for foreign from grant group having in initially intersect into lambda lateral leading
   limit not null offset on only or order pivot pivot_longer pivot_wider placing primary qualify references returning select show some
   summarize symmetric table then to trailing true union unique unpivot using variadic when where window with`.split(
    /\s+/,
  ),
)

const nameText = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`

/** As it is written in FROM. */
export const relationText = ({ schema, name }: Pick<Relation, 'schema' | 'name'>): string =>
  `${nameText(schema)}.${nameText(name)}`
