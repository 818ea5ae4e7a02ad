import type { MaskView } from '@datamesh/core'
import { lazy, Suspense } from 'react'

const Mark = lazy(async () => ({ default: (await import('./mark.tsx')).MaskMark }))
const Words = lazy(async () => ({ default: (await import('./mark.tsx')).MaskWords }))

/** Most products mask nothing: what shows a mask is fetched where there is one. */
export const LazyMaskMark = ({ mask }: { mask: MaskView | undefined }) =>
  mask && (
    <Suspense>
      <Mark mask={mask} />
    </Suspense>
  )

/** The masks of a product in one line; their columns until the words are there. */
export const LazyMaskWords = ({ masks }: { masks: readonly MaskView[] }) => (
  <Suspense fallback={masks.map(({ column }) => column).join(', ')}>
    <Words masks={masks} />
  </Suspense>
)
