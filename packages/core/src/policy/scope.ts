import type { PolicyScope } from './model.ts'

/** What a scope is asked about. */
export type Scoped = {
  /** `domain/product` */
  product: string
  domain: string
  alignment: string | null
  classification: string
  tags: readonly string[]
  status: string
}

/** Is the policy about this product? One of a domain never reaches beyond its domain, whatever its scope says. */
export const appliesTo = (policy: { domain: string | null; applies: PolicyScope }, about: Scoped): boolean => {
  if (policy.domain !== null && policy.domain !== about.domain) return false
  const { domains, products, alignments, classifications, tags, statuses } = policy.applies
  return (
    named(domains, [about.domain]) &&
    named(products, [about.product]) &&
    named(alignments, about.alignment === null ? [] : [about.alignment]) &&
    named(classifications, [about.classification]) &&
    named(tags, about.tags) &&
    named(statuses, [about.status])
  )
}

const named = (patterns: readonly string[] | undefined, names: readonly string[]): boolean =>
  patterns === undefined || names.some((name) => patterns.some((pattern) => fits(pattern, name)))

/** `*` stands for any text, also an empty one. Linear in the name for each star: nobody writes a pattern that holds the server up. */
const fits = (pattern: string, name: string): boolean => {
  const parts = pattern.split('*')
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (parts.length === 1) return pattern === name
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at)
    if (found < 0 || found + part.length > name.length - last.length) return false
    at = found + part.length
  }
  return true
}
