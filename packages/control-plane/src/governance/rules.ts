import type { Issue, PolicyDefinition } from '@datamesh/core'
import type { KnownPolicy } from './policies.ts'

/** Root of what belongs to the platform and to global policies. */
const reserved = 'datamesh'
/** Where policies of reading stand. Rule: docs/guide/policies.md#reading */
export const accessPackage = (domain: string | null): string =>
  domain === null ? 'datamesh.access' : `${domain.replaceAll('-', '_')}.access`

/**
 * What a policy may not be, whoever sends it: a domain adds and tightens, it never reaches what holds in the whole mesh. Domain policies
 * are evaluated each on its own, so that they could not answer for another one anyway; here they are told so.
 * `all` are those that hold now, `sent` those of this request.
 */
export const forbiddenIn = (
  policy: PolicyDefinition,
  /** Of its modules, as the compiler found them. */
  packages: readonly string[],
  sent: readonly PolicyDefinition[],
  all: readonly KnownPolicy[],
): Issue[] => {
  const issues: Issue[] = []
  const forbid = (path: string, message: string, fix: string) =>
    issues.push({
      code: 'policy-forbidden',
      severity: 'error',
      message,
      path,
      fix,
      at: { file: policy.file, line: 1, column: 1 },
    })
  const global = [...all, ...sent].filter(({ domain, id }) => domain === null && id !== policy.id)
  if (policy.when.includes('read') && policy.package !== accessPackage(policy.domain))
    forbid(
      'spec.package',
      `policies of reading stand in package ${accessPackage(policy.domain)}, this one in ${policy.package || 'none'}`,
      `begin the Rego with: package ${accessPackage(policy.domain)}`,
    )
  if (policy.domain === null) return issues
  if (global.some(({ name }) => name === policy.name))
    forbid('metadata.name', `there is a global policy named ${policy.name}`, 'give it another name')
  const better = `begin it with: package ${policy.domain.replaceAll('-', '_')}`
  for (const name of packages) {
    if (isWithin(name, reserved))
      forbid('spec.rego', `it defines package ${name}; data.${reserved} is not a domain's`, better)
    const hidden = global.find(
      (each) => each.package !== '' && (isWithin(name, each.package) || isWithin(each.package, name)),
    )
    if (hidden !== undefined) forbid('spec.rego', `it defines package ${name}, in which ${hidden.id} stands`, better)
  }
  for (const name of Object.keys(policy.data))
    if (global.some((each) => each.package.split('.')[0] === name))
      forbid(`spec.data.${name}`, `data.${name} is where a global policy stands`, 'give it another name')
  return issues
}

const isWithin = (name: string, above: string): boolean => name === above || name.startsWith(`${above}.`)
