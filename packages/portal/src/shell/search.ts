/** What stands in the address of each page, read with care: whatever somebody typed becomes a state that exists. */

type Raw = Record<string, unknown>
const text = (raw: Raw, name: string): string | undefined => {
  const value = raw[name]
  const as = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
  return as === '' ? undefined : as.slice(0, 400)
}
const oneOf = <T extends string>(raw: Raw, name: string, allowed: readonly T[]): T | undefined =>
  allowed.find((each) => each === raw[name])
const number = (raw: Raw, name: string, min: number, max: number): number | undefined => {
  const value = Number(raw[name])
  return raw[name] !== undefined && Number.isFinite(value) ? Math.min(max, Math.max(min, Math.round(value))) : undefined
}
/** Leaves out what is not set, so that addresses stay short. */
const tidy = <T extends object>(search: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as never

export const sorts = ['relevance', 'name', 'used', 'published', 'tier'] as const
/** Several values of a facet stand beside each other with a comma between. */
export const marketplaceSearch = (raw: Raw) =>
  tidy({
    q: text(raw, 'q'),
    tier: text(raw, 'tier'),
    alignment: text(raw, 'alignment'),
    domain: text(raw, 'domain'),
    health: text(raw, 'health'),
    kind: text(raw, 'kind'),
    classification: text(raw, 'classification'),
    access: text(raw, 'access'),
    tag: text(raw, 'tag'),
    owner: text(raw, 'owner'),
    sort: oneOf(raw, 'sort', sorts),
    view: oneOf(raw, 'view', ['cards', 'rows'] as const),
    page: number(raw, 'page', 1, 500),
  })

export const productTabs = [
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
export type ProductTab = (typeof productTabs)[number]
export const productSearch = (raw: Raw) =>
  tidy({
    tab: oneOf(raw, 'tab', productTabs),
    table: text(raw, 'table'),
    column: text(raw, 'column'),
    from: text(raw, 'from'),
    to: text(raw, 'to'),
    check: text(raw, 'check'),
    days: number(raw, 'days', 1, 90),
    files: oneOf(raw, 'files', ['side'] as const),
    dialog: oneOf(raw, 'dialog', ['access'] as const),
  })

export const mapSearch = (raw: Raw) =>
  tidy({
    by: oneOf(raw, 'by', ['domain', 'health', 'tier'] as const),
    sel: text(raw, 'sel'),
    view: oneOf(raw, 'view', ['map', 'list'] as const),
    find: text(raw, 'find'),
  })

export const lineageSearch = (raw: Raw) =>
  tidy({
    focus: text(raw, 'focus'),
    level: oneOf(raw, 'level', ['domains', 'products', 'columns'] as const),
    depth: number(raw, 'depth', 1, 6),
    column: text(raw, 'column'),
    view: oneOf(raw, 'view', ['graph', 'list'] as const),
    traced: oneOf(raw, 'traced', ['yes'] as const),
    indirect: oneOf(raw, 'indirect', ['yes'] as const),
    show: oneOf(raw, 'show', ['impact'] as const),
  })

export const sqlSearch = (raw: Raw) => tidy({ q: text(raw, 'q'), product: text(raw, 'product') })
export const runsSearch = (raw: Raw) =>
  tidy({
    state: oneOf(raw, 'state', ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const),
    domain: text(raw, 'domain'),
    product: text(raw, 'product'),
    trigger: oneOf(raw, 'trigger', ['person', 'schedule', 'input', 'backfill', 'retry', 'start'] as const),
    range: oneOf(raw, 'range', ['1h', '24h', '7d', '30d'] as const),
  })
export const accessSearch = (raw: Raw) =>
  tidy({
    box: oneOf(raw, 'box', ['mine', 'inbox', 'explain'] as const),
    product: text(raw, 'product'),
    who: text(raw, 'who'),
    port: text(raw, 'port'),
    table: text(raw, 'table'),
    purpose: text(raw, 'purpose'),
  })
/** `domain` and `policy` together: the products of one cell of the matrix. */
export const governanceSearch = (raw: Raw) =>
  tidy({
    tab: oneOf(raw, 'tab', ['overview', 'violations', 'waivers', 'classification', 'health'] as const),
    domain: text(raw, 'domain'),
    policy: text(raw, 'policy'),
    product: text(raw, 'product'),
  })
export const policiesSearch = (raw: Raw) =>
  tidy({ mode: oneOf(raw, 'mode', ['off', 'shadow', 'warn', 'block'] as const), domain: text(raw, 'domain') })
export const policySearch = (raw: Raw) =>
  tidy({
    tab: oneOf(raw, 'tab', ['overview', 'source', 'impact', 'history'] as const),
    version: number(raw, 'version', 1, 1e6),
  })
export const playgroundSearch = (raw: Raw) => tidy({ policy: text(raw, 'policy'), product: text(raw, 'product') })
export const auditSearch = (raw: Raw) =>
  tidy({
    actor: text(raw, 'actor'),
    kind: text(raw, 'kind'),
    action: text(raw, 'action'),
    subject: text(raw, 'subject'),
    from: text(raw, 'from'),
    to: text(raw, 'to'),
    entry: number(raw, 'entry', 1, 1e12),
    live: oneOf(raw, 'live', ['yes'] as const),
  })
export const newSearch = (raw: Raw) => tidy({ domain: text(raw, 'domain') })
export const settingsSearch = (raw: Raw) =>
  tidy({ tab: oneOf(raw, 'tab', ['tokens', 'sign-in', 'members', 'teams', 'appearance'] as const) })
export const signInSearch = (raw: Raw) =>
  tidy({
    to: text(raw, 'to'),
    failed: oneOf(raw, 'failed', ['expired', 'disabled', 'refused', 'unreachable'] as const),
  })
