import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { Avatar, alignmentWord, Badge, DomainTile, HealthMark, readable, TierBadge } from '../ui/index.ts'
import { ago, bytes, compact, plural, when } from '../words/index.ts'
import { ProductActions } from './actions.tsx'
import type { View } from './words.ts'

export const statusTone = { active: 'ok', deprecated: 'warn', retired: 'bad' } as Record<string, 'ok' | 'warn' | 'bad'>

/** What it is, in the first two lines; what one can do with it to the right. */
export const ProductHeader = ({ product }: { product: View }) => {
  const people = Object.values(product.contacts).filter((name): name is string => name !== null)
  return (
    <header>
      <nav aria-label="Where this product is" className="flex flex-wrap items-center gap-1 text-ink-3 text-sm">
        <Link to="/products" className="rounded hover:text-ink">
          Marketplace
        </Link>
        <ChevronRight className="size-3.5" aria-hidden />
        <Link to="/domains/$domain" params={{ domain: product.domain }} className="rounded hover:text-ink">
          {readable(product.domain)}
        </Link>
        <ChevronRight className="size-3.5" aria-hidden />
        <span aria-current="page" className="text-ink">
          {product.title}
        </span>
      </nav>
      <div className="mt-4 flex items-start gap-4 max-md:flex-col">
        <DomainTile domain={product.domain} className="size-11 rounded-xl max-md:hidden" />
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1.5">
            <h1 className="mr-1 font-semibold text-2xl tracking-tight">{product.title}</h1>
            <TierBadge tier={product.tier} />
            {product.alignment && <Badge tone="accent">{alignmentWord(product.alignment)}</Badge>}
            <Badge tone={statusTone[product.status]}>{readable(product.status)}</Badge>
            <Badge className="font-mono">v{product.version}</Badge>
          </div>
          <p className="mt-1.5 max-w-2xl text-base text-ink-2">{product.description}</p>
          <div className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-1.5 text-ink-3 text-xs">
            <HealthMark health={product.trust.health} />
            <span className="flex items-center gap-2">
              <span className="flex -space-x-1">
                {people.slice(0, 4).map((name) => (
                  <Avatar key={name} name={name} className="ring-2 ring-canvas" />
                ))}
              </span>
              {product.owner}
            </span>
            {product.trust.lastPublishedAt ? (
              <time dateTime={product.trust.lastPublishedAt} title={when(product.trust.lastPublishedAt)}>
                Published {ago(product.trust.lastPublishedAt)}
              </time>
            ) : (
              <span>Never published</span>
            )}
            {product.rows !== null && (
              <span>
                {compact(product.rows)} {product.rows === 1 ? 'row' : 'rows'}
                {product.bytes !== null && `, ${bytes(product.bytes)}`}
              </span>
            )}
            <span>{plural(product.counts.consumers, 'consumer')}</span>
            {product.tags.slice(0, 3).map((tag) => (
              <Link key={tag} to="/products" search={{ tag }} className="rounded hover:text-ink">
                #{tag}
              </Link>
            ))}
          </div>
        </div>
        <ProductActions product={product} />
      </div>
    </header>
  )
}
