import type { Callee, Filtering, MacroNode, Stmt, Target } from './ast.ts'
import { type Context, call, childScope, evaluate, evaluateArguments, type Frame, type Scope } from './evaluate.ts'
import { filterNamed } from './filters.ts'
import { loopOver } from './loop.ts'
import { suggestion } from './members.ts'
import { iterate, truth } from './operators.ts'
import type { Template } from './parser.ts'
import { allowText, type Source, spend } from './run.ts'
import { str } from './text.ts'
import {
  Dict,
  type Func,
  func,
  type Kwargs,
  missing,
  Returned,
  Trouble,
  thing,
  tuple,
  typeName,
  type Value,
} from './values.ts'

/** Finds the template that `include` and `import` name; undefined when there is none. */
export type Loader = (name: string) => Template | undefined
/** Text as it grows. */
export type Output = { readonly parts: string[]; size: number }
export type Rendering = Frame & {
  readonly source: Source
  readonly load: Loader
  readonly out: Output
  /** What dbt's own tags define: bodies kept aside. */
  readonly kept: { readonly snapshots: Map<string, string>; readonly docs: Map<string, string> }
}
type Signal = 'break' | 'continue' | undefined

export const newOutput = (): Output => ({ parts: [], size: 0 })

function write(frame: Rendering, text: string): void {
  frame.out.size += text.length
  allowText(frame.run, frame.out.size > frame.run.limits.characters ? frame.out.size : text.length)
  frame.out.parts.push(text)
}

/** The text of a body in a scope of its own. */
function capture(body: readonly Stmt[], frame: Rendering, scope: Scope = childScope(frame.scope)): string {
  const out = newOutput()
  execute(body, { ...frame, scope, out })
  return out.parts.join('')
}

export function execute(body: readonly Stmt[], frame: Rendering): Signal {
  for (const statement of body) {
    const signal = executeOne(statement, frame)
    if (signal) return signal
  }
  return undefined
}

function executeOne(node: Stmt, frame: Rendering): Signal {
  const { run, scope } = frame
  spend(run, 1)
  switch (node.type) {
    case 'data':
      write(frame, node.text)
      return undefined
    case 'output':
      write(frame, str(evaluate(node.value, frame), run))
      return undefined
    case 'if': {
      const branch = node.branches.find(({ test }) => {
        const value = evaluate(test, frame)
        run.at = test.at
        return truth(value, run)
      })
      return execute(branch ? branch.body : node.otherwise, frame)
    }
    case 'for':
      return executeFor(node, frame)
    case 'set': {
      const value = evaluate(node.value, frame)
      run.at = node.target.at
      assign(node.target, value, frame)
      return undefined
    }
    case 'set-block':
      assign(node.target, filtered(capture(node.body, frame), node.filters, frame), frame)
      return undefined
    case 'do':
      evaluate(node.value, frame)
      return undefined
    case 'break':
    case 'continue':
      return node.type
    case 'macro':
      scope.vars.set(node.name, macroValue(node, frame))
      return undefined
    case 'call':
      write(frame, str(executeCall(node, frame), run))
      return undefined
    case 'filter-block':
      write(frame, str(filtered(capture(node.body, frame), node.filters, frame), run))
      return undefined
    case 'with': {
      const inner = { ...frame, scope: childScope(scope) }
      const values = node.pairs.map(([, value]) => evaluate(value, frame))
      node.pairs.forEach(([target], index) => {
        assign(target, values[index] as Value, inner)
      })
      return execute(node.body, inner)
    }
    case 'snapshot':
      frame.kept.snapshots.set(node.name, capture(node.body, frame))
      return undefined
    case 'docs':
      frame.kept.docs.set(node.name, capture(node.body, frame).trim())
      return undefined
    case 'materialization':
      return undefined
    default:
      executeLoaded(node, frame)
      return undefined
  }
}

function assign(target: Target, value: Value, frame: Rendering): void {
  if (target.type === 'name') frame.scope.vars.set(target.name, value)
  else if (target.type === 'member') {
    const owner = evaluate({ type: 'name', name: target.name, at: target.at }, frame)
    if (typeof owner !== 'object' || owner === null || !('kind' in owner) || owner.kind !== 'namespace')
      throw new Trouble(
        'cannot assign attribute on non-namespace object',
        `make it with: {% set ${target.name} = namespace() %}`,
      )
    owner.values.set(target.member, value)
  } else {
    const items = iterate(value, frame.run)
    if (items.length !== target.items.length)
      throw new Trouble(
        items.length > target.items.length
          ? `too many values to unpack (expected ${target.items.length})`
          : `not enough values to unpack (expected ${target.items.length}, got ${items.length})`,
      )
    target.items.forEach((one, index) => {
      assign(one, items[index] as Value, frame)
    })
  }
}

function filtered(text: string, filters: readonly Filtering[], frame: Rendering): Value {
  let value: Value = text
  for (const { name, args: list, at } of filters) {
    const { args, kwargs } = evaluateArguments(list, frame)
    frame.run.at = at
    value = filterNamed(name)(value, args, kwargs, frame.run)
  }
  return value
}

function executeFor(node: Extract<Stmt, { type: 'for' }>, frame: Rendering): Signal {
  const over = evaluate(node.over, frame)
  frame.run.at = node.over.at
  loopOver(over, {
    run: frame.run,
    keeps: (value) => {
      if (!node.only) return true
      const inner = { ...frame, scope: childScope(frame.scope) }
      assign(node.target, value, inner)
      return truth(evaluate(node.only, inner), frame.run)
    },
    pass: (value, loop, out) => {
      const inner = { ...frame, scope: childScope(frame.scope), out: out ?? frame.out }
      inner.scope.vars.set('loop', loop)
      assign(node.target, value, inner)
      return execute(node.body, inner)
    },
    otherwise: (out) => {
      execute(node.otherwise, { ...frame, scope: childScope(frame.scope), out: out ?? frame.out })
    },
    recursive: node.recursive,
  })
  return undefined
}

