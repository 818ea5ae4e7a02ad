import { type DataProduct, durationText, type OutputPort, shareText } from '../manifest/index.ts'
import { type Difference, difference, same } from './difference.ts'
import { schemaChanges } from './schema-changes.ts'

/** Everything that differs between two releases of a product, for a reader of its ports. Positions in files do not count. */
export const changesBetween = (before: DataProduct, after: DataProduct): Difference[] => [
  ...schemaChanges(before, after),
  ...portChanges(before, after),
  ...levelChanges(before, after),
  ...checkChanges(before, after),
  ...accessChanges(before, after),
  ...otherChanges(before, after),
]

function portChanges(before: DataProduct, after: DataProduct): Difference[] {
  const changes: Difference[] = []
  const path = (name: string) => `spec.output_ports.${name}`
  for (const old of before.outputPorts) {
    const now = after.outputPorts.find((port) => port.name === old.name)
    if (now) changes.push(...portChange(old, now, path(old.name)))
    else
      changes.push(
        difference('breaking', path(old.name), `output port ${old.name} is gone`, 'who reads there loses the data', {
          port: old.name,
        }),
      )
  }
  for (const port of after.outputPorts)
    if (!before.outputPorts.some((old) => old.name === port.name))
      changes.push(
        difference('compatible', path(port.name), `output port ${port.name} is new`, 'nobody reads there yet'),
      )
  return changes
}

function portChange(old: OutputPort, now: OutputPort, path: string): Difference[] {
  const changes: Difference[] = []
  const touches = { port: old.name }
  const moved = (key: 'technology' | 'location' | 'format' | 'auth' | 'pagination', because: string) => {
    if (old[key] === now[key]) return
    const verdict = old[key] === undefined ? 'compatible' : 'breaking'
    changes.push(
      difference(
        verdict,
        `${path}.${key === 'technology' ? 'type' : key}`,
        `${key} of port ${old.name} is ${now[key] ?? 'not said any more'}, was ${old[key] ?? 'not said'}`,
        verdict === 'breaking' ? because : 'nothing was said before',
        touches,
      ),
    )
  }
  moved('technology', 'readers of the old one cannot read the new one')
  moved('location', 'readers look at the old place')
  moved('format', 'readers expect the old format')
  moved('auth', 'readers sign in the old way')
  moved('pagination', 'readers page the old way')
  const rate = (port: OutputPort) =>
    port.rateLimit ? port.rateLimit.requests / port.rateLimit.perSeconds : Number.POSITIVE_INFINITY
  changes.push(
    ...measured(rate(old), rate(now), 'more', `${path}.rate_limit`, `rate limit of port ${old.name}`, touches),
  )
  const kept = (port: OutputPort) => port.retentionSeconds ?? Number.POSITIVE_INFINITY
  changes.push(...measured(kept(old), kept(now), 'more', `${path}.retention`, `retention of port ${old.name}`, touches))
  for (const key of ['partitionedBy', 'clusteredBy', 'refresh', 'snapshot', 'settings'] as const)
    if (!same(old[key], now[key]))
      changes.push(
        difference('informative', path, `${key} of port ${old.name} changed`, 'rows and columns stay the same'),
      )
  return changes
}

/** One figure of a promise: better for readers when there is more of it, or less. */
function measured(
  old: number,
  now: number,
  better: 'more' | 'less',
  path: string,
  what: string,
  touches: Pick<Difference, 'port'> = {},
): Difference[] {
  if (old === now) return []
  const improves = better === 'more' ? now > old : now < old
  return [
    improves
      ? difference('compatible', path, `${what} is better`, 'readers get more than was promised', touches)
      : difference('breaking', path, `${what} is weaker`, 'readers rely on what was promised', touches),
  ]
}

function levelChanges(before: DataProduct, after: DataProduct): Difference[] {
  const changes: Difference[] = []
  const level = (
    name: string,
    old: number | undefined,
    now: number | undefined,
    better: 'more' | 'less',
    text: (value: number) => string,
  ) => {
    if (old === now) return
    const path = `spec.sla.${name}`
    if (old === undefined)
      changes.push(difference('compatible', path, `${name} is promised: ${text(now!)}`, 'nothing was promised before'))
    else if (now === undefined)
      changes.push(difference('breaking', path, `${name} is not promised any more`, `readers rely on ${text(old)}`))
    else if (better === 'more' ? now > old : now < old)
      changes.push(
        difference(
          'compatible',
          path,
          `${name} is tightened from ${text(old)} to ${text(now)}`,
          'readers get more than was promised',
        ),
      )
    else
      changes.push(
        difference(
          'breaking',
          path,
          `${name} is loosened from ${text(old)} to ${text(now)}`,
          'readers rely on what was promised',
        ),
      )
  }
  level('freshness', before.sla.freshness?.maxAgeSeconds, after.sla.freshness?.maxAgeSeconds, 'less', durationText)
  level('latency', before.sla.latency?.maxSeconds, after.sla.latency?.maxSeconds, 'less', durationText)
  for (const name of ['availability', 'completeness', 'accuracy'] as const)
    level(name, before.sla[name]?.share, after.sla[name]?.share, 'more', shareText)
  if (!same(before.sla.declared, after.sla.declared))
    changes.push(difference('informative', 'spec.sla', 'declared service levels changed', 'nobody measures them here'))
  return changes
}

