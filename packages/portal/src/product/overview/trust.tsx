import { Link } from '@tanstack/react-router'
import { CircleCheck, CircleDashed, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useApi } from '../../api/index.ts'
import { ButtonLink, Card, CardHead, HealthMark, sentence, TierBadge } from '../../ui/index.ts'
import { duration } from '../../words/index.ts'
import { isLoud } from '../policies/words.ts'
import { healthReason, nextTier, type View } from '../words.ts'
import { Fix } from './fix.tsx'

/** Can I trust it: health with its reason, checks, age against the promise, certification and what it lacks. */
export function Trust({ product }: { product: View }) {
  const { checks, ageSeconds, maxAgeSeconds, health } = product.trust
  const next = nextTier(product)
  return (
    <Card>
      <CardHead title="Can I trust it">
        <HealthMark health={health} />
      </CardHead>
      <div className="px-4 pb-4">
        <p className="text-ink-2 text-sm">{sentence(healthReason(product))}</p>
        {health === 'failing' && (
          <ButtonLink
            to="/products/$domain/$product"
            params={{ domain: product.domain, product: product.name }}
            search={{ tab: 'quality' }}
            size="sm"
            className="mt-2"
          >
            See what failed
          </ButtonLink>
        )}
        <dl className="mt-3 flex flex-col gap-2 border-line border-t pt-3 text-sm">
          <Fact
            name={health === 'failing' ? 'Checks of what is published' : 'Checks'}
            state={checks === null || checks.total === 0 ? 'none' : checks.passed === checks.total ? 'ok' : 'warn'}
            value={
              checks === null
                ? 'not run yet'
                : checks.total === 0
                  ? 'none defined'
                  : `${checks.passed} of ${checks.total} passed`
            }
          />
          <Fact
            name="Age"
            state={ageSeconds === null || maxAgeSeconds === null ? 'none' : ageSeconds <= maxAgeSeconds ? 'ok' : 'warn'}
            value={
              ageSeconds === null
                ? 'no data yet'
                : `${duration(ageSeconds)}${maxAgeSeconds === null ? '' : `, promised ${duration(maxAgeSeconds)}`}`
            }
          />
          <Policies product={product} />
          <Fact
            name="Certified"
            state={product.tier === null ? 'none' : 'ok'}
            value={<TierBadge tier={product.tier} />}
          />
        </dl>
        {next && product.head !== null && (
          <div className="mt-3 rounded-lg bg-sunken p-3">
            <p className="font-medium text-xs">Missing for {next.tier}</p>
            <ul className="mt-1.5 flex flex-col gap-2">
              {next.missing.map(({ what, fix }) => (
                <li key={what} className="flex gap-2 text-xs">
                  <CircleDashed className="mt-0.5 size-3.5 shrink-0 text-ink-3" aria-hidden />
                  <span>
                    {sentence(what)}
                    {product.may.manage && <Fix text={fix} />}
                  </span>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </Card>
  )
}

/** Whether it keeps the rules of the mesh; which ones stands on a tab of its own. */
function Policies({ product }: { product: View }) {
  const params = { domain: product.domain, product: product.name }
  const { data } = useApi('getVerdicts', { params })
  const all = data?.verdicts ?? []
  const bad = all.filter(isLoud).length
  return (
    <Fact
      name="Policies"
      state={all.length === 0 ? 'none' : bad > 0 ? 'warn' : 'ok'}
      value={
        all.length === 0 ? (
          '–'
        ) : (
          <Link
            to="/products/$domain/$product"
            params={params}
            search={{ tab: 'policies' }}
            className="rounded underline-offset-2 hover:underline"
          >
            {bad > 0 ? `${bad} of ${all.length} not kept` : `${all.length} of ${all.length} kept`}
          </Link>
        )
      }
    />
  )
}

const Fact = ({ name, value, state }: { name: string; value: ReactNode; state: 'ok' | 'warn' | 'none' }) => (
  <div className="flex items-center gap-2">
    {state === 'ok' ? (
      <CircleCheck className="size-4 text-ok-ink" aria-hidden />
    ) : state === 'warn' ? (
      <TriangleAlert className="size-4 text-warn-ink" aria-hidden />
    ) : (
      <CircleDashed className="size-4 text-ink-3" aria-hidden />
    )}
    <dt className="text-ink-3">{name}</dt>
    <dd className="ml-auto text-right tabular-nums">{value}</dd>
  </div>
)