function executeCall(node: Extract<Stmt, { type: 'call' }>, frame: Rendering): Value {
  if (node.call.type !== 'call') throw new Trouble('expected a call')
  const callee = evaluate(node.call.of, frame)
  const { args, kwargs } = evaluateArguments(node.call.args, frame)
  kwargs.set('caller', calleeValue('caller', node, frame, false))
  frame.run.at = node.call.of.at
  return call(callee, args, kwargs, frame.run)
}

export const macroValue = (node: MacroNode, frame: Omit<Rendering, 'run'>): Func =>
  calleeValue(node.name, node, frame, true)

/** A macro or the body of a call block as a function. Only a macro is what `return` leaves. */
function calleeValue(name: string, node: Callee, definition: Omit<Rendering, 'run'>, catches: boolean): Func {
  return func(name, (args, kwargs, run) => {
    const saved = { source: run.source, at: run.at, depth: run.depth }
    run.depth += 4
    if (run.depth > run.limits.depth) throw new Trouble(`the macro ${name} calls itself too deeply`)
    const frame: Rendering = { ...definition, run, scope: childScope(definition.scope), out: newOutput() }
    bindParameters(name, node, args, kwargs, frame)
    let result: Value
    try {
      execute(node.body, frame)
      result = frame.out.parts.join('')
    } catch (error) {
      if (!catches || !(error instanceof Returned)) throw error
      result = error.value
    }
    Object.assign(run, saved)
    return result
  })
}

// Rule: Jinja, Macro.__call__. `caller`, `varargs` and `kwargs` exist only where the body names them.
function bindParameters(name: string, node: Callee, args: readonly Value[], given: Kwargs, frame: Rendering): void {
  const { vars } = frame.scope
  const kwargs = new Map(given)
  const { parameters, uses } = node
  if (args.length > parameters.length && !uses.has('varargs'))
    throw new Trouble(`macro '${name}' takes not more than ${parameters.length} argument(s)`)
  const bound = parameters.map((parameter, index) => {
    const isNamed = kwargs.has(parameter.name)
    if (index < args.length && isNamed) throw new Trouble(`macro '${name}' got two values for '${parameter.name}'`)
    const value = index < args.length ? args[index] : kwargs.get(parameter.name)
    kwargs.delete(parameter.name)
    return { parameter, value }
  })
  if (uses.has('caller') && !parameters.some((parameter) => parameter.name === 'caller')) {
    vars.set('caller', kwargs.get('caller') ?? missing('No caller defined', { soft: true }))
    kwargs.delete('caller')
  }
  const extra = kwargs.keys().next().value
  if (extra !== undefined && !uses.has('kwargs')) {
    const names = parameters.map((parameter) => parameter.name)
    throw new Trouble(`macro '${name}' takes no keyword argument '${extra}'${suggestion(extra, names)}`)
  }
  // From here on a place in an error is one inside the macro: defaults may fail.
  for (const { parameter, value } of bound) {
    const absent = (): Value => missing(`parameter '${parameter.name}' was not provided`, { soft: true })
    if (value === undefined) frame.run.source = frame.source
    vars.set(parameter.name, value ?? (parameter.fallback ? evaluate(parameter.fallback, frame) : absent()))
  }
  frame.run.source = frame.source
  if (uses.has('varargs')) vars.set('varargs', tuple(args.slice(parameters.length)))
  if (uses.has('kwargs')) vars.set('kwargs', new Dict([...kwargs]))
}

function executeLoaded(node: Extract<Stmt, { type: 'include' | 'import' | 'from-import' }>, frame: Rendering): void {
  const { run } = frame
  const template = loadNamed(
    evaluate(node.name, frame),
    node.type === 'include' && node.ignoreMissing,
    node.name.at,
    frame,
  )
  if (!template) return
  const empty: Context = { get: () => undefined, names: () => [] }
  const parent = node.withContext ? frame.scope : undefined
  const context = node.withContext ? frame.context : empty
  const saved = { source: run.source, at: run.at, depth: run.depth }
  run.depth += 10
  if (run.depth > run.limits.depth) throw new Trouble('templates include each other without end')
  run.source = template.source
  const inner: Rendering = { ...frame, source: template.source, context, scope: childScope(parent), out: newOutput() }
  execute(template.body, inner)
  Object.assign(run, saved)
  const text = inner.out.parts.join('')
  if (node.type === 'include') {
    write(frame, text)
    return
  }
  const exported = new Map([...inner.scope.vars].filter(([name]) => !name.startsWith('_')))
  if (node.type === 'import') {
    frame.scope.vars.set(node.as, thing('module', Object.fromEntries(exported), { text: () => text }))
    return
  }
  for (const [name, as] of node.names) {
    const value = exported.get(name)
    const why = `the template '${template.source.file}' does not export the requested name '${name}'`
    frame.scope.vars.set(as, value ?? missing(why + suggestion(name, exported.keys())))
  }
}

function loadNamed(wanted: Value, mayMiss: boolean, at: number, frame: Rendering): Template | undefined {
  const names = typeof wanted === 'string' ? [wanted] : iterate(wanted, frame.run)
  for (const name of names) {
    if (typeof name !== 'string') throw new Trouble(`the name of a template must be str, not ${typeName(name)}`)
    const found = frame.load(name)
    if (found) return found
  }
  if (mayMiss) return undefined
  frame.run.at = at
  throw new Trouble(`there is no template ${names.map((name) => JSON.stringify(name)).join(' or ')}`)
}
