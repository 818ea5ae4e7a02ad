import { BuiltinError, type Builtins, text } from './builtin.ts'

type Version = { numbers: readonly bigint[]; before: readonly string[] }

const form = /^v?([^+-]*)(?:-([^+]*))?(?:\+(.*))?$/s
const identifiers = /^[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*$/
const numeric = /^(?:0|[1-9]\d*)$/
const most = (1n << 63n) - 1n

/** Rule: SemVer 2.0.0; a leading v is allowed. */
const parse = (source: string): Version | undefined => {
  const [, core = '', before, build] = form.exec(source) ?? []
  if (build !== undefined && !identifiers.test(build)) return undefined
  if (before !== undefined && !identifiers.test(before)) return undefined
  const parts = before?.split('.') ?? []
  if (parts.some((each) => /^0\d+$/.test(each))) return undefined
  const numbers = core.split('.')
  if (numbers.length !== 3 || !numbers.every((each) => numeric.test(each) && each.length < 20)) return undefined
  const exact = numbers.map(BigInt)
  return exact.some((each) => each > most) ? undefined : { numbers: exact, before: parts }
}

const sign = (a: string | bigint | number, b: string | bigint | number): number => (a < b ? -1 : a > b ? 1 : 0)

const compare = (a: Version, b: Version): number => {
  for (const [at, number] of a.numbers.entries()) {
    const apart = sign(number, b.numbers[at] as bigint)
    if (apart !== 0) return apart
  }
  if (a.before.length === 0 || b.before.length === 0) return sign(b.before.length, a.before.length)
  for (let at = 0; at < Math.min(a.before.length, b.before.length); at++) {
    const [left, right] = [a.before[at] as string, b.before[at] as string]
    const [leftNumber, rightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)]
    if (leftNumber !== rightNumber) return leftNumber ? -1 : 1
    const apart = leftNumber ? sign(BigInt(left), BigInt(right)) : sign(left, right)
    if (apart !== 0) return apart
  }
  return sign(a.before.length, b.before.length)
}

const version = (source: string, at: number): Version => {
  const found = parse(source)
  if (found === undefined) throw new BuiltinError(`operand ${at}: string "${source}" is not a valid SemVer`)
  return found
}

export const semver: Builtins = {
  'semver.compare': {
    args: ['string', 'string'],
    result: 'number',
    eval: (args) => {
      const [a, b] = [text(args, 1), text(args, 2)]
      return compare(version(a, 1), version(b, 2))
    },
  },
  'semver.is_valid': {
    args: ['any'],
    result: 'boolean',
    eval: ([source]) => typeof source === 'string' && parse(source) !== undefined,
  },
}
