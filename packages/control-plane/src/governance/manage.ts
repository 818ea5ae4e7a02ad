import { createHash } from 'node:crypto'
import {
  type Actor,
  globalScope,
  type Issue,
  MeshError,
  mayGovern,
  type PolicyDefinition,
  type PolicyMode,
  type ReplyOf,
  readPolicies,
} from '@datamesh/core'
import { sql, type Transaction } from 'kysely'
import { appendEvent, type Database, json } from '../store/index.ts'
import type { GovernanceDeps } from './deps.ts'
import { evaluableOf } from './evaluable.ts'
import type { RegoThread } from './evaluate/engine.ts'
import type { Mistake, TestOutcome } from './evaluate/wire.ts'
import { impactOf } from './impact.ts'
import { type KnownPolicy, tellPolicies } from './policies.ts'
import { forbiddenIn } from './rules.ts'
import { starterSet } from './starter.ts'

export type ManageDeps = GovernanceDeps & {
  /** For what people bring: it may be ended without anybody else waiting. */
  workshop: RegoThread
}

type Sent = { policy: PolicyDefinition; files: Record<string, string>; digest: string }
type Change = 'added' | 'changed' | 'unchanged'
type Applied = ReplyOf<'applyPolicies'>['policies']

const checkMs = 10_000
const mostPolicies = 200
/** Changes of policies take turns: two requests with one name would both find it free. */
const policyLock = 8_160_103

/** Of everything that a policy is made of; the mode is rolled out apart. */
const digestOf = (policy: PolicyDefinition, files: Readonly<Record<string, string>>): string => {
  const { mode: _mode, ...rest } = policy
  return createHash('sha256')
    .update(JSON.stringify([rest, Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))]))
    .digest('hex')
}

/** What the files say, compiled and tested. @throws policy-invalid with every mistake; denied */
export const readSent = async (
  files: Readonly<Record<string, string>>,
  actor: Actor,
  deps: ManageDeps,
  { strict = true } = {},
): Promise<Sent[]> => {
  const read = readPolicies(files)
  refuse(read.issues.filter((issue) => issue.severity === 'error'))
  if (read.policies.length === 0)
    refuse([
      {
        code: 'kind-unknown',
        severity: 'error',
        message: 'there is no document of kind: Policy',
        fix: 'write apiVersion: datamesh/v1 and kind: Policy',
      },
    ])
  if (read.policies.length > mostPolicies)
    refuse([
      {
        code: 'list-too-long',
        severity: 'error',
        message: `more than ${mostPolicies} policies at once`,
        fix: 'send fewer',
      },
    ])
  if (strict)
    for (const policy of read.policies) if (!mayGovern(actor, policy.domain ?? globalScope)) throw denied(policy.domain)
  const sent = read.policies.map((policy): Sent => {
    const own = Object.fromEntries((read.files[policy.id] ?? []).map((name) => [name, files[name] as string]))
    return { policy, files: own, digest: digestOf(policy, own) }
  })
  const all = await deps.policies.all()
  const issues: Issue[] = []
  for (const each of sent) {
    const { mistakes, packages, tests, rules } = await checked(each, deps)
    issues.push(
      ...mistakes.map(issueOf),
      ...tests.flatMap((test) => (test.passed ? [] : [failedTest(each.policy, test)])),
    )
    if (mistakes.length > 0) continue
    issues.push(...forbiddenIn(each.policy, packages, read.policies, all))
    if (!answers(each.policy, rules)) issues.push(noAnswer(each.policy))
  }
  refuse(issues)
  return sent
}

const checked = ({ policy, digest }: Sent, { workshop, now }: ManageDeps) =>
  policy.policyKind === 'passive' && policy.rego.length === 0
    ? { mistakes: [], packages: [], tests: [], rules: [] }
    : workshop.ask(
        { do: 'check', policy: evaluableOf(policy, digest), tests: policy.tests, now: now().toISOString() },
        checkMs,
      )

/** A misspelt rule would be a policy that nobody ever breaks. */
const answers = (policy: PolicyDefinition, rules: readonly string[]): boolean =>
  policy.policyKind === 'passive' ||
  policy.when.every((moment) => moment === 'read') ||
  (policy.policyKind === 'metric'
    ? rules.includes('value')
    : ['deny', 'warn', 'violation'].some((rule) => rules.includes(rule)))

const noAnswer = (policy: PolicyDefinition): Issue => ({
  code: 'policy-silent',
  severity: 'error',
  message: `package ${policy.package} has no rule ${policy.policyKind === 'metric' ? 'value' : 'deny, warn or violation'}`,
  at: { file: policy.rego[0]?.file ?? policy.file, line: 1, column: 1 },
  fix:
    policy.policyKind === 'metric'
      ? 'write value := <a number>'
      : 'write deny contains {"msg": …, "path": …, "fix": …} if { … }',
})

