/** What a text about an amount meant; `warning` when it could be taken otherwise. */
export type Parsed<T> = { ok: true; value: T; warning?: string } | { ok: false; why: string; fix: string }

const secondsOf: Readonly<Record<string, number>> = {
  ms: 0.001,
  millisecond: 0.001,
  s: 1,
  sec: 1,
  second: 1,
  m: 60,
  min: 60,
  minute: 60,
  h: 3600,
  hr: 3600,
  hour: 3600,
  d: 86_400,
  day: 86_400,
  w: 604_800,
  wk: 604_800,
  week: 604_800,
  mo: 2_592_000,
  month: 2_592_000,
  quarter: 7_776_000,
  y: 31_536_000,
  yr: 31_536_000,
  year: 31_536_000,
}

const rhythms: Readonly<Record<string, number>> = {
  minutely: 60,
  hourly: 3600,
  daily: 86_400,
  nightly: 86_400,
  weekly: 604_800,
  monthly: 2_592_000,
  quarterly: 7_776_000,
  yearly: 31_536_000,
  annually: 31_536_000,
}

const hundredYears = 100 * 31_536_000

const unitSeconds = (unit: string): number | undefined => {
  if (Object.hasOwn(secondsOf, unit)) return secondsOf[unit]
  const singular = unit.endsWith('s') ? unit.slice(0, -1) : unit
  return Object.hasOwn(secondsOf, singular) ? secondsOf[singular] : undefined
}

const isoDuration = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i

/** Seconds of `P1DT2H` (ISO 8601); a month is 30 days, a year 365. */
function isoSeconds(text: string): number | undefined {
  const match = isoDuration.exec(text)
  if (!match || /^P$|T$/i.test(text)) return undefined
  const [, y, mo, w, d, h, m, s] = match.map((part) => Number(part ?? 0))
  return y! * 31_536_000 + mo! * 2_592_000 + w! * 604_800 + d! * 86_400 + h! * 3600 + m! * 60 + s!
}

/**
 * Seconds of a duration as people write it: `5 minutes`, `< 5 minutes`, `1h 30m`, `hourly`, `7 days`, `PT5M`, `300` (seconds).
 * A month counts 30 days, a year 365. More than 100 years is refused.
 */
export function parseDuration(written: string | number): Parsed<number> {
  const fix = 'write a number and a unit, such as "5 minutes", "1 hour" or "7 days"'
  const no = (why: string): Parsed<number> => ({ ok: false, why, fix })
  const text = String(written)
    .slice(0, 200)
    .trim()
    .toLowerCase()
    .replace(/^(?:(?:<=?|≤|at most|within|max(?:imum)?|up to|under|less than|every)\s*)+/, '')
    .trim()
  let seconds: number | undefined
  if (/^\d+(?:\.\d+)?$/.test(text)) seconds = Number(text)
  else if (Object.hasOwn(rhythms, text)) seconds = rhythms[text]
  else if (unitSeconds(text) !== undefined && text.length > 2) seconds = unitSeconds(text)
  else if (text.startsWith('p')) seconds = isoSeconds(text)
  else {
    const parts = [...text.matchAll(/(\d+(?:[._]\d+)*)\s*([a-z]+)(?:\s*(?:,|and)?\s*)/g)]
    if (parts.length > 0 && parts.map((p) => p[0]).join('') === text) {
      seconds = 0
      for (const [, amount, unit] of parts) {
        const each = unitSeconds(unit!)
        if (each === undefined) return no(`"${unit}" is no unit of time`)
        seconds += Number(amount!.replaceAll('_', '')) * each
      }
    }
  }
  if (seconds === undefined || Number.isNaN(seconds)) return no(`"${short(written)}" is no length of time`)
  if (seconds > hundredYears) return no(`"${short(written)}" is more than 100 years`)
  return typeof written === 'number' || /^\d+(?:\.\d+)?$/.test(text)
    ? { ok: true, value: seconds, warning: `${short(written)} is taken as seconds` }
    : { ok: true, value: seconds }
}

