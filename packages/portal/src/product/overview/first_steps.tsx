import { CircleCheck, CircleDashed } from 'lucide-react'
import { Card, CardHead, sentence } from '../../ui/index.ts'
import type { View } from '../words.ts'
import { Fix } from './fix.tsx'

/** A product without data: what stands between it and bronze. */
export const FirstSteps = ({ product }: { product: View }) => {
  const bronze = product.certification.find(({ tier }) => tier === 'bronze')
  const done = [
    { what: 'a manifest that the platform accepted', is: true },
    { what: `an owner: ${product.owner}`, is: product.owner !== '' },
    { what: 'an output port that is served here', is: product.outputPorts.some(({ provisioned }) => provisioned) },
    { what: 'a quality check', is: product.counts.checks > 0 },
  ].filter(({ is }) => is)
  const missing = bronze?.missing ?? []
  return (
    <Card>
      <CardHead title="On the way to bronze" hint={`${done.length} of ${done.length + missing.length} done`} />
      <ol className="grid gap-2.5 px-4 pb-4 sm:grid-cols-2">
        {done.map(({ what }) => (
          <li key={what} className="flex gap-2 text-ink-3 text-sm">
            <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok-ink" aria-hidden />
            <span>
              <span className="sr-only">Done: </span>
              {sentence(what)}
            </span>
          </li>
        ))}
        {missing.map(({ what, fix }) => (
          <li key={what} className="flex gap-2 text-sm">
            <CircleDashed className="mt-0.5 size-4 shrink-0 text-ink-3" aria-hidden />
            <span>
              <span className="sr-only">To do: </span>
              {sentence(what)}
              <Fix text={fix} />
            </span>
          </li>
        ))}
      </ol>
    </Card>
  )
}
