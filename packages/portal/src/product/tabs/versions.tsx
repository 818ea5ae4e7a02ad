import type { Reply } from '../../api/index.ts'
import { Compare } from '../versions/compare.tsx'
import { Releases } from '../versions/releases.tsx'
import { Snapshots } from '../versions/snapshots.tsx'

/** What was released and published, and what changes between two releases. */
export const Versions = ({ product }: { product: Reply<'getProduct'> }) => (
  <div className="flex flex-col gap-4">
    <Releases product={product} />
    <Compare product={product} />
    <Snapshots product={product} />
  </div>
)