function checkChanges(before: DataProduct, after: DataProduct): Difference[] {
  const changes: Difference[] = []
  const path = 'spec.quality_checks'
  for (const old of before.checks) {
    const now = after.checks.find((check) => check.id === old.id)
    if (!now)
      changes.push(difference('compatible', path, `check ${old.id} is gone`, 'readers lose a guarantee, but no column'))
    else if (!same({ ...old, at: 0, name: '', description: '' }, { ...now, at: 0, name: '', description: '' }))
      changes.push(
        difference('compatible', path, `check ${old.id} changed`, 'what is guaranteed about the rows is not the same'),
      )
    else if (old.name !== now.name || old.description !== now.description)
      changes.push(difference('informative', path, `check ${old.id} is described otherwise`, 'the rule is the same'))
  }
  for (const check of after.checks)
    if (!before.checks.some((old) => old.id === check.id))
      changes.push(difference('compatible', path, `check ${check.id} is new`, 'readers get a further guarantee'))
  return changes
}

const secrecy = ['public', 'internal', 'confidential', 'restricted']

function accessChanges(before: DataProduct, after: DataProduct): Difference[] {
  const changes: Difference[] = []
  const [old, now] = [before.access, after.access]
  if (old.classification !== now.classification) {
    const stricter = secrecy.indexOf(now.classification) > secrecy.indexOf(old.classification)
    changes.push(
      difference(
        stricter ? 'breaking' : 'compatible',
        'spec.access_control.classification',
        `classification is ${now.classification}, was ${old.classification}`,
        stricter ? 'some who read today may not any more' : 'more people may read',
      ),
    )
  }
  const masked = now.piiColumns.filter((column) => !old.piiColumns.includes(column))
  if (masked.length > 0)
    changes.push(
      difference(
        'compatible',
        'spec.access_control.pii_columns',
        `${masked.join(', ')} hold${masked.length === 1 ? 's' : ''} personal data`,
        'readers without the right see it masked',
      ),
    )
  const shown = old.piiColumns.filter((column) => !now.piiColumns.includes(column))
  if (shown.length > 0)
    changes.push(
      difference(
        'compatible',
        'spec.access_control.pii_columns',
        `${shown.join(', ')} no longer count${shown.length === 1 ? 's' : ''} as personal data`,
        'it is not masked any more',
      ),
    )
  const lost = old.readers.filter((reader) => !now.readers.includes(reader))
  if (lost.length > 0)
    changes.push(
      difference(
        'breaking',
        'spec.access_control.readers',
        `${lost.join(', ')} may not read without a grant any more`,
        'they read today',
      ),
    )
  const won = now.readers.filter((reader) => !old.readers.includes(reader))
  if (won.length > 0)
    changes.push(
      difference(
        'compatible',
        'spec.access_control.readers',
        `${won.join(', ')} may read without a grant`,
        'nobody loses anything',
      ),
    )
  if (old.encryption !== now.encryption)
    changes.push(
      difference(
        'informative',
        'spec.access_control.encryption',
        'encryption is declared otherwise',
        'what readers get is the same',
      ),
    )
  return changes
}

function otherChanges(before: DataProduct, after: DataProduct): Difference[] {
  const changes: Difference[] = []
  if (before.status !== after.status)
    changes.push(
      difference(
        'compatible',
        'metadata.status',
        `status is ${after.status}, was ${before.status}`,
        'ports stay until the product is retired',
      ),
    )
  if (before.transforms.materialisation !== after.transforms.materialisation)
    changes.push(
      difference(
        'compatible',
        'spec.transforms.materialisation',
        `a publish is ${after.transforms.materialisation}, was ${before.transforms.materialisation}`,
        'how rows change over time is not the same',
      ),
    )
  const told = (path: string, what: string, old: unknown, now: unknown) => {
    if (!same(old, now)) changes.push(difference('informative', path, `${what} changed`, 'readers get the same data'))
  }
  for (const key of ['owner', 'description', 'title', 'alignment', 'labels', 'links'] as const)
    told(`metadata.${key}`, key, before[key], after[key])
  told('spec.tags', 'tags', before.tags, after.tags)
  told('spec.documentation', 'documentation', before.documentation, after.documentation)
  told('spec.global_standards', 'global standards', before.globalStandards, after.globalStandards)
  told('spec.lineage', 'lineage', before.lineage, after.lineage)
  told('spec.input_ports', 'input ports', before.inputPorts.map(unplaced), after.inputPorts.map(unplaced))
  told(
    'spec.transforms',
    'transforms',
    { ...before.transforms, materialisation: 0 },
    { ...after.transforms, materialisation: 0 },
  )
  return changes
}

const unplaced = <T extends { at?: unknown }>(thing: T): Omit<T, 'at'> => {
  const { at: _, ...rest } = thing
  return rest
}
