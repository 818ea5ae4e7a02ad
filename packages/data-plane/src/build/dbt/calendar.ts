import { bind, func, type Kwargs, type Thing, Trouble, thing, type Value, wholeOf } from '../jinja/index.ts'

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const months = [
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
]
const pad = (value: number, width = 2): string => String(value).padStart(width, '0')
const dayMs = 86_400_000
const weekday = (at: Date): number => (at.getUTCDay() + 6) % 7
const dayOfYear = (at: Date): number => Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 1)) / dayMs) + 1

const directives: Readonly<Record<string, (at: Date) => string>> = {
  Y: (at) => pad(at.getUTCFullYear(), 4),
  y: (at) => pad(at.getUTCFullYear() % 100),
  m: (at) => pad(at.getUTCMonth() + 1),
  d: (at) => pad(at.getUTCDate()),
  H: (at) => pad(at.getUTCHours()),
  I: (at) => pad(at.getUTCHours() % 12 || 12),
  M: (at) => pad(at.getUTCMinutes()),
  S: (at) => pad(at.getUTCSeconds()),
  f: (at) => `${pad(at.getUTCMilliseconds(), 3)}000`,
  p: (at) => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
  j: (at) => pad(dayOfYear(at), 3),
  A: (at) => days[weekday(at)] ?? '',
  a: (at) => (days[weekday(at)] ?? '').slice(0, 3),
  B: (at) => months[at.getUTCMonth()] ?? '',
  b: (at) => (months[at.getUTCMonth()] ?? '').slice(0, 3),
  u: (at) => String(weekday(at) + 1),
  w: (at) => String(at.getUTCDay()),
  Z: () => 'UTC',
  z: () => '+0000',
  '%': () => '%',
}
const strftime = (at: Date, format: string): string =>
  format.replace(
    /%(.)/g,
    (whole, letter: string) => (Object.hasOwn(directives, letter) ? directives[letter]?.(at) : whole) ?? whole,
  )

/** Reads a text by a format of digits: %Y %m %d %H %M %S %f. */
function strptime(text: string, format: string): Date {
  const fields: string[] = []
  const digits: Readonly<Record<string, string>> = {
    Y: '(\\d{4})',
    m: '(\\d{1,2})',
    d: '(\\d{1,2})',
    H: '(\\d{1,2})',
    M: '(\\d{1,2})',
    S: '(\\d{1,2})',
    f: '(\\d{1,6})',
  }
  const pattern = format.replace(/%(.)|[\\^$.*+?()[\]{}|]/g, (whole, letter: string | undefined) => {
    const digit = letter === undefined ? undefined : digits[letter]
    if (letter === undefined) return `\\${whole}`
    if (!digit) throw new Trouble(`strptime does not know %${letter}`)
    fields.push(letter)
    return digit
  })
  const found = new RegExp(`^${pattern}$`).exec(text)
  if (!found) throw new Trouble(`time data '${text}' does not match format '${format}'`)
  const part = (letter: string, fallback: number): number => Number(found[fields.indexOf(letter) + 1] ?? fallback)
  const read = (letter: string, fallback: number): number =>
    fields.includes(letter) ? part(letter, fallback) : fallback
  const ms = fields.includes('f') ? Math.floor(Number((found[fields.indexOf('f') + 1] ?? '').padEnd(6, '0')) / 1000) : 0
  return new Date(
    Date.UTC(read('Y', 1900), read('m', 1) - 1, read('d', 1), read('H', 0), read('M', 0), read('S', 0), ms),
  )
}

const isoDate = (at: Date): string => strftime(at, '%Y-%m-%d')
const fraction = (at: Date): string => (at.getUTCMilliseconds() === 0 ? '' : `.${strftime(at, '%f')}`)

const span = (ms: number): Thing =>
  thing(
    'timedelta',
    {
      days: BigInt(Math.floor(ms / dayMs)),
      seconds: BigInt(Math.floor((((ms % dayMs) + dayMs) % dayMs) / 1000)),
      ms,
      total_seconds: func('total_seconds', () => ms / 1000),
    },
    {
      text: () =>
        `${Math.floor(ms / dayMs)} days, ${new Date(((ms % dayMs) + dayMs) % dayMs).toISOString().slice(11, 19)}`,
      identity: `timedelta:${ms}`,
    },
  )
const memberNumber = (value: Value, type: string, name: string): number | undefined => {
  const isOne =
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'thing' && value.type === type
  const member = isOne ? value.attr(name) : undefined
  return typeof member === 'number' ? member : undefined
}

