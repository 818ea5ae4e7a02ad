import type { Reply } from '../api/index.ts'
import { ButtonLink, Card, CardHead, EmptyState, Loaded } from '../ui/index.ts'
import { ProductList } from './product_list.tsx'
import { useMine } from './use_home.ts'

/** Products of the domains that I own, the sick ones first; for a platform admin all of them. */
export function Mine({ me }: { me: Reply<'me'> }) {
  const { all, domains, mine } = useMine(me)
  const rank = { failing: 0, stale: 1, empty: 2, ok: 3 }
  return (
    <Card className="overflow-hidden">
      <CardHead title={all ? 'Products of the mesh' : 'My products'} hint={mine.data?.total}>
        <ButtonLink to="/products" search={all ? {} : { domain: domains.join(',') }} size="sm" variant="ghost">
          All
        </ButtonLink>
      </CardHead>
      <Loaded
        from={mine}
        isEmpty={({ hits }) => hits.length === 0}
        empty={
          <EmptyState
            title="No products yet"
            action={
              <ButtonLink to="/new" variant="primary">
                New product
              </ButtonLink>
            }
          >
            A sample file is enough: schema, checks and the files of the product are proposed from it.
          </EmptyState>
        }
      >
        {({ hits }) => (
          <ProductList products={[...hits].sort((a, b) => rank[a.trust.health] - rank[b.trust.health]).slice(0, 12)} />
        )}
      </Loaded>
    </Card>
  )
}
