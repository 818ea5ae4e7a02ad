import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { query, useApi } from '../api/index.ts'
import { Button, ButtonLink, Card, DomainDot, EmptyState, readable } from '../ui/index.ts'
import { partsOf, plural } from '../words/index.ts'
import {
  activeFilters,
  asked,
  cleared,
  type FacetKey,
  facets,
  valueWord,
  type Wish,
  without,
} from './marketplace_filter.ts'

const any = 'any filter'

/** Nothing fits: which filter to drop and how many come back, and columns that are called like this. */
export function NothingFound({
  wish,
  onChange,
  mayCreate,
}: {
  wish: Wish
  onChange: (next: Wish) => void
  mayCreate: boolean
}) {
  const keys = [...new Set(activeFilters(wish).map(({ key }) => key))]
  const ways: { label: string; next: Wish }[] = keys.map((key) => ({
    label: labelOf(wish, key),
    next: without(wish, key),
  }))
  if (wish.q && keys.length > 0) {
    const { q: _, page: __, ...rest } = wish
    ways.push({ label: `the words “${wish.q}”`, next: rest })
  }
  if (keys.length > 1) ways.push({ label: any, next: { ...cleared(wish), ...(wish.q && { q: wish.q }) } })
  const answers = useQueries({
    queries: ways.map(({ next }) => query('search', { query: { ...asked(next), limit: 1, offset: 0 } })),
  })
  // the narrowest first: what is dropped there brings the most back
  const back = ways
    .map((way, at) => ({ ...way, total: answers[at]?.data?.total ?? 0 }))
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.total - a.total)
  const columns = useApi(
    'suggest',
    { query: { q: (wish.q ?? '').slice(0, 200), limit: 8 } },
    { enabled: wish.q !== undefined, retry: false },
  )
  const narrowed = keys.length > 0
  if (!narrowed && wish.q === undefined)
    return (
      <Card>
        <EmptyState
          title="No data products yet"
          action={
            mayCreate ? (
              <ButtonLink variant="primary" to="/new">
                New product
              </ButtonLink>
            ) : null
          }
        >
          {mayCreate
            ? 'Upload a sample and the platform proposes the first one.'
            : 'They appear here as soon as a domain publishes one.'}
        </EmptyState>
      </Card>
    )
  return (
    <Card>
      <EmptyState
        title={
          wish.q
            ? `Nothing matches “${wish.q}”${narrowed ? ' within these filters' : ''}`
            : 'Nothing passes these filters'
        }
        action={
          <>
            {back.slice(0, 3).map(({ label, next, total }, at) => (
              <Button key={label} variant={at === 0 ? 'primary' : 'outline'} onClick={() => onChange(next)}>
                Without {label}: {plural(total, 'product')}
              </Button>
            ))}
            <ButtonLink to="/products" search={{}}>
              Show all products
            </ButtonLink>
          </>
        }
      >
        {narrowed
          ? back.some(({ label }) => label !== any)
            ? 'One filter less brings products back.'
            : 'Together these filters leave nothing.'
          : 'Try fewer or shorter words. Names, descriptions, columns, tags and teams are searched.'}
      </EmptyState>
      {(columns.data?.columns.length ?? 0) > 0 && (
        <div className="border-line border-t px-5 py-4">
          <h3 className="mb-2 font-semibold text-sm">Columns called like this</h3>
          <ul className="grid gap-1 sm:grid-cols-2">
            {columns.data?.columns.map(({ product, table, column, type }) => {
              const { domain, product: name } = partsOf(product)
              return (
                <li key={`${product}.${table}.${column}`}>
                  <Link
                    to="/products/$domain/$product"
                    params={{ domain, product: name }}
                    search={{ tab: 'schema', table, column }}
                    className="flex items-center gap-2 rounded-md px-2 py-1.5 hover:bg-sunken"
                  >
                    <DomainDot domain={domain} />
                    <code className="truncate font-mono text-xs">{column}</code>
                    <span className="ml-auto truncate text-ink-3 text-xs">
                      {readable(name)} · {type.toLowerCase()}
                    </span>
                  </Link>
                </li>
              )
            })}
          </ul>
        </div>
      )}
    </Card>
  )
}

const labelOf = (wish: Wish, key: FacetKey): string => {
  const values = (wish[key] ?? '').split(',').filter(Boolean)
  const title = facets.find((each) => each.key === key)?.title ?? key
  return `${title.toLowerCase()} ${values.map((value) => valueWord(key, value)).join(', ')}`
}