/** A moment (UTC) or, with `isDay`, a date. */
export function moment(at: Date, isDay = false): Thing {
  if (Number.isNaN(at.getTime())) throw new Trouble('the date is out of range')
  const whole = (value: number): bigint => BigInt(value)
  return thing(
    isDay ? 'date' : 'datetime',
    {
      year: whole(at.getUTCFullYear()),
      month: whole(at.getUTCMonth() + 1),
      day: whole(at.getUTCDate()),
      hour: whole(at.getUTCHours()),
      minute: whole(at.getUTCMinutes()),
      second: whole(at.getUTCSeconds()),
      microsecond: whole(at.getUTCMilliseconds() * 1000),
      epoch: at.getTime(),
      strftime: func('strftime', ([format]) => strftime(at, String(format))),
      isoformat: func('isoformat', () => (isDay ? isoDate(at) : strftime(at, '%Y-%m-%dT%H:%M:%S') + fraction(at))),
      date: func('date', () => moment(new Date(Math.floor(at.getTime() / dayMs) * dayMs), true)),
      weekday: func('weekday', () => whole(weekday(at))),
      isoweekday: func('isoweekday', () => whole(weekday(at) + 1)),
      timestamp: func('timestamp', () => at.getTime() / 1000),
      astimezone: func('astimezone', () => moment(at)),
      replace: func('replace', (args, kwargs) => {
        const parts = bind(
          'replace',
          ['year?', 'month?', 'day?', 'hour?', 'minute?', 'second?', 'microsecond?', 'tzinfo?'],
          args,
          kwargs,
        )
        const now = [
          at.getUTCFullYear(),
          at.getUTCMonth() + 1,
          at.getUTCDate(),
          at.getUTCHours(),
          at.getUTCMinutes(),
          at.getUTCSeconds(),
          at.getUTCMilliseconds() * 1000,
        ]
        const [y = 0, mo = 1, d = 1, h = 0, mi = 0, s = 0, us = 0] = now.map((value, index) =>
          wholeOf('part', parts[index], value),
        )
        return moment(new Date(Date.UTC(y, mo - 1, d, h, mi, s, Math.floor(us / 1000))), isDay)
      }),
    },
    {
      text: () => (isDay ? isoDate(at) : strftime(at, '%Y-%m-%d %H:%M:%S') + fraction(at)),
      identity: `moment:${at.getTime()}`,
      plus: (op, other) => {
        const ms = memberNumber(other, 'timedelta', 'ms')
        if (ms !== undefined) return moment(new Date(at.getTime() + (op === '+' ? ms : -ms)), isDay)
        const from = memberNumber(other, 'datetime', 'epoch') ?? memberNumber(other, 'date', 'epoch')
        return op === '-' && from !== undefined ? span(at.getTime() - from) : undefined
      },
    },
  )
}

const units: Readonly<Record<string, number>> = {
  days: dayMs,
  seconds: 1000,
  microseconds: 0.001,
  milliseconds: 1,
  minutes: 60_000,
  hours: 3_600_000,
  weeks: 7 * dayMs,
}
function timedelta(args: readonly Value[], kwargs: Kwargs): Value {
  const names = Object.keys(units)
  const parts = bind(
    'timedelta',
    names.map((name) => `${name}?`),
    args,
    kwargs,
  )
  return span(names.reduce((sum, name, index) => sum + Number(parts[index] ?? 0) * (units[name] ?? 0), 0))
}

/** `modules.datetime`: what models use of it. `now` is the moment the run began, so that a build can be repeated. */
export function datetimeModule(now: Date): Thing {
  const make =
    (isDay: boolean) =>
    (args: readonly Value[], kwargs: Kwargs): Value => {
      const parts = bind(
        'datetime',
        ['year', 'month', 'day', 'hour?', 'minute?', 'second?', 'microsecond?', 'tzinfo?'],
        args,
        kwargs,
      )
      const [y = 0, mo = 1, d = 1, h = 0, mi = 0, s = 0, us = 0] = parts
        .slice(0, 7)
        .map((part) => wholeOf('part', part, 0))
      return moment(new Date(Date.UTC(y, mo - 1, d, h, mi, s, Math.floor(us / 1000))), isDay)
    }
  const today = (): Value => moment(new Date(Math.floor(now.getTime() / dayMs) * dayMs), true)
  const parse = func('strptime', ([text, format]) => moment(strptime(String(text), String(format))))
  const fromIso = (isDay: boolean): Value =>
    func('fromisoformat', ([text]) =>
      moment(
        new Date(/T|\s/.test(String(text)) ? `${String(text).replace(' ', 'T').replace(/Z$/, '')}Z` : String(text)),
        isDay,
      ),
    )
  const current = func('now', () => moment(now))
  return thing('datetime', {
    datetime: thing(
      'datetime',
      { now: current, utcnow: current, today: current, strptime: parse, fromisoformat: fromIso(false) },
      { call: make(false) },
    ),
    date: thing('date', { today: func('today', today), fromisoformat: fromIso(true) }, { call: make(true) }),
    timedelta: func('timedelta', timedelta),
    timezone: thing('timezone', { utc: 'UTC' }),
  })
}
