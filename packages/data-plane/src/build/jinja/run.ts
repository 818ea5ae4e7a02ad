import { MeshError, type Position } from '@datamesh/core'
import { Returned, Trouble } from './values.ts'

/** One template text and the name it has in errors. */
export type Source = { readonly file: string; readonly text: string }

/** Ceilings of one run. A template of a stranger ends with an error, never with a hung process. */
export type Limits = {
  /** evaluated nodes, loop passes and touched items */
  readonly steps: number
  /** characters of one text or of the whole output */
  readonly characters: number
  /** items of one range, list or dict */
  readonly items: number
  /** nested expressions and calls */
  readonly depth: number
}
const defaultLimits: Limits = { steps: 4_000_000, characters: 16_000_000, items: 200_000, depth: 600 }

/** The state of one rendering: what it has spent and where it stands. */
export type Run = {
  readonly limits: Limits
  /** An attribute that is not there counts as false in a condition, as dbt has it. Names stay strict. */
  readonly missingIsFalse: boolean
  source: Source
  at: number
  steps: number
  depth: number
}

export const newRun = (source: Source, options: { limits?: Partial<Limits>; missingIsFalse?: boolean } = {}): Run => ({
  limits: { ...defaultLimits, ...options.limits },
  missingIsFalse: options.missingIsFalse ?? false,
  source,
  at: 0,
  steps: 0,
  depth: 0,
})

export function spend(run: Run, steps: number): void {
  run.steps += steps
  if (run.steps > run.limits.steps)
    throw new Trouble(`the template does more than ${run.limits.steps} steps`, 'make its loops smaller')
}

/** Charges a text before it is made, so that `'a' * 10**12` costs nothing but an error. */
export function allowText(run: Run, characters: number): void {
  if (characters > run.limits.characters)
    throw new Trouble(`the template makes a text of more than ${run.limits.characters} characters`)
  spend(run, 1 + Math.floor(characters / 64))
}

export function allowItems(run: Run, items: number): void {
  if (items > run.limits.items) throw new Trouble(`the template makes a list of more than ${run.limits.items} items`)
  spend(run, 1 + Math.floor(items / 4))
}

function positionOf(source: Source, offset: number): Position {
  const before = source.text.slice(0, offset)
  const line = before.split('\n').length
  return { file: source.file, line, column: offset - (before.lastIndexOf('\n') + 1) + 1 }
}

export function templateError(
  code: 'template-invalid' | 'template-failed',
  source: Source,
  offset: number,
  why: string,
  fix?: string,
): MeshError {
  const at = positionOf(source, offset)
  const issue = { code, message: why, severity: 'error' as const, at, ...(fix === undefined ? {} : { fix }) }
  return new MeshError(code, { file: source.file, line: at.line, column: at.column, why }, { issues: [issue] })
}

/** Runs `work` so that whatever goes wrong inside leaves as a MeshError with its place. */
export function guarded<T>(run: Run, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof Trouble) throw templateError('template-failed', run.source, run.at, error.message, error.fix)
    if (error instanceof Returned) throw templateError('template-failed', run.source, run.at, error.message)
    if (error instanceof RangeError)
      throw templateError('template-failed', run.source, run.at, 'the template is nested too deeply or makes too much')
    throw error
  }
}
