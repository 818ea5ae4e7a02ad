import { ChevronRight } from 'lucide-react'
import type { Reply } from '../../api/index.ts'
import { Card, CardHead, sentence } from '../../ui/index.ts'
import { plural } from '../../words/index.ts'
import { ProductLink } from '../parts.tsx'

const shown = 12

/** What lifts the most products by one tier, first. */
export const NextTier = ({ of }: { of: Reply<'governance'>['nextTier'] }) => {
  if (of.length === 0) return null
  const most = Math.max(...of.map(({ products }) => products.length))
  return (
    <Card>
      <CardHead title="Path to the next tier" hint="what most products still miss" />
      <ul className="divide-y divide-line pb-1">
        {of.slice(0, shown).map(({ what, fix, products }) => (
          <li key={what}>
            <details className="group">
              <summary className="grid grid-cols-[1rem_minmax(0,1fr)_7rem_5.5rem] items-center gap-x-3 px-4 py-2 hover:bg-sunken max-md:grid-cols-[1rem_minmax(0,1fr)_5.5rem]">
                <ChevronRight className="size-3.5 text-ink-3 transition-transform group-open:rotate-90" aria-hidden />
                <span className="min-w-0">
                  <span className="block">{sentence(what)}</span>
                  <span className="block text-ink-3 text-xs">
                    {fix.startsWith('datamesh publish ') ? 'Publish does it, for those who may.' : sentence(fix)}
                  </span>
                </span>
                <span className="h-1.5 overflow-hidden rounded-full bg-line max-md:hidden" aria-hidden>
                  <i
                    className="block h-full rounded-full bg-accent"
                    style={{ width: `${(products.length / most) * 100}%` }}
                  />
                </span>
                <span className="text-right text-ink-3 text-xs tabular-nums">{plural(products.length, 'product')}</span>
              </summary>
              <ul className="flex flex-wrap gap-x-5 gap-y-1.5 px-4 pb-3 pl-11 text-sm">
                {products.map((id) => (
                  <li key={id}>
                    <ProductLink id={id} />
                  </li>
                ))}
              </ul>
            </details>
          </li>
        ))}
      </ul>
    </Card>
  )
}
