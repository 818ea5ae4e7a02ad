import type { Issue, Position } from '../errors.ts'
import type { Path } from '../manifest/yaml.ts'
import type { Hit } from './answer.ts'
import { least, shown } from './answer.ts'
import type { PolicyMode, Severity, Verdict, Violation } from './model.ts'
import { isWithin, parsePath, pathText } from './place.ts'

/** What a policy said of a product, before roll-out and waivers: that is what is stored, so that both hold at once when they move. */
export type Finding = {
  hits: readonly StoredHit[]
  value: number | null
  /** It could not be evaluated. */
  error: string | null
}
export type StoredHit = {
  msg: string
  path: string
  fix: string | null
  level: Severity
  at: Position | null
}

/** What a waiver excuses. `until` is the first moment at which it does not any more. */
export type Excuse = {
  id: string
  policy: string
  product: string
  path: string | null
  until: Date
  endedAt: Date | null
}

/** Where the manifest says what `path` names, or the nearest thing above it that is there. */
export type PlaceOf = (path: Path) => Position | null

export const storedHit = (hit: Hit, placeOf: PlaceOf): StoredHit => ({
  msg: shown(hit.msg),
  path: pathText(hit.path),
  fix: hit.fix === null ? null : shown(hit.fix),
  level: hit.level,
  at: hit.at ?? placeOf(hit.path),
})

/** What a hit comes to: severity, limited by the mode. Rule: docs/guide/policies.md#rolling-out */
export const effectOf = (level: Severity, mode: PolicyMode): Violation['effect'] | null => {
  if (mode === 'off') return null
  if (mode === 'shadow') return 'shadow'
  return mode === 'warn' ? least(level, 'warn') : level
}

export const isLive = ({ until, endedAt }: Pick<Excuse, 'until' | 'endedAt'>, now: Date): boolean =>
  endedAt === null && until > now

type Judged = { id: string; mode: PolicyMode; severity: Severity }

/**
 * The answer of a policy about a product, now: the finding under the mode as it stands and the waivers that are alive. An error blocks
 * where the policy would block, and no waiver excuses it: nobody knows what it would have said.
 */
export const verdictOf = (
  policy: Judged,
  product: string,
  finding: Finding,
  excuses: readonly Excuse[],
  now: Date,
): Verdict => {
  const base = { policy: policy.id, product, value: finding.value, error: finding.error }
  if (finding.error !== null)
    return {
      ...base,
      outcome: 'error',
      violations: [],
    }
  const live = excuses.filter((each) => each.policy === policy.id && each.product === product && isLive(each, now))
  const violations = finding.hits.flatMap((hit): Violation[] => {
    const effect = effectOf(hit.level, policy.mode)
    if (effect === null) return []
    const waiver = live.find((each) => covers(each, hit))?.id ?? null
    return [{ policy: policy.id, effect, msg: hit.msg, path: hit.path, fix: hit.fix, at: hit.at, waiver }]
  })
  return { ...base, outcome: outcomeOf(violations), violations }
}

const covers = ({ path }: Excuse, hit: StoredHit): boolean =>
  path === null || path === '' || isWithin(parsePath(hit.path), parsePath(path))

const outcomeOf = (violations: readonly Violation[]): Verdict['outcome'] => {
  const open = violations.filter((each) => each.waiver === null)
  for (const effect of ['block', 'warn', 'inform', 'shadow'] as const)
    if (open.some((each) => each.effect === effect)) return effect
  return violations.length > 0 ? 'waived' : 'pass'
}

/** Does this verdict stop what is being done? */
export const isBlocking = (verdict: Verdict, policy: Judged): boolean =>
  verdict.outcome === 'block' || (verdict.outcome === 'error' && effectOf(policy.severity, policy.mode) === 'block')

/** What stops, as issues in the user's file. */
export const blockingIssues = (verdicts: readonly Verdict[], policies: readonly Judged[]): Issue[] =>
  verdicts.flatMap((verdict): Issue[] => {
    const policy = policies.find((each) => each.id === verdict.policy)
    if (!policy || !isBlocking(verdict, policy)) return []
    if (verdict.error !== null)
      return [
        {
          code: verdict.policy,
          severity: 'error',
          message: `${verdict.policy} could not be evaluated: ${verdict.error}`,
          fix: `mend the policy, or switch it: datamesh policy switch ${verdict.policy} warn`,
        },
      ]
    return verdict.violations
      .filter((each) => each.effect === 'block' && each.waiver === null)
      .map((each) => issueOf(each, 'error'))
  })

export const issueOf = (violation: Violation, severity: Issue['severity']): Issue => ({
  code: violation.policy,
  severity,
  message: violation.msg,
  ...(violation.at === null ? {} : { at: violation.at }),
  ...(violation.path === '' ? {} : { path: violation.path }),
  ...(violation.fix === null ? {} : { fix: violation.fix }),
})
