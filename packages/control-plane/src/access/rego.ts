import { appliesTo } from '@datamesh/core'
import type { Limits } from '@datamesh/rego'
import { type CatalogDeps, productEntry } from '../catalog/index.ts'
import type { Governance, ReadPolicy } from '../governance/index.ts'
import type { StoreLog } from '../store/index.ts'
import type { ReadAnswer, ReadInput, ReadPolicies } from './read_policies.ts'

/** Of one policy for one question: a reader waits for it, in the process that serves. */
const limits: Limits = { steps: 100_000, bytes: 8 * 1024 * 1024, depth: 200 }
const lookEveryMs = 5_000
/** NOTIFY channel of governance. */
const policyChannel = 'mesh_policy'

export type RegoDeps = {
  governance: Pick<Governance, 'readPolicies'>
  catalog: CatalogDeps
  store: { listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> }
  now: () => Date
  log: StoreLog
}

/**
 * Policies of the moment `read`, as governance hands them out compiled. Only those that are rolled out to `block`, with severity `block`, hold:
 * what is tried out in shadow takes nothing from anybody. What cannot be evaluated closes the read. Rule: docs/guide/access.md#policies
 */
export const openReadPolicies = async (deps: RegoDeps): Promise<ReadPolicies & AsyncDisposable> => {
  let known: readonly ReadPolicy[] = []
  let failed = false
  let generation = 0
  const look = async (): Promise<void> => {
    try {
      const all = await deps.governance.readPolicies()
      const mine = all.filter(({ mode, severity }) => mode === 'block' && severity === 'block')
      const moved = failed || mine.length !== known.length || mine.some((each, at) => each !== known[at])
      known = mine
      failed = false
      if (moved) generation += 1
    } catch (error) {
      // rules that hold and cannot be read are not rules that do not hold
      failed = true
      generation += 1
      deps.log({ level: 'error', message: 'policies of reading cannot be read', facts: { error: String(error) } })
    }
  }
  await look()
  const stop = await deps.store.listen(policyChannel, () => void look())
  const timer = setInterval(() => void look(), lookEveryMs)
  timer.unref()
  return {
    get generation() {
      return generation
    },
    get none() {
      return known.length === 0 && !failed
    },
    async evaluateRead(input) {
      if (failed) throw new Error('policies of reading cannot be read')
      const { product } = await productEntry(input.product, deps.catalog)
      const about = {
        product: product.id,
        domain: product.domain,
        alignment: product.alignment ?? null,
        classification: product.access.classification,
        tags: product.tags,
        status: product.status,
      }
      const answers = known
        .filter((policy) => appliesTo(policy, about))
        .map((policy) =>
          answerOf(
            policy,
            { ...input, tags: about.tags, alignment: about.alignment, status: about.status },
            deps.now(),
          ),
        )
      return {
        deny: answers.flatMap(({ deny }) => deny),
        masks: answers.flatMap(({ masks }) => masks),
        filters: answers.flatMap(({ filters }) => filters),
        routing: answers.flatMap(({ routing }) => routing),
      }
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await stop()
    },
  }
}

type Told = ReadInput & { tags: readonly string[]; alignment: string | null; status: string }

/** What one policy says. @throws for what cannot be evaluated or understood */
const answerOf = ({ id, title, package: name, policy, data }: ReadPolicy, input: Told, now: Date): ReadAnswer => {
  if (policy === null) throw new Error(`policy ${id} does not compile`)
  const under = name.replaceAll('.', '/')
  const there = new Set(policy.rules.map(({ path }) => path.replace(/^data\./, '').replaceAll('/', '.')))
  const ask = (rule: string): unknown =>
    there.has(`${name}.${rule}`)
      ? policy.evaluate({ entrypoint: `${under}/${rule}` }, { input, data, now, seed: id, limits }).value
      : undefined
  const source = id
  const because = (item: Record<string, unknown>) =>
    typeof item.msg === 'string' && item.msg !== '' ? item.msg : title
  return {
    deny: itemsOf(ask('deny'), 'deny').map((item) => ({
      source,
      because: typeof item === 'string' ? item : because(item),
    })),
    masks: itemsOf(ask('mask'), 'mask').map((item) => {
      if (typeof item === 'string' || typeof item.column !== 'string' || typeof item.mask !== 'string')
        throw new Error(`mask of ${id} is not {column, mask}`)
      return { source, because: because(item), column: item.column, mask: item.mask }
    }),
    filters: itemsOf(ask('filter'), 'filter').map((item) => {
      const condition = typeof item === 'string' ? item : item.condition
      if (typeof condition !== 'string') throw new Error(`filter of ${id} is not {condition}`)
      return { source, because: typeof item === 'string' ? title : because(item), condition }
    }),
    routing: itemsOf(ask('routing'), 'routing').map((item) => {
      if (typeof item !== 'string') throw new Error(`routing of ${id} is no text`)
      return { source, because: title, routing: item }
    }),
  }
}

/** Texts and objects of a set, a list or a single answer; a map of masks is column → mask. */
const itemsOf = (value: unknown, rule: string): (string | Record<string, unknown>)[] => {
  if (value === undefined || value === null || value === false) return []
  if (value === true && rule === 'deny') return [{}]
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item === 'string' || (typeof item === 'object' && item !== null))) return value
  } else if (typeof value === 'object') {
    if (rule === 'mask') return Object.entries(value).map(([column, mask]) => ({ column, mask }))
    return [value as Record<string, unknown>]
  }
  throw new Error(`${rule} answers with ${typeof value}`)
}
