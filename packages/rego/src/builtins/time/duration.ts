import { BuiltinError } from '../builtin.ts'
import { quoted } from '../term-text.ts'

/** Nanoseconds. Days, weeks and years are OPA's addition: of 24, 168 and 8,760 hours. */
const units: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3_600e9,
  d: 86_400e9,
  w: 604_800e9,
  y: 31_536_000e9,
}
const most = 1n << 63n

/** Rule: Go, time.ParseDuration. */
export const parseDuration = (text: string): bigint => {
  const invalid = (): BuiltinError => new BuiltinError(`time: invalid duration ${quoted(text)}`)
  const negative = text.startsWith('-')
  let rest = text.replace(/^[+-]/, '')
  if (rest === '0') return 0n
  if (rest === '') throw invalid()
  const extended = /[dwy]/.test(text)
  let total = 0n
  while (rest !== '') {
    const [whole, before, behind = ''] = /^(\d*)(?:\.(\d*))?/.exec(rest) as unknown as [
      string,
      string,
      string | undefined,
    ]
    if (before === '' && behind === '') throw invalid()
    rest = rest.slice(whole.length)
    const name = /^[^.\d]*/.exec(rest)?.[0] ?? ''
    rest = rest.slice(name.length)
    if (name === '') throw extended ? invalid() : new BuiltinError(`time: missing unit in duration ${quoted(text)}`)
    const unit = Object.hasOwn(units, name) ? (units[name] as number) : undefined
    if (unit === undefined) {
      throw extended ? invalid() : new BuiltinError(`time: unknown unit ${quoted(name)} in duration ${quoted(text)}`)
    }
    if (before.length > 20) throw invalid()
    const digits = behind.slice(0, 18)
    total += BigInt(before) * BigInt(unit) + BigInt(Math.floor(Number(digits) * (unit / 10 ** digits.length)))
    if (total > most) throw invalid()
  }
  if (negative) return -total
  if (total === most) throw invalid()
  return total
}
