import type { Name } from './mesh.ts'

/** Every page with an address of its own. `*` stands for the newest run of flights. */
export type PageLine = { name: string; path: string; who: Name | null; allow?: RegExp }

export const flights = '/products/flight-operations/flights-fact'
export const strikes = '/products/safety/bird-strikes'

export const tabs = [
  'overview',
  'schema',
  'contract',
  'ports',
  'quality',
  'slo',
  'lineage',
  'samples',
  'versions',
  'policies',
  'consumers',
  'runs',
] as const

const tabPath = (product: string, tab: string) => (tab === 'overview' ? product : `${product}?tab=${tab}`)

export const productPages: readonly PageLine[] = tabs.map((tab) => ({
  name: `product-${tab}`,
  path: tabPath(flights, tab),
  who: 'rosa',
}))

/** A product that its reader has no right to. */
export const lockedPages: readonly PageLine[] = tabs.map((tab) => ({
  name: `locked-${tab}`,
  path: tabPath(strikes, tab),
  who: 'vera',
  // the tabs ask, the platform says no, the page explains
  allow: /^403: /,
}))

export const pages: readonly PageLine[] = [
  { name: 'sign-in', path: '/sign-in', who: null },
  { name: 'home', path: '/', who: 'rosa' },
  { name: 'home-of-a-newcomer', path: '/', who: 'vera' },
  { name: 'marketplace', path: '/products', who: 'leo' },
  { name: 'marketplace-rows', path: '/products?view=rows', who: 'leo' },
  { name: 'marketplace-search', path: '/products?q=delay', who: 'leo' },
  { name: 'marketplace-nothing', path: '/products?q=submarines', who: 'leo' },
  { name: 'domain-map', path: '/map', who: 'leo' },
  { name: 'domain-map-selected', path: '/map?sel=flight-operations/flights-fact', who: 'leo' },
  { name: 'domain-map-list', path: '/map?view=list', who: 'leo' },
  { name: 'domain-map-health', path: '/map?by=health', who: 'leo' },
  { name: 'lineage', path: '/lineage?focus=flight-operations/flights-fact', who: 'leo' },
  { name: 'lineage-domains', path: '/lineage?level=domains', who: 'leo' },
  {
    name: 'lineage-columns',
    path: '/lineage?focus=passenger-insight/delay-report&level=columns&column=passenger-insight/delay-report%23delay_report.mean_delay_minutes',
    who: 'leo',
  },
  { name: 'lineage-list', path: '/lineage?focus=flight-operations/flights-fact&view=list', who: 'leo' },
  { name: 'workbench', path: '/sql', who: 'leo' },
  { name: 'workbench-of-a-product', path: '/sql?product=passenger-insight/delay-report', who: 'leo' },
  { name: 'pipelines', path: '/runs', who: 'rosa' },
  { name: 'pipelines-nothing', path: '/runs?state=cancelled&product=meteorology/weather', who: 'rosa' },
  { name: 'run', path: '/runs/*', who: 'rosa' },
  { name: 'domain', path: '/domains/flight-operations', who: 'rosa' },
  { name: 'access', path: '/access', who: 'leo' },
  { name: 'access-inbox', path: '/access?box=inbox', who: 'amara' },
  { name: 'governance', path: '/governance', who: 'admin' },
  { name: 'governance-of-a-reader', path: '/governance', who: 'leo' },
  { name: 'violations', path: '/governance?tab=violations', who: 'admin' },
  { name: 'violations-none', path: '/governance?tab=violations&product=meteorology/weather', who: 'leo' },
  { name: 'waivers', path: '/governance?tab=waivers', who: 'admin' },
  { name: 'classification', path: '/governance?tab=classification', who: 'rosa' },
  { name: 'mesh-health', path: '/governance?tab=health', who: 'leo' },
  { name: 'policies', path: '/policies', who: 'admin' },
  { name: 'policies-of-a-reader', path: '/policies?mode=shadow', who: 'leo' },
  { name: 'policy', path: '/policies/global/personal-data-protected', who: 'admin' },
  { name: 'policy-source', path: '/policies/global/personal-data-protected?tab=source', who: 'admin' },
  { name: 'policy-impact', path: '/policies/global/currency-standard?tab=impact', who: 'admin' },
  { name: 'policy-history', path: '/policies/global/currency-standard?tab=history&version=1', who: 'leo' },
  { name: 'no-such-policy', path: '/policies/global/nothing', who: 'leo', allow: /^404: / },
  { name: 'playground', path: '/playground', who: 'admin' },
  {
    name: 'playground-of-a-policy',
    path: '/playground?policy=global/currency-standard&product=network-planning/airport-360',
    who: 'leo',
  },
  { name: 'access-explain', path: '/access?box=explain', who: 'leo' },
  { name: 'access-explain-yes', path: '/access?box=explain&product=flight-operations/flights-fact', who: 'leo' },
  { name: 'access-explain-no', path: '/access?box=explain&product=safety/bird-strikes&who=vera', who: 'amara' },
  {
    name: 'access-explain-no-right',
    path: '/access?box=explain&product=safety/bird-strikes&who=rosa',
    who: 'vera',
    allow: /^403: /,
  },
  { name: 'cart', path: '/cart', who: 'leo' },
  { name: 'audit', path: '/audit', who: 'admin' },
  { name: 'audit-entry', path: '/audit?entry=1', who: 'admin' },
  { name: 'audit-nothing', path: '/audit?actor=nobody', who: 'admin' },
  { name: 'audit-no-right', path: '/audit', who: 'leo' },
  { name: 'settings', path: '/settings', who: 'rosa' },
  { name: 'settings-sign-in', path: '/settings?tab=sign-in', who: 'rosa' },
  { name: 'settings-teams', path: '/settings?tab=teams', who: 'admin' },
  { name: 'settings-members', path: '/settings?tab=members', who: 'admin' },
  { name: 'settings-appearance', path: '/settings?tab=appearance', who: 'rosa' },
  { name: 'new-product', path: '/new', who: 'rosa' },
  { name: 'new-product-without-domain', path: '/new', who: 'leo' },
  { name: 'no-such-page', path: '/nowhere', who: 'leo' },
  { name: 'no-such-product', path: '/products/flight-operations/nothing', who: 'leo', allow: /^404: / },
  { name: 'no-such-run', path: '/runs/run_nothing', who: 'leo', allow: /^404: / },
]
