/** Where in a user's file something stands. `line` and `column` count from 1. */
export type Position = { file: string; line: number; column: number }

/** One thing that is wrong, with what to write instead. `path` is the place in the document, e.g. `spec.sla.freshness`. */
export type Issue = {
  code: string
  message: string
  severity: 'error' | 'warning'
  at?: Position
  path?: string
  fix?: string
}

/**
 * Protocol-free kind of an error: HTTP maps it to a status, the CLI to an exit code, the SDK to retry or not.
 * `invalid` the input is wrong · `denied` no right · `missing` not there (or not for you) · `conflict` someone was faster ·
 * `limited` too much · `failed` the platform could not.
 */
export type ErrorKind = 'invalid' | 'unauthenticated' | 'denied' | 'missing' | 'conflict' | 'limited' | 'failed'

type Telling = { kind: ErrorKind; title: string; hint: string }

const tell = (kind: ErrorKind, title: string, hint: string): Telling => ({ kind, title, hint })

/** Why a key cannot be had that nothing brings back. */
export const destroyedKey = 'it was destroyed'

/**
 * Every error of the platform: code → what is said about it. A fact that the sentence names is a parameter.
 * Keep the groups in the order of the planes, one line per code.
 */
export const errorTable = {
  // input
  'manifest-invalid': (e: { file: string; errors: number }) =>
    tell(
      'invalid',
      `${e.file} has ${e.errors} mistake${e.errors === 1 ? '' : 's'}`,
      'mend them and run: datamesh validate',
    ),
  'request-invalid': (e: { what: string }) => tell('invalid', e.what, 'see /openapi.json for what this route takes'),
  'file-not-found': (e: { file: string }) =>
    tell('invalid', `there is no file ${e.file}`, 'check the path; it is read relative to the manifest'),
  'model-cycle': (e: { path: readonly string[] }) =>
    tell(
      'invalid',
      `the models depend on each other in a circle: ${e.path.join(' → ')}`,
      'take one ref out of the circle',
    ),
  'model-invalid': (e: { file: string; why: string }) =>
    tell('invalid', `${e.file}: ${e.why}`, 'mend the model and run: datamesh validate'),
  'template-failed': (e: { file: string; line: number; column: number; why: string }) =>
    tell('invalid', `${e.file}:${e.line}:${e.column} ${e.why}`, 'mend the template and run: datamesh validate'),
  'template-invalid': (e: { file: string; line: number; column: number; why: string }) =>
    tell('invalid', `${e.file}:${e.line}:${e.column} ${e.why}`, 'mend the template and run: datamesh validate'),
  'already-there': (e: { what: string }) =>
    tell('conflict', `${e.what} is there already`, 'choose another name, or remove it first'),
  'bundle-too-large': (e: { folder: string; limitMb: number }) =>
    tell(
      'invalid',
      `the text files of ${e.folder} are more than ${e.limitMb} MB`,
      'keep data out of the product: put it into data/ or landing/',
    ),
  'sample-unreadable': (e: { file: string; why: string }) =>
    tell(
      'invalid',
      `${e.file} cannot be read: ${e.why}`,
      'bring a CSV file with a header line, a JSON or NDJSON file of objects, or a Parquet file',
    ),
  // identity and access
  'access-decided': (e: { request: string; state: string; decision: string }) =>
    tell(
      'conflict',
      `request ${e.request} is ${e.state}: there is nothing to ${e.decision}`,
      'datamesh access list shows how your requests stand',
    ),
  'access-not-needed': (e: { product: string; because: string }) =>
    tell('conflict', `you can read ${e.product} already: ${e.because}`, `datamesh read ${e.product}`),
  unauthenticated: (e: { why: string }) =>
    tell('unauthenticated', e.why, 'run: datamesh login, or send Authorization: Bearer <token>'),
  denied: (e: { action: string; because: string }) =>
    tell('denied', `${e.action} is not allowed: ${e.because}`, 'ask the owner of the product for access'),
  'issuer-unreachable': (e: { issuer: string; why: string }) =>
    tell(
      'failed',
      `the issuer ${e.issuer} cannot be asked: ${e.why}`,
      'check auth.issuer in config.yaml and the network between here and there; keys and one-time codes work meanwhile',
    ),
  'not-found': (e: { what: string; like?: string }) =>
    tell(
      'missing',
      `there is no ${e.what}, or it is not visible to you`,
      e.like === undefined ? 'look with: datamesh search' : `did you mean ${e.like}?`,
    ),
  'query-failed': (e: { why: string }) =>
    tell('invalid', e.why, 'mend the query; the tree beside the editor shows what there is'),
  'query-limit': (e: { why: string }) =>
    tell('limited', `the query was ended: ${e.why}`, 'filter earlier, read fewer columns, or group before you join'),
  'query-refused': (e: { why: string; line?: number; column?: number }) =>
    tell('denied', `the query is refused: ${e.why}`, 'write one SELECT over the tables of the tree beside the editor'),
  'rate-limited': (e: { port: string; retryAfterSeconds: number }) =>
    tell('limited', `the rate limit of ${e.port} is used up`, `try again in ${e.retryAfterSeconds} s`),
  'host-refused': (e: { host: string }) =>
    tell('denied', `requests for host ${e.host} are not answered here`, 'use the address that datamesh up has printed'),
  'audit-behind': (e: { retryAfterSeconds: number }) =>
    tell(
      'failed',
      'the audit log cannot be written, so no data is given out',
      `try again in ${e.retryAfterSeconds} s; look at readyz if it stays`,
    ),
  'audit-unreadable': (e: { file: string; why: string }) =>
    tell('invalid', `${e.file} is no export of the audit log: ${e.why}`, 'make one with: datamesh audit export'),
  'key-missing': (e: { key: string; why: string }) =>
    tell(
      'failed',
      `the data is encrypted and its key ${e.key} cannot be had: ${e.why}`,
      e.why === destroyedKey
        ? 'that cannot be taken back: publish with --full-refresh to begin anew under a new key'
        : 'nothing is lost: bring the master key back (docs/guide/encryption.md) and try again',
    ),
  'key-file-unsafe': (e: { file: string; why: string }) =>
    tell(
      'failed',
      `the key file ${e.file} is not used: ${e.why}`,
      `chmod 600 ${e.file}, owned by the user of the platform; if it is damaged, put the copy of it back`,
    ),
  'media-type': (e: { type: string }) =>
    tell('invalid', `a body of type ${e.type} is not understood`, 'send JSON with Content-Type: application/json'),
  'not-acceptable': (e: { have: string }) =>
    tell('invalid', `Accept names nothing we have; we have ${e.have}`, 'send Accept: */* or one of these'),
  'request-too-large': (e: { limitBytes: number }) =>
    tell(
      'invalid',
      `the request is larger than ${e.limitBytes} bytes`,
      'send less at once; data files do not belong in a bundle',
    ),
  // state
  'backup-damaged': (e: { file: string; why: string }) =>
    tell('invalid', `${e.file} is not a whole backup: ${e.why}`, 'take another backup file; nothing was restored'),
  'restore-not-empty': (e: { table: string }) =>
    tell(
      'conflict',
      `the state to restore into is not empty: ${e.table} has rows`,
      'restore into a new folder or database',
    ),
  'state-busy': (e: { seconds: number }) =>
    tell(
      'failed',
      `the state was not free for ${e.seconds} s: another transaction holds it`,
      'inside a transaction use its own handle, and never wait for the network in one',
    ),
  'state-closed': (_: Record<never, never>) => tell('failed', 'the state is closed', 'start the platform again'),
  'state-deadline': (e: { seconds: number }) =>
    tell('failed', `a statement took longer than ${e.seconds} s and was ended`, 'page by key, or ask for less'),
  'state-failed': (e: { why: string }) =>
    tell('failed', `the state does not work any more: ${e.why}`, 'free disk space, then start the platform again'),
  'state-locked': (e: { dir: string; pid: number | null }) =>
    tell(
      'conflict',
      `the state in ${e.dir} is in use by ${e.pid === null ? 'another process' : `process ${e.pid}`}; two at once would destroy it`,
      e.pid === null
        ? 'end the other one first, or choose another --home'
        : `end process ${e.pid} first, or choose another --home`,
    ),
  'state-migration-changed': (e: { migration: string }) =>
    tell(
      'failed',
      `migration ${e.migration} is not the one that made this state`,
      'use the release of Datamesh that made it, or restore a backup',
    ),
  'state-newer': (e: { state: number; program: number }) =>
    tell(
      'failed',
      `the state is at migration ${e.state}, this program knows ${e.program}`,
      'update Datamesh; going back is only possible by restoring a backup',
    ),
  'state-not-durable': (e: { dir: string }) =>
    tell(
      'failed',
      `a commit in ${e.dir} did not reach the disk, so nothing stored would be safe`,
      'install the exact version of @electric-sql/pglite from the lock file',
    ),
  'state-not-opened': (e: { where: string; why: string }) =>
    tell(
      'failed',
      `the state in ${e.where} does not open: ${e.why}`,
      'datamesh doctor, or restore a backup into a new folder',
    ),
  'state-restarted': (_: Record<never, never>) =>
    tell('failed', 'the database was restarted while this was waiting', 'read what is stored, then try again'),
  'state-too-old': (e: { server: string; version: string }) =>
    tell('failed', `the Postgres server ${e.server} is version ${e.version}`, 'use version 15 or newer'),
  'state-unreachable': (e: { server: string; why: string }) =>
    tell(
      'failed',
      `the Postgres server ${e.server} cannot be used: ${e.why}`,
      'check address, user and password of --db',
    ),
  'state-url-invalid': (e: { why: string }) =>
    tell(
      'invalid',
      `this is no place for the state: ${e.why}`,
      'write pglite:<folder>, memory: or postgres://user@host/database',
    ),
  // build
  'build-cancelled': (e: { run: string }) =>
    tell('conflict', `run ${e.run} was cancelled; nothing was published`, 'datamesh publish, to start again'),
  'build-timeout': (e: { product: string; seconds: number }) =>
    tell(
      'limited',
      `${e.product} did not finish within ${e.seconds} s; nothing was published`,
      'make the models cheaper, or raise transforms.timeout',
    ),
  'disk-nearly-full': (e: { product: string; freeMb: number; leastMb: number }) =>
    tell(
      'limited',
      `building ${e.product} would fill the disk: ${e.freeMb} MB are free, ${e.leastMb} MB must stay so; nothing was published`,
      'free disk space, or make the models write less',
    ),
  'input-unreadable': (e: { port: string; why: string }) =>
    tell(
      'invalid',
      `input port ${e.port} cannot be read: ${e.why}`,
      'mend the source, or set bad_rows: quarantine on the port',
    ),
  'merge-keys-repeated': (e: { table: string; key: string; examples: readonly string[] }) =>
    tell(
      'invalid',
      `the rows to merge into ${e.table} repeat the key ${e.key}: ${e.examples.join('; ')}`,
      'keep one row per key, for instance by: qualify row_number() over (partition by <key> order by <time> desc) = 1',
    ),
  'model-failed': (e: { model: string; why: string }) =>
    tell('invalid', `${e.model}: ${e.why}`, 'mend the model and run: datamesh build'),
  'model-out-of-memory': (e: { model: string; memoryMb: number }) =>
    tell(
      'limited',
      `${e.model} needs more than its ${e.memoryMb} MB`,
      'raise transforms.memory, or make the model smaller',
    ),
  'model-refused': (e: { model: string; why: string }) =>
    tell('denied', `${e.model} is refused: ${e.why}`, 'a model is one SELECT over input ports, seeds and other models'),
  'quality-failed': (e: { product: string; failures: readonly string[] }) =>
    tell(
      'invalid',
      `${e.product} broke ${e.failures.length} of its own quality rules; nothing was published`,
      `datamesh runs, and look at the failing rows of ${e.failures[0] ?? 'the report'}`,
    ),
  'schema-mismatch': (e: { product: string; differences: readonly string[] }) =>
    tell(
      'invalid',
      `${e.product} does not build what its schema promises: ${e.differences.join('; ')}`,
      'change the model or spec.schema so that both say the same',
    ),
  'worker-died': (e: { run: string; why: string }) =>
    tell(
      'failed',
      `the process of run ${e.run} ended: ${e.why}`,
      'nothing was published; raise transforms.memory if it ran out of memory, then publish again',
    ),
  // catalogue and runs
  'base-moved': (e: {
    product: string
    expected: string | null
    winner: string | null
    run: string | null
    by: string | null
    at: string | null
  }) =>
    e.winner === null && e.run !== null
      ? tell(
          'conflict',
          `run ${e.run}${e.by === null ? '' : ` of ${e.by}`} is publishing ${e.product} from the same snapshot already; nothing was published`,
          `follow it: datamesh runs --follow ${e.run}, then publish again`,
        )
      : tell(
          'conflict',
          `${e.product} moved on to ${e.winner ?? 'nothing'}${e.run === null ? '' : ` by run ${e.run}`}${e.by === null ? '' : ` of ${e.by}`}; nothing was published`,
          'look at the new snapshot, then publish again',
        ),
  'domain-unknown': (e: { domain: string; product: string }) =>
    tell(
      'invalid',
      `${e.product} belongs to the domain ${e.domain}, which is not registered`,
      'apply the domain first: datamesh apply <domain.yaml>',
    ),
  'input-denied': (e: { product: string; port: string; upstream: string; because: string }) =>
    tell(
      'denied',
      `input port ${e.port} of ${e.product} may not read ${e.upstream}: ${e.because}`,
      `ask for it on behalf of the team: datamesh access request ${e.upstream} --purpose <text> --for <team>`,
    ),
  'input-not-published': (e: { product: string; port: string; upstream: string }) =>
    tell(
      'conflict',
      `input port ${e.port} of ${e.product} reads ${e.upstream}, which has published nothing yet`,
      `datamesh publish ${e.upstream}`,
    ),
  'plan-refused': (e: { product: string; why: string }) =>
    tell('invalid', `${e.product} cannot be applied: ${e.why}`, 'datamesh plan shows every change and what it needs'),
  'product-cycle': (e: { product: string; circle: string }) =>
    tell('invalid', `${e.product} would read itself: ${e.circle}`, 'remove one of the input ports'),
  'policy-invalid': (e: { mistakes: number; first: string }) =>
    tell(
      'invalid',
      `the policy has ${e.mistakes} mistake${e.mistakes === 1 ? '' : 's'}: ${e.first}`,
      'mend it and try: datamesh policy test',
    ),
  'policy-blocked': (e: { product: string; policies: readonly string[] }) =>
    tell(
      'invalid',
      `${e.product} breaks ${e.policies.length === 1 ? `policy ${e.policies[0]}` : `${e.policies.length} policies`}; nothing was changed`,
      `mend what is told, or ask governance for a waiver: datamesh policy eval ${e.product}`,
    ),
  'provision-failed': (e: { product: string; port: string; why: string }) =>
    tell(
      'failed',
      `port ${e.port} of ${e.product} could not be provisioned: ${e.why}; nothing was registered`,
      'mend the cause, then apply again',
    ),
  'release-moved': (e: { product: string; planned: string | null }) =>
    tell(
      'conflict',
      `${e.product} got another release while this one was applied over ${e.planned ?? 'nothing'}`,
      'plan again, then apply',
    ),
  'run-finished': (e: { run: string; state: string }) =>
    tell('conflict', `run ${e.run} is over: ${e.state}`, 'datamesh runs'),
  'run-lost': (e: { run: string }) =>
    tell(
      'conflict',
      `run ${e.run} was taken over by another worker; this one committed nothing`,
      'datamesh runs, to follow the one that goes on',
    ),
  // platform
  'already-running': (e: { home: string; url: string; pid: number | null }) =>
    tell(
      'conflict',
      `a platform runs on ${e.home} already: ${e.url}${e.pid === null ? '' : ` (process ${e.pid})`}`,
      `use it: every datamesh command in this folder talks to it; or end ${e.pid === null ? 'it' : `process ${e.pid}`}, or start with another --home`,
    ),
  'config-invalid': (e: { key: string; source: string; why: string }) =>
    tell('invalid', `the setting ${e.key} from ${e.source} is wrong: ${e.why}`, 'datamesh config shows every setting'),
  'home-not-writable': (e: { home: string; why: string }) =>
    tell('failed', `the state folder ${e.home} cannot be written: ${e.why}`, 'choose another with --home <folder>'),
  internal: (e: { requestId: string }) =>
    tell('failed', 'the platform failed', `look for request ${e.requestId} in the log`),
  'port-taken': (e: { host: string; port: number; why: string }) =>
    tell(
      'failed',
      `${e.host}:${e.port} cannot be listened on: ${e.why}`,
      'choose another --port (0 takes a free one) or --host',
    ),
  unreachable: (e: { url: string }) =>
    tell('failed', `nothing answers at ${e.url}`, 'start the platform: datamesh up, or name another with --url'),
} satisfies Record<string, (facts: never) => Telling>

