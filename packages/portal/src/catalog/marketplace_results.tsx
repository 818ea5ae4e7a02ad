import { Link } from '@tanstack/react-router'
import { Check, Clock, Lock, Users } from 'lucide-react'
import { AddToRequest } from '../access/cart/add_button.tsx'
import type { Reply } from '../api/index.ts'
import {
  alignmentWord,
  Card,
  cn,
  DomainTile,
  HealthMark,
  readable,
  Skeleton,
  Table,
  Td,
  Th,
  TierBadge,
} from '../ui/index.ts'
import { StatusBars } from '../viz/spark.tsx'
import { ago, compact, count, plural, portWord } from '../words/index.ts'
import { Marked } from './marked.tsx'

export type Hit = Reply<'search'>['hits'][number]
const paramsOf = ({ domain, name }: Hit) => ({ domain, product: name })

export const Cards = ({ hits }: { hits: readonly Hit[] }) => (
  <ul className="grid grid-cols-[repeat(auto-fill,minmax(17.5rem,1fr))] gap-3.5">
    {hits.map((hit) => (
      <li key={hit.id} className="flex">
        <ProductCard hit={hit} />
      </li>
    ))}
  </ul>
)

function ProductCard({ hit }: { hit: Hit }) {
  const described = hit.matches.find(({ field }) => field === 'description')
  const elsewhere = hit.matches.filter(({ field }) => field !== 'description' && field !== 'name')
  return (
    <Card className="group relative flex w-full flex-col p-3.5 transition-shadow hover:border-line-2 hover:shadow-pop has-[a[data-result]:focus-visible]:outline-2 has-[a[data-result]:focus-visible]:outline-accent">
      <div className="flex items-start gap-3">
        <DomainTile domain={hit.domain} />
        <div className="min-w-0 flex-1">
          <div className="flex items-center gap-2">
            <h3 className="min-w-0 flex-1 truncate font-semibold text-base leading-5 tracking-tight">
              <ProductLink hit={hit} />
            </h3>
            <TierBadge tier={hit.tier} className="shrink-0" />
          </div>
          <p className="flex min-w-0 items-center gap-1.5 text-2xs text-ink-3">
            <span className="truncate">
              {readable(hit.domain)} · {alignmentWord(hit.alignment)}
            </span>
            <Status hit={hit} />
          </p>
        </div>
      </div>
      <p className="mt-2.5 line-clamp-2 min-h-10 text-ink-2">
        {described ? <Marked text={described.text} /> : hit.description}
      </p>
      {elsewhere.length > 0 && (
        <ul className="mt-2 flex flex-col gap-0.5 text-2xs text-ink-3" aria-label="Also found in">
          {elsewhere.slice(0, 2).map((match) => (
            <li key={match.field + match.text} className="truncate">
              <Reason {...match} />
            </li>
          ))}
          {elsewhere.length > 2 && <li>and in {plural(elsewhere.length - 2, 'more place')}</li>}
        </ul>
      )}
      <div className="mt-auto pt-3">
        <StatusBars runs={hit.history} className="h-7" />
        <div className="mt-2.5 flex min-w-0 items-center gap-2 text-2xs text-ink-3">
          <HealthMark health={hit.trust.health} className="text-2xs" />
          <span className="inline-flex items-center gap-1">
            <Users className="size-3" aria-hidden />
            {count(hit.consumers)}
            <span className="sr-only">{hit.consumers === 1 ? 'consumer' : 'consumers'}</span>
          </span>
          <span className="min-w-0 truncate" title={portsOf(hit)}>
            <span className="sr-only">{portsOf(hit)}</span>
            <span aria-hidden>{shortPortsOf(hit)}</span>
          </span>
          <span className="ml-auto flex shrink-0">
            <AccessMark hit={hit} />
          </span>
        </div>
      </div>
    </Card>
  )
}

/** Where a word was found: `column delay_minutes` with the name in it marked, else the field and the text. */
const Reason = ({ field, text }: { field: string; text: string }) => {
  const kind = field.split(' ')[0] ?? field
  const name = field.slice(kind.length + 1)
  const isName = text.replaceAll(/[«»]/g, '') === name
  return (
    <>
      <span>{isName || name === '' ? kind : field}</span>{' '}
      <span className={cn('text-ink-2', isName && 'font-mono')}>
        <Marked text={text} />
      </span>
    </>
  )
}

/** Covers its whole card or row, so that there is one link and one stop for the keyboard. */
const ProductLink = ({ hit }: { hit: Hit }) => (
  <Link
    to="/products/$domain/$product"
    params={paramsOf(hit)}
    data-result
    className="outline-none after:absolute after:inset-0 after:rounded-xl"
  >
    {hit.title}
  </Link>
)

const portWords = (hit: Hit): string[] => [...new Set(hit.ports.map(portWord))]
const portsOf = (hit: Hit): string => portWords(hit).join(', ') || 'No port'
/** A card has room for one or two. */
const shortPortsOf = (hit: Hit): string => {
  const words = portWords(hit)
  return words.length > 2 ? `${words[0]} +${words.length - 1}` : portsOf(hit)
}