export const issueOf = (mistake: Mistake): Issue => ({
  code: mistake.code,
  severity: 'error',
  message: mistake.message,
  at: { file: mistake.file, line: mistake.line, column: mistake.column },
  ...(mistake.hint === null ? {} : { fix: mistake.hint }),
})

const failedTest = (policy: PolicyDefinition, { name, error }: TestOutcome): Issue => ({
  code: 'policy-test-failed',
  severity: 'error',
  message: `${name} does not hold${error === null ? '' : `: ${error}`}`,
  at: { file: policy.tests[0]?.file ?? policy.file, line: 1, column: 1 },
  fix: 'mend the rule or the test: datamesh policy test',
})

const refuse = (issues: readonly Issue[]): void => {
  if (issues.length === 0) return
  throw new MeshError('policy-invalid', { mistakes: issues.length, first: issues[0]?.message ?? '' }, { issues })
}

export const denied = (domain: string | null): MeshError =>
  new MeshError('denied', {
    action: 'policy:manage',
    because: domain === null ? 'global policies are governance’s' : `governance or the owner of ${domain} may`,
  })

/**
 * Registers what the files say: all of it or nothing. The mode of a policy that is there already changes only when its files name another
 * one than before: what was rolled out by hand stays. @throws policy-invalid, denied
 */
export const applyPolicies = async (
  { files, dryRun, reason }: { files: Readonly<Record<string, string>>; dryRun: boolean; reason?: string | undefined },
  actor: Actor,
  visible: (product: string) => boolean,
  deps: ManageDeps,
): Promise<Applied> => {
  const sent = await readSent(files, actor, deps)
  if (dryRun) {
    const all = await deps.policies.all()
    const applied: Applied = []
    for (const each of sent) {
      const before = all.find(({ id }) => id === each.policy.id)
      const change = changeOf(each, before)
      const impact = change === 'unchanged' ? null : await impactOf([asKnown(each, before)], visible, deps)
      applied.push({ id: each.policy.id, change, impact })
    }
    return applied
  }
  const applied = await deps.store.db.transaction().execute(async (tx) => {
    await lock(tx)
    const done: Applied = []
    for (const each of sent) {
      const change = await put(each, { actor: actor.id, reason: reason ?? null, starter: false }, deps.now(), tx)
      done.push({ id: each.policy.id, change, impact: null })
    }
    await tellPolicies(tx)
    return done
  })
  deps.policies.moved()
  return applied
}

const lock = (tx: Transaction<Database>) => sql`select pg_advisory_xact_lock(${sql.lit(policyLock)})`.execute(tx)

/** The policy as it would stand, to be tried out. */
export const asKnown = ({ policy, digest }: Sent, before: KnownPolicy | undefined): KnownPolicy => ({
  ...policy,
  writtenMode: policy.mode,
  evaluable: evaluableOf(policy, digest),
  row: before?.row ?? {
    id: policy.id,
    domain: policy.domain,
    digest,
    mode: policy.mode,
    version: 0,
    starter: false,
    created_at: new Date(0),
    updated_at: new Date(0),
    updated_by: '',
    removed_at: null,
  },
})

const changeOf = ({ digest, policy }: Sent, before: KnownPolicy | undefined): Change =>
  before === undefined
    ? 'added'
    : before.row.digest === digest && before.writtenMode === policy.mode
      ? 'unchanged'
      : 'changed'

type By = { actor: string; reason: string | null; starter: boolean }

