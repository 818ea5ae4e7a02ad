import { Bell } from 'lucide-react'
import { useApi } from '../api/index.ts'
import { ButtonLink, Card, CardHead, EmptyState, Loaded } from '../ui/index.ts'
import { ProductList } from './product_list.tsx'
import { useFollowed } from './use_home.ts'

/** What I follow; for who follows nothing, three good products to begin with. */
export function Followed() {
  const followed = useFollowed()
  return (
    <Card className="overflow-hidden">
      <CardHead title="Products I follow" hint={followed.data?.products.length || undefined} />
      <Loaded from={followed} isEmpty={({ products }) => products.length === 0} empty={<NothingYet />}>
        {({ products }) => <ProductList products={products} />}
      </Loaded>
    </Card>
  )
}

function NothingYet() {
  const best = useApi('search', { query: { sort: 'tier', access: 'readable', limit: 3 } })
  return (
    <>
      <EmptyState
        className="py-6"
        icon={<Bell className="size-5" aria-hidden />}
        title="You follow nothing yet"
        action={
          <ButtonLink to="/map" size="sm">
            Look at the map
          </ButtonLink>
        }
      >
        Press Follow on a product, and its news stand here. Three to begin with:
      </EmptyState>
      {best.data && <ProductList products={best.data.hits} />}
    </>
  )
}
