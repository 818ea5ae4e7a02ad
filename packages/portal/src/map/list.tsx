import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import {
  alignmentWord,
  Card,
  cn,
  DomainDot,
  EmptyState,
  type Health,
  HealthMark,
  Table,
  Td,
  Th,
  TierBadge,
} from '../ui/index.ts'
import { plural } from '../words/index.ts'
import { domainLinks, type MeshDomain, type MeshIndex, type MeshProduct, troubles } from './mesh.ts'

/** Everything that the map shows, to be read. Large meshes open one domain at a time. */
export const MeshList = ({
  index,
  found,
  selected,
}: {
  index: MeshIndex
  found: ReadonlySet<string> | null
  selected: string | null
}) => {
  const domains = [...index.domain.values()]
    .sort((a, b) => (a.title < b.title ? -1 : 1))
    .map((domain) => ({
      domain,
      products: (index.productsOf.get(domain.name) ?? []).filter(({ id }) => found === null || found.has(id)),
    }))
    .filter(({ products }) => found === null || products.length > 0)
  const total = domains.reduce((sum, { products }) => sum + products.length, 0)
  if (domains.length === 0)
    return <EmptyState title="No product matches">Try fewer letters, or part of a domain’s name.</EmptyState>
  return (
    <div className="flex flex-col gap-4">
      {domains.map(({ domain, products }) => (
        <DomainCard
          key={domain.name}
          domain={domain}
          products={products}
          index={index}
          startOpen={total <= 150 || selected === domain.name || products.some(({ id }) => id === selected)}
        />
      ))}
    </div>
  )
}

function DomainCard({
  domain,
  products,
  index,
  startOpen,
}: {
  domain: MeshDomain
  products: readonly MeshProduct[]
  index: MeshIndex
  startOpen: boolean
}) {
  const [chosen, choose] = useState<boolean | null>(null)
  const open = chosen ?? startOpen
  const { reads, feeds } = domainLinks(index, domain.name)
  const { failing, stale } = troubles(products)
  const names = (links: typeof reads) =>
    links.map((link) => `${index.domain.get(link.domain)?.title ?? link.domain} (${link.flows})`).join(', ')
  return (
    <Card>
      <header className="px-4 py-3">
        <h2 className="flex flex-wrap items-center gap-x-2 gap-y-1 font-semibold text-base">
          <DomainDot domain={domain.name} />
          <Link to="/domains/$domain" params={{ domain: domain.name }} className="hover:underline">
            {domain.title}
          </Link>
          <span className="font-normal text-ink-3 text-xs">
            {plural(products.length, 'product')}
            {failing > 0 && `, ${failing} failing`}
            {stale > 0 && `, ${stale} stale`}
          </span>
          {products.length > 0 && (
            <button
              type="button"
              aria-expanded={open}
              className="ml-auto font-normal text-accent-ink text-xs hover:underline"
              onClick={() => choose(!open)}
            >
              {open ? 'Fold' : 'Show'}
              <span className="sr-only"> products of {domain.title}</span>
            </button>
          )}
        </h2>
        <p className="mt-1 text-ink-3 text-xs">
          {[
            alignmentWord(domain.alignment),
            domain.team && `team ${domain.team}`,
            reads.length > 0 && `reads from ${names(reads)}`,
            feeds.length > 0 && `feeds ${names(feeds)}`,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </header>
      {open && products.length > 0 && (
        <Table label={`Products of ${domain.title}`}>
          <thead>
            <tr>
              {['Product', 'Kind', 'Health', 'Tier', 'Owner', 'Reads from', 'Feeds'].map((head) => (
                <Th key={head}>{head}</Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {products.map((product) => (
              <tr key={product.id}>
                <Td className="whitespace-nowrap font-medium">
                  <ProductLink product={product} />
                </Td>
                <Td className="whitespace-nowrap text-ink-2">{alignmentWord(product.alignment)}</Td>
                <Td>
                  <HealthMark health={product.health as Health} />
                </Td>
                <Td>
                  <TierBadge tier={product.tier} />
                </Td>
                <Td className="whitespace-nowrap text-ink-2">{product.owner}</Td>
                <Td>
                  <Links ids={index.reads.get(product.id)} index={index} />
                </Td>
                <Td>
                  <Links ids={index.feeds.get(product.id)} index={index} />
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  )
}

const ProductLink = ({ product, quiet }: { product: MeshProduct; quiet?: boolean }) => (
  <Link
    to="/products/$domain/$product"
    params={{ domain: product.domain, product: product.name }}
    className={cn('inline-flex min-h-6 items-center hover:underline', quiet && 'text-ink-2')}
  >
    {product.title}
  </Link>
)
const Links = ({ ids = [], index }: { ids?: readonly string[] | undefined; index: MeshIndex }) =>
  ids.length === 0 ? (
    <span className="text-ink-3">–</span>
  ) : (
    <span className="flex min-w-32 flex-wrap gap-x-1">
      {ids.map((id, at) => {
        const product = index.product.get(id)
        return (
          product && (
            <span key={id} className="whitespace-nowrap">
              <ProductLink product={product} quiet />
              {at < ids.length - 1 && ','}
            </span>
          )
        )
      })}
    </span>
  )
