import { Link } from '@tanstack/react-router'
import type { Reply } from '../api/index.ts'
import { DomainTile, HealthMark, readable, TierBadge } from '../ui/index.ts'
import { StatusBars } from '../viz/spark.tsx'
import { ago } from '../words/index.ts'

type Card = Reply<'listProducts'>['products'][number]

/** Products as rows: name, health over its last runs, tier, age. */
export const ProductList = ({ products }: { products: readonly Card[] }) => (
  <ul className="@container">
    {products.map(({ id, domain, name, title, trust, tier, history }) => (
      <li key={id} className="border-line border-t">
        <Link
          to="/products/$domain/$product"
          params={{ domain, product: name }}
          className="grid grid-cols-[auto_minmax(0,1fr)_8rem_7rem_6rem_5.5rem] items-center gap-3 px-4 py-2.5 hover:bg-sunken/60 focus-visible:outline-offset-[-2px] @max-3xl:grid-cols-[auto_minmax(0,1fr)_7rem_6rem_5.5rem] @max-lg:grid-cols-[auto_minmax(0,1fr)_auto]"
        >
          <DomainTile domain={domain} className="size-7" />
          <span className="min-w-0">
            <span className="block truncate font-medium text-sm">{title}</span>
            <span className="block truncate text-ink-3 text-xs">{readable(domain)}</span>
          </span>
          <StatusBars runs={history} slots={16} className="h-5 @max-3xl:hidden" />
          <HealthMark health={trust.health} />
          <span className="@max-lg:hidden">
            <TierBadge tier={tier} />
          </span>
          <span className="text-right text-ink-3 text-xs @max-lg:hidden">
            {trust.lastPublishedAt ? ago(trust.lastPublishedAt) : 'never'}
          </span>
        </Link>
      </li>
    ))}
  </ul>
)
