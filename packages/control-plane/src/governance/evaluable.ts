import type { PolicyDefinition } from '@datamesh/core'
import type { Evaluable } from './evaluate/judge.ts'

/** What evaluating a policy needs of it. */
export const evaluableOf = (policy: PolicyDefinition, digest: string): Evaluable => ({
  id: policy.id,
  title: policy.title,
  policyKind: policy.policyKind,
  severity: policy.severity,
  version: policy.version,
  package: policy.package,
  rego: policy.rego,
  data: policy.data,
  bands: policy.bands,
  unit: policy.unit,
  digest,
})
