import type { Issue, Verdict, Violation } from '@datamesh/core'
import { bad, bold, dim, good, warn } from './output.ts'
import { tellIssue } from './problems.ts'

type Told = Verdict & { title?: string }

const signs: Readonly<Record<Verdict['outcome'], string>> = {
  pass: good('✓'),
  inform: dim('·'),
  warn: warn('!'),
  block: bad('✗'),
  waived: dim('○'),
  shadow: dim('◌'),
  error: bad('✗'),
}

/** What policies say, the worst first: policy, what is wrong, where it stands, and what to write instead. */
export const tellVerdicts = (
  verdicts: readonly Told[],
  { sources = {}, all = false }: { sources?: Readonly<Record<string, string>>; all?: boolean } = {},
): string[] => {
  const order: readonly Verdict['outcome'][] = ['error', 'block', 'warn', 'inform', 'shadow', 'waived', 'pass']
  const sorted = [...verdicts].sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome))
  return sorted.flatMap((verdict) => {
    if (verdict.outcome === 'pass' && !all) return []
    const value = verdict.value === null ? '' : `  ${verdict.value}`
    return [
      `${signs[verdict.outcome]} ${bold(verdict.policy)}${value}  ${dim(words[verdict.outcome])}${verdict.title === undefined ? '' : dim(`, ${verdict.title}`)}`,
      ...(verdict.error === null ? [] : [`    ${verdict.error}`]),
      ...verdict.violations.flatMap((violation) =>
        tellViolation(violation, sources)
          .split('\n')
          .map((line) => `  ${line}`),
      ),
    ]
  })
}

const words: Readonly<Record<Verdict['outcome'], string>> = {
  pass: 'passes',
  inform: 'hints',
  warn: 'warns',
  block: 'blocks',
  waived: 'is waived',
  shadow: 'would hit, in shadow',
  error: 'could not be evaluated',
}

const tellViolation = (violation: Violation, sources: Readonly<Record<string, string>>): string => {
  const issue: Issue = {
    code: violation.policy,
    message: violation.msg,
    severity: violation.effect === 'block' && violation.waiver === null ? 'error' : 'warning',
    ...(violation.at === null ? {} : { at: violation.at }),
    ...(violation.path === '' ? {} : { path: violation.path }),
    ...(violation.fix === null ? {} : { fix: violation.fix }),
  }
  return violation.waiver === null
    ? tellIssue(issue, sources)
    : `${tellIssue(issue, sources)}\n    ${dim(`waived by ${violation.waiver}`)}`
}

/** `14 policies: 1 blocks, 2 warn, 3 hint` */
export const countVerdicts = (verdicts: readonly Verdict[]): string => {
  const of = (outcome: Verdict['outcome']) => verdicts.filter((each) => each.outcome === outcome).length
  const parts = (
    [
      ['block', 'block'],
      ['error', 'failed'],
      ['warn', 'warn'],
      ['inform', 'hint'],
      ['shadow', 'in shadow'],
      ['waived', 'waived'],
    ] as const
  ).flatMap(([outcome, word]) => (of(outcome) === 0 ? [] : [`${of(outcome)} ${word}`]))
  return `${verdicts.length === 1 ? '1 policy' : `${verdicts.length} policies`}: ${parts.length === 0 ? 'all pass' : parts.join(', ')}`
}

export const blocks = (verdict: Verdict & { severity?: string; mode?: string }): boolean =>
  verdict.outcome === 'block' ||
  (verdict.outcome === 'error' && (verdict.severity ?? 'block') === 'block' && (verdict.mode ?? 'block') === 'block')
