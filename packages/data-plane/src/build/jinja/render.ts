import type { MacroNode } from './ast.ts'
import { type Context, childScope } from './evaluate.ts'
import { execute, type Loader, macroValue, newOutput, type Rendering } from './execute.ts'
import type { Template } from './parser.ts'
import { guarded, type Limits, newRun, type Run } from './run.ts'
import type { Func, Value } from './values.ts'

export type RenderOptions = {
  readonly context?: Context | Readonly<Record<string, Value>>
  readonly load?: Loader
  readonly limits?: Partial<Limits>
  /** An attribute that is not there is false in a condition (dbt); printing it stays an error. */
  readonly missingIsFalse?: boolean
}
export type Rendered = {
  readonly text: string
  /** The names set at the top of the template, macros included. */
  readonly names: ReadonlyMap<string, Value>
  readonly snapshots: ReadonlyMap<string, string>
  readonly docs: ReadonlyMap<string, string>
}

export const contextOf = (given: RenderOptions['context']): Context => {
  if (!given) return { get: () => undefined, names: () => [] }
  if (typeof given.get === 'function') return given as Context
  const record = given as Readonly<Record<string, Value>>
  return { get: (name) => (Object.hasOwn(record, name) ? record[name] : undefined), names: () => Object.keys(record) }
}

const rendering = (template: Template, run: Run, options: RenderOptions): Rendering => ({
  run,
  source: template.source,
  context: contextOf(options.context),
  load: options.load ?? (() => undefined),
  scope: childScope(undefined),
  out: newOutput(),
  kept: { snapshots: new Map(), docs: new Map() },
})

/**
 * Renders a template and tells everything it defines.
 * @throws template-failed with the place; errors that host functions throw as MeshError pass as they are
 */
export function renderAll(template: Template, options: RenderOptions = {}): Rendered {
  const run = newRun(template.source, options)
  const frame = rendering(template, run, options)
  guarded(run, () => execute(template.body, frame))
  return { text: frame.out.parts.join(''), names: frame.scope.vars, ...frame.kept }
}

export const render = (template: Template, options: RenderOptions = {}): string => renderAll(template, options).text

/** The macros a template defines at its top, not yet bound to a context. */
export const macrosOf = (template: Template): MacroNode[] => template.body.filter((node) => node.type === 'macro')

/** A macro that sees `context`, and nothing else of the template it stands in. Each call brings its own run. */
export function bindMacro(template: Template, node: MacroNode, options: RenderOptions): Func {
  const { run: _, ...frame } = rendering(template, newRun(template.source), options)
  return macroValue(node, frame)
}
