import { Link } from '@tanstack/react-router'
import { CircleCheck, CircleX, KeyRound } from 'lucide-react'
import type { ReactNode } from 'react'
import { useMe } from '../shell/me.ts'
import { ButtonLink, Card, CardHead, ErrorState, readable, SkeletonRows } from '../ui/index.ts'
import { ago } from '../words/index.ts'
import { useRequests, useSick } from './use_home.ts'

/** Requests that I decide and failed runs of my domains, most urgent first. */
export function Waiting() {
  const me = useMe()
  const requests = useRequests()
  const failing = useSick()
  const domains = new Set(me.data?.roles.flatMap(({ domain }) => (domain ? [domain] : [])))
  const all = me.data?.roles.some(({ role }) => role === 'platform-admin') ?? false
  const sick = (failing.data?.hits ?? []).filter((product) => all || domains.has(product.domain))
  const owns = all || domains.size > 0
  const asked = requests.data?.access ?? []
  const error = requests.error ?? failing.error
  const known = requests.data !== undefined && failing.data !== undefined
  return (
    <Card>
      <CardHead title="Waiting for you" hint={known ? asked.length + sick.length : undefined} />
      {!known && error ? (
        <ErrorState error={error} retry={() => void Promise.all([requests.refetch(), failing.refetch()])} />
      ) : !known ? (
        <SkeletonRows rows={3} />
      ) : asked.length + sick.length === 0 ? (
        <p className="flex items-center gap-2 px-4 pb-4 text-ink-3 text-sm">
          <CircleCheck className="size-4 text-ok" aria-hidden />
          {owns
            ? 'Nothing. All is well where you are responsible.'
            : 'Nothing. Answers to your requests stand under News and Access.'}
        </p>
      ) : (
        <ul className="pb-2">
          {asked.map((request) => (
            <Item
              key={request.id}
              icon={<KeyRound className="size-4 text-accent" aria-hidden />}
              when={request.requestedAt}
              action={
                <ButtonLink to="/access" search={{ box: 'inbox' }} size="sm">
                  Decide
                </ButtonLink>
              }
            >
              <b className="font-medium">{request.principalName}</b> asks to read{' '}
              <b className="font-medium">{request.productTitle}</b>
              <span className="text-ink-3">: {request.purpose}</span>
            </Item>
          ))}
          {sick.map(({ id, title, domain, name, trust }) => (
            <Item
              key={id}
              icon={
                <CircleX className={trust.health === 'failing' ? 'size-4 text-bad' : 'size-4 text-warn'} aria-hidden />
              }
              when={trust.health === 'stale' ? trust.lastPublishedAt : null}
              action={
                <ButtonLink
                  to="/products/$domain/$product"
                  params={{ domain, product: name }}
                  search={{ tab: trust.health === 'failing' ? 'runs' : 'slo' }}
                  size="sm"
                >
                  Look
                </ButtonLink>
              }
            >
              <Link
                to="/products/$domain/$product"
                params={{ domain, product: name }}
                className="font-medium hover:underline"
              >
                {title}
              </Link>{' '}
              <span className="text-ink-3">
                of {readable(domain)}{' '}
                {trust.health === 'failing' ? 'could not be published by its last run' : 'is older than promised'}
              </span>
            </Item>
          ))}
        </ul>
      )}
    </Card>
  )
}

const Item = ({
  icon,
  when,
  action,
  children,
}: {
  icon: ReactNode
  when: string | null
  action: ReactNode
  children: ReactNode
}) => (
  <li className="flex items-center gap-3 border-line border-t px-4 py-2.5 first:border-t-0">
    {icon}
    <p className="line-clamp-2 min-w-0 flex-1 text-sm">{children}</p>
    {when && <span className="whitespace-nowrap text-ink-3 text-xs max-sm:hidden">{ago(when)}</span>}
    {action}
  </li>
)