const put = async ({ policy, files, digest }: Sent, by: By, now: Date, tx: Transaction<Database>): Promise<Change> => {
  if (policy.domain !== null) await insistOnDomain(policy, tx)
  const before = await tx.selectFrom('policy').selectAll().where('id', '=', policy.id).forUpdate().executeTakeFirst()
  const written = (before?.definition as PolicyDefinition | undefined)?.mode
  const removed = before !== undefined && before.removed_at !== null
  if (before !== undefined && !removed && before.digest === digest && written === policy.mode) return 'unchanged'
  const mode: PolicyMode = before === undefined || removed || written !== policy.mode ? policy.mode : before.mode
  const version = (before?.version ?? 0) + 1
  const row = {
    domain: policy.domain,
    definition: json(policy),
    files: json(files),
    digest,
    mode,
    version,
    starter: by.starter,
    updated_at: now,
    updated_by: by.actor,
    removed_at: null,
  }
  await tx
    .insertInto('policy')
    .values({ id: policy.id, created_at: now, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
  const what = before === undefined || removed ? 'added' : before.digest !== digest ? 'changed' : `switched to ${mode}`
  await remember({ policy: policy.id, version, what, digest, mode, files }, by, now, tx)
  return before === undefined || removed ? 'added' : 'changed'
}

const insistOnDomain = async (policy: PolicyDefinition, tx: Transaction<Database>): Promise<void> => {
  const name = policy.domain as string
  const domain = await tx.selectFrom('domain').select('name').where('name', '=', name).executeTakeFirst()
  if (!domain) throw new MeshError('domain-unknown', { domain: name, product: `policy ${policy.id}` })
}

type Step = {
  policy: string
  version: number
  what: string
  digest: string
  mode: PolicyMode
  files: Record<string, string>
}

/** History and event in the transaction of the change itself. */
const remember = async (step: Step, by: By, now: Date, tx: Transaction<Database>): Promise<void> => {
  const { files, ...told } = step
  await tx
    .insertInto('policy_change')
    .values({ ...told, files: json(files), at: now, actor: by.actor, reason: by.reason })
    .execute()
  await appendEvent(tx, {
    type: 'policy.changed',
    subject: `policy:${step.policy}`,
    actor: by.actor,
    at: now,
    data: { what: step.what, version: step.version, mode: step.mode, digest: step.digest, reason: by.reason },
  })
}

/** Rolls a policy out, or takes it back. @throws not-found, denied */
export const switchPolicy = async (
  id: string,
  { mode, reason }: { mode: PolicyMode; reason: string },
  actor: Actor,
  deps: GovernanceDeps,
): Promise<void> => {
  await deps.store.db.transaction().execute(async (tx) => {
    await lock(tx)
    const row = await standing(id, actor, tx)
    if (row.mode === mode) return
    const version = row.version + 1
    const now = deps.now()
    await tx
      .updateTable('policy')
      .set({ mode, version, updated_at: now, updated_by: actor.id })
      .where('id', '=', id)
      .execute()
    const step = {
      policy: id,
      version,
      what: `switched from ${row.mode} to ${mode}`,
      digest: row.digest,
      mode,
      files: row.files,
    }
    await remember(step, { actor: actor.id, reason, starter: row.starter }, now, tx)
    await tellPolicies(tx, id)
  })
  deps.policies.moved()
}

/** Takes a policy away; its history, and what it once said in events, stays. @throws not-found, denied */
export const removePolicy = async (id: string, reason: string, actor: Actor, deps: GovernanceDeps): Promise<void> => {
  await deps.store.db.transaction().execute(async (tx) => {
    await lock(tx)
    const row = await standing(id, actor, tx)
    const version = row.version + 1
    const now = deps.now()
    await tx
      .updateTable('policy')
      .set({ removed_at: now, version, updated_at: now, updated_by: actor.id })
      .where('id', '=', id)
      .execute()
    await tx.deleteFrom('policy_finding').where('policy', '=', id).execute()
    const step = { policy: id, version, what: 'removed', digest: row.digest, mode: row.mode, files: row.files }
    await remember(step, { actor: actor.id, reason, starter: row.starter }, now, tx)
    await tellPolicies(tx, id)
  })
  deps.policies.moved()
}

const standing = async (id: string, actor: Actor, tx: Transaction<Database>) => {
  const row = await tx
    .selectFrom('policy')
    .selectAll()
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw noPolicy(id)
  if (!mayGovern(actor, row.domain ?? globalScope)) throw denied(row.domain)
  return row
}

export const noPolicy = (id: string): MeshError => new MeshError('not-found', { what: `policy ${id}` })

const starterKey = 'governance.starter'

/** The starter set as this release delivers it. What somebody has changed or removed stays so. */
export const deliverStarterSet = async (deps: Pick<GovernanceDeps, 'store' | 'now' | 'policies'>): Promise<void> => {
  const set = starterSet().map(({ policy, files }): Sent => ({ policy, files, digest: digestOf(policy, files) }))
  const mark = createHash('sha256')
    .update(set.map(({ digest, policy }) => `${digest} ${policy.mode}`).join('\n'))
    .digest('hex')
  const { db } = deps.store
  const known = await db.selectFrom('setting').select('value').where('key', '=', starterKey).executeTakeFirst()
  if (known?.value === mark) return
  await db.transaction().execute(async (tx) => {
    await lock(tx)
    const now = deps.now()
    const rows = await tx.selectFrom('policy').select(['id', 'starter', 'removed_at', 'domain']).execute()
    for (const each of set) {
      const before = rows.find(({ id }) => id === each.policy.id)
      if (before !== undefined && (!before.starter || before.removed_at !== null)) continue
      await put(each, { actor: 'system', reason: 'delivered with Datamesh', starter: true }, now, tx)
    }
    await tx
      .insertInto('setting')
      .values({ key: starterKey, value: json(mark), updated_at: now })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: json(mark), updated_at: now }))
      .execute()
    await tellPolicies(tx)
  })
  deps.policies.moved()
}
