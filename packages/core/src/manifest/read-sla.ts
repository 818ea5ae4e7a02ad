import type { RawDataProduct } from './document.ts'
import type { Loose, Notes } from './issues.ts'
import type { ServiceLevels } from './model.ts'
import { parseDuration, parseShare } from './units.ts'
import type { Path } from './yaml.ts'

type Raw = NonNullable<Loose<RawDataProduct['spec']>['sla']>
type Level = NonNullable<Raw['freshness']>

const ages = [
  ['max_age_seconds', 'seconds'],
  ['max_age_minutes', 'minutes'],
  ['max_age_hours', 'hours'],
  ['max_age_days', 'days'],
] as const

export function readSla(raw: Raw | undefined, notes: Notes): ServiceLevels {
  const levels: ServiceLevels = { declared: {} }
  if (!raw) return levels
  const freshness = timeOf(raw.freshness, 'freshness', notes)
  if (freshness) levels.freshness = { maxAgeSeconds: freshness.seconds, written: freshness.written }
  const latency = timeOf(raw.latency, 'latency', notes)
  if (latency)
    levels.latency = {
      maxSeconds: latency.seconds,
      ...(latency.percentile === undefined ? {} : { percentile: latency.percentile }),
      written: latency.written,
    }
  for (const name of ['availability', 'completeness', 'accuracy'] as const) {
    const level = shareOf(raw[name], name, notes)
    if (level) levels[name] = level
  }
  for (const name of ['quality_score', 'retention', 'throughput', 'response_time', 'recovery_time', 'support'] as const)
    if (raw[name] !== undefined) levels.declared[name] = String(raw[name])
  return levels
}

function timeOf(
  raw: Level | undefined,
  name: string,
  notes: Notes,
): { seconds: number; written: string; percentile?: number } | undefined {
  if (raw === undefined) return undefined
  const path: Path = ['spec', 'sla', name]
  if (typeof raw !== 'object') {
    const seconds = notes.parsed(path, parseDuration(raw))
    return seconds === undefined ? undefined : { seconds, written: String(raw) }
  }
  const percentile =
    raw.percentile === undefined ? undefined : percentileOf(raw.percentile, [...path, 'percentile'], notes)
  const more = percentile === undefined ? {} : { percentile }
  for (const [key, unit] of ages) {
    const amount = raw[key]
    if (amount === undefined) continue
    const seconds = notes.parsed([...path, key], parseDuration(`${amount} ${unit}`))
    return seconds === undefined ? undefined : { seconds, written: `${amount} ${unit}`, ...more }
  }
  const key = raw.max_age === undefined ? 'threshold' : 'max_age'
  const written = raw[key]
  if (written === undefined) {
    notes.error('key-missing', [...path, 'threshold'], `${name} does not say how long`, `write ${name}: "5 minutes"`)
    return undefined
  }
  const seconds = notes.parsed([...path, key], parseDuration(written))
  return seconds === undefined ? undefined : { seconds, written: String(written), ...more }
}

function shareOf(raw: Level | undefined, name: string, notes: Notes): { share: number; written: string } | undefined {
  if (raw === undefined) return undefined
  const path: Path = ['spec', 'sla', name]
  if (typeof raw !== 'object') {
    const share = notes.parsed(path, parseShare(raw))
    return share === undefined ? undefined : { share, written: String(raw) }
  }
  const key = (['threshold', 'min_threshold', 'percentage', 'uptime_percentage'] as const).find(
    (k) => raw[k] !== undefined,
  )
  if (!key) {
    notes.error('key-missing', [...path, 'threshold'], `${name} does not say how much`, `write ${name}: "99.9%"`)
    return undefined
  }
  // The unit stands in the name of the key.
  const inPercent = key.endsWith('percentage') && typeof raw[key] === 'number'
  const written = inPercent ? `${raw[key]}%` : raw[key]!
  const share = notes.parsed([...path, key], parseShare(written))
  return share === undefined ? undefined : { share, written: String(written) }
}

function percentileOf(written: string | number, path: Path, notes: Notes): number | undefined {
  const match = /^p?(\d{1,2}(?:\.\d+)?)(?:%|th)?$/i.exec(String(written).trim())
  if (match && Number(match[1]) > 0) return Number(match[1])
  notes.error('value-invalid', path, `percentile: "${written}" is no percentile`, 'write p99 or 99.9')
  return undefined
}
