/** Dates of the proleptic Gregorian calendar, reckoned in whole numbers. Months and days from 1. */
export type Civil = {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  nano: number
}

const dayNanos = 86_400_000_000_000n
const floorDivide = (a: bigint, b: bigint): bigint => (a % b < 0n ? a / b - 1n : a / b)

/** Days since 1970-01-01; months beyond a year carry over. */
export const daysOf = (year: number, month: number, day: number): number => {
  const months = year * 12 + month - 1
  const y = Math.floor(months / 12)
  const m = months - y * 12 + 1
  const shifted = m <= 2 ? y - 1 : y
  const era = Math.floor(shifted / 400)
  const ofEra = shifted - era * 400
  const ofYear = Math.floor((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5)
  return era * 146097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear + day - 1 - 719468
}

export const dateOf = (days: number): readonly [number, number, number] => {
  const shifted = days + 719468
  const era = Math.floor(shifted / 146097)
  const ofEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36524) - Math.floor(ofEra / 146096)) / 365,
  )
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const m = Math.floor((5 * ofYear + 2) / 153)
  const month = m < 10 ? m + 3 : m - 9
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - Math.floor((153 * m + 2) / 5) + 1]
}

export const daysIn = (year: number, month: number): number => daysOf(year, month + 1, 1) - daysOf(year, month, 1)

/** What a clock shows whose zone is `offset` seconds ahead of UTC. `nanos` since 1970. */
export const civilOf = (nanos: bigint, offset: number): Civil => {
  const local = nanos + BigInt(offset) * 1_000_000_000n
  const days = floorDivide(local, dayNanos)
  const rest = Number(local - days * dayNanos)
  const [year, month, day] = dateOf(Number(days))
  const seconds = Math.floor(rest / 1e9)
  return {
    year,
    month,
    day,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    nano: rest - seconds * 1e9,
  }
}

/** As if the clock stood in UTC. */
export const nanosOf = ({ year, month, day, hour, minute, second, nano }: Civil): bigint =>
  BigInt(daysOf(year, month, day)) * dayNanos +
  BigInt(hour * 3600 + minute * 60 + second) * 1_000_000_000n +
  BigInt(nano)

export const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
export const weekdayOf = ({ year, month, day }: Civil): string =>
  weekdays[(((daysOf(year, month, day) + 4) % 7) + 7) % 7] as string
export const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const
