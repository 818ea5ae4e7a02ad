import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MeshError, type PolicyDefinition, readPolicies } from '@datamesh/core'

export type Delivered = { policy: PolicyDefinition; files: Record<string, string> }

/** Folder of the starter set: it ships with the package and is read when it is needed. */
export const starterFolder = (): string => fileURLToPath(new URL('./starter/', import.meta.url))

/** The policies that every mesh begins with. Rule: docs/guide/policies.md#the-starter-set */
export const starterSet = (): Delivered[] => {
  const folder = starterFolder()
  const files = Object.fromEntries(
    readdirSync(folder)
      .filter((name) => /\.(yaml|rego|md)$/.test(name))
      .map((name) => [name, readFileSync(`${folder}${name}`, 'utf8')]),
  )
  const read = readPolicies(files)
  if (read.issues.length > 0)
    throw new MeshError(
      'policy-invalid',
      { mistakes: read.issues.length, first: read.issues[0]?.message ?? '' },
      { issues: read.issues },
    )
  return read.policies.map((policy) => ({
    policy,
    files: Object.fromEntries((read.files[policy.id] ?? []).map((name) => [name, files[name] as string])),
  }))
}
