import type { RawDataProduct } from './document.ts'
import { type Loose, type Notes, shown } from './issues.ts'
import type { Materialisation, Transforms } from './model.ts'
import { nearest } from './nearest.ts'
import { list } from './read-schema.ts'
import { parseCron } from './schedule.ts'
import { parseDuration, parseMegabytes } from './units.ts'
import type { Path } from './yaml.ts'

type Raw = NonNullable<Loose<RawDataProduct['spec']>['transforms']>

const path: Path = ['spec', 'transforms']
const spellings = ['materialisation', 'materialization', 'materialized', 'materialised'] as const

const defaultTransforms: Transforms = {
  models: 'transforms/models',
  macros: 'transforms/macros',
  seeds: 'transforms/seeds',
  tests: 'tests',
  engine: 'duckdb',
  materialisation: 'full',
  key: [],
  vars: {},
  schedule: { onInput: false, timezone: 'UTC' },
  retry: { attempts: 2, backoffSeconds: 30 },
  memoryMb: 1024,
  threads: 2,
  timeoutSeconds: 3600,
}

export function readTransforms(raw: Raw | undefined, keyOfSchema: string[], notes: Notes): Transforms {
  if (!raw) return structuredClone(defaultTransforms)
  const models =
    folder(raw.models, 'models', notes) ??
    (raw.project === undefined ? defaultTransforms.models : `${trimmed(raw.project)}/models`)
  const beside = models.includes('/') ? models.slice(0, models.lastIndexOf('/') + 1) : ''
  if (raw.key !== undefined && raw.unique_key !== undefined)
    notes.error('key-twice', [...path, 'unique_key'], 'key and unique_key mean the same', 'keep key', 'key')
  const written = [...list(raw.key), ...list(raw.unique_key)]
  const key = written.length > 0 ? written : keyOfSchema
  const materialisation = materialisationOf(raw, written, notes)
  if (materialisation === 'merge' && key.length === 0)
    notes.error(
      'check-incomplete',
      path,
      'merge does not say by which columns it finds a row',
      'write key: [<columns>], or key: true on fields of the schema',
      'key',
    )
  const timeout = raw.timeout === undefined ? undefined : notes.parsed([...path, 'timeout'], parseDuration(raw.timeout))
  const memory = raw.memory === undefined ? undefined : notes.parsed([...path, 'memory'], parseMegabytes(raw.memory))
  const project = folder(raw.project, 'project', notes)
  return {
    models,
    macros: folder(raw.macros, 'macros', notes) ?? `${beside}macros`,
    seeds: folder(raw.seeds, 'seeds', notes) ?? `${beside}seeds`,
    tests: folder(raw.tests, 'tests', notes) ?? 'tests',
    ...(project === undefined ? {} : { project }),
    engine: engineOf(raw.engine, notes),
    materialisation,
    key: materialisation === 'merge' || written.length > 0 ? key : [],
    vars: (raw.vars as Record<string, unknown> | undefined) ?? {},
    schedule: { ...readSchedule(raw.schedule, [...path, 'schedule'], notes), timezone: timezoneOf(raw, notes) },
    retry: retryOf(raw.retry, notes),
    memoryMb: memory ?? defaultTransforms.memoryMb,
    threads: whole(raw.threads, 1, 256, [...path, 'threads'], notes) ?? defaultTransforms.threads,
    timeoutSeconds: timeout !== undefined && timeout >= 1 ? timeout : defaultTransforms.timeoutSeconds,
  }
}

/** Without `./` before it and `/` behind it. A pattern would try a million slashes from each of them. */
function trimmed(path: string): string {
  let [start, end] = [0, path.length]
  while (path.startsWith('./', start)) start += 2
  while (end > start && path[end - 1] === '/') end--
  return path.slice(start, end)
}

/** Folders are inside the product: the release holds their files, and nothing outside can be part of it. */
function folder(written: string | undefined, name: string, notes: Notes): string | undefined {
  if (written === undefined) return undefined
  const clean = trimmed(written) || '.'
  if (written.length > 1000 || clean.startsWith('/') || /^[A-Za-z]:|\\/.test(clean) || clean.split('/').includes('..'))
    notes.error(
      'value-invalid',
      [...path, name],
      `${shown(written)} is outside the product's folder`,
      'write a path inside it, with /',
    )
  return clean
}

