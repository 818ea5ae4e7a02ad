import { createHash, randomInt } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Bundle, Column, Role } from '@datamesh/core'
import {
  defaultQueryLimits,
  fencesHere,
  infer,
  openServing,
  type QueryLimits,
  QueryProcesses,
} from '@datamesh/data-plane'
import { DuckDBInstance } from '@duckdb/node-api'
import { type Access, openAccess, type ReadPolicies } from '../src/access/index.ts'
import {
  applyDomains,
  applyProduct,
  CatalogCache,
  type CatalogDeps,
  commitSnapshot,
  timeOrderedId,
} from '../src/catalog/index.ts'
import { type Governance, openGovernance } from '../src/governance/index.ts'
import {
  allHandlers,
  type ExternalIssuer,
  type HttpOptions,
  type HttpServer,
  issuerPath,
  openSignIn,
  rateLimiter,
  type SignInDeps,
  startHttp,
} from '../src/http/index.ts'
import {
  bootstrap,
  createKey,
  type IdentityDeps,
  type IssuerKeys,
  openAuthenticator,
  openBearer,
  openIssuerKeys,
  putPrincipal,
} from '../src/identity/index.ts'
import { auditDoors, openAudit, readiness } from '../src/observe/index.ts'
import { openQueries } from '../src/queries/index.ts'
import { keyFileProvider, openKeyRing } from '../src/store/index.ts'
import { openTestStore } from '../src/store/testing/store.ts'

/** How people sign in at the mesh of a test. */
export type TestSignIn = {
  external?: ExternalIssuer | null
  publicUrl?: (port: number) => string
  now?: () => Date
  ttlMs?: number
  clients?: NonNullable<SignInDeps['clients']>
}

export type ServedMesh = AsyncDisposable & {
  /** Of the embedded issuer; null: there is another. */
  keys: IssuerKeys | null
  url: string
  app: HttpServer['app']
  identity: IdentityDeps
  catalog: CatalogDeps
  governance: Governance
  access: Access
  /** Where published files lie. */
  storageRoot: string
  log: Parameters<HttpOptions['log']>[0][]
  done: Parameters<HttpOptions['done']>[0][]
  /** Somebody with these roles; resolves to a token. */
  somebody(id: string, roles: readonly { role: Role; domain?: string }[]): Promise<string>
  get(path: string, token?: string, headers?: Record<string, string>): Promise<Response>
  send(method: string, path: string, token: string | undefined, body?: unknown): Promise<Response>
}

/**
 * A running server over a real store and real Parquet files: domains sales and hr; products sales/orders (internal, `email` is personal),
 * sales/payroll (restricted), sales/next (a draft), hr/absences (public).
 */
