import { ApiError, isApiError } from '@datamesh/sdk'
import { Compass } from 'lucide-react'
import { ButtonLink, EmptyState, ErrorState } from '../ui/index.ts'

/** A page that does not exist. */
export const NotFound = () => (
  <main className="grid min-h-[60vh] place-items-center">
    <EmptyState
      page
      icon={<Compass className="size-5" aria-hidden />}
      title="There is no such page"
      action={<ButtonLink to="/products">Marketplace</ButtonLink>}
    >
      The address may be mistyped, or what stood here has moved.
    </EmptyState>
  </main>
)

/** A page that broke: what was said, under which request, and the way on. */
export const PageFailed = ({ error, reset }: { error: unknown; reset: () => void }) => (
  <main className="grid min-h-[60vh] place-items-center">
    <ErrorState
      page
      error={
        isApiError(error)
          ? error
          : new ApiError({
              code: 'page-failed',
              status: 0,
              title: 'this page broke while it was drawn',
              hint: error instanceof Error ? error.message : String(error),
            })
      }
      retry={reset}
      action={<ButtonLink to="/">Home</ButtonLink>}
    />
  </main>
)
