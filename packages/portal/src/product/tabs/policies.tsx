import type { Violation } from '@datamesh/core'
import { Scale, ShieldOff } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { type Reply, useApi } from '../../api/index.ts'
import { ModeBadge, OutcomeMark, PolicyLink } from '../../governance/parts.tsx'
import { mayGovern, policyParams } from '../../governance/words.ts'
import { useMe } from '../../shell/me.ts'
import { Button, ButtonLink, Card, CardHead, EmptyState, Loaded, SkeletonRows } from '../../ui/index.ts'
import { ago, plural } from '../../words/index.ts'
import { Violations } from '../policies/violations.tsx'
import { summaryOf, type Verdict, worstFirst } from '../policies/words.ts'
import type { View } from '../words.ts'

const WaiveDialog = lazy(() => import('../../governance/violations/waive_dialog.tsx'))

/** What every policy says of the product now: first what has to be mended, then what is kept. */
export function Policies({ product }: { product: View }) {
  const verdicts = useApi('getVerdicts', { params: { domain: product.domain, product: product.name } })
  return (
    <Loaded
      from={verdicts}
      skeleton={
        <Card>
          <SkeletonRows rows={8} />
        </Card>
      }
      isEmpty={({ verdicts }) => verdicts.length === 0}
      empty={
        <Card>
          <EmptyState
            icon={<Scale className="size-5" aria-hidden />}
            title={verdicts.data?.at ? 'No policy is about this product' : 'Not judged yet'}
            action={<ButtonLink to="/policies">Policies</ButtonLink>}
          >
            Policies look at a product soon after it is registered.
          </EmptyState>
        </Card>
      }
    >
      {(it) => <List product={product} verdicts={it.verdicts} at={it.at} />}
    </Loaded>
  )
}

function List({
  product,
  verdicts,
  at,
}: {
  product: View
  verdicts: Reply<'getVerdicts'>['verdicts']
  at: string | null
}) {
  const me = useMe()
  const [waiving, setWaiving] = useState<{ verdict: Verdict; violation: Violation } | null>(null)
  const waivers = useApi('listWaivers', { query: { product: product.id, state: 'live' } })
  const open = worstFirst(verdicts).filter(({ outcome }) => outcome !== 'pass')
  const kept = verdicts.filter(({ outcome }) => outcome === 'pass')
  const untilOf = (id: string | null) => waivers.data?.waivers.find((each) => each.id === id)
  return (
    <div className="flex flex-col gap-3.5">
      {open.length > 0 && (
        <Card className="overflow-hidden">
          <CardHead title={summaryOf(verdicts)} hint={at ? `judged ${ago(at)}` : undefined} />
          <ul className="divide-y divide-line border-line border-t">
            {open.map((verdict) => (
              <li
                key={verdict.policy}
                className="grid grid-cols-[7rem_15rem_minmax(0,1fr)] items-start gap-x-4 gap-y-1.5 px-4 py-3 max-lg:grid-cols-1"
              >
                <OutcomeMark outcome={verdict.outcome} className="h-6" />
                <div>
                  <PolicyLink
                    id={verdict.policy}
                    title={verdict.title}
                    className="inline-flex min-h-6 items-center font-medium"
                  />
                  <p className="mt-0.5">
                    <ModeBadge mode={verdict.mode} />
                  </p>
                </div>
                <div className="min-w-0">
                  {verdict.value !== null && (
                    <p className="text-ink-2 text-xs tabular-nums">It reads {verdict.value}.</p>
                  )}
                  {verdict.error && <p className="text-bad-ink text-sm">{verdict.error}</p>}
                  <Violations
                    of={verdict.violations}
                    beside={(violation) =>
                      violation.waiver ? (
                        <span className="max-w-60 text-ink-3 text-xs">{untilOf(violation.waiver)?.reason}</span>
                      ) : (
                        mayGovern(me.data, policyParams(verdict.policy).scope) && (
                          <Button size="sm" variant="ghost" onClick={() => setWaiving({ verdict, violation })}>
                            <ShieldOff className="size-3.5" aria-hidden />
                            Waive…<span className="sr-only"> {verdict.title}</span>
                          </Button>
                        )
                      )
                    }
                  />
                </div>
              </li>
            ))}
          </ul>
        </Card>
      )}
      {kept.length > 0 && (
        <Card>
          <CardHead
            title={open.length === 0 ? summaryOf(verdicts) : 'Kept'}
            hint={open.length === 0 ? at && `judged ${ago(at)}` : plural(kept.length, 'policy', 'policies')}
          />
          <ul className="grid grid-cols-3 gap-x-6 gap-y-0.5 px-4 pb-4 max-lg:grid-cols-2 max-sm:grid-cols-1">
            {kept.map(({ policy, title }) => (
              <li key={policy} className="flex min-h-7 items-center gap-2">
                <OutcomeMark outcome="pass" quiet />
                <PolicyLink id={policy} title={title} className="inline-flex min-h-6 items-center" />
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Suspense>
        {waiving && (
          <WaiveDialog
            violation={{
              ...{ policy: waiving.verdict.policy, product: product.id, owner: product.owner },
              ...{ path: waiving.violation.path, msg: waiving.violation.msg, title: waiving.verdict.title },
            }}
            onClose={() => setWaiving(null)}
          />
        )}
      </Suspense>
    </div>
  )
}
