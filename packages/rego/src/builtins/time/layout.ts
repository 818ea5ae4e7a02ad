import { BuiltinError } from '../builtin.ts'
import { quoted } from '../term-text.ts'
import { type Civil, civilOf, daysIn, daysOf, months, nanosOf, weekdayOf, weekdays } from './civil.ts'
import type { Zone } from './zone.ts'

/** The layouts that have a name. Rule: OPA, time.format. */
const namedLayouts: Readonly<Record<string, string>> = {
  ANSIC: 'Mon Jan _2 15:04:05 2006',
  UnixDate: 'Mon Jan _2 15:04:05 MST 2006',
  RubyDate: 'Mon Jan 02 15:04:05 -0700 2006',
  RFC822: '02 Jan 06 15:04 MST',
  RFC822Z: '02 Jan 06 15:04 -0700',
  RFC850: 'Monday, 02-Jan-06 15:04:05 MST',
  RFC1123: 'Mon, 02 Jan 2006 15:04:05 MST',
  RFC1123Z: 'Mon, 02 Jan 2006 15:04:05 -0700',
  RFC3339: '2006-01-02T15:04:05Z07:00',
  RFC3339Nano: '2006-01-02T15:04:05.999999999Z07:00',
}
export const layoutNamed = (name: string): string =>
  Object.hasOwn(namedLayouts, name) ? (namedLayouts[name] as string) : name

/** What stands for a part of the time in a layout: Go's reference time, Mon Jan 2 15:04:05 MST 2006. */
const chunk =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|1|2006|2|_2(?!006)|__2|3|4|5|PM|pm|[-Z](?:070000|07:00:00|0700|07:00|07)|[.,](?:0+|9+)(?!\d)/g

const two = (value: number, width = 2): string =>
  value < 0 ? `-${String(-value).padStart(width, '0')}` : String(value).padStart(width, '0')

export const formatTime = (nanos: bigint, zone: Zone, layout: string): string => {
  const offset = zone.offset(nanos)
  const at = civilOf(nanos, offset)
  const hour12 = at.hour % 12 === 0 ? 12 : at.hour % 12
  const ofYear = (): number => daysOf(at.year, at.month, at.day) - daysOf(at.year, 1, 1) + 1
  const month = months[at.month - 1] as string
  return layout.replace(chunk, (part) => {
    switch (part) {
      case 'January':
        return month
      case 'Jan':
        return month.slice(0, 3)
      case 'Monday':
        return weekdayOf(at)
      case 'Mon':
        return weekdayOf(at).slice(0, 3)
      case 'MST':
        return zone.letters(nanos)
      case '01':
        return two(at.month)
      case '1':
        return String(at.month)
      case '02':
        return two(at.day)
      case '2':
        return String(at.day)
      case '_2':
        return String(at.day).padStart(2)
      case '002':
        return two(ofYear(), 3)
      case '__2':
        return String(ofYear()).padStart(3)
      case '03':
        return two(hour12)
      case '3':
        return String(hour12)
      case '15':
        return two(at.hour)
      case '04':
        return two(at.minute)
      case '4':
        return String(at.minute)
      case '05':
        return two(at.second)
      case '5':
        return String(at.second)
      case '06':
        return two(Math.abs(at.year) % 100)
      case '2006':
        return two(at.year, 4)
      case 'PM':
        return at.hour >= 12 ? 'PM' : 'AM'
      case 'pm':
        return at.hour >= 12 ? 'pm' : 'am'
      default:
        return part[0] === '.' || part[0] === ',' ? fraction(at.nano, part) : offsetText(offset, part)
    }
  })
}

const fraction = (nano: number, part: string): string => {
  const digits = two(nano, 9).slice(0, Math.min(part.length - 1, 9))
  if (part[1] === '0') return part[0] + digits
  const kept = digits.replace(/0+$/, '')
  return kept === '' ? '' : part[0] + kept
}

