import type { DataProduct, Field, InputPort } from '@datamesh/core'
import type { BuildJob } from '../build/job.ts'

const nowhere = { file: 'dataproduct.yaml', line: 1, column: 1 }

/** A product as reading a short manifest would give it. */
export const productOf = (
  written: Partial<Omit<DataProduct, 'transforms'>> & { transforms?: Partial<DataProduct['transforms']> } = {},
): DataProduct => ({
  kind: 'DataProduct',
  id: 'sales/orders',
  name: 'orders',
  domain: 'sales',
  owner: 'sales-team',
  description: 'Orders.',
  version: '1.0.0',
  status: 'active',
  tags: [],
  documentation: {},
  inputPorts: [],
  outputPorts: [],
  sla: { declared: {} },
  checks: [],
  schema: { compatibility: 'BACKWARD', tables: {} },
  globalStandards: {},
  access: { classification: 'internal', piiColumns: [], readers: [] },
  lineage: { upstream: [], notes: [] },
  ...written,
  transforms: {
    models: 'models',
    macros: 'macros',
    seeds: 'seeds',
    tests: 'tests',
    engine: 'duckdb',
    materialisation: 'full',
    key: [],
    vars: {},
    schedule: { onInput: false, timezone: 'UTC' },
    retry: { attempts: 1, backoffSeconds: 1 },
    memoryMb: 512,
    threads: 2,
    timeoutSeconds: 60,
    ...written.transforms,
  },
})

type FileSource = InputPort['source'] & { from: 'files' }

export const filePort = (name: string, location: string, source: Partial<FileSource> = {}): InputPort => ({
  name,
  at: nowhere,
  source: {
    from: 'files',
    format: 'csv',
    location,
    options: {},
    columns: {},
    badRows: 'fail',
    maxBadShare: 1,
    ...source,
  },
})

export const productPort = (name: string, product: string): InputPort => ({
  name,
  at: nowhere,
  source: { from: 'product', product },
})

export const field = (name: string, sqlType: string, more: Partial<Field> = {}): Field => ({
  name,
  type: sqlType,
  sqlType,
  nullable: true,
  description: '',
  pii: false,
  key: false,
  ...more,
})

/** A job for a product that lies in `root`; published files go to `root/storage`. */
export const jobOf = (
  root: string,
  product: DataProduct,
  files: Record<string, string>,
  more: Partial<BuildJob> = {},
): BuildJob => ({
  runId: 'run-1',
  snapshotId: 'snap-1',
  product,
  files,
  productRoot: root,
  inputRoots: [root],
  inputs: {},
  parent: null,
  storageRoot: `${root}/storage`,
  params: { fullRefresh: false, vars: {}, dryRun: false },
  env: {},
  now: '2026-01-01T00:00:00.000Z',
  limits: { memoryMb: 512, threads: 2, timeoutSeconds: 60, tempDir: `${root}/tmp` },
  ...more,
})
