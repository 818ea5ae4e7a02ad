import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Bell, BellRing, Clock, Play, Rocket } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { useChange } from '../api/index.ts'
import { Button, ButtonLink, useToasts } from '../ui/index.ts'
import { More } from './more.tsx'
import type { View } from './words.ts'

// only those who may not read it yet can use it
const AddToRequest = lazy(async () => ({ default: (await import('../access/cart/add_button.tsx')).AddToRequest }))

const route = getRouteApi('/frame/products/$domain/$product')

/** Following and its undoing; the answer shows at once and is taken back when the platform says no. */
export const useFollow = (product: View) => {
  const toasts = useToasts()
  const settled = {
    stale: ['getProduct'] as const,
    failed: toasts.fail,
  }
  const follow = useChange('followProduct', {
    ...settled,
    done: () => toasts.tell(`You follow ${product.title}`, 'What happens to it shows on your home page.'),
  })
  const unfollow = useChange('unfollowProduct', {
    ...settled,
    done: () => toasts.tell(`You no longer follow ${product.title}`),
  })
  const params = { domain: product.domain, product: product.name }
  const busy = follow.isPending || unfollow.isPending
  return {
    busy,
    toggle: () => {
      if (!busy) (product.followed ? unfollow : follow).mutate({ params })
    },
  }
}

export function ProductActions({ product }: { product: View }) {
  const follow = useFollow(product)
  const toasts = useToasts()
  const navigate = useNavigate()
  const here = route.useNavigate()
  const publish = useChange('publish', {
    stale: ['getProduct', 'listRuns'],
    done: (run) => void navigate({ to: '/runs/$id', params: { id: run.id } }),
    failed: toasts.fail,
  })
  const { canRead, how } = product.access
  const published = product.head !== null
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2">
      <Button
        size="icon"
        aria-label={product.followed ? 'Unfollow' : 'Follow'}
        aria-pressed={product.followed}
        title={product.followed ? 'Unfollow (w)' : 'Follow (w)'}
        busy={follow.busy}
        onClick={follow.toggle}
      >
        {product.followed ? (
          <BellRing className="size-4 text-accent-ink" aria-hidden />
        ) : (
          <Bell className="size-4" aria-hidden />
        )}
      </Button>
      {canRead && published && (
        <ButtonLink
          to="/sql"
          search={{ product: product.id }}
          variant={product.may.publish ? 'outline' : 'primary'}
          title="Query (q)"
        >
          <Play className="size-3.5" aria-hidden />
          Query
        </ButtonLink>
      )}
      {!canRead &&
        (how === 'requested' ? (
          <ButtonLink to="/access" search={{ box: 'mine' }} title="Your request waits for the owner">
            <Clock className="size-3.5" aria-hidden />
            Requested
          </ButtonLink>
        ) : (
          <>
            <Suspense fallback={<Button disabled>Add to request</Button>}>
              <AddToRequest product={product.id} title={product.title} />
            </Suspense>
            <Button
              variant="primary"
              title="Request access (r)"
              onClick={() => void here({ search: (was) => ({ ...was, dialog: 'access' }), resetScroll: false })}
            >
              Request access
            </Button>
          </>
        ))}
      {product.may.publish && (
        <Button
          variant="primary"
          busy={publish.isPending}
          onClick={() => publish.mutate({ params: { domain: product.domain, product: product.name }, body: {} })}
        >
          <Rocket className="size-3.5" aria-hidden />
          Publish
        </Button>
      )}
      <More product={product} />
    </div>
  )
}
