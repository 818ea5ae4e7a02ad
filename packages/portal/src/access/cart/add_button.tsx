import { ListChecks, ListPlus } from 'lucide-react'
import { Button, ButtonLink, useToasts } from '../../ui/index.ts'
import { plural } from '../../words/index.ts'
import { useCart } from './kept.ts'

/** Puts a product among those to be asked for together; where it is already, leads there. */
export function AddToRequest({
  product,
  title,
  size = 'md',
  quiet = false,
}: {
  product: string
  title: string
  size?: 'sm' | 'md'
  /** Only the sign, where there is little room. */
  quiet?: boolean
}) {
  const cart = useCart()
  const { tell } = useToasts()
  const look = quiet ? { size: 'icon-sm' as const, variant: 'ghost' as const } : { size }
  if (cart.has(product))
    return (
      <ButtonLink to="/cart" {...look} aria-label={`In your request: ${title}`} title="In your request">
        <ListChecks className="size-4 text-accent-ink" aria-hidden />
        {!quiet && 'In your request'}
      </ButtonLink>
    )
  return (
    <Button
      {...look}
      aria-label={`Add to request: ${title}`}
      title="Add to request"
      onClick={() => {
        cart.put({ product, title, ports: [] })
        tell(
          `${title} is in your request`,
          `${plural(cart.items.length + 1, 'product')} to ask for, under Your request.`,
        )
      }}
    >
      <ListPlus className="size-4" aria-hidden />
      {!quiet && 'Add to request'}
    </Button>
  )
}
