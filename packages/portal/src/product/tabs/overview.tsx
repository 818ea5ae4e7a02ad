import { Activity } from '../overview/activity.tsx'
import { FirstSteps } from '../overview/first_steps.tsx'
import { SchemaPreview } from '../overview/schema_preview.tsx'
import { Ask, Checks, Consumers, Levels } from '../overview/side.tsx'
import { SmallLineage } from '../overview/small_lineage.tsx'
import { Stats } from '../overview/stats.tsx'
import { Trust } from '../overview/trust.tsx'
import { Use } from '../overview/use.tsx'
import type { View } from '../words.ts'

/** What is it, can I trust it, can I use it now, whom do I ask. */
export const Overview = ({ product }: { product: View }) => (
  <div className="grid grid-cols-[minmax(0,1fr)_20.5rem] items-start gap-3.5 max-xl:flex max-xl:flex-col max-xl:items-stretch">
    {/* on one column the four answers come before what needs room */}
    <div className="flex min-w-0 flex-col gap-3.5 max-xl:contents">
      {product.head === null ? <FirstSteps product={product} /> : <Stats product={product} />}
      <div className="max-xl:order-1">
        <SmallLineage product={product} />
      </div>
      <div className="max-xl:order-1">
        <SchemaPreview product={product} />
      </div>
      <div className="max-xl:order-3">
        <Activity product={product} />
      </div>
    </div>
    <div className="flex min-w-0 flex-col gap-3.5 max-xl:contents">
      <Trust product={product} />
      <Use product={product} />
      <Ask product={product} />
      <div className="flex flex-col gap-3.5 max-xl:order-2">
        <Checks product={product} />
        <Levels product={product} />
        <Consumers product={product} />
      </div>
    </div>
  </div>
)
