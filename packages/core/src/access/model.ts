import type { Classification } from '../manifest/model.ts'

export const roles = ['platform-admin', 'domain-owner', 'data-steward', 'consumer'] as const
export type Role = (typeof roles)[number]

/** Who asks. `domain-owner` and `data-steward` are bound to domains; the other two hold everywhere. Anonymous is `null`, never an actor. */
export type Actor = {
  id: string
  name: string
  kind: 'person' | 'key' | 'system'
  roles: readonly { role: Role; domain?: string }[]
}

/** Every action a route can ask for. One list, walked by the permission matrix test. */
export const actions = [
  'platform:health',
  'platform:read',
  'platform:manage',
  'identity:sign-in',
  'identity:self',
  'identity:manage',
  'domain:read',
  'domain:manage',
  'product:read',
  'product:plan',
  'product:manage',
  'product:publish',
  'data:read',
  'run:read',
  'run:cancel',
  'events:read',
] as const
export type Action = (typeof actions)[number]

/** What is asked about. Absent parts mean "in general" (a list, a search): rows of the answer are then decided one by one. */
export type Resource = {
  domain?: string
  product?: string
  table?: string
  port?: string
  classification?: Classification
  /** Columns that hold personal data. */
  piiColumns?: readonly string[]
  status?: string
}

export type Mask = { column: string; how: 'redact' }

/** The one answer for every surface. `masks` and `rowFilter` (a SQL condition over the table's columns) apply only when allowed. */
export type Decision = { allow: boolean; because: string; masks: readonly Mask[]; rowFilter: string | null }

export type Question = { actor: Actor | null; action: Action; resource: Resource; purpose?: string; now: Date }
