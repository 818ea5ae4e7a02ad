import { Link } from '@tanstack/react-router'
import { ArrowRight, Plus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useApi } from '../api/index.ts'
import {
  alignmentWord,
  Badge,
  Button,
  ButtonLink,
  cn,
  DomainDot,
  DomainTile,
  type Health,
  HealthMark,
  readable,
  Skeleton,
  TierBadge,
} from '../ui/index.ts'
import { count, duration, plural } from '../words/index.ts'
import { domainLinks, type MeshDomain, type MeshIndex, type MeshProduct, troubles } from './mesh.ts'

type Go = (what: string | null) => void

/** What is selected, in words: a product or a domain. */
export const Panel = ({
  index,
  selected,
  onSelect,
  className,
}: {
  index: MeshIndex
  selected: string
  onSelect: Go
  className?: string
}) => {
  const product = index.product.get(selected)
  const domain = index.domain.get(selected)
  if (!product && !domain) return null
  return (
    <aside
      aria-label={product ? 'Selected product' : 'Selected domain'}
      className={cn('flex flex-col rounded-xl border border-line bg-surface shadow-pop', className)}
    >
      {product ? (
        <ProductPanel key={product.id} product={product} index={index} onSelect={onSelect} />
      ) : (
        domain && <DomainPanel key={domain.name} domain={domain} index={index} onSelect={onSelect} />
      )}
    </aside>
  )
}

const Head = ({
  title,
  domain,
  children,
  onClose,
}: {
  title: string
  domain: string
  children: ReactNode
  onClose: () => void
}) => (
  <div className="flex items-start gap-3 p-4 pb-3">
    <DomainTile domain={domain} className="size-9" />
    <div className="min-w-0 flex-1">
      <h2 className="break-words font-semibold text-lg leading-snug tracking-tight">{title}</h2>
      <p className="text-ink-3 text-xs">{children}</p>
    </div>
    <Button variant="ghost" size="icon-sm" aria-label="Close" onClick={onClose}>
      <X className="size-4" aria-hidden />
    </Button>
  </div>
)

const Figures = ({ figures }: { figures: readonly (readonly [string, ReactNode])[] }) => (
  <dl className="mx-4 mt-3 grid grid-cols-3 divide-x divide-line rounded-lg border border-line text-center">
    {figures.map(([name, value]) => (
      <div key={name} className="px-1 py-2">
        <dt className="text-2xs text-ink-3">{name}</dt>
        <dd className="font-semibold text-sm tabular-nums">{value}</dd>
      </div>
    ))}
  </dl>
)

const Section = ({ title, line, children }: { title: string; line?: string; children: ReactNode }) => (
  <section className="mb-3">
    <h3 className="mb-1 flex items-center gap-1.5 font-medium text-ink-3 text-xs">
      {line && <i className={cn('h-0.5 w-3.5 rounded', line)} aria-hidden />}
      {title}
    </h3>
    {children}
  </section>
)

const Row = ({
  domain,
  title,
  note,
  onClick,
}: {
  domain: string
  title: string
  note: ReactNode
  onClick: () => void
}) => (
  <button
    type="button"
    onClick={onClick}
    className="flex min-h-7 w-full items-center gap-2 rounded-md px-1.5 text-left text-sm hover:bg-sunken focus-visible:outline-offset-[-2px]"
  >
    <DomainDot domain={domain} />
    <span className="min-w-0 truncate">{title}</span>
    <span className="ml-auto shrink-0 text-ink-3 text-xs">{note}</span>
  </button>
)

