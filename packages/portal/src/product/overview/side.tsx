import { Link } from '@tanstack/react-router'
import { CircleCheck, CircleDashed, CircleX, TriangleAlert } from 'lucide-react'
import { useApi } from '../../api/index.ts'
import { Avatar, ButtonLink, Card, CardHead, DomainDot, Loaded, readable, Skeleton, sentence } from '../../ui/index.ts'
import { type Outcome, StatusBars } from '../../viz/spark.tsx'
import { ago, percent, plural } from '../../words/index.ts'
import { levelFigure, type View } from '../words.ts'

const paramsOf = ({ domain, name }: View) => ({ domain, product: name })
const Lines = ({ rows = 3 }: { rows?: number }) => (
  <div className="flex flex-col gap-3 px-4 pt-1 pb-4">
    {Array.from({ length: rows }, (_, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: grey lines have no identity
      <Skeleton key={at} />
    ))}
  </div>
)

/** Whom do I ask. */
export const Ask = ({ product }: { product: View }) => {
  const { team, productOwner, technicalLead, dataSteward } = product.contacts
  const people = [
    { role: 'Product owner', name: productOwner },
    { role: 'Technical lead', name: technicalLead },
    { role: 'Data steward', name: dataSteward },
  ].flatMap(({ role, name }) => (name === null ? [] : [{ role, name }]))
  return (
    <Card>
      <CardHead title="Whom do I ask" hint={team} />
      <ul className="flex flex-col gap-2.5 px-4 pb-4">
        {people.map(({ role, name }) => (
          <li key={role} className="flex items-center gap-2.5">
            <Avatar name={name} />
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <span className="text-ink-3 text-xs">{role}</span>
          </li>
        ))}
        {people.length === 0 && <li className="text-ink-3 text-sm">The domain names nobody; ask the team {team}.</li>}
      </ul>
    </Card>
  )
}

/** Promised and measured, with what is left of the error budget where it is known. */
export function Levels({ product }: { product: View }) {
  const slo = useApi('getSlo', { params: paramsOf(product) }, { enabled: product.sla.length > 0 })
  return (
    <Card>
      <CardHead title="Service levels" hint="30 days">
        <ButtonLink
          to="/products/$domain/$product"
          params={paramsOf(product)}
          search={{ tab: 'slo' }}
          variant="ghost"
          size="sm"
        >
          All
        </ButtonLink>
      </CardHead>
      {product.sla.length === 0 ? (
        <p className="px-4 pb-4 text-ink-3 text-sm">The manifest promises no service level.</p>
      ) : (
        <ul className="divide-y divide-line px-4 pb-2">
          {product.sla.map((level) => {
            const budget = slo.data?.levels.find(({ name }) => name === level.name)
            return (
              <li key={level.name} className="flex items-center gap-3 py-2">
                {level.met === null ? (
                  <CircleDashed className="size-4 shrink-0 text-ink-3" aria-label="Not measured" />
                ) : level.met ? (
                  <CircleCheck className="size-4 shrink-0 text-ok-ink" aria-label="Met" />
                ) : (
                  <CircleX className="size-4 shrink-0 text-bad-ink" aria-label="Not met" />
                )}
                <span className="min-w-0 flex-1">
                  <span className="block font-medium">{readable(level.name)}</span>
                  <span className="block truncate text-2xs text-ink-3" title={level.because}>
                    {level.enforced ? `promised ${level.written}` : `${level.written}, not enforced`}
                  </span>
                </span>
                <span className="text-right">
                  <span className="block tabular-nums">{levelFigure(level.measured, level.unit)}</span>
                  {budget?.budgetLeft != null && (
                    <span className={`block text-2xs ${budget.budgetLeft < 0.25 ? 'text-warn-ink' : 'text-ink-3'}`}>
                      {budget.budgetLeft < 0 ? 'budget overspent' : `${percent(budget.budgetLeft, 0)} budget left`}
                    </span>
                  )}
                </span>
              </li>
            )
          })}
        </ul>
      )}
    </Card>
  )
}

