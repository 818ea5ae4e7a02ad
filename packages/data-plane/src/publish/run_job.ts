import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type {
  CheckResult,
  CheckSpec,
  Column,
  DataProduct,
  Lineage,
  Report,
  Snapshot,
  StagedSnapshot,
} from '@datamesh/core'
import { mainTable, quoteIdent } from '@datamesh/core'
import {
  type BuildJob,
  type BuildOutcome,
  columnLineage,
  combinedStats,
  compareBounds,
  compile,
  type Draft,
  type DraftTable,
  type Progress,
  stage,
  stepsOf,
} from '../build/index.ts'
import { runChecks } from '../check/index.ts'
import { Compute } from '../compute/index.ts'
import { type InputFile, isFilePort, locateFiles } from '../input/index.ts'
import { localStorage, type StagedFile, type Storage } from '../storage/index.ts'

/**
 * One build from start to proof, in this process: models run into staged files, checks measure them, and only files of a build
 * that passed get their final names. Whatever goes wrong, nothing is left behind.
 */
export const runJob = async (job: BuildJob, tell: (entry: Progress) => void): Promise<BuildOutcome> => {
  const storage = localStorage(job.storageRoot)
  const tempDir = join(job.limits.tempDir, job.runId)
  try {
    const files = await locateAll(job)
    const staging = await storage.openStaging(job.product.id, job.snapshotId)
    await mkdir(tempDir, { recursive: true })
    await using compute = await Compute.open({
      ...job.limits,
      tempDir,
      readFiles: readableFiles(job, files, storage),
      writeFolder: staging,
    })
    return await proven(job, { storage, staging, files, compute, tell })
  } finally {
    await storage.discardStaging(job.product.id, job.snapshotId)
    await rm(tempDir, { recursive: true, force: true })
  }
}

type Bench = {
  storage: Storage
  staging: string
  files: InputFile[]
  compute: Compute
  tell: (entry: Progress) => void
}

const proven = async (job: BuildJob, bench: Bench): Promise<BuildOutcome> => {
  const { storage, files, compute, tell } = bench
  const { connection } = compute
  const steps = stepsOf(tell, () => new Date(), connection)
  // Digests and disk need no engine: they are done while later models and the checks run.
  const settling: Promise<readonly [path: string, sha256: string]>[] = []
  const settle = (table: DraftTable) => {
    for (const { path, staged } of table.files) {
      if (staged === null) continue
      const settled = storage.settle(staged).then(({ sha256 }) => [path, sha256] as const)
      settled.catch(() => {})
      settling.push(settled)
    }
  }
  const place = { ...bench, connection, steps, memoryMb: job.limits.memoryMb, onTable: settle }
  const draft = await stage(job, compile(job, steps.log), place)

  const onResult = (check: CheckResult) => tell(checkEntry(check))
  const [report, digests, lineage] = await Promise.all([
    steps.run('check', () => runChecks(connection, stagedFor(job, draft), { onResult })),
    Promise.all(settling),
    lineageOf(job, draft),
  ])
  const proof: Report = { ...report, quarantined: draft.inputs.quarantined }
  const staged = snapshotOf(job, draft, new Map(digests), proof)
  if (proof.passed && !job.params.dryRun) await storage.reveal(filesToReveal(job, draft, storage))
  const same = draft.tables.every((table) => !table.changed)
  return { staged, lineage, inputFiles: files, ...(same ? { unchanged: 'no new, changed or deleted rows' } : {}) }
}

const checkEntry = (check: CheckResult): Progress => ({
  at: new Date().toISOString(),
  kind: 'check',
  step: check.name,
  state: check.outcome === 'passed' ? 'done' : 'failed',
  durationMs: check.durationMs,
  message: check.message,
})

const filesToReveal = (job: BuildJob, draft: Draft, storage: Storage): StagedFile[] => [
  ...draft.tables.flatMap((table) =>
    table.files.flatMap(({ path, staged }) => (staged === null ? [] : [{ table: table.name, staged, path }])),
  ),
  ...draft.inputs.quarantineFiles.map(({ port, staged }) => ({
    table: port,
    staged,
    path: storage.quarantinePath(job.product.id, job.snapshotId, port),
  })),
]

