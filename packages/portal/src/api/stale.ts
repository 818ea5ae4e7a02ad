import type { MeshEvent, RouteName } from '@datamesh/core'

/** Which answers an event makes old: by the beginning of its type. Those with parameters only where they are about its subject. */
const old: readonly (readonly [begins: string, routes: readonly RouteName[]])[] = [
  ['', ['recentEvents']],
  ['run.', ['listRuns', 'getProduct', 'getQuality', 'listProducts', 'search', 'getMesh']],
  [
    'snapshot',
    [
      ...(['getProduct', 'listSnapshots', 'listFiles', 'getQuality', 'getSlo', 'getSchema'] as const),
      ...(['listProducts', 'search', 'getMesh', 'sqlCatalog', 'listRuns'] as const),
    ],
  ],
  [
    'release.',
    [
      ...(['getProduct', 'listReleases', 'getContract', 'getSchema', 'getQuality', 'getSlo', 'getLineage'] as const),
      ...(['listProducts', 'search', 'getMesh', 'listDomains', 'getDomain', 'sqlCatalog'] as const),
    ],
  ],
  ['policy.', ['getPolicy', 'listPolicies', 'governance', 'listViolations', 'getVerdicts']],
  ['waiver.', ['listWaivers', 'listPolicies', 'governance', 'listViolations', 'getVerdicts']],
  [
    'classification.',
    ['listProposals', 'getSchema', 'getProduct', 'getVerdicts', 'governance', 'listViolations', 'search'],
  ],
  ['certification.', ['governance', 'getProduct', 'search']],
  [
    'access.',
    [
      'listAccess',
      'getProduct',
      'listConsumers',
      'search',
      'sqlCatalog',
      'explainAccess',
      'previewAccess',
      'accessDrift',
    ],
  ],
  ['policy', ['explainAccess', 'previewAccess', 'sqlCatalog']],
]

type Args = { params?: { domain?: string; product?: string } } | undefined

/** Says of a kept answer (route and arguments) whether one of the events made it old. */
export const staleBy = (events: readonly Pick<MeshEvent, 'type' | 'subject'>[]) => {
  const about = new Map<string, Set<string>>()
  for (const { type, subject } of events)
    for (const [begins, routes] of old)
      if (type.startsWith(begins))
        for (const route of routes) about.set(route, (about.get(route) ?? new Set()).add(subject))
  return (route: string, args: unknown): boolean => {
    const subjects = about.get(route)
    if (subjects === undefined) return false
    const { domain, product } = (args as Args)?.params ?? {}
    // an event about something else than a product (a request, a run) may concern any of them
    return (
      domain === undefined ||
      product === undefined ||
      subjects.has(`${domain}/${product}`) ||
      [...subjects].some((subject) => !/^[^/:]+\/[^/:]+$/.test(subject))
    )
  }
}
