import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useApi } from '../api/index.ts'
import { cn, EmptyState, Loaded } from '../ui/index.ts'
import { partsOf } from '../words/index.ts'
import { ColumnsGraph, useColumns } from './column_graph.tsx'
import { DomainGraph } from './domain_graph.tsx'
import { ImpactPanel } from './impact_panel.tsx'
import {
  type Answer,
  columnGraph,
  findColumn,
  type Infos,
  infosOf,
  isSource,
  type Mesh,
  ownerOf,
  ownerOfColumn,
  productEdges,
} from './model.ts'
import { near } from './near.ts'
import { Corner, FoldButton, Frame, GraphSkeleton, Unknown } from './parts.tsx'
import { ProductGraph } from './product_graph.tsx'
import { type Change, type Here, HereContext, type State } from './state.ts'
import { trace } from './trace.ts'
import { TraceBar } from './trace_bar.tsx'
import { ColumnTree, DomainTree, ProductTree } from './tree.tsx'

type Props = { mesh: Mesh; state: State; change: Change; scrolls?: boolean }

/** Lineage in the room that it is given: a graph, or a list of the same. */
export const LineageView = ({ mesh, state, change, scrolls = false }: Props) => {
  const infos = useMemo(() => withDomains(infosOf(mesh), mesh), [mesh])
  const { focus, level } = state
  const product = focus?.includes('/') ? focus : null
  if (level === 'domains') return <Domains mesh={mesh} state={state} change={change} infos={infos} scrolls={scrolls} />
  if (product === null)
    return (
      <EmptyState title="Choose a product to begin with">
        Its lineage is drawn around it: what it reads from to the left, what it feeds to the right.
      </EmptyState>
    )
  const props = { mesh, state, change, infos, scrolls, product }
  return level === 'products' ? <Products key={product} {...props} /> : <Columns key={product} {...props} />
}

/** Domains are told like products where they stand in a graph. */
const withDomains = (infos: Infos, mesh: Mesh): Infos => {
  const domains = new Map(
    mesh.domains.map(({ name, title, team }) => [
      name,
      { id: name, title, domain: name, domainTitle: 'Domain', health: null, owner: team },
    ]),
  )
  return (id) => domains.get(id) ?? infos(id)
}

type Inner = Required<Props> & { infos: Infos }

const useHereOf = ({ state, change, infos }: Inner, more: Pick<Here, 'trace' | 'chosen' | 'toggle'>): Here => {
  const navigate = useNavigate()
  const { focus } = state
  const { trace: on, chosen, toggle } = more
  return useMemo(
    () => ({
      infos,
      focus,
      trace: on,
      chosen,
      toggle,
      pick: (column) => change({ column: column === chosen ? null : column }),
      setFocus: (id) => id !== focus && change({ focus: id, column: null }),
      open: (id) => {
        const [domain = '', product] = id.split('/')
        void (product === undefined
          ? navigate({ to: '/domains/$domain', params: { domain } })
          : navigate({ to: '/products/$domain/$product', params: { domain, product } }))
      },
    }),
    [infos, focus, on, chosen, toggle, change, navigate],
  )
}
const nothing = () => {}

const Domains = (props: Inner) => {
  const { mesh, state, scrolls } = props
  const here = useHereOf(props, { trace: null, chosen: null, toggle: nothing })
  return (
    <HereContext value={useMemo(() => ({ ...here, focus: domainOf(here.focus) }), [here])}>
      <Frame list={state.list} impact={false} tree={() => <DomainTree mesh={mesh} />}>
        <DomainGraph mesh={mesh} focus={domainOf(state.focus)} fitOn="domains" scrolls={scrolls} />
      </Frame>
    </HereContext>
  )
}
const domainOf = (focus: string | null): string | null => focus?.split('/')[0] ?? null

const useOpened = () => {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const toggle = useMemo(
    () => (id: string) =>
      setOpened((was) => {
        const next = new Set(was)
        if (!next.delete(id)) next.add(id)
        return next
      }),
    [],
  )
  return { opened, toggle, fold: () => setOpened(new Set()) }
}

