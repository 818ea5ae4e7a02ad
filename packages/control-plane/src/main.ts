import { randomInt } from 'node:crypto'
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises'
import { hostname, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { MeshError, type Step, thisRelease } from '@datamesh/core'
import {
  build,
  defaultQueryLimits,
  engineVersion,
  fencesHere,
  infer,
  localStorage,
  openServing,
  openWorkers,
  profile,
  QueryProcesses,
} from '@datamesh/data-plane'
import about from '../package.json' with { type: 'json' }
import { inputVerdict, openAccess, openReadPolicies, openTimekeeping, proveAccess } from './access/index.ts'
import { externalIssuerOf } from './auth_settings.ts'
import { CatalogCache, type CatalogDeps, timeOrderedId } from './catalog/index.ts'
import type { Config, Setting } from './config.ts'
import { openGovernance } from './governance/index.ts'
import { type Home, localToken, maskKeyOf } from './home.ts'
import { allHandlers, collectRecords, issuerPath, openSignIn, rateLimiter, startHttp } from './http/index.ts'
import {
  bootstrap,
  createSignIn,
  forgetOldTries,
  type IssuerKeys,
  openAuthenticator,
  openBearer,
  openIssuerKeys,
} from './identity/index.ts'
import { auditDoors, openAudit, openObserve, readiness } from './observe/index.ts'
import { openQueries, turnsFor } from './queries/index.ts'
import { gc, type RunDeps, RunWorker } from './runs/index.ts'
import {
  dataKeyChannel,
  type KeyProvider,
  keyFileProvider,
  openKeyRing,
  type Store,
  type StoreLog,
  transitProvider,
} from './store/index.ts'

export type ControlPlane = {
  url: string
  /** Of the administrator, for the CLI on this machine. */
  token: string
  /** From the call to the first request that can be answered. */
  readyMs: number
  /** A code that signs an administrator in once. */
  adminSignIn(): Promise<{ code: string; url: string; expiresAt: string }>
  /** Looks for garbage now. */
  collect(options?: { dryRun?: boolean }): ReturnType<typeof gc>
  /** Stops taking requests, gives running builds back to the queue, writes everything down. */
  close(): Promise<void>
}

/** What is there before the parts of the platform are: where things lie, what holds, and the state on its way. */
type Ground = {
  config: Config
  /** The same with where each comes from, secrets hidden. */
  settings: readonly Setting[]
  home: Home
  clock: { now(): Date }
  log: StoreLog
  opening: Promise<Store>
  /** Folder of the built portal. */
  portal: string
  /** performance.now() of the call. */
  began: number
}

/** Everything above the state. @throws what openStore throws, listen errors of node:net */
export const runControlPlane = async ({
  config,
  settings,
  home,
  clock,
  log,
  opening,
  portal,
  began,
}: Ground): Promise<ControlPlane> => {
  const now = () => clock.now()
  // What was opened, in order; closed in the other direction, also when a later part does not start.
  await using opened = new AsyncDisposableStack()

  const store = opened.use(await opening)
  let url = ''
  const external = externalIssuerOf(config, home.root)
  const signIn = signInGround({
    config,
    keys: external === null ? openIssuerKeys(home.issuer, now) : null,
    url: () => url,
  })
  const authenticator = opened.use(await openAuthenticator({ store, now, bearer: (token) => bearer(token) }))
  const identity = { store, now, authenticator }
  const bearer = openBearer({ ...identity, embedded: signIn.embedded, external })
  await bootstrap(identity)

  const cache = new CatalogCache()
  opened.defer(await cache.listen(store))
  const ungoverned: Omit<CatalogDeps, 'policies' | 'certify'> = {
    store,
    cache,
    now,
    newId: (kind) => timeOrderedId(kind, now(), randomInt),
    provision: (step) => provision(step, home),
    uploads: home.uploads,
  }
  const { governanceOpa, governanceOpaToken } = config
  const governance = opened.use(
    await openGovernance({
      store,
      catalog: ungoverned,
      now,
      log,
      opa: governanceOpa === undefined ? undefined : { url: governanceOpa, token: governanceOpaToken },
    }),
  )
  const catalog: CatalogDeps = { ...ungoverned, policies: governance.gate, certify: governance.certify }
  const audit = await openAudit({
    store,
    now,
    log,
    file: join(home.root, 'audit.heads'),
    keepDays: config.auditDays,
    started: { version: about.version, settings },
  })
  opened.use(audit)
  const policies = opened.use(await openReadPolicies({ governance, catalog, store, now, log }))
  const maskKey = maskKeyOf(home.maskKey, config.maskKey)
  const access = opened.use(await openAccess({ store, catalog, now, audit: audit.log, maskKey, policies }))
  const keyRing = openKeyRing({
    store,
    provider: providerOf(config, home, now),
    now,
    newId: (kind) => timeOrderedId(kind, now(), randomInt),
  })
  const serving = opened.use(
    openServing({
      storageRoot: home.data,
      replicaRoot: home.replicas,
      memoryMb: config.serveMemoryMb,
      keysFor: keyRing.keysFor,
      clock,
      log: (message, facts) => log({ level: 'info', message, facts }),
    }),
  )
  const storage = localStorage(home.data)
  const startedAt = now()
  const observe = opened.use(openObserve({ ...catalog, store, storage, startedAt, log }))
  const workers = opened.use(openWorkers({ spare: true, idleSeconds: 20 }))
  const runs: RunDeps = {
    ...catalog,
    inputVerdict: (product, port, snapshot) => inputVerdict(product, port, snapshot, { store, access }),
    storage,
    keys: keyRing,
    encryption: config.encryption,
    log,
    owner: `${hostname()}:${process.pid}:${randomInt(2 ** 32).toString(36)}`,
    tempDir: home.tmp,
    inputRoots: config.inputRoots.map((root) => resolve(root)),
    env: visibleEnv(process.env),
    limits: {
      concurrency: config.concurrency,
      leaseSeconds: config.leaseSeconds,
      memoryMb: config.memoryMb,
      threads: config.threads,
      crashes: 3,
    },
    plane: {
      build: (job, onProgress) => build(job, { workers, onProgress }),
      profile: (job) => profile(job, { workers }),
    },
  }
  const alone = store.kind === 'pglite'
  const fences = await fencesHere()
  const processes = new QueryProcesses({ limits: defaultQueryLimits, fences })
  const turns = turnsFor(totalmem() / 1_048_576, processes.mostMb)
  log({ level: 'info', message: 'queries run', facts: { ...fences, atOnce: turns.all } })
  const queries = opened.use(
    await openQueries(
      {
        catalog,
        access,
        processes,
        keysFor: keyRing.keysFor,
        absolute: (path) => storage.absolute(path),
        folder: home.queries,
        now,
        log,
      },
      { alone, turns },
    ),
  )
  // destroyed by another server: what was opened or kept here goes as well. After a lost connection nobody knows what was missed
  const keysMoved = async (product: string) => {
    keyRing.forget()
    await queries.forget(product)
    await serving.forgetKeys()
  }
  opened.defer(
    await store.listen(dataKeyChannel, (product) => {
      keysMoved(product).catch((error) =>
        log({ level: 'error', message: 'keys not forgotten', facts: { error: String(error) } }),
      )
    }),
  )
  if (alone) await emptied(home.tmp)
  const worker = opened.use(await RunWorker.start(runs, { alone }))
  let provenAt = 0
  opened.use(
    openTimekeeping({
      store,
      now,
      also: async () => {
        if (now().getTime() - provenAt < config.driftEveryMinutes * 60_000) return
        provenAt = now().getTime()
        const { drift } = await proveAccess({ catalog, access })
        if (drift.length > 0)
          log({
            level: 'error',
            message: 'what can be read is not what was approved',
            facts: { differences: drift.length },
          })
      },
      failed: (error) =>
        log({ level: 'error', message: 'access was not looked after', facts: { error: String(error) } }),
    }),
  )
  const collect = ({ dryRun = false } = {}) =>
    gc(
      { dryRun, keepRunsDays: config.keepRunsDays },
      { ...runs, inUse: () => new Set([...serving.inUse(), ...queries.inUse()]), evict: (ids) => serving.evict(ids) },
    )
  opened.use(every(config.collectEveryMinutes * 60_000, collect, log))

  const limiter = rateLimiter({ nowMs: () => performance.now() })
  const door = openSignIn({ ...signIn, identity, doors: authenticator, external, rateLimiter: limiter, log })
  const tidy = async () => {
    await collectRecords(store, now())
    await forgetOldTries(store.db, now())
  }
  opened.use(every(10 * 60_000, tidy, log))

  const http = opened.use(
    await startHttp({
      handlers: allHandlers({
        about: { version: about.version, url: () => url, startedAt },
        identity,
        access,
        catalog,
        governance,
        runs,
        observe,
        serving,
        queries,
        infer: someAtOnce(2, (file: string) => infer(file, { ...sampleLimits, workers })),
        audit,
        keyRing,
        rateLimiter: limiter,
        signIn: door,
        ready: () =>
          readiness(store, home.data, {
            engine: async () => ((await engineVersion()) ? 'ok' : 'no engine'),
            runs: () => (worker.running <= config.concurrency ? 'ok' : 'too many'),
          }),
      }),
      authenticate: (token) => authenticator.authenticate(token),
      session: (secret, how) => authenticator.session(secret, how),
      decide: (actor, action, resource) => access.decideFor(actor, action, resource),
      resourceOf: (domain, product, table) => access.resourceOf(domain, product, table),
      ...auditDoors(audit, access, now),
      done: (facts) => observe.requestDone(facts),
      log: (entry) => log({ ...entry, level: entry.level === 'debug' ? 'info' : entry.level }),
      port: config.port,
      host: config.host,
      publicHosts: config.publicHosts,
      trustedProxies: config.trustedProxies,
      corsOrigins: config.corsOrigins,
      more: (app) => door.routes(app),
      portal,
      closeDeadlineMs: 2_000,
    }),
  )
  url = http.url
  const token = await localToken(home.token, (each) => authenticator.authenticate(each), identity)
  const parts = opened.move()
  log({ level: 'info', message: 'ready', facts: { url, state: store.kind, serves: thisRelease.serves } })
  return {
    url,
    token,
    readyMs: Math.round(performance.now() - began),
    async adminSignIn() {
      const { code, expiresAt } = await createSignIn('admin', 'system', identity)
      return { code, expiresAt, url: `${url}/#code=${code}` }
    },
    collect,
    close: () => parts.disposeAsync(),
  }
}

/** What signing in has to know of this process. Its own address is known only once it listens. */
const signInGround = ({ config, keys, url }: { config: Config; keys: IssuerKeys | null; url: () => string }) => {
  const everywhere = config.host === '0.0.0.0' || config.host === '::'
  const connectTo = config.host === '::' ? '::1' : everywhere ? '127.0.0.1' : config.host
  const port = () => Number(new URL(url()).port)
  const publicUrl = () =>
    config.publicUrl ??
    (config.publicHosts[0] === undefined
      ? everywhere
        ? `http://127.0.0.1:${port()}`
        : url()
      : `https://${config.publicHosts[0]}`)
  const issuer = () => publicUrl() + issuerPath
  const audience = () => `${publicUrl()}/api`
  return { keys, publicUrl, issuer, audience, port, connectTo, embedded: keys && { issuer, audience, keys } }
}

/** @throws config-invalid for a key service without a token */
const providerOf = (config: Config, home: Home, now: () => Date): KeyProvider => {
  if (config.kmsUrl === undefined) return keyFileProvider(config.keyFile ?? home.keys, { now })
  if (config.kmsTokenFile === undefined)
    throw new MeshError('config-invalid', { key: 'kmsTokenFile', source: 'default', why: 'kmsUrl needs it' })
  return transitProvider({ url: config.kmsUrl, key: config.kmsKey, tokenFile: config.kmsTokenFile })
}

/** For the look at a sample of at most 64 MB. */
const sampleLimits = { memoryMb: 512, threads: 1, timeoutSeconds: 30, spillMb: 1024 }

/** The same work, `most` of it at the same time; the rest waits. */
const someAtOnce = <In, Out>(most: number, work: (given: In) => Promise<Out>): ((given: In) => Promise<Out>) => {
  const turns: Promise<unknown>[] = Array.from({ length: most }, () => Promise.resolve())
  let next = 0
  return (given) => {
    const turn = next++ % most
    const mine = (turns[turn] as Promise<unknown>).then(() => work(given))
    turns[turn] = mine.catch(() => {})
    return mine
  }
}

/** A port that is served from files needs the folder of its product. Undone only when it was made for this. */
const provision = async (step: Step, home: Home): Promise<() => Promise<void>> => {
  if (step.do !== 'provision') return async () => {}
  const folder = join(home.data, ...step.product.split('/'))
  const made = await mkdir(folder, { recursive: true })
  return async () => {
    if (made !== undefined) await rmdir(folder).catch(() => {})
  }
}

/** What builds of a process that was killed left behind. */
const emptied = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true })
}

/** What `env_var` of a model can see: only variables that were meant for models. */
const visibleEnv = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      if (value === undefined || name.startsWith('DBT_ENV_SECRET_')) return []
      if (name.startsWith('DATAMESH_VAR_')) return [[name.slice('DATAMESH_VAR_'.length), value]]
      return name.startsWith('DBT_') ? [[name, value]] : []
    }),
  )

/** Soon after the start (a crash leaves files behind) and then again and again; never two at once. */
const every = (ms: number, collect: () => Promise<unknown>, log: StoreLog): AsyncDisposable => {
  let going: Promise<unknown> = Promise.resolve()
  const go = () => {
    going = going
      .then(() => collect())
      .catch((error) => log({ level: 'error', message: 'garbage not collected', facts: { error: String(error) } }))
  }
  const first = setTimeout(go, 3_000)
  const timer = setInterval(go, ms)
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(first)
      clearInterval(timer)
      await going
    },
  }
}
