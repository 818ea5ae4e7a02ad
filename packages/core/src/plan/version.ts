export type VersionStep = 'none' | 'patch' | 'minor' | 'major'

type Version = { numbers: [number, number, number]; pre: string[] }

const parse = (text: string): Version => {
  const [core = '', ...rest] = text.split('+')[0]!.split('-')
  const [major = 0, minor = 0, patch = 0] = core.split('.').map((part) => Number(part) || 0)
  const pre = rest.join('-')
  return { numbers: [major, minor, patch], pre: pre === '' ? [] : pre.split('.') }
}

/** Below, at or above zero as `a` comes before, with or after `b`. Rule: SemVer 2.0.0, 11. */
export function compareVersions(a: string, b: string): number {
  const left = parse(a)
  const right = parse(b)
  for (const [index, number] of left.numbers.entries()) {
    const difference = number - right.numbers[index]!
    if (difference !== 0) return difference
  }
  if (left.pre.length === 0 || right.pre.length === 0) return right.pre.length - left.pre.length
  for (let i = 0; i < Math.max(left.pre.length, right.pre.length); i++) {
    const [x, y] = [left.pre[i], right.pre[i]]
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1
    if (x === y) continue
    const [m, n] = [/^\d+$/.test(x), /^\d+$/.test(y)]
    if (m && n) return Number(x) - Number(y)
    return m !== n ? (m ? -1 : 1) : x < y ? -1 : 1
  }
  return 0
}

/** The lowest version that makes the step. Before 1.0.0 a breaking change raises the minor, anything else the patch. */
export function raise(version: string, step: VersionStep): string {
  const [major, minor, patch] = parse(version).numbers
  if (step === 'none') return version
  if (major === 0) return step === 'major' ? `0.${minor + 1}.0` : `0.${minor}.${patch + 1}`
  return step === 'major'
    ? `${major + 1}.0.0`
    : step === 'minor'
      ? `${major}.${minor + 1}.0`
      : `${major}.${minor}.${patch + 1}`
}

/** Is `proposed` after `current` and at least `atLeast`? A pre-release of `atLeast` is enough. */
export const isEnough = (proposed: string, current: string, atLeast: string): boolean =>
  compareVersions(proposed, current) > 0 && compareVersions(parse(proposed).numbers.join('.'), atLeast) >= 0