function ProductPanel({ product, index, onSelect }: { product: MeshProduct; index: MeshIndex; onSelect: Go }) {
  const domain = index.domain.get(product.domain)
  const from = useApi('getProduct', { params: { domain: product.domain, product: product.name } })
  const more = from.data
  const checks = more?.trust.checks
  const wait = from.data ? '–' : from.error ? '–' : '…'
  const neighbours = (ids: readonly string[]) =>
    ids.flatMap((id) => {
      const each = index.product.get(id)
      return each
        ? [
            <Row
              key={id}
              domain={each.domain}
              title={each.title}
              note={index.domain.get(each.domain)?.title}
              onClick={() => onSelect(id)}
            />,
          ]
        : []
    })
  const [reads, feeds] = [index.reads.get(product.id) ?? [], index.feeds.get(product.id) ?? []]
  return (
    <>
      <Head title={product.title} domain={product.domain} onClose={() => onSelect(null)}>
        <button type="button" className="hover:text-ink hover:underline" onClick={() => onSelect(product.domain)}>
          {domain?.title ?? product.domain}
        </button>
      </Head>
      <div className="flex flex-wrap items-center gap-1.5 px-4">
        {product.alignment && <Badge tone="accent">{alignmentWord(product.alignment)}</Badge>}
        <TierBadge tier={product.tier} />
        <HealthMark health={product.health as Health} className="ml-1" />
      </div>
      <Figures
        figures={[
          ['Checks', checks ? `${checks.passed}/${checks.total}` : wait],
          ['Age', more?.trust.ageSeconds != null ? duration(more.trust.ageSeconds) : wait],
          ['Rows', product.rows === null ? '–' : count(product.rows)],
        ]}
      />
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pt-3" tabIndex={0} role="region" aria-label="About it">
        {more ? (
          more.description && <p className="mb-3 text-ink-2 text-sm">{more.description}</p>
        ) : (
          <Skeleton className="mb-3 h-10" />
        )}
        <p className="mb-3 flex justify-between gap-3 text-sm">
          <span className="text-ink-3">Owner</span>
          <span className="truncate">{product.owner}</span>
        </p>
        <Section title={`Reads from ${reads.length}`} line="bg-warn">
          {neighbours(reads)}
          {reads.length === 0 && <p className="text-ink-3 text-xs">Nothing inside the mesh.</p>}
        </Section>
        <Section title={`Feeds ${feeds.length}`} line="bg-accent">
          {neighbours(feeds)}
          {feeds.length === 0 && <p className="text-ink-3 text-xs">No product reads it yet.</p>}
        </Section>
      </div>
      <div className="flex gap-2 border-line border-t p-3">
        <ButtonLink to="/lineage" search={{ focus: product.id }}>
          Lineage
        </ButtonLink>
        <ButtonLink
          variant="primary"
          className="flex-1"
          to="/products/$domain/$product"
          params={{ domain: product.domain, product: product.name }}
        >
          Open product
          <ArrowRight className="size-4" aria-hidden />
        </ButtonLink>
      </div>
    </>
  )
}

function DomainPanel({ domain, index, onSelect }: { domain: MeshDomain; index: MeshIndex; onSelect: Go }) {
  const products = index.productsOf.get(domain.name) ?? []
  const { reads, feeds } = domainLinks(index, domain.name)
  const { failing, stale } = troubles(products)
  const certified = products.filter(({ tier }) => tier !== null).length
  const rows = (links: typeof reads) =>
    links.map((link) => (
      <Row
        key={link.domain}
        domain={link.domain}
        title={index.domain.get(link.domain)?.title ?? link.domain}
        note={plural(link.flows, 'flow')}
        onClick={() => onSelect(link.domain)}
      />
    ))
  return (
    <>
      <Head title={domain.title} domain={domain.name} onClose={() => onSelect(null)}>
        {domain.team ? `Domain of ${domain.team}` : 'Domain'}
      </Head>
      <div className="flex flex-wrap items-center gap-1.5 px-4">
        {domain.alignment && <Badge tone="accent">{alignmentWord(domain.alignment)}</Badge>}
        {domain.parent && <Badge>part of {readable(domain.parent)}</Badge>}
      </div>
      <Figures
        figures={[
          ['Products', count(products.length)],
          ['Certified', `${certified}/${products.length}`],
          ['In trouble', failing + stale > 0 ? `${failing} + ${stale}` : 'none'],
        ]}
      />
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pt-3" tabIndex={0} role="region" aria-label="About it">
        {domain.description && <p className="mb-3 text-ink-2 text-sm">{domain.description}</p>}
        <Section title={`Reads from ${reads.length}`} line="bg-warn">
          {rows(reads)}
          {reads.length === 0 && <p className="text-ink-3 text-xs">No other domain.</p>}
        </Section>
        <Section title={`Feeds ${feeds.length}`} line="bg-accent">
          {rows(feeds)}
          {feeds.length === 0 && <p className="text-ink-3 text-xs">No other domain yet.</p>}
        </Section>
        <Section title={plural(products.length, 'product')}>
          {products.slice(0, 60).map((each) => (
            <Row
              key={each.id}
              domain={each.domain}
              title={each.title}
              note={<HealthMark health={each.health as Health} quiet />}
              onClick={() => onSelect(each.id)}
            />
          ))}
          {products.length > 60 && <p className="px-1.5 text-ink-3 text-xs">and {products.length - 60} more</p>}
          {products.length === 0 && (
            <p className="text-ink-3 text-xs">
              Nothing is published here yet.{' '}
              <Link to="/new" search={{ domain: domain.name }} className="text-accent-ink underline">
                Make the first product
              </Link>
            </p>
          )}
        </Section>
      </div>
      <div className="flex gap-2 border-line border-t p-3">
        <ButtonLink to="/new" search={{ domain: domain.name }}>
          <Plus className="size-4" aria-hidden />
          Product
        </ButtonLink>
        <ButtonLink variant="primary" className="flex-1" to="/domains/$domain" params={{ domain: domain.name }}>
          Open domain
          <ArrowRight className="size-4" aria-hidden />
        </ButtonLink>
      </div>
    </>
  )
}
