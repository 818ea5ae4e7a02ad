import type { Parsed } from './units.ts'
import { parseDuration } from './units.ts'

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const fields: readonly { name: string; min: number; max: number; words?: readonly string[]; base?: number }[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, words: months, base: 1 },
  { name: 'day of week', min: 0, max: 7, words: days, base: 0 },
]

const rhythms: Readonly<Record<string, string>> = {
  minutely: '* * * * *',
  hourly: '0 * * * *',
  daily: '0 0 * * *',
  nightly: '0 2 * * *',
  midnight: '0 0 * * *',
  weekly: '0 0 * * 1',
  monthly: '0 0 1 * *',
  quarterly: '0 0 1 1,4,7,10 *',
  yearly: '0 0 1 1 *',
  annually: '0 0 1 1 *',
}

/** Five fields of cron, `@daily`, or a rhythm (`hourly`, `every 15 minutes`) as five fields. */
export function parseCron(written: string | number): Parsed<string> {
  const fix = 'write five fields (minute hour day month weekday), such as "15 6 * * *", or hourly, daily, weekly'
  const text = String(written).trim().toLowerCase().replace(/\s+/g, ' ')
  const word = text.replace(/^@/, '')
  if (Object.hasOwn(rhythms, word)) return { ok: true, value: rhythms[word]! }
  const parts = text.split(' ')
  if (parts.length === 5 && text.length <= 200 && !text.startsWith('every')) {
    for (const [index, part] of parts.entries()) {
      const why = fieldProblem(part, fields[index]!)
      if (why) return { ok: false, why, fix }
    }
    return { ok: true, value: text }
  }
  const every = /^(?:every )?\d+ ?[a-z]+$|^every [a-z]+$/.test(text) ? parseDuration(text) : undefined
  if (every?.ok) {
    const cron = everySeconds(every.value)
    return cron
      ? { ok: true, value: cron }
      : {
          ok: false,
          why: `"${text.slice(0, 40)}" does not divide an hour or a day`,
          fix: 'write a rhythm that does: every 15 minutes, every 6 hours',
        }
  }
  return { ok: false, why: `"${String(written).slice(0, 40)}" is no schedule`, fix }
}

function everySeconds(seconds: number): string | undefined {
  const minutes = seconds / 60
  if (!Number.isInteger(minutes) || minutes < 1) return undefined
  if (minutes === 1) return '* * * * *'
  if (minutes < 60) return 60 % minutes === 0 ? `*/${minutes} * * * *` : undefined
  const hours = minutes / 60
  if (hours === 1) return '0 * * * *'
  if (hours < 24) return Number.isInteger(hours) && 24 % hours === 0 ? `0 */${hours} * * *` : undefined
  return hours === 24 ? '0 0 * * *' : hours === 168 ? '0 0 * * 1' : undefined
}

function fieldProblem(text: string, field: (typeof fields)[number]): string | undefined {
  const number = (part: string): number | undefined => {
    if (/^\d{1,2}$/.test(part)) return Number(part)
    const word = field.words?.indexOf(part) ?? -1
    return word < 0 ? undefined : word + (field.base ?? 0)
  }
  for (const item of text.split(',')) {
    const [range = '', step, ...more] = item.split('/')
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d?$/.test(step)))
      return `"${item}" is no step of ${field.name}s`
    if (range === '*' || range === '?') continue
    const ends = range.split('-').map(number)
    if (ends.length > 2 || ends.some((end) => end === undefined)) return `"${item}" is no ${field.name}`
    const [low, high = low] = ends as [number, number?]
    if (low < field.min || high! > field.max) return `${field.name} goes from ${field.min} to ${field.max}, not ${item}`
    if (low > high!) return `${field.name} ${item} goes backwards`
  }
  return undefined
}
