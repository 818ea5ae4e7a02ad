import { Link } from '@tanstack/react-router'
import { ChevronDown, RotateCw } from 'lucide-react'
import { lazy, Suspense, useId, useState } from 'react'
import { useMe } from '../../shell/me.ts'
import { Badge, Button, ButtonLink, cn, DomainTile, SkeletonRows } from '../../ui/index.ts'
import { ago, partsOf, when } from '../../words/index.ts'
import { type AccessRow, decisionWord, lastDayOf, useDecision } from '../decide.ts'
import { Approvals, StateBadge, TimeLeft } from '../parts.tsx'
import { portsWord } from '../words.ts'
import { Details } from './details.tsx'

const RenewDialog = lazy(() => import('./renew_dialog.tsx'))

/** One right or request of mine; its conditions and history below it when opened. */
export function Right({ row }: { row: AccessRow }) {
  const me = useMe()
  const decision = useDecision()
  const details = useId()
  const [open, setOpen] = useState(false)
  const [renewing, setRenewing] = useState<boolean>()
  const { domain, product } = partsOf(row.product)
  const others = row.principal !== null && row.principal !== me.data?.id
  return (
    <li className="px-4 py-3">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <DomainTile domain={domain} />
        <div className="min-w-0 flex-1 basis-64">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <Link
              to="/products/$domain/$product"
              params={{ domain, product }}
              className="rounded font-medium hover:text-accent-ink hover:underline"
            >
              {row.productTitle}
            </Link>
            <StateBadge state={row.state} />
            {others && <Badge>for {row.principalName}</Badge>}
            {row.renews && <Badge>renewal</Badge>}
          </p>
          <p className="mt-0.5 line-clamp-2 text-ink-2 text-sm [overflow-wrap:anywhere]">{row.purpose}</p>
          <p className="mt-0.5 text-ink-3 text-xs">
            {portsWord(row.ports)} · <span title={when(row.requestedAt)}>asked {ago(row.requestedAt)}</span>
            {row.state === 'requested' && (row.until ? ` · until ${lastDayOf(row.until)}` : ' · until revoked')}
            {row.reason && row.state !== 'granted' && ` · ${row.reason}`}
          </p>
          {row.state === 'requested' && (
            <div className="mt-1.5">
              <Approvals approvals={row.approvals} />
            </div>
          )}
        </div>
        <TimeLeft access={row} />
        <div className="flex flex-wrap items-center gap-1.5 max-md:basis-full">
          {row.mayRenew && (
            <Button size="sm" aria-label={`Renew: ${row.productTitle}`} onClick={() => setRenewing(true)}>
              <RotateCw className="size-3.5" aria-hidden />
              Renew
            </Button>
          )}
          {!row.mayRenew && (row.state === 'denied' || row.state === 'revoked' || row.state === 'expired') && (
            <ButtonLink
              size="sm"
              to="/products/$domain/$product"
              params={{ domain, product }}
              search={{ dialog: 'access' }}
              aria-label={`Ask again: ${row.productTitle}`}
            >
              Ask again
            </ButtonLink>
          )}
          {row.may.includes('withdraw') && (
            <Button
              size="sm"
              aria-label={`${decisionWord.withdraw}: ${row.productTitle}`}
              busy={decision.isPending}
              onClick={() => decision.mutate({ params: { id: row.id }, body: { decision: 'withdraw' } })}
            >
              {decisionWord.withdraw}
            </Button>
          )}
          <Button
            size="icon-sm"
            variant="ghost"
            aria-label={`Conditions and history: ${row.productTitle}`}
            aria-expanded={open}
            aria-controls={open ? details : undefined}
            onClick={() => setOpen(!open)}
          >
            <ChevronDown className={cn('size-4 transition-transform', open && 'rotate-180')} aria-hidden />
          </Button>
        </div>
      </div>
      {open && (
        <div id={details} className="mt-3 border-line border-t pt-3">
          <Details row={row} holder={others ? row.principal : null} />
        </div>
      )}
      <Suspense fallback={renewing ? <SkeletonRows rows={1} className="sr-only" /> : null}>
        {renewing !== undefined && <RenewDialog row={row} open={renewing} onClose={() => setRenewing(false)} />}
      </Suspense>
    </li>
  )
}
