import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Bundle, type DataProduct, MeshError, type Run } from '@datamesh/core'
import { build, localStorage, openWorkers, profile } from '@datamesh/data-plane'
import { applyDomains, applyProduct, CatalogCache, timeOrderedId } from '../src/catalog/index.ts'
import { openGovernance } from '../src/governance/index.ts'
import { defaultLimits, getRun, type Plane, type RunDeps, type RunLimits, RunWorker } from '../src/runs/index.ts'
import { openTestStore } from '../src/store/testing/store.ts'

export const actor = { id: 'ada' }

/** Whoever sees what `visible` says and reads all of it. */
export const anybody = (visible: (product: string) => boolean = () => true) => ({
  visible,
  standingOf: () => ({ how: 'open' as const, canRead: true, because: 'everybody may' }),
  access: {
    how: 'open' as const,
    canRead: true,
    because: 'everybody may',
    maskedColumns: [],
    masks: [],
    mayDetokenise: false,
  },
  may: { publish: true, manage: true, decideAccess: true, sample: true },
  followed: false,
})

/** A clock that stands still until it is moved. */
export const clockAt = (iso: string) => {
  let at = new Date(iso)
  return {
    now: () => at,
    move: (ms: number) => {
      at = new Date(at.getTime() + ms)
    },
  }
}

export type MeshOptions = {
  clock?: { now(): Date }
  limits?: Partial<RunLimits>
  owner?: string
  /** Around the real data plane, to hold a build where the test needs it. */
  plane?: (real: Plane) => Plane
  /** With the policies that every mesh begins with. */
  governed?: boolean
}

/** A real mesh in a folder of its own: store, files, build processes; everything but HTTP. */
export const openMesh = async (options: MeshOptions = {}) => {
  const root = mkdtempSync(join(tmpdir(), 'datamesh-mesh-'))
  const clock = options.clock ?? { now: () => new Date() }
  const store = await openTestStore({ clock })
  const workers = openWorkers()
  const real: Plane = {
    build: (job, onProgress) => build(job, { workers, onProgress }),
    profile: (job) => profile(job, { workers }),
  }
  const cache = new CatalogCache()
  const deps: RunDeps = {
    store,
    cache,
    now: clock.now,
    newId: (kind) => timeOrderedId(kind, clock.now(), (max) => Math.floor(Math.random() * max)),
    storage: localStorage(join(root, 'data')),
    owner: options.owner ?? 'test-worker',
    tempDir: join(root, 'tmp'),
    inputRoots: [root],
    env: {},
    inputVerdict: async () => null,
    limits: { ...defaultLimits, memoryMb: 512, threads: 1, ...options.limits },
    log: () => {},
    plane: options.plane ? options.plane(real) : real,
  }
  const governance = options.governed
    ? await openGovernance({ store, catalog: deps, now: clock.now, log: () => {}, lookEveryMs: 0 })
    : null
  if (governance) Object.assign(deps, { policies: governance.gate, certify: governance.certify })
  await mkdir(deps.tempDir, { recursive: true })
  await applyDomains(domainBundle('sales'), actor, deps)
  let worker: RunWorker | null = null
  return {
    root,
    deps,
    store,
    governance,
    write: async (path: string, text: string) => {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
    },
    apply: async (bundle: Bundle): Promise<DataProduct> => (await applyProduct(bundle, actor, deps)).product,
    start: async (more: Partial<RunDeps> = {}): Promise<RunWorker> => {
      worker = await RunWorker.start({ ...deps, ...more }, { alone: true })
      return worker
    },
    /** The run when it is over. */
    finished: async (id: string): Promise<Run> => {
      for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
        const run = await getRun(id, deps)
        if (run.state !== 'queued' && run.state !== 'running') return run
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      throw new MeshError('internal', { requestId: `run ${id} did not end` })
    },
    async [Symbol.asyncDispose]() {
      await worker?.[Symbol.asyncDispose]()
      await workers[Symbol.asyncDispose]()
      await governance?.[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      rmSync(root, { recursive: true, force: true })
    },
  }
}
export type TestMesh = Awaited<ReturnType<typeof openMesh>>

export const domainBundle = (...names: string[]): Bundle => ({
  manifest: 'domain.yaml',
  files: {
    'domain.yaml': names
      .map(
        (name) => `apiVersion: datamesh/v1
kind: Domain
metadata:
  name: ${name}
  description: The ${name} domain
spec:
  team: ${name}-team
  alignment: source-aligned
  kind: core
`,
      )
      .join('---\n'),
  },
})

/** A product over a file or over other products, with one model. `spec` is YAML, indented by two. */
export const productBundle = (
  name: string,
  { root, spec, model, version = '1.0.0' }: { root?: string; spec: string; model: string; version?: string },
): Bundle => ({
  ...(root === undefined ? {} : { root }),
  manifest: 'dataproduct.yaml',
  files: {
    'dataproduct.yaml': `apiVersion: datamesh/v1
kind: DataProduct
metadata:
  name: ${name}
  domain: sales
  owner: sales-team
  version: ${version}
  description: Everything about ${name}
spec:
${spec}
`,
    [`transforms/models/${name.replaceAll('-', '_')}.sql`]: model,
  },
})

export const ordersSpec = `  tags: [money, daily]
  input_ports:
    - name: landing
      type: file
      format: csv
      location: orders.csv
  output_ports:
    - name: api
      type: rest
  quality_checks:
    - type: range
      column: total
      min: 0
  schema:
    fields:
      - { name: id, type: long, nullable: false, primary_key: true, description: Number of the order }
      - { name: total, type: double, description: Sum of the basket }`

export const orders = (root: string, more: { version?: string; model?: string; spec?: string } = {}): Bundle =>
  productBundle('orders', {
    root,
    spec: more.spec ?? ordersSpec,
    model:
      more.model ??
      `select cast(id as bigint) as id, cast(total as double) as total from {{ source('landing', 'landing') }}`,
    ...(more.version ? { version: more.version } : {}),
  })

/** A product that follows others. */
export const follower = (name: string, inputs: readonly string[]): Bundle =>
  productBundle(name, {
    spec: `  input_ports:
${inputs.map((input) => `    - { name: ${input}, type: product, product: sales/${input} }`).join('\n')}
  output_ports:
    - { name: api, type: rest }
  transforms:
    schedule: on_input`,
    model: `select ${inputs.map((input, i) => `(select count(*) from {{ source('${input}', '${input.replaceAll('-', '_')}') }}) as n${i}`).join(', ')}`,
  })
