import type { ReactNode } from 'react'
import { Card, CardHead, type Health, HealthMark } from '../ui/index.ts'
import { plural } from '../words/index.ts'
import { Tile } from './cards.tsx'
import { domainFlows } from './domain_graph.tsx'
import { type ColumnId, type Edge, isSource, type Mesh, nameOfColumn, ownerOfColumn, tableOfColumn } from './model.ts'
import type { Known } from './rows.ts'
import { useHere } from './state.ts'
import type { Direction } from './trace.ts'

/** The same as the graphs, to be read in order: what it comes from, what is made of it, step by step. */

const Sides = ({ up, down }: { up: ReactNode; down: ReactNode }) => (
  <div className="grid gap-4 @3xl:grid-cols-2">
    <Card>
      <CardHead title="Comes from" hint="step by step" />
      <div className="px-4 pb-4">{up}</div>
    </Card>
    <Card>
      <CardHead title="Goes to" hint="step by step" />
      <div className="px-4 pb-4">{down}</div>
    </Card>
  </div>
)

type Branch = {
  start: string
  edges: readonly Edge[]
  direction: Direction
  depth: number
  row: (id: string, how: Edge['how'] | null) => ReactNode
}

/** A branch that was told before is not told again: the mesh is no tree. */
const Tree = (branch: Branch) => {
  const told = new Set([branch.start])
  const children = (at: string, depth: number): ReactNode => {
    if (depth === 0) return null
    const { edges, direction, row } = branch
    const found = new Map<string, Edge['how']>()
    for (const { from, to, how } of edges) {
      const [here, far] = direction === 'up' ? [to, from] : [from, to]
      if (here === at && far !== at) found.set(far, how)
    }
    if (found.size === 0) return null
    const fresh = new Set([...found.keys()].filter((id) => !told.has(id)))
    for (const id of fresh) told.add(id)
    return (
      <ul className={at === branch.start ? '' : 'ml-3.5 border-line border-l pl-3'}>
        {[...found].map(([id, how]) => (
          <li key={id}>
            <div className="flex min-h-9 flex-wrap items-center gap-x-2 py-1">
              {row(id, how)}
              {!fresh.has(id) && <span className="text-2xs text-ink-3">told elsewhere in this list</span>}
            </div>
            {fresh.has(id) && children(id, depth - 1)}
          </li>
        ))}
      </ul>
    )
  }
  return (
    children(branch.start, branch.depth) ?? (
      <p className="py-2 text-ink-3 text-sm">{branch.direction === 'up' ? 'Nothing that is known.' : 'Nothing yet.'}</p>
    )
  )
}

const ProductRow = ({ id, note }: { id: string; note?: ReactNode }) => {
  const { infos, setFocus, open } = useHere()
  const info = infos(id)
  return (
    <>
      <Tile info={info} className="size-6" />
      {isSource(id) ? (
        <span className="break-all text-sm">{info.title}</span>
      ) : (
        <button type="button" className="text-left font-medium text-sm hover:underline" onClick={() => setFocus(id)}>
          {info.title}
        </button>
      )}
      <span className="text-ink-3 text-xs">
        {info.domainTitle}
        {note}
      </span>
      {info.health && <HealthMark health={info.health as Health} />}
      {!isSource(id) && (
        <button type="button" className="text-accent-ink text-xs hover:underline" onClick={() => open(id)}>
          Open<span className="sr-only"> {info.title}</span>
        </button>
      )}
    </>
  )
}

export const ProductTree = ({ focus, edges, depth }: { focus: string; edges: readonly Edge[]; depth: number }) => {
  const side = (direction: Direction) => (
    <Tree
      start={focus}
      edges={edges}
      direction={direction}
      depth={depth}
      row={(id, how) => <ProductRow id={id} note={how === 'declared' ? ', only declared' : ''} />}
    />
  )
  return <Sides up={side('up')} down={side('down')} />
}

export const DomainTree = ({ mesh }: { mesh: Mesh }) => {
  const { setFocus, infos } = useHere()
  const flows = domainFlows(mesh)
  const names = (ids: readonly (readonly [string, number])[]) =>
    ids.length === 0 ? 'nothing' : ids.map(([id, n]) => `${infos(id).title} (${n})`).join(', ')
  return (
    <Card>
      <CardHead title={plural(mesh.domains.length, 'domain')} hint="flows between them in brackets" />
      <ul className="px-4 pb-3">
        {mesh.domains.map(({ name }) => (
          <li key={name} className="border-line border-t py-2.5 text-sm">
            <button type="button" className="font-medium hover:underline" onClick={() => setFocus(name)}>
              {infos(name).title}
            </button>
            <p className="text-ink-3 text-xs">
              reads from {names(flows.filter(({ to }) => to === name).map((flow) => [flow.from, flow.flows] as const))}{' '}
              · feeds {names(flows.filter(({ from }) => from === name).map((flow) => [flow.to, flow.flows] as const))}
            </p>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** Of one chosen column its whole way; else each column of the focus with its nearest neighbours. */
export const ColumnTree = ({
  focus,
  columns,
  edges,
}: {
  focus: string
  columns: readonly Known[]
  edges: readonly Edge[]
}) => {
  const { infos, chosen, pick } = useHere()
  const name = (id: ColumnId) => `${infos(ownerOfColumn(id)).title}.${nameOfColumn(id)}`
  if (chosen !== null) {
    const side = (direction: Direction) => (
      <Tree
        start={chosen}
        edges={edges}
        direction={direction}
        depth={20}
        row={(id, how) => (
          <>
            <button
              type="button"
              className="break-all text-left font-mono text-xs hover:underline"
              onClick={() => pick(id)}
            >
              {name(id)}
            </button>
            <span className="text-2xs text-ink-3">{how}</span>
          </>
        )}
      />
    )
    return <Sides up={side('up')} down={side('down')} />
  }
  const near = (ids: readonly Edge[], end: 'from' | 'to') =>
    ids.length === 0 ? 'nothing that is known' : ids.map((edge) => `${name(edge[end])} (${edge.how})`).join(', ')
  const tables = new Set(columns.map(({ id }) => tableOfColumn(id))).size > 1
  return (
    <Card>
      <CardHead
        title={plural(columns.length, 'column')}
        hint={`of ${infos(focus).title}; choose one to see its whole way`}
      />
      <ul className="px-4 pb-3">
        {columns.map(({ id, type }) => (
          <li key={id} className="border-line border-t py-2.5">
            <button type="button" className="font-mono text-sm hover:underline" onClick={() => pick(id)}>
              {tables && `${tableOfColumn(id)}.`}
              {nameOfColumn(id)}
            </button>{' '}
            <span className="font-mono text-2xs text-ink-3">{type}</span>
            <p className="break-words text-ink-3 text-xs">
              comes from{' '}
              {near(
                edges.filter(({ to }) => to === id),
                'from',
              )}{' '}
              · goes to{' '}
              {near(
                edges.filter(({ from }) => from === id),
                'to',
              )}
            </p>
          </li>
        ))}
      </ul>
    </Card>
  )
}
