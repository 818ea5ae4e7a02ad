import type { PolicyDefinition } from '@datamesh/core'
import { type Kysely, sql } from 'kysely'
import type { Database, Row, Store } from '../store/index.ts'
import { evaluableOf } from './evaluable.ts'
import type { Evaluable } from './evaluate/judge.ts'

/** NOTIFY channel: a policy, a waiver or a pushed result moved; the payload names the policy. */
export const policyChannel = 'mesh_policy'

export const tellPolicies = (tx: Kysely<Database>, policy = ''): Promise<unknown> =>
  sql`select pg_notify(${policyChannel}, ${policy})`.execute(tx)

/** A policy as it stands: what its files say, and how far it is rolled out, which the files do not know. */
export type KnownPolicy = Omit<PolicyDefinition, 'mode'> & {
  mode: PolicyDefinition['mode']
  /** What the files say of it. */
  writtenMode: PolicyDefinition['mode']
  evaluable: Evaluable
  row: Omit<Row<'policy'>, 'definition' | 'files'>
}

const columns = [
  'id',
  'domain',
  'definition',
  'digest',
  'mode',
  'version',
  'starter',
  'created_at',
  'updated_at',
  'updated_by',
  'removed_at',
] as const

export const knownPolicy = ({ definition, ...row }: Omit<Row<'policy'>, 'files'>): KnownPolicy => {
  const policy = definition as PolicyDefinition
  return { ...policy, mode: row.mode, writtenMode: policy.mode, evaluable: evaluableOf(policy, row.digest), row }
}

/** Every policy that is not removed, in memory: each apply, publish and page asks for them. Read again when one moves, here or elsewhere. */
export class PolicySet {
  readonly #store: Pick<Store, 'db'>
  #known: Promise<readonly KnownPolicy[]> | null = null

  constructor(store: Pick<Store, 'db'>) {
    this.#store = store
  }

  /** Hears of what other processes change. Resolves to "stop". */
  listen(store: Pick<Store, 'listen'>, heard: (policy: string) => void): Promise<() => Promise<void>> {
    return store.listen(policyChannel, (policy) => {
      this.moved()
      heard(policy)
    })
  }

  moved(): void {
    this.#known = null
  }

  async all(): Promise<readonly KnownPolicy[]> {
    for (;;) {
      this.#known ??= loadPolicies(this.#store.db)
      const mine = this.#known
      try {
        const policies = await mine
        // moved while it was read: what was read may be of before
        if (this.#known === mine) return policies
      } catch (error) {
        if (this.#known === mine) this.#known = null
        throw error
      }
    }
  }

  async find(id: string): Promise<KnownPolicy | undefined> {
    return (await this.all()).find((each) => each.id === id)
  }
}

const loadPolicies = async (db: Kysely<Database>): Promise<KnownPolicy[]> => {
  const rows = await db
    .selectFrom('policy')
    .select(columns)
    .where('removed_at', 'is', null)
    .orderBy(sql`domain is not null`)
    .orderBy('id')
    .execute()
  return rows.map(knownPolicy)
}
