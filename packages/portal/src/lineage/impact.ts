import {
  type ColumnId,
  type Edge,
  type How,
  type Info,
  type Infos,
  isSource,
  nameOfColumn,
  ownerOfColumn,
} from './model.ts'
import { reach } from './trace.ts'

export type Contact = { role: string; name: string }
export type Hit = {
  info: Info
  /** Steps away, 1 = reads it itself. */
  steps: number
  columns: readonly { id: ColumnId; name: string; how: How }[]
  contacts: readonly Contact[]
}
export type Impact = { what: string; hits: readonly Hit[] }
export type Contacts = (domain: string) => readonly Contact[]

/** What breaks if a product goes: everything downstream of it, nearest first. */
export const productImpact = (product: string, edges: readonly Edge[], infos: Infos, contacts: Contacts): Impact => ({
  what: infos(product).title,
  hits: sorted(
    [...reach(product, edges, 'down')]
      .filter(([id]) => !isSource(id))
      .map(([id, steps]) => hit(infos(id), steps, [], contacts)),
  ),
})

/**
 * What breaks if a column goes. Filters and joins count: a query that joins by a missing column fails as surely as one that
 * copies it. `how` is that of the way that leads there, indirect as soon as one step of it is.
 */
export const columnImpact = (column: ColumnId, edges: readonly Edge[], infos: Infos, contacts: Contacts): Impact => {
  const down = reach(column, edges, 'down')
  const by = valueReach(column, edges)
  const own = ownerOfColumn(column)
  const byProduct = Map.groupBy(
    [...down.keys()].filter((id) => ownerOfColumn(id) !== own),
    ownerOfColumn,
  )
  const productEdges = edges.map((edge) => ({ ...edge, from: ownerOfColumn(edge.from), to: ownerOfColumn(edge.to) }))
  const steps = reach(
    own,
    productEdges.filter(({ from, to }) => from !== to),
    'down',
  )
  return {
    what: `${infos(own).title}.${nameOfColumn(column)}`,
    hits: sorted(
      [...byProduct].map(([id, ids]) =>
        hit(
          infos(id),
          steps.get(id) ?? 1,
          ids.map((each) => ({ id: each, name: nameOfColumn(each), how: by.get(each) ?? ('indirect' as const) })),
          contacts,
        ),
      ),
    ),
  }
}

/** Columns whose values come from a column, with how near to a copy they are. */
const valueReach = (column: ColumnId, edges: readonly Edge[]): Map<ColumnId, How> => {
  const direct = reach(
    column,
    edges.filter(({ how }) => how === 'direct'),
    'down',
  )
  const derived = reach(
    column,
    edges.filter(({ how }) => how !== 'indirect'),
    'down',
  )
  return new Map([
    ...[...derived.keys()].map((id): [string, How] => [id, 'derived']),
    ...[...direct.keys()].map((id): [string, How] => [id, 'direct']),
  ])
}

const hit = (info: Info, steps: number, columns: Hit['columns'], contacts: Contacts): Hit => ({
  info,
  steps,
  columns,
  contacts: info.domain === null ? [] : contacts(info.domain),
})
const sorted = (hits: Hit[]): Hit[] => hits.sort((a, b) => a.steps - b.steps || (a.info.title < b.info.title ? -1 : 1))

/** To be sent to the people who have to know. */
export const impactText = ({ what, hits }: Impact): string =>
  [
    `What breaks if ${what} goes: ${hits.length === 0 ? 'nothing that the mesh knows of.' : `${hits.length} product${hits.length === 1 ? '' : 's'}.`}`,
    ...hits.map(({ info, steps, columns, contacts }) =>
      [
        `- ${info.title} (${info.id}), ${steps === 1 ? 'reads it itself' : `${steps} steps away`}`,
        `owner ${info.owner ?? 'unknown'}`,
        `health ${info.health ?? 'unknown'}`,
        ...(columns.length > 0 ? [`columns ${columns.map(({ name, how }) => `${name} (${how})`).join(', ')}`] : []),
        ...(contacts.length > 0 ? [contacts.map(({ role, name }) => `${role} ${name}`).join(', ')] : []),
      ].join('; '),
    ),
  ].join('\n')
