import { Link } from '@tanstack/react-router'
import { CircleCheck, CircleDashed, TriangleAlert } from 'lucide-react'
import { useApi } from '../../api/index.ts'
import { OutcomeMark } from '../../governance/parts.tsx'
import { ButtonLink, Card, CardHead, Loaded, Skeleton, sentence } from '../../ui/index.ts'
import { ago } from '../../words/index.ts'
import { isLoud, summaryOf, worstFirst } from '../policies/words.ts'
import type { View } from '../words.ts'

/** Whether it keeps the rules of the mesh, and which it does not. */
export function Rules({ product }: { product: View }) {
  const params = { domain: product.domain, product: product.name }
  const verdicts = useApi('getVerdicts', { params })
  return (
    <Card>
      <CardHead title="Policies" hint={verdicts.data?.verdicts.length}>
        <ButtonLink
          to="/products/$domain/$product"
          params={params}
          search={{ tab: 'policies' }}
          variant="ghost"
          size="sm"
        >
          All
        </ButtonLink>
      </CardHead>
      <Loaded
        from={verdicts}
        skeleton={
          <div className="px-4 pt-1 pb-4">
            <Skeleton />
          </div>
        }
      >
        {({ verdicts: all, at }) => {
          const bad = worstFirst(all).filter(isLoud)
          return (
            <div className="px-4 pb-4">
              <p className="flex items-center gap-2">
                {all.length === 0 ? (
                  <CircleDashed className="size-4 text-ink-3" aria-hidden />
                ) : bad.length === 0 ? (
                  <CircleCheck className="size-4 text-ok-ink" aria-hidden />
                ) : (
                  <TriangleAlert className="size-4 text-warn-ink" aria-hidden />
                )}
                {at === null ? 'Not judged yet' : summaryOf(all)}
                <span className="ml-auto text-ink-3 text-xs">{at ? ago(at) : ''}</span>
              </p>
              <ul className="mt-1 flex flex-col gap-1">
                {bad.slice(0, 4).map(({ policy, outcome, title, violations, error }) => (
                  <li key={policy}>
                    <Link
                      to="/products/$domain/$product"
                      params={params}
                      search={{ tab: 'policies' }}
                      className="flex items-start gap-2 rounded-md py-1 hover:underline"
                    >
                      <OutcomeMark outcome={outcome} quiet className="mt-0.5" />
                      <span className="min-w-0 flex-1">
                        {title}
                        <span className="block text-2xs text-ink-3">
                          {sentence(error ?? violations.find(({ waiver }) => waiver === null)?.msg ?? '')}
                        </span>
                      </span>
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          )
        }}
      </Loaded>
    </Card>
  )
}