export const serveMesh = async (
  more: Partial<HttpOptions> = {},
  limits: Partial<QueryLimits> = {},
  { policies }: { policies?: ReadPolicies } = {},
  signIn: TestSignIn = {},
): Promise<ServedMesh> => {
  const stack = new AsyncDisposableStack()
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-http-'))
  stack.defer(() => fs.rmSync(dir, { recursive: true, force: true, maxRetries: 3 }))
  const now = signIn.now ?? (() => new Date())
  const store = stack.use(await openTestStore())
  const { external = null, publicUrl: known } = signIn
  const keys = external === null ? openIssuerKeys(path.join(dir, 'issuer.json'), now) : null
  const publicUrl = () => known?.(server.port) ?? server.url
  const issuer = () => `${publicUrl()}${issuerPath}`
  const audience = () => `${publicUrl()}/api`
  const authenticator = stack.use(
    await openAuthenticator({ store, now, bearer: (token) => bearer(token), ttlMs: signIn.ttlMs ?? 5_000 }),
  )
  const identity: IdentityDeps = { store, now, authenticator }
  const bearer = openBearer({ ...identity, embedded: keys && { issuer, audience, keys }, external })
  const cache = new CatalogCache()
  stack.defer(await cache.listen(store))
  const ungoverned: Omit<CatalogDeps, 'policies' | 'certify'> = {
    store,
    cache,
    now,
    newId: (kind) => timeOrderedId(kind, now(), randomInt),
    uploads: path.join(dir, 'uploads'),
  }
  // policies are looked at when a test asks for it
  const governance = stack.use(await openGovernance({ store, catalog: ungoverned, now, log: () => {}, lookEveryMs: 0 }))
  const catalog: CatalogDeps = { ...ungoverned, policies: governance.gate, certify: governance.certify }
  const audit = stack.use(await openAudit({ store, now, log: () => {} }))
  const access = stack.use(
    await openAccess({
      store,
      catalog,
      now,
      maskKey: Buffer.alloc(32, 3),
      ...(policies ? { policies } : {}),
      flushEveryMs: 60_000,
      audit: audit.log,
    }),
  )
  const storageRoot = path.join(dir, 'data')
  const keyRing = openKeyRing({
    store,
    provider: keyFileProvider(path.join(dir, 'keys.json'), { now }),
    now,
    newId: catalog.newId,
  })
  const serving = stack.use(openServing({ storageRoot, replicaRoot: path.join(dir, 'replicas'), clock: { now } }))

  const queries = stack.use(
    await openQueries({
      catalog,
      access,
      processes: new QueryProcesses({ limits: { ...defaultQueryLimits, ...limits }, fences: await fencesHere() }),
      absolute: (file) => path.join(storageRoot, file),
      folder: path.join(dir, 'queries'),
      now,
      log: () => {},
    }),
  )

  await bootstrap(identity)
  await applyDomains(domains, { id: 'admin' }, catalog)
  for (const [id, definition] of Object.entries(products)) {
    await applyProduct(bundleOf(id, definition), { id: 'admin' }, catalog)
    if (definition.rows > 0) await publishRows(id, definition.rows, storageRoot, catalog)
  }

  const log: ServedMesh['log'] = []
  const done: ServedMesh['done'] = []
  const about = { version: '0.1.0', url: () => server.url, startedAt: now() }
  const limiter = rateLimiter({ nowMs: () => Date.now() })
  const door = openSignIn({
    // a hash of real cost would make every test of a password slow
    identity: { ...identity, cost: { memory: 64, passes: 1, parallelism: 1 } },
    doors: authenticator,
    keys,
    external,
    publicUrl,
    issuer,
    audience,
    clients: signIn.clients ?? (() => []),
    port: () => server.port,
    connectTo: '127.0.0.1',
    rateLimiter: limiter,
    log: (entry) => log.push(entry),
  })
  const server = stack.use(
    await startHttp({
      handlers: allHandlers({
        about,
        identity,
        access,
        catalog,
        governance,
        runs: catalog,
        observe: { metrics: async () => '# none\n' },
        serving,
        queries,
        infer: (file) => infer(file, { memoryMb: 512, threads: 1, timeoutSeconds: 30, spillMb: 1024 }),
        audit,
        keyRing,
        rateLimiter: limiter,
        signIn: door,
        ready: () => readiness(store, dir, {}),
      }),
      authenticate: authenticator.authenticate,
      session: authenticator.session,
      decide: access.decideFor,
      resourceOf: access.resourceOf,
      ...auditDoors(audit, access, now),
      done: (facts) => done.push(facts),
      log: (entry) => log.push(entry),
      more: (app) => door.routes(app),
      port: 0,
      host: '127.0.0.1',
      ...more,
    }),
  )

  const request = (
    method: string,
    where: string,
    token?: string,
    headers: Record<string, string> = {},
    body?: unknown,
  ) =>
    fetch(server.url + where, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return {
    keys,
    url: server.url,
    app: server.app,
    identity,
    catalog,
    governance,
    access,
    storageRoot,
    log,
    done,
    async somebody(id, roles) {
      await putPrincipal({ id, name: id, roles }, 'admin', identity)
      return (await createKey({ principal: id, name: 'test' }, 'admin', identity)).token
    },
    get: (where, token, headers) => request('GET', where, token, headers),
    send: (method, where, token, body) => request(method, where, token, {}, body),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** The JSON of an answer, for tests to look into. */
// biome-ignore lint/suspicious/noExplicitAny: what a test expects says what it is
export const json = async (response: Response | Promise<Response>): Promise<any> => (await response).json()

type Definition = { classification: string; status?: string; rows: number; rateLimit?: string; more?: string }
export const products: Readonly<Record<string, Definition>> = {
  'sales/orders': { classification: 'internal', rows: 250 },
  'sales/payroll': { classification: 'restricted', rows: 10, more: 'approval: owner' },
  'sales/next': { classification: 'internal', status: 'draft', rows: 10 },
  'hr/absences': { classification: 'public', rows: 10, rateLimit: '3 req/min' },
}

export const domainsBundle = (...names: string[]): Bundle => ({
  manifest: 'domains.yaml',
  files: {
    'domains.yaml': names
      .map(
        (name) => `apiVersion: datamesh/v1
kind: Domain
metadata:
  name: ${name}
  description: What ${name} is about
spec:
  team: ${name}-team
  alignment: source-aligned
  kind: core
`,
      )
      .join('---\n'),
  },
})
const domains = domainsBundle('sales', 'hr')

export const bundleOf = (
  id: string,
  { classification, status = 'active', rateLimit, more }: Definition,
  version = '1.0.0',
): Bundle => {
  const [domain, name = ''] = id.split('/')
  return {
    manifest: 'dataproduct.yaml',
    files: {
      'transforms/models/marts/base.sql': 'select 1 as id',
      'dataproduct.yaml': `apiVersion: datamesh/v1
kind: DataProduct
metadata:
  name: ${name}
  domain: ${domain}
  owner: ${domain}-team
  description: What happens in ${name}
  version: ${version}
  status: ${status}
spec:
  output_ports:
    - name: rows
      type: api
${rateLimit === undefined ? '' : `      rate_limit: "${rateLimit}"\n`}    - name: files
      type: file
      format: parquet
  schema:
    fields:
      - { name: id, type: bigint, nullable: false, key: true }
      - { name: email, type: string, pii: true }
      - { name: amount, type: double }
  quality_checks:
    - { type: range, column: amount, max: 10, severity: warn, name: amounts are small }
  access_control:
    classification: ${classification}
${more === undefined ? '' : `    ${more}\n`}`,
    },
  }
}

const columns: Column[] = [
  { id: 1, name: 'id', type: 'BIGINT', nullable: false, description: '', pii: false },
  { id: 2, name: 'email', type: 'VARCHAR', nullable: true, description: '', pii: true },
  { id: 3, name: 'amount', type: 'DOUBLE', nullable: true, description: '', pii: false },
]

/** One snapshot of `rows` rows: id from 1, email and amount made of it; committed as a publish does. */
const publishRows = async (product: string, rows: number, storageRoot: string, catalog: CatalogDeps): Promise<void> => {
  const table = product.split('/')[1]?.replaceAll('-', '_') ?? ''
  const id = catalog.newId('snap')
  const file = `${product}/${table}/${id}-0.parquet`
  const full = path.join(storageRoot, file)
  fs.mkdirSync(path.dirname(full), { recursive: true })
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect()
  await duckdb.run(
    `copy (select i as id, 'person' || i || '@example.org' as email, i * 1.5::double as amount from range(1, ${rows + 1}) t(i)) to '${full}' (format parquet)`,
  )
  duckdb.closeSync()
  const bytes = fs.readFileSync(full)
  const stats = {
    id: { nulls: 0, min: '1', max: String(rows) },
    email: { nulls: 0, min: 'person1@example.org', max: 'person9@example.org' },
    amount: { nulls: 0 },
  }
  const runId = catalog.newId('run')
  await commitSnapshot(
    {
      id,
      product,
      release: '1.0.0',
      parent: null,
      mode: 'full',
      tables: [
        {
          name: table,
          columns,
          key: ['id'],
          rows,
          bytes: bytes.length,
          files: [
            { path: file, rows, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), stats },
          ],
        },
      ],
      inputs: [],
      runId,
      report: {
        ruleSet: 'none',
        passed: true,
        durationMs: 1,
        quarantined: [],
        checks: [
          {
            id: `${table}.range.amount`,
            name: 'amounts are small',
            type: 'range',
            table,
            columns: ['amount'],
            severity: 'warn',
            outcome: 'warned',
            by: 'query',
            failingRows: 1,
            totalRows: rows,
            threshold: 1,
            value: null,
            message: '1 row is out of range',
            samples: [{ id: 9, email: 'person9@example.org', amount: 13.5 }],
            durationMs: 1,
          },
        ],
      },
    },
    { edges: [], unknown: [] },
    { expecting: null, runId, actor: 'admin' },
    catalog,
  )
  catalog.cache.drop(product)
}
