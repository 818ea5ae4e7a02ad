import type { Value } from '../../value.ts'
import { type Builtin, BuiltinError, type Builtins, type Call, integer, text, typeName, wrong } from '../builtin.ts'
import { isWhole, toBigint, whole } from '../decimal.ts'
import { type Civil, civilOf, daysIn, weekdayOf } from './civil.ts'
import { parseDuration } from './duration.ts'
import { formatTime, layoutNamed, parseTime } from './layout.ts'
import { instantOf, utc, type Zone, zoneOf } from './zone.ts'

type Moment = { nanos: bigint; zone: Zone; layout: string }
const operand = 'either number (ns) or [number (ns), string (tz)]'

/** Nanoseconds since 1970, or [ns, zone], or [ns, zone, layout]. */
const momentOf = (value: Value, call: Call): Moment => {
  const parts: readonly Value[] = Array.isArray(value) ? value : [value]
  const [nanos, zone, layout] = parts
  if (nanos === undefined || (!Array.isArray(value) && typeName(value) !== 'number')) throw wrong(1, operand, value)
  if (typeof nanos !== 'number' && typeof nanos !== 'bigint') throw wrong(1, 'number', nanos)
  if (zone !== undefined && typeof zone !== 'string') throw wrong(1, 'string', zone)
  if (layout !== undefined && typeof layout !== 'string') throw wrong(1, 'string', layout)
  if (!isWhole(nanos)) throw new BuiltinError('timestamp too big')
  const exact = toBigint(nanos)
  if (BigInt.asIntN(64, exact) !== exact) throw new BuiltinError('timestamp too big')
  return { nanos: exact, zone: zone === undefined ? utc : zoneOf(zone, call), layout: layout ?? '' }
}

const valid = (nanos: bigint): Value => {
  if (BigInt.asIntN(64, nanos) !== nanos) throw new BuiltinError('time outside of valid range')
  return whole(nanos)
}

const ofMoment = (result: Builtin['result'], show: (shown: Civil) => Value): Builtin => ({
  args: [['number', 'array']],
  result,
  eval: ([value], call) => {
    const { nanos, zone } = momentOf(value as Value, call)
    return show(civilOf(nanos, zone.offset(nanos)))
  },
})

const parsed = (layout: string, value: string, call: Call): Value => {
  call.spend(1 + (layout.length + value.length) / 16, (layout.length + value.length) * 16)
  return valid(parseTime(layout, value))
}

/** Parts of a calendar beyond this lie outside of what nanoseconds can tell, however they are mixed. */
const furthest = 1_000_000

const moved = (args: readonly Value[], call: Call): Value => {
  const { nanos, zone } = momentOf(args[0] as Value, call)
  const [years, months, days] = [integer(args, 2), integer(args, 3), integer(args, 4)].map(Number) as [
    number,
    number,
    number,
  ]
  if ([years, months, days].some((each) => Math.abs(each) > furthest))
    throw new BuiltinError('time outside of valid range')
  const at = civilOf(nanos, zone.offset(nanos))
  return valid(instantOf({ ...at, year: at.year + years, month: at.month + months, day: at.day + days }, zone))
}

/** Years, months, days, hours, minutes and seconds between two moments, on the clocks of the first one's zone. */
const difference = (a: Moment, b: Moment): Value => {
  const [first, second] = (a.nanos > b.nanos ? [b, a] : [a, b]).map(({ nanos }) =>
    civilOf(nanos, a.zone.offset(nanos)),
  ) as [Civil, Civil]
  const apart = [
    second.year - first.year,
    second.month - first.month,
    second.day - first.day,
    second.hour - first.hour,
    second.minute - first.minute,
    second.second - first.second,
  ] as [number, number, number, number, number, number]
  const sizes = [0, 12, daysIn(first.year, first.month), 24, 60, 60]
  for (let at = 5; at > 0; at--) {
    if ((apart[at] as number) < 0) {
      ;(apart[at] as number) += sizes[at] as number
      ;(apart[at - 1] as number) -= 1
    }
  }
  return apart
}

export const time: Builtins = {
  /** Known to OPA's own cases only. Within an evaluation time stands still, so there is nothing to wait for. */
  'test.sleep': {
    args: ['string'],
    result: 'null',
    eval: (args) => {
      parseDuration(text(args, 1))
      return null
    },
  },
  'time.now_ns': { args: [], result: 'number', nondeterministic: true, eval: (_, call) => whole(call.now) },
  'time.parse_ns': {
    args: ['string', 'string'],
    result: 'number',
    eval: (args, call) => parsed(layoutNamed(text(args, 1)), text(args, 2), call),
  },
  'time.parse_rfc3339_ns': {
    args: ['string'],
    result: 'number',
    eval: (args, call) => parsed(layoutNamed('RFC3339'), text(args, 1), call),
  },
  'time.parse_duration_ns': {
    args: ['string'],
    result: 'number',
    eval: (args, call) => {
      const value = text(args, 1)
      call.spend(1 + value.length / 16)
      return whole(parseDuration(value))
    },
  },
  'time.format': {
    args: [['number', 'array']],
    result: 'string',
    eval: ([value], call) => {
      const { nanos, zone, layout } = momentOf(value as Value, call)
      call.spend(1 + layout.length / 16, layout.length * 16)
      return formatTime(nanos, zone, layoutNamed(layout === '' ? 'RFC3339Nano' : layout))
    },
  },
  'time.date': ofMoment('array', ({ year, month, day }) => [year, month, day]),
  'time.clock': ofMoment('array', ({ hour, minute, second }) => [hour, minute, second]),
  'time.weekday': ofMoment('string', weekdayOf),
  'time.add_date': { args: ['number', 'number', 'number', 'number'], result: 'number', eval: moved },
  'time.diff': {
    args: [
      ['number', 'array'],
      ['number', 'array'],
    ],
    result: 'array',
    eval: ([a, b], call) => difference(momentOf(a as Value, call), momentOf(b as Value, call)),
  },
}
