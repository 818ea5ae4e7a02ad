import { useApi } from '../api/index.ts'
import { ButtonLink, Card, CardHead, Loaded } from '../ui/index.ts'
import { ProductList } from './product_list.tsx'
import { useFollowed } from './use_home.ts'

/** Where to begin, for who owns no product: what others use most and the reader may use as well. */
export function Usable() {
  const usable = useUsable()
  const followed = new Set(useFollowed().data?.products.map(({ id }) => id))
  return (
    <Card className="overflow-hidden">
      <CardHead title="Most used that you can read">
        <ButtonLink to="/products" search={{ access: 'readable', sort: 'used' }} size="sm" variant="ghost">
          All
        </ButtonLink>
      </CardHead>
      <Loaded
        from={usable}
        isEmpty={({ hits }) => hits.length === 0}
        empty={
          <p className="px-4 pb-4 text-ink-3 text-sm">You can read no product yet. Ask for one in the marketplace.</p>
        }
      >
        {({ hits }) => <ProductList products={hits.filter(({ id }) => !followed.has(id)).slice(0, 6)} />}
      </Loaded>
    </Card>
  )
}

export const useUsable = (wanted = true) =>
  useApi('search', { query: { sort: 'used', access: 'readable', limit: 24 } }, { enabled: wanted })