/** Share (0..1) of `99.9%`, `> 95%`, `0.95`, `99.9` (taken as percent, with a warning). */
export function parseShare(written: string | number): Parsed<number> {
  const fix = 'write a percentage such as "99.9%" or a share such as 0.999'
  const text = String(written)
    .slice(0, 200)
    .trim()
    .toLowerCase()
    .replace(/^(?:(?:[<>]=?|≥|≤|at least|at most|min(?:imum)?|max(?:imum)?|more than|less than)\s*)+/, '')
    .trim()
  const match = /^(\d+(?:\.\d+)?)\s*(%|percent|per ?cent)?$/.exec(text)
  if (!match) return { ok: false, why: `"${short(written)}" is no percentage`, fix }
  const amount = Number(match[1])
  if (match[2]) {
    return amount > 100
      ? { ok: false, why: `${short(written)} is more than 100%`, fix }
      : { ok: true, value: roundShare(amount / 100) }
  }
  if (amount <= 1) return { ok: true, value: amount }
  if (amount <= 100)
    return {
      ok: true,
      value: roundShare(amount / 100),
      warning: `${short(written)} has no unit and is taken as ${amount}%`,
    }
  return { ok: false, why: `${short(written)} is more than 100%`, fix }
}

export type Rate = { requests: number; perSeconds: number }

/** `1000 req/min`, `10/s`, `500 requests per hour`, `1000 per 5 minutes`. */
export function parseRate(written: string | number): Parsed<Rate> {
  const fix = 'write requests per time, such as "1000 req/min" or "10/s"'
  const text = String(written).slice(0, 200).trim().toLowerCase()
  const no = (why: string): Parsed<Rate> => ({ ok: false, why, fix })
  const short1 = /^(\d+)\s*(?:rps|qps)$/.exec(text)
  if (short1)
    return Number(short1[1]) > 0
      ? { ok: true, value: { requests: Number(short1[1]), perSeconds: 1 } }
      : no('the rate is 0')
  const match = /^(\d[\d_,]*)\s*(?:req(?:uest)?s?|calls?|queries)?\s*(?:\/|per|a|every)\s*(.{1,40})$/.exec(text)
  if (!match) return no(`"${short(written)}" is no rate`)
  const requests = Number(match[1]!.replace(/[_,]/g, ''))
  const unit = unitSeconds(match[2]!)
  const period = unit !== undefined ? { ok: true as const, value: unit } : parseDuration(match[2]!)
  if (!period.ok) return no(`"${short(written)}" is no rate: ${period.why}`)
  if (!(requests > 0 && requests <= 1e9 && period.value > 0))
    return no(`"${short(written)}" lets nobody through, or everybody`)
  return { ok: true, value: { requests, perSeconds: period.value } }
}

/** Bytes of `512 MB`, `2GiB`, `1024` (MB). */
export function parseMegabytes(written: string | number): Parsed<number> {
  const match = /^(\d+(?:\.\d+)?)\s*(k|m|g|t)?i?b?$/i.exec(String(written).trim())
  const factor = { k: 1 / 1024, m: 1, g: 1024, t: 1024 * 1024 }[(match?.[2] ?? 'm').toLowerCase()]
  const value = match && factor ? Math.round(Number(match[1]) * factor) : 0
  return value >= 16 && value <= 16_777_216
    ? { ok: true, value }
    : {
        ok: false,
        why: `"${short(written)}" is no amount of memory`,
        fix: 'write it like "512 MB" or "2 GB" (at least 16 MB)',
      }
}

/** 0.999 as `99.9%`. */
export const shareText = (share: number): string => `${Number((share * 100).toPrecision(12))}%`

/** 300 as `5 minutes`, in the largest unit that is whole. */
export function durationText(seconds: number): string {
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ] as const)
    if (seconds >= size && seconds % size === 0) return `${seconds / size} ${unit}${seconds === size ? '' : 's'}`
  return Number.isInteger(seconds * 1000) ? `${seconds * 1000} ms` : `PT${seconds}S`
}

const roundShare = (share: number): number => Number(share.toPrecision(15))
const short = (written: string | number): string => {
  const text = String(written)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
