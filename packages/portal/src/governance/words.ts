import type { Moment, PolicyKind, PolicyMode, Severity, Violation } from '@datamesh/core'

export const modes = ['off', 'shadow', 'warn', 'block'] as const satisfies readonly PolicyMode[]

/** How far a policy is rolled out, and what that means for the people it is about. */
export const modeWords: Readonly<Record<PolicyMode, { word: string; means: string }>> = {
  off: { word: 'Off', means: 'Nothing is evaluated.' },
  shadow: { word: 'Shadow', means: 'Evaluated. Only governance and its owner see what it finds.' },
  warn: { word: 'Warn', means: 'Owners are told. Nothing is stopped.' },
  block: { word: 'Block', means: 'A hit stops what its severity says it stops.' },
}

export const severityWords: Readonly<Record<Severity, string>> = {
  inform: 'informs',
  warn: 'warns at most',
  block: 'may block',
}

export const effectWords: Readonly<Record<Violation['effect'], string>> = {
  block: 'Blocks',
  warn: 'Warning',
  inform: 'Hint',
  shadow: 'Shadow',
}

export const kindWords: Readonly<Record<PolicyKind, { word: string; means: string }>> = {
  active: { word: 'Active', means: 'Looks at the manifest and at what the platform knows of the product.' },
  change: { word: 'Change', means: 'Compares a release with the one before it.' },
  passive: { word: 'Passive', means: 'Takes the results that other tools push.' },
  metric: { word: 'Metric', means: 'Reads a figure and says in which band it lies.' },
  certification: { word: 'Certification', means: 'Says what a tier needs.' },
}

export const momentWords: Readonly<Record<Moment, string>> = {
  validate: 'when a manifest is checked',
  plan: 'before a release is registered',
  publish: 'before data is published',
  schedule: 'on a timetable, over every product',
  read: 'whenever data is read',
}

/** `global/owner-present` → the parts of its page's address. */
export const policyParams = (id: string): { scope: string; policy: string } => {
  const at = id.indexOf('/')
  return { scope: id.slice(0, at), policy: id.slice(at + 1) }
}

type Roles = { roles: readonly { role: string; domain?: string | undefined }[] } | undefined

/** May the person change policies of a scope and excuse from them? A hint for what to offer; the platform decides again. */
export const mayGovern = (me: Roles, scope: string): boolean =>
  governs(me) ||
  (scope !== 'global' && (me?.roles.some(({ role, domain }) => role === 'domain-owner' && domain === scope) ?? false))

export const governs = (me: Roles): boolean =>
  me?.roles.some(({ role, domain }) => (role === 'governance' || role === 'platform-admin') && domain === undefined) ??
  false

/** May the person say what a column holds? */
export const mayClassify = (me: Roles, domain: string): boolean =>
  me?.roles.some(
    ({ role, domain: of }) =>
      role === 'platform-admin' || ((role === 'domain-owner' || role === 'data-steward') && of === domain),
  ) ?? false

/** What a policy does to a product whose owner breaks it: the severity, limited by the mode. */
export const comesTo = (severity: Severity, mode: PolicyMode): string =>
  mode === 'off'
    ? 'Nothing happens.'
    : mode === 'shadow'
      ? 'Nobody but governance is told.'
      : severity === 'inform'
        ? 'Owners read a hint.'
        : severity === 'warn' || mode === 'warn'
          ? 'Owners are warned; nothing is stopped.'
          : 'Releases and publishes that break it are refused.'
