import { BuiltinError, type Call } from '../builtin.ts'
import { type Civil, nanosOf } from './civil.ts'

/** Offset from UTC in seconds at an instant, and the letters that Go prints for MST. */
export type Zone = { name: string; offset: (nanos: bigint) => number; letters: (nanos: bigint) => string }

export const utc: Zone = { name: 'UTC', offset: () => 0, letters: () => 'UTC' }

const milliseconds = (nanos: bigint): number => Number(nanos / 1_000_000n) - (nanos % 1_000_000n < 0n ? 1 : 0)

const named = (format: Intl.DateTimeFormat, nanos: bigint): string =>
  format.formatToParts(milliseconds(nanos)).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'

/** Abbreviations are a matter of locale in Intl; each of these knows the zones of its part of the world. */
const locales = ['en-US', 'en-GB', 'en-AU', 'en-CA', 'en-NZ', 'en-IN', 'en-ZA'] as const
/** Those that no locale spells and the zone database does. */
const lettersElsewhere: Readonly<Record<string, string>> = {
  'Asia/Tokyo': 'JST',
  'Asia/Seoul': 'KST',
  'Asia/Shanghai': 'CST',
  'Asia/Taipei': 'CST',
  'Asia/Macau': 'CST',
  'Asia/Hong_Kong': 'HKT',
  'Asia/Manila': 'PST',
  'Asia/Karachi': 'PKT',
  'Asia/Kolkata': 'IST',
  'Asia/Calcutta': 'IST',
  'Asia/Jakarta': 'WIB',
  'Asia/Makassar': 'WITA',
  'Asia/Jayapura': 'WIT',
  'Europe/Moscow': 'MSK',
  'Africa/Johannesburg': 'SAST',
  'Africa/Lagos': 'WAT',
  'Africa/Nairobi': 'EAT',
  'Africa/Maputo': 'CAT',
  'Africa/Harare': 'CAT',
  GMT: 'GMT',
}

/** Any name of the zone database; '' and Local mean UTC, as this process has no place. Rule: Go, time.LoadLocation. */
export const zoneOf = (name: string, call: Call): Zone => {
  if (name === '' || name === 'UTC' || name === 'Local') return utc
  const key = `time zone ${name}`
  const known = call.memo.get(key) as Zone | undefined
  if (known !== undefined) return known
  call.spend(100, 2_000)
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) throw new BuiltinError(`unknown time zone ${name}`)
  const made = zone(name)
  call.memo.set(key, made)
  return made
}

const formatter = (timeZone: string, timeZoneName: 'longOffset' | 'short', locale: string): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat(locale, { timeZone, timeZoneName })
  } catch {
    throw new BuiltinError(`unknown time zone ${timeZone}`)
  }
}

const winter = 946_684_800_000_000_000n
const summer = 962_409_600_000_000_000n

const zone = (name: string): Zone => {
  const format = formatter(name, 'longOffset', 'en-US')
  let short: readonly Intl.DateTimeFormat[] | undefined
  const offset = (nanos: bigint): number => {
    const [, sign, hours, minutes, seconds] = /^GMT([+-])(\d+)(?::(\d+))?(?::(\d+))?$/.exec(named(format, nanos)) ?? []
    if (sign === undefined) return 0
    const size = Number(hours) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)
    return sign === '-' ? -size : size
  }
  const letters = (nanos: bigint): string => {
    const elsewhere = lettersElsewhere[name]
    if (elsewhere !== undefined) return elsewhere
    short ??= locales.map((locale) => formatter(name, 'short', locale))
    const at = offset(nanos)
    // before there was standard time, places had their own
    if (at % 60 !== 0) return 'LMT'
    // Intl knows no letters before 1970; a later day with the same offset has the same ones
    const moment = nanos >= 0n ? nanos : ([winter, summer].find((each) => offset(each) === at) ?? nanos)
    for (const each of short) {
      const found = named(each, moment)
      if (/^[A-Z]{2,5}$/.test(found) && (found !== 'UTC' || at === 0)) return found
    }
    return numeric(at)
  }
  return { name, offset, letters }
}

/** As the zone database calls zones without letters: +04, -0330. */
const numeric = (offset: number): string => {
  const minutes = Math.floor(Math.abs(offset) / 60)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${minutes % 60 === 0 ? '' : two(minutes % 60)}`
}

/** The instant at which the clocks of the zone show it; in the gap or the doubled hour of a change as Go's time.Date chooses. */
export const instantOf = (shown: Civil, of: Zone): bigint => {
  const guess = nanosOf(shown)
  const first = of.offset(guess)
  if (first === 0) return guess
  const second = of.offset(guess - BigInt(first) * 1_000_000_000n)
  return guess - BigInt(second) * 1_000_000_000n
}
