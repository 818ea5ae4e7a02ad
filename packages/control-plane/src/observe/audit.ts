import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { type Action, type Actor, type AuditHead, headOf, MeshError, type Resource } from '@datamesh/core'
import type { Access } from '../access/index.ts'
import { AuditLog, auditHead, retainAudit, type Store, type StoreLog, verifyAudit } from '../store/index.ts'

export type Audit = AsyncDisposable & {
  /** Refusals one by one, reads by the second. */
  readonly log: AuditLog
  /** What was let in and is no data: by the minute. */
  readonly looks: AuditLog
  /** Follows the whole chain, and asks whether every head that this server has noted is still in it. */
  verify(heads?: readonly AuditHead[]): ReturnType<typeof verifyAudit>
  /** Lets entries go that are older than the retention. @returns how many */
  retain(): Promise<number>
}

const noteEveryMs = 60_000
const retainEveryMs = 3_600_000

/**
 * The audit log of this server. The head is noted every minute in which it moved, in a file and in the log of the platform: the chain cannot
 * tell by itself that its end was cut, a head that stands elsewhere can.
 */
export const openAudit = async ({
  store,
  now,
  log,
  file,
  keepDays = 0,
  started,
}: {
  store: Pick<Store, 'db'>
  now: () => Date
  log: StoreLog
  /** Where heads are noted; absent: nowhere. */
  file?: string
  /** 0: every entry is kept. */
  keepDays?: number
  /** What the entry of the start tells: version and settings, secrets hidden. */
  started?: Record<string, unknown>
}): Promise<Audit> => {
  let head: AuditHead | undefined
  let noted = 0
  const told = (end: AuditHead) => {
    head = end
  }
  const note = () => {
    if (head === undefined || head.seq === noted) return
    noted = head.seq
    log({ level: 'info', message: 'audit head', facts: { ...head } })
    if (file !== undefined) appendFileSync(file, `${now().toISOString()} ${headOf(head)}\n`, { mode: 0o600 })
  }
  const retain = async () => {
    if (keepDays === 0) return 0
    return retainAudit(store.db, new Date(now().getTime() - keepDays * 86_400_000), now())
  }
  const failed = (message: string) => (error: unknown) =>
    log({ level: 'error', message, facts: { error: String(error) } })
  const entries = new AuditLog(store, { now, told })
  const looks = new AuditLog(store, { now, told, everyMs: 60_000, mostBehindMs: Number.POSITIVE_INFINITY })
  if (started !== undefined)
    await entries.write({
      at: now(),
      kind: 'change',
      actor: 'system',
      action: 'platform.started',
      subject: 'platform',
      allow: null,
      because: '',
      from: null,
      data: started,
    })
  const noting = setInterval(() => {
    // events write entries of their own: ask where the log ends
    auditHead(store.db)
      .then((end) => end.seq > 0 && told(end))
      .then(note)
      .catch(failed('audit head not noted'))
  }, noteEveryMs)
  const retaining = setInterval(() => void retain().catch(failed('audit retention')), retainEveryMs)
  for (const timer of [noting, retaining]) timer.unref()
  await retain().catch(failed('audit retention'))
  return {
    log: entries,
    looks,
    retain,
    verify: (heads = []) => verifyAudit(store.db, [...notedIn(file), ...heads]),
    async [Symbol.asyncDispose]() {
      clearInterval(noting)
      clearInterval(retaining)
      await looks[Symbol.asyncDispose]()
      await entries[Symbol.asyncDispose]()
      note()
    },
  }
}

/** The newest of many: a cut end is behind every head that was noted before it. Older ones show a log that was written anew. */
const mostNoted = 10_000

const notedIn = (file: string | undefined): AuditHead[] => {
  if (file === undefined || !existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(-mostNoted)
    .flatMap((line) => {
      const [, seq, hash] = /^\S+ (\d+):([0-9a-f]{64})$/.exec(line) ?? []
      return seq === undefined || hash === undefined ? [] : [{ seq: Number(seq), hash }]
    })
}

type Asked = { actor: Actor | null; route: string; action: Action; resource: Resource; from: string | null }

/** What the guard of the routes tells the audit log. */
export const auditDoors = ({ log, looks }: Pick<Audit, 'log' | 'looks'>, access: Access, now: () => Date) => ({
  refused({ actor, route, action, resource, from }: Asked, because: string): void | Promise<void> {
    const { product, domain, table, port = '' } = resource
    const at = now()
    if (actor !== null && product !== undefined && action.startsWith('data:'))
      return access.record({
        ...{ at, actor: actor.id, action, product, port, allow: false, because, rows: 0, bytes: 0, from },
        ...(table === undefined ? {} : { table }),
      })
    return log.write({
      at,
      kind: actor === null ? 'sign-in' : 'decision',
      actor: actor?.id ?? 'anonymous',
      action,
      subject: product ?? domain ?? 'platform',
      allow: false,
      because,
      from,
      data: { route },
    })
  },
  allowed({ actor, route, action, resource, from }: Asked, because: string): void {
    // its handler knows the table, the snapshot and how much it was
    if (action === 'data:read' || actor === null) return
    const sample = action === 'data:sample'
    if (!sample && looks.behind) return
    ;(sample ? log : looks).read({
      at: now(),
      kind: sample ? 'read' : 'decision',
      actor: actor.id,
      action,
      subject: resource.product ?? resource.domain ?? 'platform',
      allow: true,
      because,
      from,
      data: { route, table: resource.table },
      rows: 0,
      bytes: 0,
    })
  },
  mayRead(): void {
    if (log.behind) throw new MeshError('audit-behind', { retryAfterSeconds: 5 })
  },
})