const locateAll = async (job: BuildJob): Promise<InputFile[]> => {
  const files: InputFile[] = []
  for (const port of job.product.inputPorts) if (isFilePort(port)) files.push(...(await locateFiles(port, job)))
  return files
}

const readableFiles = (job: BuildJob, files: readonly InputFile[], storage: Storage): string[] => {
  const snapshots: Snapshot[] = [...Object.values(job.inputs), ...(job.parent ? [job.parent] : [])]
  const published = snapshots.flatMap(({ tables }) =>
    tables.flatMap((table) => table.files.map((file) => storage.absolute(file.path))),
  )
  return [...new Set([...files.map((file) => file.path), ...published])]
}

const stagedFor = (job: BuildJob, draft: Draft): Parameters<typeof runChecks>[1] => ({
  product: job.product,
  tables: Object.fromEntries(
    draft.tables.map((table) => [
      table.name,
      {
        relation: draft.references[table.name]!,
        columns: table.columns,
        rows: table.rows,
        stats: combinedStats(table.files, (column, a, b) => compareBounds(typeOf(table.columns, column), a, b)),
      },
    ]),
  ),
  references: draft.references,
  extra: [...promisedNotNull(job.product), ...draft.checks],
  now: new Date(job.now),
  piiColumns: job.product.access.piiColumns,
})

const typeOf = (columns: readonly Column[], name: string): string =>
  columns.find((column) => column.name === name)?.type ?? ''

/** `nullable: false` in the schema is a promise like any other: a check, unless the manifest has it already. */
const promisedNotNull = (product: DataProduct): CheckSpec[] =>
  Object.entries(product.schema.tables).flatMap(([table, { fields }]) =>
    fields
      .filter(
        (field) =>
          !field.nullable &&
          !product.checks.some(
            (check) =>
              check.type === 'not_null' &&
              (check.table ?? mainTable(product)) === table &&
              check.columns.length === 1 &&
              check.columns[0] === field.name,
          ),
      )
      .map((field) => ({
        id: `${table}.not_null.${field.name}`,
        type: 'not_null' as const,
        name: `${field.name} is always set`,
        table,
        columns: [field.name],
        severity: 'error' as const,
        threshold: 1,
        at: field.at ?? { file: 'dataproduct.yaml', line: 1, column: 1 },
      })),
  )

const lineageOf = (job: BuildJob, draft: Draft): Promise<Lineage> =>
  columnLineage({
    product: job.product.id,
    sources: draft.inputs.relations.map(({ relation, columns, from }) => ({
      relation,
      columns,
      node:
        from.kind === 'files'
          ? { kind: 'file', ref: `file:${from.location}` }
          : { kind: 'table', ref: `${from.product}#${from.table}` },
    })),
    models: draft.models.map((model) => ({
      name: model.name,
      relation: quoteIdent(model.name),
      sql: model.sql,
      reads: [
        ...model.refs.map(quoteIdent),
        ...model.ports.flatMap((port) =>
          draft.inputs.relations.filter((one) => one.port === port).map((one) => one.relation),
        ),
      ],
    })),
    exposed: draft.madeBy,
  })

const snapshotOf = (
  job: BuildJob,
  draft: Draft,
  digests: ReadonlyMap<string, string>,
  report: Report,
): StagedSnapshot => ({
  id: job.snapshotId,
  product: job.product.id,
  release: job.product.version,
  parent: job.parent?.id ?? null,
  mode: draft.mode,
  tables: draft.tables.map(({ name, columns, key, files, rows, bytes }) => ({
    name,
    columns,
    key,
    files: files.map(({ path, rows: count, bytes: size, sha256, stats }) => ({
      path,
      rows: count,
      bytes: size,
      sha256: sha256 ?? digests.get(path) ?? '',
      stats,
    })),
    rows,
    bytes,
  })),
  inputs: draft.inputs.pinned,
  runId: job.runId,
  report,
})
