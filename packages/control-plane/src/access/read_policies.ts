import {
  type Actor,
  FilterMistake,
  type Mask,
  maskFrom,
  type ReadVerdict,
  type Resource,
  type Routing,
  readFilter,
  routings,
} from '@datamesh/core'

/** What a policy of reading is told. `table` and `port` are null where the question is about the product as a whole. */
export type ReadInput = {
  actor: { id: string; kind: Actor['kind']; roles: Actor['roles']; teams: readonly string[] }
  action: 'read' | 'sample' | 'request'
  product: string
  domain: string
  owner: string | null
  classification: string | null
  pii_columns: readonly string[]
  columns: readonly string[] | null
  table: string | null
  port: string | null
  purpose: string | null
}

/** What policies answer, as they say it: nothing of it is believed before it was read. */
export type ReadAnswer = {
  deny: readonly { source: string; because: string }[]
  masks: readonly { source: string; because: string; column: string; mask: string }[]
  filters: readonly { source: string; because: string; condition: string }[]
  routing: readonly { source: string; because: string; routing: string }[]
}

/** Policies of the moment `read`, wherever they are evaluated. Throwing closes the read. */
export type ReadPolicies = {
  /** Moves whenever an answer may have changed. */
  readonly generation: number
  /** No policy: nothing has to be asked. */
  readonly none: boolean
  evaluateRead(input: ReadInput): ReadAnswer | Promise<ReadAnswer>
}

export const noReadPolicies: ReadPolicies = {
  generation: 0,
  none: true,
  evaluateRead: () => ({ deny: [], masks: [], filters: [], routing: [] }),
}

export const readInput = (
  actor: Actor,
  action: ReadInput['action'],
  resource: Resource,
  purpose: string | undefined,
): ReadInput => ({
  actor: { id: actor.id, kind: actor.kind, roles: actor.roles, teams: actor.teams ?? [] },
  action,
  product: resource.product ?? '',
  domain: resource.domain ?? '',
  owner: resource.owner ?? null,
  classification: resource.classification ?? null,
  pii_columns: resource.piiColumns ?? [],
  columns: resource.columns ?? null,
  table: resource.table ?? null,
  port: resource.port ?? null,
  purpose: purpose ?? null,
})

/** A mask or a filter that cannot be understood closes the read: its author wanted something hidden. */
export const verdictFrom = (answer: ReadAnswer): ReadVerdict => {
  const deny = [...answer.deny]
  const masks: { source: string; because: string; mask: Mask }[] = []
  const filters: ReadVerdict['filters'][number][] = []
  for (const { source, because, column, mask: written } of answer.masks) {
    const mask = column === '' ? null : maskFrom(column, written)
    if (mask === null)
      deny.push({ source, because: `policy ${source} masks ${column} by ${written}, which is no mask` })
    else masks.push({ source, because, mask })
  }
  for (const { source, because, condition } of answer.filters) {
    try {
      filters.push({ source, because, filter: readFilter(condition) })
    } catch (error) {
      if (!(error instanceof FilterMistake)) throw error
      deny.push({ source, because: `policy ${source} has a row filter that cannot be read: ${error.message}` })
    }
  }
  return { deny, masks, filters }
}

/** Asks, and takes whatever goes wrong for a no. */
export const askedOf = async (policies: ReadPolicies, input: ReadInput): Promise<ReadVerdict> => {
  try {
    return verdictFrom(await policies.evaluateRead(input))
  } catch {
    return { ...closedBy, deny: [{ source: 'policies', because: 'a policy of reading could not be evaluated' }] }
  }
}

const closedBy: ReadVerdict = { deny: [], masks: [], filters: [] }

/** What policies say about who decides; one that fails, or says what is none, asks for everybody. */
export const routingsOf = async (policies: ReadPolicies, input: ReadInput): Promise<Routing[]> => {
  if (policies.none) return []
  try {
    const { routing } = await policies.evaluateRead(input)
    return routing.map((each) => routings.find((known) => known === each.routing) ?? 'owner-and-steward')
  } catch {
    return ['owner-and-steward']
  }
}
