import type { ReactNode } from 'react'
import type { Reply } from '../../api/index.ts'
import { Card } from '../../ui/index.ts'
import { count, percent } from '../../words/index.ts'
import { ShareBar } from '../parts.tsx'

type View = Reply<'governance'>

/** Four figures, each with the parts that it is made of. */
export const Numbers = ({ of: { numbers, certification } }: { of: View }) => {
  const { products, compliant, violations, blocking, waiversLive, waiversEndingSoon } = numbers
  const tier = (name: 'gold' | 'silver' | 'bronze' | 'none') => certification.reduce((sum, row) => sum + row[name], 0)
  const certified = tier('gold') + tier('silver') + tier('bronze')
  const well = compliant === null ? 0 : Math.round(compliant * products)
  return (
    <div className="grid grid-cols-4 gap-3.5 max-lg:grid-cols-2 max-sm:gap-2.5">
      <Figure
        label="Compliance"
        value={compliant === null ? '–' : percent(compliant)}
        note={compliant === null ? 'nothing judged yet' : `${count(well)} of ${count(products)} without a warning`}
        parts={[
          { name: 'without a warning', n: well, colour: 'bg-ok' },
          { name: 'with one', n: compliant === null ? 0 : products - well, colour: 'bg-bad' },
        ]}
      />
      <Figure
        label="Products certified"
        value={
          <>
            {count(certified)} <span className="font-medium text-ink-3 text-lg">of {count(products)}</span>
          </>
        }
        note={`${tier('gold')} gold, ${tier('silver')} silver, ${tier('bronze')} bronze`}
        parts={[
          { name: 'gold', n: tier('gold'), colour: 'bg-(--tier-gold)' },
          { name: 'silver', n: tier('silver'), colour: 'bg-(--tier-silver)' },
          { name: 'bronze', n: tier('bronze'), colour: 'bg-(--tier-bronze)' },
          { name: 'none', n: tier('none'), colour: 'bg-line-2' },
        ]}
      />
      <Figure
        label="Open violations"
        value={count(violations)}
        note={
          blocking === 0
            ? 'none of them blocks'
            : `${count(blocking)} ${blocking === 1 ? 'stands' : 'stand'} in the way of a release`
        }
        loud={blocking > 0}
        parts={[
          { name: 'blocking', n: blocking, colour: 'bg-bad' },
          { name: 'others', n: violations - blocking, colour: 'bg-warn' },
        ]}
      />
      <Figure
        label="Live waivers"
        value={count(waiversLive)}
        note={
          waiversEndingSoon === 0
            ? 'none ends within a week'
            : `${count(waiversEndingSoon)} ${waiversEndingSoon === 1 ? 'ends' : 'end'} within a week`
        }
        parts={[
          { name: 'ending within a week', n: waiversEndingSoon, colour: 'bg-warn' },
          { name: 'later', n: waiversLive - waiversEndingSoon, colour: 'bg-accent' },
        ]}
      />
    </div>
  )
}

const Figure = ({
  label,
  value,
  note,
  loud = false,
  parts,
}: {
  label: string
  value: ReactNode
  note: string
  loud?: boolean
  parts: readonly { name: string; n: number; colour: string }[]
}) => (
  <Card className="flex flex-col px-4 pt-3 pb-4">
    <p className="text-ink-3 text-xs">{label}</p>
    <p className="mt-0.5 font-semibold text-[1.375rem] leading-8 tabular-nums tracking-tight">{value}</p>
    <p className={loud ? 'font-medium text-bad-ink text-xs' : 'text-ink-3 text-xs'}>{note}</p>
    <div className="mt-auto pt-3">
      <ShareBar className="h-1.5" parts={parts} label={parts.map(({ name, n }) => `${count(n)} ${name}`).join(', ')} />
    </div>
  </Card>
)