const offsetText = (offset: number, part: string): string => {
  if (offset === 0 && part[0] === 'Z') return 'Z'
  const size = Math.abs(offset)
  const by = part.includes(':') ? ':' : ''
  const digits = part.replace(/\D/g, '').length
  const shown = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60].slice(0, digits / 2)
  return (offset < 0 ? '-' : '+') + shown.map((each) => two(each)).join(by)
}

/** Nothing of the value fits here. */
class Unfit extends Error {}

const letters = (value: string): number => {
  if (/^(ChST|MeST)/.test(value)) return 4
  const [signed] = /^(?:GMT)?[+-]\d+/.exec(value) ?? []
  if (signed !== undefined && Number(signed.replace(/^(GMT)?[+-]/, '')) <= 23) return signed.length
  if (value.startsWith('GMT')) return 3
  const upper = /^[A-Z]{0,6}/.exec(value)?.[0] ?? ''
  if (upper.length === 5 && upper[4] === 'T') return 5
  if (upper.length === 4 && (upper[3] === 'T' || upper === 'WITA')) return 4
  return upper.length === 3 ? 3 : 0
}

/** Nanoseconds since 1970. Without a zone in it the value is meant in UTC; unknown letters of a zone too. Rule: Go, time.Parse. */
export const parseTime = (layout: string, value: string): bigint => {
  let rest = value
  let year = 0
  let month = -1
  let day = -1
  let ofYear = -1
  let [hour, minute, second, nano] = [0, 0, 0, 0]
  let [before, after] = [false, false]
  let offset: number | undefined

  const fail = (what: string): BuiltinError => new BuiltinError(`parsing time ${quoted(value)}${what}`)
  const unfit = (part: string, at: string): BuiltinError =>
    fail(` as ${quoted(layout)}: cannot parse ${quoted(at)} as ${quoted(part)}`)
  const take = (form: RegExp): string => {
    const found = form.exec(rest)?.[0]
    if (found === undefined) throw new Unfit()
    rest = rest.slice(found.length)
    return found
  }
  const within = (number: number, least: number, most: number, name: string): number => {
    if (number < least || number > most) throw fail(`: ${name} out of range`)
    return number
  }
  const name = (names: readonly string[], length?: number): number => {
    const at = names.findIndex((each) => {
      const wanted = length === undefined ? each : each.slice(0, length)
      return rest.slice(0, wanted.length).toLowerCase() === wanted.toLowerCase()
    })
    if (at < 0) throw new Unfit()
    rest = rest.slice(length ?? (names[at] as string).length)
    return at
  }
  const nanos = (digits: string): number => Number(digits.slice(1, 10).padEnd(9, '0'))
  const skip = (literal: string): void => {
    for (let at = 0; at < literal.length; ) {
      if (literal[at] === ' ') {
        if (rest !== '' && rest[0] !== ' ') throw unfit(literal, rest)
        while (literal[at] === ' ') at++
        rest = rest.replace(/^ +/, '')
      } else {
        if (rest[0] !== literal[at]) throw unfit(literal, rest)
        at++
        rest = rest.slice(1)
      }
    }
  }
  const zoneOffset = (part: string): number => {
    const colon = part.includes(':')
    const count = part.replace(/\D/g, '').length / 2
    const form = new RegExp(
      `^[+-]\\d\\d${count > 1 ? `${colon ? ':' : ''}\\d\\d` : ''}${count > 2 ? `${colon ? ':' : ''}\\d\\d` : ''}`,
    )
    const found = take(form)
    const [hours = 0, minutes = 0, seconds = 0] = (found.match(/\d\d/g) ?? []).map(Number)
    within(hours, 0, 24, 'time zone offset hour')
    within(minutes, 0, 60, 'time zone offset minute')
    within(seconds, 0, 60, 'time zone offset second')
    const size = hours * 3600 + minutes * 60 + seconds
    return found[0] === '-' ? -size : size
  }
  const read = (part: string, following: string): void => {
    switch (part) {
      case 'January':
        month = name(months) + 1
        break
      case 'Jan':
        month = name(months, 3) + 1
        break
      case 'Monday':
        name(weekdays)
        break
      case 'Mon':
        name(weekdays, 3)
        break
      case 'MST': {
        if (rest.startsWith('UTC')) {
          rest = rest.slice(3)
          offset = 0
          break
        }
        const length = letters(rest)
        if (length === 0) throw new Unfit()
        const shown = rest.slice(0, length)
        rest = rest.slice(length)
        // letters alone name no offset; GMT+3 does
        if (offset === undefined) offset = /^GMT[+-]/.test(shown) ? Number(shown.slice(3)) * 3600 : 0
        break
      }
      case '01':
      case '1':
        month = within(Number(take(part === '01' ? /^\d\d/ : /^\d\d?/)), 1, 12, 'month')
        break
      case '02':
      case '2':
      case '_2':
        if (part === '_2' && rest[0] === ' ') rest = rest.slice(1)
        day = Number(take(part === '02' ? /^\d\d/ : /^\d\d?/))
        break
      case '002':
      case '__2':
        if (part === '__2') rest = rest.replace(/^ {1,2}/, '')
        ofYear = Number(take(part === '002' ? /^\d{3}/ : /^\d{1,3}/))
        break
      case '15':
        hour = within(Number(take(/^\d\d?/)), 0, 23, 'hour')
        break
      case '03':
      case '3':
        hour = within(Number(take(part === '03' ? /^\d\d/ : /^\d\d?/)), 0, 12, 'hour')
        break
      case '04':
      case '4':
        minute = within(Number(take(part === '04' ? /^\d\d/ : /^\d\d?/)), 0, 59, 'minute')
        break
      case '05':
      case '5':
        second = within(Number(take(part === '05' ? /^\d\d/ : /^\d\d?/)), 0, 59, 'second')
        // a fraction may follow though the layout does not ask for one
        if (/^[.,]\d/.test(rest) && !/^[.,][09]/.test(following)) nano = nanos(take(/^[.,]\d+/))
        break
      case '06':
        year = Number(take(/^\d\d/))
        year += year >= 69 ? 1900 : 2000
        break
      case '2006':
        year = Number(take(/^\d{4}/))
        break
      case 'PM':
      case 'pm': {
        const half = take(part === 'PM' ? /^[AP]M/ : /^[ap]m/).toLowerCase()
        before = half === 'am'
        after = half === 'pm'
        break
      }
      default:
        if (part[0] === '.' || part[0] === ',') {
          if (part[1] === '0') nano = nanos(take(new RegExp(`^[.,]\\d{${Math.min(part.length - 1, 1_000)}}`)))
          else if (/^[.,]\d/.test(rest)) nano = nanos(take(/^[.,]\d+/))
        } else if (part[0] === 'Z' && rest[0] === 'Z') {
          rest = rest.slice(1)
          offset = 0
        } else offset = zoneOffset(part)
    }
  }

  let done = 0
  const parts = [...layout.matchAll(chunk)]
  for (const [at, found] of parts.entries()) {
    skip(layout.slice(done, found.index))
    done = found.index + found[0].length
    const held = rest
    const next = parts[at + 1]
    try {
      read(found[0], next?.[0] ?? '')
    } catch (error) {
      if (error instanceof Unfit) throw unfit(found[0], held)
      throw error
    }
  }
  skip(layout.slice(done))
  if (rest !== '') throw fail(`: extra text: ${quoted(rest)}`)

  if (after && hour < 12) hour += 12
  else if (before && hour === 12) hour = 0
  if (ofYear >= 0) {
    within(ofYear, 1, daysOf(year + 1, 1, 1) - daysOf(year, 1, 1), 'day-of-year')
    const found = civilOf(BigInt(daysOf(year, 1, ofYear)) * 86_400_000_000_000n, 0)
    if (month >= 0 && month !== found.month) throw fail(': day-of-year does not match month')
    if (day >= 0 && day !== found.day) throw fail(': day-of-year does not match day')
    month = found.month
    day = found.day
  }
  if (month < 0) month = 1
  if (day < 0) day = 1
  within(day, 1, daysIn(year, month), 'day')
  const shown: Civil = { year, month, day, hour, minute, second, nano }
  return nanosOf(shown) - BigInt(offset ?? 0) * 1_000_000_000n
}
