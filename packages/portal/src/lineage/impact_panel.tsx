import { Link } from '@tanstack/react-router'
import { ShieldCheck, X } from 'lucide-react'
import { useMemo } from 'react'
import { useApi } from '../api/index.ts'
import { Badge, Button, CopyButton, cn, type Health, HealthMark, Loaded, SkeletonRows } from '../ui/index.ts'
import { partsOf, plural } from '../words/index.ts'
import { Tile } from './cards.tsx'
import { type Contact, type Contacts, columnImpact, type Impact, impactText, productImpact } from './impact.ts'
import { columnGraph, type Infos, type Mesh, nameOfColumn, ownerOfColumn } from './model.ts'

/** What breaks if a column, or a whole product, goes; with whom to tell. */
export const ImpactPanel = ({
  mesh,
  infos,
  product,
  column,
  onClose,
  className,
}: {
  mesh: Mesh
  infos: Infos
  product: string
  /** A column's full name, or null for the whole product. */
  column: string | null
  onClose: () => void
  className?: string
}) => {
  const domains = useApi('listDomains', {}, { staleTime: 300_000 })
  const contacts = useMemo((): Contacts => {
    const roles = new Map((domains.data?.domains ?? []).map(({ name, roles }) => [name, roles]))
    return (domain) => {
      const held = roles.get(domain)
      const as = (role: string, name: string | null | undefined): Contact[] => (name ? [{ role, name }] : [])
      return held
        ? [
            ...as('product owner', held.productOwner),
            ...as('technical lead', held.technicalLead),
            ...as('data steward', held.dataSteward),
          ]
        : []
    }
  }, [domains.data])
  return (
    <aside
      aria-label="Impact"
      className={cn('flex flex-col rounded-xl border border-line bg-surface shadow-pop', className)}
    >
      {column === null ? (
        <Found impact={productImpact(product, flowsAsEdges(mesh), infos, contacts)} onClose={onClose} />
      ) : (
        <ColumnFound key={column} column={column} infos={infos} contacts={contacts} onClose={onClose} />
      )}
    </aside>
  )
}
const flowsAsEdges = ({ flows }: Mesh) => flows.map(({ from, to }) => ({ from, to, how: 'port' as const }))

/** Asked for by itself and to the end: the graph beside it may show one step only. */
const ColumnFound = ({
  column,
  infos,
  contacts,
  onClose,
}: {
  column: string
  infos: Infos
  contacts: Contacts
  onClose: () => void
}) => {
  const { domain, product } = partsOf(ownerOfColumn(column))
  const from = useApi('getLineage', {
    params: { domain, product },
    query: { level: 'column', column: nameOfColumn(column), depth: 20 },
  })
  return (
    <Loaded from={from} skeleton={<SkeletonRows rows={7} />}>
      {(answer) => (
        <Found impact={columnImpact(column, columnGraph(answer).edges, infos, contacts)} onClose={onClose} />
      )}
    </Loaded>
  )
}

const Found = ({ impact, onClose }: { impact: Impact; onClose: () => void }) => {
  const { what, hits } = impact
  const failing = hits.filter(({ info }) => info.health === 'failing').length
  return (
    <>
      <header className="flex items-start gap-2 border-line border-b p-4 pb-3">
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold text-base tracking-tight">What breaks if it goes</h2>
          <p className="mt-0.5 break-all font-mono text-2xs text-ink-3">{what}</p>
        </div>
        <Button variant="ghost" size="icon-sm" aria-label="Close impact" onClick={onClose}>
          <X className="size-4" aria-hidden />
        </Button>
      </header>
      {hits.length === 0 ? (
        <p className="flex gap-2 p-4 text-ink-2 text-sm">
          <ShieldCheck className="size-5 shrink-0 text-ok-ink" aria-hidden />
          No product of the mesh depends on it. People who query it by hand are not counted here; see the product’s
          consumers.
        </p>
      ) : (
        <>
          <div className="flex flex-wrap items-center gap-2 px-4 py-2.5 text-ink-3 text-xs">
            <span>
              {plural(hits.length, 'product')}, {plural(new Set(hits.map(({ info }) => info.owner)).size, 'owner')}
            </span>
            {failing > 0 && <Badge tone="bad">{failing} failing already</Badge>}
            <span className="ml-auto">
              <CopyButton text={impactText(impact)} label="Copy as text" />
            </span>
          </div>
          <ul className="min-h-0 flex-1 overflow-y-auto px-4 pb-4" tabIndex={0} aria-label="Products that break">
            {hits.map(({ info, steps, columns, contacts }) => (
              <li key={info.id} className="border-line border-t py-3">
                <div className="flex items-center gap-2.5">
                  <Tile info={info} />
                  <div className="min-w-0 flex-1">
                    <Link
                      to="/products/$domain/$product"
                      params={{ domain: info.domain ?? '', product: info.id.split('/')[1] ?? '' }}
                      className="block truncate font-medium text-sm hover:underline"
                    >
                      {info.title}
                    </Link>
                    <p className="truncate text-2xs text-ink-3">
                      {info.domainTitle} · {steps === 1 ? 'reads it itself' : `${steps} steps away`}
                    </p>
                  </div>
                  {info.health && <HealthMark health={info.health as Health} />}
                </div>
                {columns.length > 0 && (
                  <ul className="mt-2 flex flex-wrap gap-1" aria-label={`Columns of ${info.title}`}>
                    {columns.map(({ id, name, how }) => (
                      <li
                        key={id}
                        className="rounded-md bg-sunken px-1.5 py-0.5 font-mono text-2xs text-ink-2 ring-1 ring-line ring-inset"
                      >
                        {name} <span className="font-sans text-ink-3">{how}</span>
                      </li>
                    ))}
                  </ul>
                )}
                <p className="mt-2 text-ink-3 text-xs">
                  {[`Owner ${info.owner ?? 'unknown'}`, ...contacts.map(({ role, name }) => `${role} ${name}`)].join(
                    ' · ',
                  )}
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
