import { keepPreviousData } from '@tanstack/react-query'
import { ListChecks } from 'lucide-react'
import { useState } from 'react'
import { useApi } from '../api/index.ts'
import { ButtonLink, Card, EmptyState, Loaded, Page, PageHead, Skeleton } from '../ui/index.ts'
import { plural } from '../words/index.ts'
import type { Preview } from './asking/words.ts'
import type { Wanted } from './cart/cart.ts'
import { CartForm } from './cart/form.tsx'
import { CartItem } from './cart/item.tsx'
import { useCart } from './cart/kept.ts'
import { type Sent, SentList } from './cart/sent.tsx'

/** Several products, one request: who decides about each, what stays hidden, and what came of it. */
export function Cart() {
  const cart = useCart()
  const [sent, setSent] = useState<readonly Sent[]>([])
  const [holder, setHolder] = useState('')
  const preview = useApi(
    'previewAccess',
    {
      query: {
        products: cart.items.map(({ product }) => product).join(','),
        ...(holder ? { onBehalfOf: holder } : {}),
      },
    },
    { placeholderData: keepPreviousData, enabled: cart.items.length > 0 },
  )
  return (
    <Page>
      <PageHead
        title="Your request"
        hint={
          cart.items.length > 0
            ? `${plural(cart.items.length, 'product')} to ask for at once. Each goes to those who decide about it.`
            : 'Products that you want to ask for together.'
        }
      />
      {sent.length > 0 && <SentList sent={sent} onClose={() => setSent([])} />}
      {cart.items.length === 0 ? (
        sent.length === 0 && (
          <Card>
            <EmptyState
              icon={<ListChecks className="size-5" aria-hidden />}
              title="Nothing to ask for yet"
              action={
                <ButtonLink to="/products" search={{ access: 'request' }} variant="primary">
                  Products on request
                </ButtonLink>
              }
            >
              Press Add to request on a product, on its card in the marketplace, or where a query was refused.
            </EmptyState>
          </Card>
        )
      ) : (
        <Loaded from={preview} skeleton={<CartSkeleton rows={cart.items.length} />}>
          {(preview) => (
            <Filled
              preview={preview}
              items={cart.items}
              holder={holder}
              onHolder={setHolder}
              onPorts={(item, ports) => cart.put({ ...item, ports })}
              onDrop={cart.drop}
              onSent={(results) => {
                setSent(results)
                cart.drop(...results.flatMap(({ product, error }) => (error ? [] : product)))
                document.getElementById('page')?.scrollTo({ top: 0 })
              }}
            />
          )}
        </Loaded>
      )}
    </Page>
  )
}

function Filled({
  preview,
  items,
  holder,
  onHolder,
  onPorts,
  onDrop,
  onSent,
}: {
  preview: Preview
  items: readonly Wanted[]
  holder: string
  onHolder: (holder: string) => void
  onPorts: (item: Wanted, ports: readonly string[]) => void
  onDrop: (product: string) => void
  onSent: (sent: readonly Sent[]) => void
}) {
  const looked = (id: string) => preview.products.find(({ product }) => product === id)
  const askable = items.filter(({ product }) => looked(product)?.state === 'ask')
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_22rem] items-start gap-4 max-lg:grid-cols-1">
      <ul aria-label="Products" className="flex min-w-0 flex-col gap-3">
        {items.map((item) => (
          <li key={item.product}>
            <CartItem
              item={item}
              looked={looked(item.product)}
              gone={preview.missing.includes(item.product)}
              onPorts={(ports) => onPorts(item, ports)}
              onDrop={() => onDrop(item.product)}
            />
          </li>
        ))}
      </ul>
      <CartForm items={askable} holders={preview.holders} holder={holder} onHolder={onHolder} onSent={onSent} />
    </div>
  )
}

const CartSkeleton = ({ rows }: { rows: number }) => (
  <div className="grid grid-cols-[minmax(0,1fr)_22rem] items-start gap-4 max-lg:grid-cols-1">
    <div className="flex flex-col gap-3">
      {Array.from({ length: rows }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: grey shapes have no identity
        <Skeleton key={at} className="h-40 rounded-xl" />
      ))}
    </div>
    <Skeleton className="h-96 rounded-xl" />
  </div>
)
