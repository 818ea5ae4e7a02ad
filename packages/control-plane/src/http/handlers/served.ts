import {
  type AccessRecord,
  type Action,
  type Actor,
  combineFilters,
  combineMasks,
  type DataProduct,
  type Decision,
  MeshError,
  maskOf,
  type OutputPort,
  type Report,
  type Resource,
  type Snapshot,
  type TableVersion,
} from '@datamesh/core'
import type { FastifyReply } from 'fastify'
import { exactly, type ReadDecision } from '../../access/index.ts'
import { fromAddress } from '../../store/index.ts'
import type { HandlerDeps } from './deps.ts'

/** What rows and files have in common: deciding about a table as it is served, limits of the port, and writing down what was read. */
export const serving = ({ access, rateLimiter, identity }: HandlerDeps) => {
  const write = (
    actor: Actor,
    product: string,
    port: string,
    what: Pick<AccessRecord, 'allow' | 'because' | 'rows' | 'bytes' | 'table' | 'snapshot' | 'form'>,
    action: Action = 'data:read',
  ) => access.record({ at: identity.now(), actor: actor.id, action, product, port, ...what })

  const refuse = async (
    actor: Actor,
    { product = '', port = '' }: Resource,
    because: string,
    action: Action = 'data:read',
  ): Promise<never> => {
    await write(actor, product, port, { allow: false, because, rows: 0, bytes: 0 }, action)
    throw new MeshError('denied', { action, because })
  }

  return {
    refuse,
    /** `about`: which table of which snapshot, in which form, and why it was allowed. */
    count: (
      actor: Actor,
      product: string,
      port: string,
      rows: number,
      bytes: number,
      about: { because: string; table?: string; snapshot?: string; form?: string },
    ) => void write(actor, product, port, { allow: true, rows, bytes, ...about }),

    /** Uses up one request of the port's limit; the answer, also a refusal, tells what is left. @throws rate-limited */
    limited(
      actor: Actor,
      product: DataProduct,
      port: OutputPort | undefined,
      reply: Pick<FastifyReply, 'headers'>,
    ): Record<string, string> {
      if (port?.rateLimit === undefined) return {}
      const taken = rateLimiter.take(port.name, `${product.id}\n${port.name}\n${actor.id}`, port.rateLimit)
      if (taken.allowed) return taken.headers
      reply.headers(taken.headers)
      throw new MeshError('rate-limited', { port: port.name, retryAfterSeconds: taken.retryAfterSeconds })
    },

    /** What this very snapshot or the current release calls personal is personal. @throws denied */
    decideOn(
      actor: Actor,
      resource: Resource,
      port: string,
      table: TableVersion,
    ): ReadDecision | Promise<ReadDecision> {
      const exact: Resource = { ...exactly(resource, table), port }
      const judge = (decision: ReadDecision): ReadDecision | Promise<never> =>
        decision.allow ? decision : refuse(actor, exact, decision.because)
      const decision = access.decideFor(actor, 'data:read', exact)
      return decision instanceof Promise ? decision.then(judge) : judge(decision)
    },
  }
}

/**
 * About what is told of several tables in one, and of the product beside them: what is hidden in any is hidden in all, what is closed for one
 * is closed. Policies are told the table and its columns, and are silent where they are asked about the product alone.
 */
export const decideOnAll = async (
  access: Pick<HandlerDeps['access'], 'decideFor'>,
  actor: Actor,
  action: 'data:read' | 'data:sample',
  resource: Resource,
  tables: readonly TableVersion[],
): Promise<Decision> => {
  const whole = await access.decideFor(actor, action, resource)
  const decisions = [whole]
  for (const table of tables) decisions.push(await access.decideFor(actor, action, exactly(resource, table)))
  const filters = decisions.flatMap(({ rowFilter }) => (rowFilter === null ? [] : [{ sql: rowFilter, columns: [] }]))
  return {
    ...(decisions.find(({ allow }) => !allow) ?? whole),
    masks: combineMasks(...decisions.map(({ masks }) => masks)),
    rowFilter: combineFilters(filters)?.sql ?? null,
  }
}

/**
 * Rows that a report quotes are rows that were read: written down like a sample. @throws audit-behind
 */
export const quotesTold = (
  { access, identity }: Pick<HandlerDeps, 'access' | 'identity'>,
  actor: Actor,
  product: string,
  { allow, because }: Decision,
  form: string,
  report: Pick<Report, 'checks' | 'quarantined'> | null,
): void => {
  const told = [
    ...(report?.checks ?? []).map(({ samples }) => samples.length),
    ...(report?.quarantined ?? []).map(({ examples }) => examples.length),
  ].reduce((sum, each) => sum + each, 0)
  if (told === 0 || !allow) return
  if (access.audit.behind) throw new MeshError('audit-behind', { retryAfterSeconds: 5 })
  access.audit.read({
    ...{ at: identity.now(), kind: 'read', actor: actor.id, action: 'data:sample', subject: product, allow, because },
    ...{ from: fromAddress.getStore() ?? null, data: { form }, rows: told, bytes: 0 },
  })
}

export const idOf = (params: { domain: string; product: string }): string => `${params.domain}/${params.product}`

export const portFor = (product: DataProduct, ...kinds: OutputPort['kind'][]): OutputPort | undefined =>
  product.outputPorts.find((port) => kinds.includes(port.kind))

/** @throws not-found */
export const tableOf = (snapshot: Snapshot, name: string): TableVersion => {
  const table = snapshot.tables.find((each) => each.name === name)
  if (table) return table
  throw new MeshError('not-found', { what: `table ${name} of ${snapshot.product}` })
}

/** Nothing lies over this table: its files can be given out as they are. */
export const isWhole = ({ masks, rowFilter }: Decision, table: TableVersion): boolean =>
  rowFilter === null && !table.columns.some((column) => maskOf(masks, column.name) !== undefined)