function materialisationOf(raw: Raw, key: string[], notes: Notes): Materialisation {
  const names = spellings.filter((name) => raw[name] !== undefined)
  const name = names[0]
  if (name === undefined) return 'full'
  if (names.length > 1)
    notes.error('key-twice', [...path, names[1]!], `${names.join(' and ')} mean the same`, `keep ${name}`, 'key')
  const word = raw[name]!.trim().toLowerCase()
  if (['full', 'table', 'view', 'replace', 'overwrite', 'full_refresh'].includes(word)) return 'full'
  if (['append', 'insert', 'append_only'].includes(word)) return 'append'
  if (['merge', 'upsert'].includes(word)) return 'merge'
  // Rule: dbt, incremental models append unless they have a unique key.
  if (word === 'incremental') return key.length > 0 ? 'merge' : 'append'
  notes.error(
    'value-unknown',
    [...path, name],
    `${name} cannot be ${shown(raw[name])}`,
    `write ${nearest(word, ['full', 'append', 'merge']) ?? 'full, append or merge'}`,
  )
  return 'full'
}

export function readSchedule(raw: Raw['schedule'], at: Path, notes: Notes): { cron?: string; onInput: boolean } {
  if (raw === undefined) return { onInput: false }
  if (typeof raw === 'object') {
    const key = raw.cron === undefined ? 'every' : 'cron'
    const cron = raw[key] === undefined ? undefined : notes.parsed([...at, key], parseCron(raw[key]))
    return { ...(cron === undefined ? {} : { cron }), onInput: raw.on_input ?? false }
  }
  const word = raw
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
  if (
    [
      'on_input',
      'on_inputs',
      'input',
      'when_an_input_published',
      'when_input_published',
      'on_publish',
      'event',
    ].includes(word)
  )
    return { onInput: true }
  if (['manual', 'none', 'never', 'on_demand', ''].includes(word)) return { onInput: false }
  const cron = notes.parsed(at, parseCron(raw))
  return { ...(cron === undefined ? {} : { cron }), onInput: false }
}

function timezoneOf(raw: Raw, notes: Notes): string {
  const inSchedule = typeof raw.schedule === 'object' ? raw.schedule.timezone : undefined
  const zone = inSchedule ?? raw.timezone
  return zone === undefined
    ? 'UTC'
    : checkTimezone(zone, inSchedule === undefined ? [...path, 'timezone'] : [...path, 'schedule', 'timezone'], notes)
}

export function checkTimezone(zone: string, at: Path, notes: Notes): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone
  } catch {
    notes.error('value-unknown', at, `${shown(zone)} is no time zone`, 'write UTC or a name such as Europe/Berlin')
    return 'UTC'
  }
}

/** `dbt` and `sql` say how models are written, and DuckDB builds them; any other engine is declared. */
function engineOf(written: string | undefined, notes: Notes): string {
  const word = (written ?? 'duckdb').trim().toLowerCase()
  if (['duckdb', 'dbt', 'dbt-duckdb', 'sql'].includes(word)) return 'duckdb'
  const near = nearest(word, ['duckdb', 'dbt', 'sql'])
  notes.warn(
    'engine-declared',
    [...path, 'engine'],
    `the engine ${shown(written)} is not here; the models are built by DuckDB`,
    near ? `did you mean ${near}?` : 'write engine: duckdb, or keep it for an installation that has it',
  )
  return word
}

function retryOf(raw: Raw['retry'], notes: Notes): Transforms['retry'] {
  if (raw === undefined) return { ...defaultTransforms.retry }
  if (typeof raw === 'number')
    return { attempts: whole(raw, 0, 100, [...path, 'retry'], notes) ?? 2, backoffSeconds: 30 }
  const backoff =
    raw.backoff === undefined ? undefined : notes.parsed([...path, 'retry', 'backoff'], parseDuration(raw.backoff))
  return {
    attempts: whole(raw.attempts, 0, 100, [...path, 'retry', 'attempts'], notes) ?? 2,
    backoffSeconds: backoff ?? 30,
  }
}

function whole(value: number | undefined, min: number, max: number, at: Path, notes: Notes): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return value
  notes.error('value-invalid', at, `${at.at(-1)} cannot be ${value}`, `write a whole number from ${min} to ${max}`)
  return undefined
}