const Products = (props: Inner & { product: string }) => {
  const { product, state, infos, scrolls, mesh, change } = props
  const { domain, product: name } = partsOf(product)
  const from = useApi('getLineage', {
    params: { domain, product: name },
    query: { level: 'product', depth: state.depth },
  })
  const { opened, toggle, fold } = useOpened()
  const here = useHereOf(props, { trace: null, chosen: null, toggle })
  const edges = useMemo(() => (from.data ? productEdges(from.data) : []), [from.data])
  const around = useMemo(
    () => near(product, edges, (id) => infos(id).domain ?? '', { depth: state.depth, opened }),
    [product, edges, infos, state.depth, opened],
  )
  return (
    <HereContext value={here}>
      <Loaded from={from} skeleton={<GraphSkeleton />}>
        {(answer) => (
          <Frame
            list={state.list}
            impact={state.impact}
            tree={() => <ProductTree focus={product} edges={edges} depth={state.depth} />}
          >
            <ProductGraph
              focus={product}
              around={around}
              infos={infos}
              fitOn={`${product} ${state.depth} ${opened.size} ${state.impact} ${answer.nodes.length}`}
              scrolls={scrolls}
            >
              <Corner>
                {opened.size > 0 && <FoldButton onClick={fold} />}
                {edges.length === 0 && <span>No inputs are declared and nobody reads it yet.</span>}
              </Corner>
            </ProductGraph>
          </Frame>
        )}
      </Loaded>
      {state.impact && (
        <ImpactPanel
          mesh={mesh}
          infos={infos}
          product={product}
          column={null}
          onClose={() => change({ impact: false })}
          className={panelPlace}
        />
      )}
    </HereContext>
  )
}

const Columns = (props: Inner & { product: string }) => {
  const { product, state, change, infos, scrolls, mesh } = props
  const { domain, product: name } = partsOf(product)
  // between two products lie two to five steps through models
  const from = useApi('getLineage', {
    params: { domain, product: name },
    query: { level: 'column', depth: Math.min(20, state.depth * 5 + 1) },
  })
  const { opened, toggle, fold } = useOpened()
  const graph = useMemo(() => columnGraph(from.data ?? { edges: [] }), [from.data])
  const edges = useMemo(
    () => (state.indirect ? graph.edges : graph.edges.filter(({ how }) => how !== 'indirect')),
    [graph, state.indirect],
  )
  const chosen = useMemo(
    () => (state.column === null ? null : findColumn(state.column, product, graph)),
    [state.column, product, graph],
  )
  const on = useMemo(() => (chosen === null ? null : trace(chosen, edges)), [chosen, edges])
  const besides = useMemo(
    () => (on === null || state.indirect ? 0 : trace(on.start, graph.edges).nodes.size - on.nodes.size),
    [on, graph, state.indirect],
  )
  const between = useMemo(() => ownersOf(graph.edges), [graph])
  const around = useMemo(
    () => near(product, between, (id) => infos(id).domain ?? '', { depth: state.depth, most: 60, opened }),
    [product, between, infos, state.depth, opened],
  )
  const owners = useMemo(() => [...around.nodes.keys()], [around])
  const columns = useColumns(owners, graph)
  const here = useHereOf(props, { trace: on, chosen, toggle })
  return (
    <HereContext value={here}>
      <Loaded from={from} skeleton={<GraphSkeleton />}>
        {(answer) => (
          <Frame
            list={state.list}
            impact={state.impact}
            tree={() => (
              <>
                <Unknown unknown={answer.unknown} className="mb-4" />
                <ColumnTree focus={product} columns={columns.get(product) ?? []} edges={edges} />
              </>
            )}
          >
            {graph.edges.length === 0 && (columns.get(product)?.length ?? 0) === 0 ? (
              <EmptyState title="No column lineage is known yet">
                It is found when the product is built for the first time.
                <Unknown unknown={answer.unknown} className="mt-3" />
              </EmptyState>
            ) : (
              <ColumnsGraph
                focus={product}
                around={around}
                columns={columns}
                edges={edges}
                trace={on}
                traced={state.traced}
                opened={opened}
                infos={infos}
                fitOn={`${product} ${state.depth} ${state.impact} ${state.traced ? (chosen ?? '') : ''} ${answer.nodes.length} ${[...columns.values()].reduce((sum, each) => sum + each.length, 0)}`}
                scrolls={scrolls}
              >
                <Corner>
                  <Unknown unknown={answer.unknown} />
                  {[...opened].some((id) => id.includes(':')) && <FoldButton onClick={fold} />}
                </Corner>
              </ColumnsGraph>
            )}
          </Frame>
        )}
      </Loaded>
      {on && (
        <TraceBar
          trace={on}
          infos={infos}
          besides={besides}
          change={change}
          list={state.list}
          className={cn(state.impact && 'md:right-100')}
        />
      )}
      {state.impact && (
        <ImpactPanel
          mesh={mesh}
          infos={infos}
          product={product}
          column={chosen !== null && !isSource(ownerOfColumn(chosen)) ? chosen : null}
          onClose={() => change({ impact: false })}
          className={panelPlace}
        />
      )}
    </HereContext>
  )
}
const ownersOf = (edges: readonly { from: string; to: string }[]) =>
  productEdges({
    edges: edges.map(({ from, to }): Answer['edges'][number] => ({
      from: { kind: 'product', ref: ownerOf(ownerOfColumn(from)) },
      to: { kind: 'product', ref: ownerOf(ownerOfColumn(to)) },
      how: 'port',
    })),
  })

const panelPlace =
  'absolute top-4 right-4 bottom-4 z-20 w-92 max-md:inset-x-3 max-md:top-auto max-md:bottom-3 max-md:max-h-[75%] max-md:w-auto'