/** The last sixty runs that checked, and what did not pass. */
export function Checks({ product }: { product: View }) {
  const quality = useApi('getQuality', { params: paramsOf(product) })
  return (
    <Card>
      <CardHead title="Quality checks" hint={product.counts.checks}>
        <ButtonLink
          to="/products/$domain/$product"
          params={paramsOf(product)}
          search={{ tab: 'quality' }}
          variant="ghost"
          size="sm"
        >
          All
        </ButtonLink>
      </CardHead>
      <Loaded from={quality} skeleton={<Lines />}>
        {({ points, checks }) => {
          const bad = checks.filter(({ last }) => last?.outcome === 'failed' || last?.outcome === 'warned')
          const passed = checks.filter(({ last }) => last?.outcome === 'passed').length
          return (
            <div className="px-4 pb-4">
              <StatusBars
                what="checked runs"
                slots={40}
                runs={points.map(({ at, failed, warned }): { at: string; outcome: Outcome } => ({
                  at,
                  outcome: failed > 0 ? 'failed' : warned > 0 ? 'warned' : 'passed',
                }))}
              />
              <p className="mt-3 flex items-center gap-2">
                {points.length === 0 ? (
                  <CircleDashed className="size-4 text-ink-3" aria-hidden />
                ) : bad.length === 0 ? (
                  <CircleCheck className="size-4 text-ok-ink" aria-hidden />
                ) : (
                  <TriangleAlert className="size-4 text-warn-ink" aria-hidden />
                )}
                {checks.length === 0
                  ? 'No checks are defined'
                  : points.length === 0
                    ? `${plural(checks.length, 'check waits', 'checks wait')} for the first run`
                    : `${passed} of ${plural(checks.length, 'check')} pass`}
                <span className="ml-auto text-ink-3 text-xs">{points.at(-1) ? ago(points.at(-1)?.at ?? '') : ''}</span>
              </p>
              <ul className="mt-1 flex flex-col gap-1">
                {bad.slice(0, 4).map((check) => (
                  <li key={check.id}>
                    <Link
                      to="/products/$domain/$product"
                      params={paramsOf(product)}
                      search={{ tab: 'quality', check: check.id }}
                      className="flex items-start gap-2 rounded-md py-1 hover:underline"
                    >
                      <TriangleAlert
                        className={`mt-0.5 size-4 shrink-0 ${check.last?.outcome === 'failed' ? 'text-bad-ink' : 'text-warn-ink'}`}
                        aria-label={check.last?.outcome === 'failed' ? 'Failed' : 'With warning'}
                      />
                      <span className="min-w-0 flex-1">
                        {check.name}
                        <span className="block text-2xs text-ink-3">{sentence(check.last?.message ?? '')}</span>
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

export function Consumers({ product }: { product: View }) {
  const consumers = useApi('listConsumers', { params: paramsOf(product) })
  return (
    <Card>
      <CardHead title="Consumers" hint={product.counts.consumers}>
        <ButtonLink
          to="/products/$domain/$product"
          params={paramsOf(product)}
          search={{ tab: 'consumers' }}
          variant="ghost"
          size="sm"
        >
          All
        </ButtonLink>
      </CardHead>
      <Loaded
        from={consumers}
        skeleton={<Lines />}
        isEmpty={({ products, readers }) => products.length + readers.length === 0}
        empty={
          <p className="px-4 pb-4 text-ink-3 text-sm">
            Nobody reads it yet. Share its link with those who wait for it.
          </p>
        }
      >
        {({ products, readers }) => (
          <ul className="flex flex-col gap-2 px-4 pb-4">
            {products.slice(0, 5).map(({ id, title, domain, columns }) => (
              <li key={id} className="flex items-center gap-2">
                <DomainDot domain={domain} />
                <Link
                  to="/products/$domain/$product"
                  params={{ domain, product: id.split('/')[1] ?? '' }}
                  className="min-w-0 flex-1 truncate hover:underline"
                >
                  {title}
                </Link>
                <span className="text-ink-3 text-xs">
                  {columns.length > 0 ? plural(columns.length, 'column') : readable(domain)}
                </span>
              </li>
            ))}
            {readers.slice(0, 3).map((reader, at) => (
              <li key={`${reader.principal ?? at}:${reader.port}`} className="flex items-center gap-2">
                <span className="size-2 shrink-0 rounded-full border border-ink-3" aria-hidden />
                <span className="min-w-0 flex-1 truncate">{reader.name ?? 'A reader'}</span>
                <span className="text-ink-3 text-xs">{plural(reader.reads, 'read')}</span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  )
}