/** Only what is not as everything else: a draft, or what is on its way out. */
const Status = ({ hit }: { hit: Hit }) =>
  hit.status === 'active' ? null : (
    <span
      className={cn('shrink-0 font-medium', hit.status === 'draft' ? 'text-ink-2' : 'text-warn-ink')}
      title={hit.status === 'draft' ? 'Not yet for use' : 'Do not begin to use it'}
    >
      {readable(hit.status)}
    </span>
  )

const AccessMark = ({ hit }: { hit: Hit }) =>
  hit.access.canRead ? (
    <span
      className="inline-flex items-center gap-1 whitespace-nowrap align-middle text-ok-ink"
      title={hit.access.because}
    >
      <Check className="size-3.5" aria-hidden />
      You have access
    </span>
  ) : hit.access.how === 'requested' ? (
    <span
      className="inline-flex items-center gap-1 whitespace-nowrap align-middle text-warn-ink"
      title={hit.access.because}
    >
      <Clock className="size-3" aria-hidden />
      Requested
    </span>
  ) : (
    <span className="relative z-10 -my-1.5 inline-flex items-center gap-1 whitespace-nowrap align-middle">
      <Link
        to="/products/$domain/$product"
        params={paramsOf(hit)}
        search={{ dialog: 'access' }}
        aria-label={`Request access to ${hit.title}`}
        className="inline-flex items-center gap-1 rounded text-accent-ink hover:underline"
      >
        <Lock className="size-3" aria-hidden />
        Request
      </Link>
      <AddToRequest product={hit.id} title={hit.title} quiet />
    </span>
  )

export const Rows = ({ hits }: { hits: readonly Hit[] }) => (
  <Card className="overflow-hidden">
    <Table label="Data products">
      <thead>
        <tr className="[&>th]:border-t-0">
          <Th>Product</Th>
          <Th>Tier</Th>
          <Th>Health</Th>
          <Th>Access</Th>
          <Th className="text-right">Consumers</Th>
          <Th className="text-right">Rows</Th>
          <Th className="max-2xl:hidden">Ports</Th>
          <Th>Published</Th>
        </tr>
      </thead>
      <tbody>
        {hits.map((hit) => (
          <tr
            key={hit.id}
            className="relative hover:bg-sunken has-[a[data-result]:focus-visible]:bg-accent-soft [&:last-child>td]:border-0"
          >
            <Td>
              <span className="flex items-center gap-2.5">
                <DomainTile domain={hit.domain} className="size-7 rounded-md" />
                <span className="min-w-0">
                  <span className="block font-medium">
                    <ProductLink hit={hit} />
                  </span>
                  <span className="flex max-w-56 items-center gap-1.5 text-2xs text-ink-3">
                    <span className="truncate">
                      {readable(hit.domain)} · {alignmentWord(hit.alignment)}
                    </span>
                    <Status hit={hit} />
                  </span>
                  {hit.matches.length > 0 && (
                    <span className="block max-w-64 truncate text-2xs text-ink-3">
                      <Reason {...(hit.matches.find(({ field }) => field !== 'name') ?? hit.matches[0]!)} />
                    </span>
                  )}
                </span>
              </span>
            </Td>
            <Td>
              <TierBadge tier={hit.tier} />
            </Td>
            <Td>
              <HealthMark health={hit.trust.health} />
            </Td>
            <Td className="text-xs">
              <AccessMark hit={hit} />
            </Td>
            <Td className="text-right tabular-nums">{count(hit.consumers)}</Td>
            <Td className="text-right tabular-nums">{hit.rows === null ? '–' : compact(hit.rows)}</Td>
            <Td className="whitespace-nowrap text-ink-2 text-xs max-2xl:hidden">{portsOf(hit)}</Td>
            <Td className="whitespace-nowrap text-ink-2 text-xs">
              {hit.trust.lastPublishedAt ? ago(hit.trust.lastPublishedAt) : 'never'}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  </Card>
)

export const CardsSkeleton = () => (
  <div className="grid grid-cols-[repeat(auto-fill,minmax(17.5rem,1fr))] gap-3.5">
    {Array.from({ length: 9 }, (_, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: grey shapes have no identity
      <Card key={at} className="p-3.5">
        <div className="flex items-start gap-3">
          <Skeleton className="size-8 rounded-lg" />
          <div className="flex-1">
            <Skeleton className="h-4 w-2/3" />
            <Skeleton className="mt-1.5 h-3 w-1/2" />
          </div>
          <Skeleton className="h-5.5 w-16 rounded-full" />
        </div>
        <Skeleton className="mt-3 h-3.5 w-full" />
        <Skeleton className="mt-2 h-3.5 w-4/5" />
        <Skeleton className="mt-4 h-7 w-full" />
        <Skeleton className="mt-2.5 h-4 w-full" />
      </Card>
    ))}
  </div>
)
