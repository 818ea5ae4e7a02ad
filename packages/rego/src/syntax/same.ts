import type { Expr, Rule, Term, Version } from './ast.ts'
import { parseFile } from './parser.ts'
import { commentText } from './printer.ts'

/** Whether a text, read behind `prelude`, is this one rule with these comments. */
export const isSame = (
  rule: Rule,
  text: string,
  comments: readonly string[],
  prelude: { text: string; version: Version },
): boolean => {
  try {
    const read = parseFile({ file: '', text: prelude.text + text }, prelude.version)
    const found = read.comments.map(commentText)
    return (
      read.rules.length === 1 &&
      normal(read.rules[0] as Rule) === normal(rule) &&
      [...found].sort().join('\n') === [...comments].sort().join('\n')
    )
  } catch {
    return false
  }
}

/** A rule without its places, and without what formatting may change: `=` for `:=`, names of `_`, a body that is only `true`. */
export const normal = (rule: Rule): string => {
  const names = new Map<string, number>()
  return JSON.stringify(rule, (key, value: unknown) => {
    if (key === 'location' || key === 'assign') return undefined
    if (typeof value === 'bigint') return `${value}n`
    if (key === 'body' && isTrue(value as readonly Expr[])) return []
    if (key === 'value' && isTrueTerm(value)) return undefined
    if (isWildcard(value)) {
      if (!names.has(value.name)) names.set(value.name, names.size)
      return { is: 'var', name: `_${names.get(value.name)}` }
    }
    return value
  })
}
export const isTrueTerm = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (value as Term).is === 'scalar' &&
  (value as { value: unknown }).value === true
export const isTrue = (body: readonly Expr[]): boolean => {
  const [only] = body
  return body.length === 1 && only?.is === 'term' && !only.negated && only.with.length === 0 && isTrueTerm(only.term)
}
const isWildcard = (value: unknown): value is { name: string } =>
  typeof value === 'object' && value !== null && (value as { generated?: boolean }).generated === true