export type ErrorCode = keyof typeof errorTable
export type ErrorFacts<C extends ErrorCode> = Parameters<(typeof errorTable)[C]>[0]

/** The one error of the platform: a stable code, typed facts, one sentence, a next step and, where known, every issue with its place. */
export class MeshError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'MeshError'
  readonly code: C
  readonly facts: ErrorFacts<C>
  readonly kind: ErrorKind
  readonly hint: string
  readonly issues: readonly Issue[]

  constructor(code: C, facts: ErrorFacts<C>, more: { issues?: readonly Issue[]; cause?: unknown } = {}) {
    const told = (errorTable[code] as (facts: ErrorFacts<C>) => Telling)(facts)
    super(told.title, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.facts = facts
    this.kind = told.kind
    this.hint = told.hint
    this.issues = more.issues ?? []
  }
}

/** Of what went wrong in a build: their texts may quote rows, which not everybody who sees the run may read. */
export const mayQuoteRows: ReadonlySet<string> = new Set<ErrorCode>([
  'input-unreadable',
  'merge-keys-repeated',
  'model-failed',
])

export const isMeshError = (error: unknown): error is MeshError => error instanceof MeshError

/** `file:line:column`, as editors and terminals make it a link. */
export const placeOf = (at: Position): string => `${at.file}:${at.line}:${at.column}`
