import { Link } from '@tanstack/react-router'
import { ChevronRight, File, Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { useApi } from '../../api/index.ts'
import {
  alignmentWord,
  ButtonLink,
  Card,
  CardHead,
  cn,
  type Health,
  HealthMark,
  hueStyle,
  readable,
  Skeleton,
} from '../../ui/index.ts'
import { partsOf, plural } from '../../words/index.ts'
import type { View } from '../words.ts'

type Node =
  | { kind: 'product'; id: string; title: string; about: string; health: Health | null }
  | { kind: 'file'; id: string; title: string; about: string }
  | { kind: 'more'; id: string; count: number }

const most = 5

/** One hop each way. Plain boxes and lines; the whole graph has its own tab. */
export function SmallLineage({ product }: { product: View }) {
  const lineage = useApi('getLineage', {
    params: { domain: product.domain, product: product.name },
    query: { depth: 1 },
  })
  const mesh = useApi('getMesh', {}, { staleTime: 60_000, retry: false })
  const nodeOf = (id: string): Node => {
    const { domain, product: name } = partsOf(id)
    const known = mesh.data?.products.find((each) => each.id === id)
    return {
      kind: 'product',
      id,
      title: known?.title ?? readable(name),
      about: `${readable(domain)}${known?.alignment ? ` · ${alignmentWord(known.alignment)}` : ''}`,
      health: known?.health ?? null,
    }
  }
  const files: Node[] = product.inputPorts
    .filter(({ from }) => from !== 'product')
    .map(({ name, from, detail }) => ({ kind: 'file', id: name, title: name, about: `${from} · ${lastPart(detail)}` }))
  const edges = lineage.data?.edges ?? []
  const ids = (pick: (edge: (typeof edges)[number]) => string | null): Node[] =>
    [...new Set(edges.map(pick).filter((id): id is string => id !== null))].map(nodeOf)
  const before = [
    ...ids(({ from, to }) => (to.ref === product.id && from.kind === 'product' ? from.ref : null)),
    ...files,
  ]
  const after = ids(({ from, to }) => (from.ref === product.id && to.kind === 'product' ? to.ref : null))
  const total = before.length + after.length + 1
  return (
    <Card>
      <CardHead title="Lineage" hint={lineage.data ? `1 hop, ${plural(total, 'node')}` : undefined}>
        <ButtonLink
          to="/products/$domain/$product"
          params={{ domain: product.domain, product: product.name }}
          search={{ tab: 'lineage' }}
          variant="ghost"
          size="sm"
        >
          Open graph
          <ChevronRight className="size-3.5" aria-hidden />
        </ButtonLink>
      </CardHead>
      {lineage.isPending ? (
        <div className="p-4 pt-2">
          <Skeleton className="h-40 w-full rounded-lg" />
        </div>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)_3.5rem_minmax(0,1fr)_3.5rem_minmax(0,1fr)] px-4 pt-2 pb-4 max-md:flex max-md:flex-col max-md:gap-2">
          <Side label="Reads from" nodes={capped(before)} product={product} empty="Nothing: the source of its data" />
          <Lines nodes={capped(before)} side="in" />
          <div className="flex items-center max-md:order-first">
            <Box
              className="border-accent ring-2 ring-accent/20"
              domain={product.domain}
              title={product.title}
              about={`${readable(product.domain)} · ${alignmentWord(product.alignment)}`}
              health={product.trust.health}
            />
          </div>
          <Lines nodes={capped(after)} side="out" />
          <Side label="Feeds" nodes={capped(after)} product={product} empty="No product reads it yet" />
        </div>
      )}
    </Card>
  )
}

const lastPart = (path: string): string => path.split('/').at(-1) ?? path
const capped = (nodes: readonly Node[]): Node[] =>
  nodes.length <= most
    ? [...nodes]
    : [...nodes.slice(0, most - 1), { kind: 'more', id: '+', count: nodes.length - most + 1 }]

