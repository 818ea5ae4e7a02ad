import type { Issue } from '../errors.ts'
import type { DataProduct, OutputPort } from '../manifest/index.ts'
import { changesBetween } from './changes.ts'
import { type Difference, same } from './difference.ts'
import type { Change, Plan, Step } from './model.ts'
import { type Installation, provisionOf } from './provision.ts'
import { isEnough, raise, type VersionStep } from './version.ts'

/** Another product that reads this one. `reads`: what its models use, where lineage knows it; without it everything is assumed. */
export type Consumer = { product: string; reads?: readonly { table: string; columns?: readonly string[] }[] }

export type Proposal = {
  /** The release that is served now; null for a product nobody has registered. */
  current: { version: string; product: DataProduct; digest: string } | null
  proposed: DataProduct
  /** Digest of the proposed files (`digestOf`). */
  digest: string
  consumers: readonly Consumer[]
  installation: Installation
  /** How many read each output port, by its name. */
  readers?: Readonly<Record<string, number>>
}

/** What would change, as data: `plan` prints it and `apply` executes the same list. Planning what is already applied yields nothing. */
export function planProduct({ current, proposed, digest, consumers, installation, readers = {} }: Proposal): Plan {
  const nothing = current !== null && current.digest === digest
  const differences = current === null || nothing ? [] : changesBetween(current.product, proposed)
  const step = nothing || current === null ? 'none' : stepFor(differences)
  const atLeast = current === null ? proposed.version : raise(current.version, step)
  const issues =
    current === null || nothing || isEnough(proposed.version, current.version, atLeast)
      ? []
      : [tooLow(current.version, proposed, atLeast, step, differences)]
  return {
    product: proposed.id,
    current: current?.version ?? null,
    proposed: proposed.version,
    needs: { step, atLeast },
    changes: differences.map(({ what, path, verdict, because }): Change => ({ what, path, verdict, because })),
    affected: consumers.flatMap((consumer) => {
      const because = touched(consumer, differences)
      return because === undefined ? [] : [{ product: consumer.product, because }]
    }),
    steps: nothing ? [] : stepsOf(current, proposed, installation, differences, readers),
    issues: issues.map((issue) => ({ ...issue })),
    ok: issues.length === 0,
  }
}

const stepFor = (differences: readonly Difference[]): VersionStep =>
  differences.some((d) => d.verdict === 'breaking')
    ? 'major'
    : differences.some((d) => d.verdict === 'compatible')
      ? 'minor'
      : 'patch'

function tooLow(
  current: string,
  proposed: DataProduct,
  atLeast: string,
  step: VersionStep,
  differences: readonly Difference[],
): Issue {
  const worst = differences.find((d) => d.verdict === (step === 'major' ? 'breaking' : 'compatible'))
  const why = step === 'patch' || !worst ? 'a release never changes' : worst.what
  return {
    code: 'version-too-low',
    severity: 'error',
    message: `version ${proposed.version} is too low after ${current}: ${why}`,
    ...(proposed.versionAt ? { at: proposed.versionAt } : {}),
    path: 'metadata.version',
    fix: `write version: ${atLeast}`,
  }
}

/** Why a breaking change touches a consumer; undefined when it reads none of what breaks. */
function touched(consumer: Consumer, differences: readonly Difference[]): string | undefined {
  for (const change of differences) {
    if (change.verdict !== 'breaking') continue
    if (!consumer.reads || change.table === undefined) return change.what
    const reads = consumer.reads.filter((read) => read.table === change.table)
    if (reads.some((read) => change.column === undefined || !read.columns || read.columns.includes(change.column)))
      return change.what
  }
  return undefined
}

function stepsOf(
  current: Proposal['current'],
  proposed: DataProduct,
  installation: Installation,
  differences: readonly Difference[],
  readers: Readonly<Record<string, number>>,
): Step[] {
  const product = proposed.id
  const before = current?.product
  const because = !before
    ? 'it is new'
    : differences.length === 0
      ? 'its files changed'
      : differences.length === 1
        ? differences[0]!.what
        : `${differences.length} things changed`
  const steps: Step[] = [{ do: 'register', product, from: current?.version ?? null, to: proposed.version, because }]
  for (const port of before?.outputPorts ?? [])
    if (!proposed.outputPorts.some((p) => p.name === port.name))
      steps.push({ do: 'retire', product, port: port.name, readers: readers[port.name] ?? 0 })
  for (const port of proposed.outputPorts) {
    const old = before?.outputPorts.find((p) => p.name === port.name)
    if (old && same(bare(old), bare(port))) continue
    const provision = provisionOf(port, installation)
    steps.push(
      provision.here
        ? { do: 'provision', product, port: port.name, kind: port.kind, serves: provision.serves }
        : { do: 'declare', product, port: port.name, technology: port.technology, reason: provision.reason },
    )
  }
  const schedule = proposed.transforms.schedule
  const old = before?.transforms.schedule ?? { onInput: false, timezone: schedule.timezone }
  if (!same(old, schedule))
    steps.push({ do: 'schedule', product, cron: schedule.cron ?? null, onInput: schedule.onInput })
  return steps
}

const bare = ({ at: _, ...port }: OutputPort) => port

/** One step as a sentence. */
export function explainStep(step: Step): string {
  switch (step.do) {
    case 'register':
      return step.from === null
        ? `register ${step.product} ${step.to}: ${step.because}`
        : `release ${step.product} ${step.to} after ${step.from}: ${step.because}`
    case 'provision':
      return `serve port ${step.port} of ${step.product} (${step.kind}) by ${step.serves}`
    case 'declare':
      return `declare port ${step.port} of ${step.product}, not provisioned here: ${step.reason}`
    case 'retire':
      return `retire port ${step.port} of ${step.product}: ${step.readers === 1 ? '1 reader loses it' : `${step.readers} readers lose it`}`
    case 'schedule': {
      const when = [step.cron === null ? '' : `at ${step.cron}`, step.onInput ? 'when an input published' : ''].filter(
        (part) => part !== '',
      )
      return `publish ${step.product} ${when.length > 0 ? when.join(' and ') : 'only when asked'}`
    }
  }
}
