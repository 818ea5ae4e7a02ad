import type { Classification } from '../manifest/model.ts'

/** Who has to say yes to a request; nobody: it is granted at once. */
export const routings = ['automatic', 'owner', 'owner-and-steward'] as const
export type Routing = (typeof routings)[number]
export type Approver = 'owner' | 'steward'

export const approversOf: Readonly<Record<Routing, readonly Approver[]>> = {
  automatic: [],
  owner: ['owner'],
  'owner-and-steward': ['owner', 'steward'],
}

/** Where nobody says anything else. Rule: docs/guide/access.md#who-decides */
const byClassification: Readonly<Record<Classification, Routing>> = {
  public: 'automatic',
  internal: 'owner',
  confidential: 'owner',
  restricted: 'owner-and-steward',
}

/**
 * Who decides about a request. What the manifest says (`approval`) stands in place of the table; what policies say is a floor under both:
 * of several the one that asks more people.
 */
export const routingOf = (about: {
  classification: Classification | undefined
  manifest: Routing | undefined
  policies: readonly Routing[]
}): Routing => {
  const { classification = 'restricted', manifest, policies } = about
  const written = manifest ?? (policies.length > 0 ? [] : byClassification[classification])
  const strictest = Math.max(...[written, policies].flat().map((each) => routings.indexOf(each)))
  return routings[strictest] as Routing
}