/** Slots of one height, so that the lines know where their ends are. */
const Side = ({
  label,
  nodes,
  product,
  empty,
}: {
  label: string
  nodes: readonly Node[]
  product: View
  empty: string
}) =>
  nodes.length === 0 ? (
    <p className="grid place-items-center self-center rounded-lg border border-line border-dashed px-3 py-4 text-center text-ink-3 text-xs">
      {empty}
    </p>
  ) : (
    <div className="grid">
      <p className="text-2xs text-ink-3 md:hidden">{label}</p>
      <ul aria-label={label} className="grid auto-rows-fr grid-cols-[minmax(0,1fr)]">
        {nodes.map((node) => (
          <li key={`${node.kind}:${node.id}`} className="flex items-center py-1.5">
            <NodeBox node={node} product={product} />
          </li>
        ))}
      </ul>
    </div>
  )

const NodeBox = ({ node, product }: { node: Node; product: View }) => {
  if (node.kind === 'file')
    return (
      <div className="flex w-full min-w-0 items-center gap-2 rounded-lg border border-line-2 border-dashed bg-sunken px-3 py-1.5">
        <File className="size-3.5 shrink-0 text-ink-3" aria-hidden />
        <span className="min-w-0">
          <span className="block truncate font-medium text-xs">{node.title}</span>
          <span className="block truncate text-2xs text-ink-3" title={node.about}>
            {node.about}
          </span>
        </span>
      </div>
    )
  if (node.kind === 'more')
    return (
      <Link
        to="/products/$domain/$product"
        params={{ domain: product.domain, product: product.name }}
        search={{ tab: 'lineage' }}
        className="flex w-full items-center gap-1.5 rounded-lg px-3 py-2 text-ink-3 text-xs hover:bg-sunken hover:text-ink"
      >
        <Plus className="size-3.5" aria-hidden />
        {node.count} more
      </Link>
    )
  const { domain, product: name } = partsOf(node.id)
  return (
    <Link to="/products/$domain/$product" params={{ domain, product: name }} className="w-full min-w-0 rounded-lg">
      <Box
        className="hover:border-line-2 hover:bg-sunken"
        domain={domain}
        title={node.title}
        about={node.about}
        health={node.health}
      />
    </Link>
  )
}

const Box = ({
  domain,
  title,
  about,
  health,
  className,
}: {
  domain: string
  title: ReactNode
  about: string
  health: Health | null
  className?: string
}) => (
  <div
    className={cn(
      'relative flex w-full min-w-0 items-center gap-2 overflow-hidden rounded-lg border border-line-2 bg-surface py-1.5 pr-2.5 pl-3.5 shadow-card',
      className,
    )}
  >
    <i aria-hidden className="domain-dot absolute inset-y-0 left-0 w-1" style={hueStyle(domain)} />
    <span className="min-w-0 flex-1">
      <span className="block truncate font-semibold text-xs">{title}</span>
      <span className="block truncate text-2xs text-ink-3">{about}</span>
    </span>
    {health && <HealthMark health={health} quiet />}
  </div>
)

/** Curves between the slots of a side and the middle. What does not do well is drawn broken. */
const Lines = ({ nodes, side }: { nodes: readonly Node[]; side: 'in' | 'out' }) => (
  <svg aria-hidden viewBox="0 0 100 100" preserveAspectRatio="none" className="size-full max-md:hidden">
    {nodes.map((node, at) => {
      const y = ((at + 0.5) / nodes.length) * 100
      const bad = node.kind === 'product' && (node.health === 'failing' || node.health === 'stale')
      const [from, to] = side === 'in' ? [y, 50] : [50, y]
      return (
        <path
          key={`${node.kind}:${node.id}`}
          d={`M0 ${from}C50 ${from} 50 ${to} 100 ${to}`}
          fill="none"
          stroke={bad ? 'var(--warn)' : 'var(--edge)'}
          strokeWidth="1.5"
          strokeDasharray={bad ? '4 4' : undefined}
          vectorEffect="non-scaling-stroke"
        />
      )
    })}
  </svg>
)
