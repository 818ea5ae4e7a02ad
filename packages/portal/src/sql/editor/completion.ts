import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete'
import type { SQLNamespace } from '@codemirror/lang-sql'
import { type Catalog, type CatalogTable, nameText, partsOf, typeWord } from '../tree/catalog.ts'

/** The lock in front of what one reads masked is a word here: a list of completions has no pictures. */
const column = ({ name, type, masked, description }: CatalogTable['columns'][number]): Completion => ({
  label: name,
  type: 'property',
  detail: masked ? `${typeWord(type)}, masked` : typeWord(type),
  ...(nameText(name) === name ? {} : { apply: nameText(name) }),
  ...(description ? { info: description } : {}),
})

/** Domain → relation → columns, as the completion after a dot wants it; aliases are found by the SQL mode itself. */
export const namespaceOf = (catalog: Catalog): SQLNamespace => {
  const schemas: Record<string, Record<string, SQLNamespace>> = {}
  for (const { products } of catalog.domains)
    for (const { tables, title, readable } of products)
      for (const table of tables) {
        const [schema = '', name = ''] = partsOf(table.relation)
        schemas[schema] ??= {}
        schemas[schema][name] = {
          self: {
            label: name,
            type: 'type',
            detail: readable ? title : 'no access',
            ...(nameText(name) === name ? {} : { apply: nameText(name) }),
            ...(readable ? {} : { boost: -50 }),
          },
          children: table.columns.map(column),
        }
      }
  return schemas
}

/** Tables that a text names after `from` or `join`, spelled as the tree spells them. */
export const tablesNamed = (sql: string, catalog: Catalog): readonly CatalogTable[] => {
  const text = sql.toLowerCase()
  return catalog.domains
    .flatMap(({ products }) => products.flatMap(({ tables }) => tables))
    .filter(({ relation }) => {
      const at = text.indexOf(relation.toLowerCase())
      return at >= 0 && !/[\w"]/.test(text.charAt(at + relation.length))
    })
}

/** After these words a table follows, not a column. */
const wantsTable = /\b(?:from|join)\s+["\w]*$/i

/** Columns of the tables that the text names, or whole relations where a table is wanted. Nothing after a dot: that is the namespace's. */
export const completeNames =
  (catalog: () => Catalog | undefined) =>
  (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/["\w]*/)
    const known = catalog()
    if (!word || !known || (word.from === word.to && !context.explicit)) return null
    const before = context.state.sliceDoc(Math.max(0, word.from - 200), word.to)
    if (before.charAt(before.length - word.text.length - 1) === '.') return null
    const tables = wantsTable.test(before)
    const options = tables
      ? known.domains.flatMap(({ products }) =>
          products.flatMap(({ tables: all, title, readable }) =>
            readable ? all.map(({ relation }) => ({ label: relation, type: 'type', detail: title, boost: 20 })) : [],
          ),
        )
      : tablesNamed(context.state.doc.toString(), known).flatMap((table) =>
          table.columns.map((each) => ({ ...column(each), boost: 10 })),
        )
    const seen = new Set<string>()
    const distinct = options.filter(({ label }) => !seen.has(label) && seen.add(label))
    return distinct.length === 0 ? null : { from: word.from, options: distinct, validFor: /^["\w.]*$/ }
  }

/** Nothing is offered where all of it stands there already: Enter is a new line then. */
export const unlessWritten =
  (source: CompletionSource): CompletionSource =>
  async (context) => {
    const result = await source(context)
    const typed = result ? context.state.sliceDoc(result.from, context.pos).toLowerCase() : ''
    if (!result || typed === '') return result
    const begun = result.options.filter(({ label }) => label.toLowerCase().startsWith(typed))
    return begun.length === 1 && begun[0]?.label.length === typed.length ? null : result
  }
