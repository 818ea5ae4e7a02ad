/** How figures and times are written. One language, the reader's own time zone. */

export { commandKey } from './command_key.ts'
export { alignmentWord, partsOf, portWord, readable } from './names.ts'

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** `1,204` */
export const count = (n: number): string => whole.format(n)
/** `3 M`; below ten thousand in full. */
export const compact = (n: number): string =>
  Math.abs(n) < 10_000 ? whole.format(n) : short.format(n).replace(/([KMBT])$/, '\u202f$1')
/** Share 0..1 → `99.4 %`; never rounds up to 100. */
export const percent = (share: number, digits = 1): string => {
  const factor = 10 ** digits
  const value = share >= 1 || share <= 0 ? share * 100 : Math.floor(share * 100 * factor) / factor
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })}\u202f%`
}
const units = ['B', 'kB', 'MB', 'GB', 'TB']
/** Bytes → `38.6 MB` */
export const bytes = (n: number): string => {
  const step = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3))
  const value = n / 1000 ** step
  return `${value.toLocaleString('en', { maximumFractionDigits: step === 0 || value >= 100 ? 0 : 1 })}\u202f${units[step]}`
}
/** Seconds → `12 min`, `3 h 20 min`, `5 days` */
export const duration = (seconds: number): string => {
  if (seconds < 1) return `${Math.max(0, Math.round(seconds * 1000))}\u202fms`
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)}\u202fs`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes}\u202fmin`
  if (minutes < 48 * 60)
    return minutes % 60 === 0 || minutes >= 600
      ? `${Math.round(minutes / 60)}\u202fh`
      : `${Math.floor(minutes / 60)}\u202fh ${minutes % 60}\u202fmin`
  return `${Math.round(minutes / 1440)} days`
}
/** `12 min ago`, `just now`; `in 3 h` for what is to come. */
export const ago = (at: string | Date, now = Date.now()): string => {
  const seconds = (now - new Date(at).getTime()) / 1000
  if (Math.abs(seconds) < 10) return 'just now'
  return seconds > 0 ? `${duration(seconds)} ago` : `in ${duration(-seconds)}`
}
const dateTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const dateOnly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' })
const timeOnly = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
export const when = (at: string | Date): string => dateTime.format(new Date(at))
export const day = (at: string | Date): string => dateOnly.format(new Date(at))
const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
/** `3 Nov`. */
export const shortDay = (at: string | Date): string => dayAndMonth.format(new Date(at))
export const clock = (at: string | Date): string => timeOnly.format(new Date(at))
/** `1 check`, `3 checks` */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`
