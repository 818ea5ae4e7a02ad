import type { Arguments, Expr } from './ast.ts'
import { pairsOf } from './collections.ts'
import { filterNamed, predicateNamed } from './filters.ts'
import { globals } from './globals.ts'
import { attribute, item, suggestion } from './members.ts'
import { binary, compare, iterate, negate, slice, truth } from './operators.ts'
import { allowText, type Run, spend } from './run.ts'
import { str } from './text.ts'
import { Dict, isDict, isMissing, isThing, missing, Trouble, tuple, typeName, type Value } from './values.ts'

/** The names that the caller gives to a template. Looked up when needed, so that large contexts cost nothing. */
export type Context = { readonly get: (name: string) => Value | undefined; readonly names: () => Iterable<string> }
export type Scope = { readonly vars: Map<string, Value>; readonly parent: Scope | undefined }
export type Frame = { readonly run: Run; readonly context: Context; readonly scope: Scope }

export const childScope = (parent: Scope | undefined): Scope => ({ vars: new Map(), parent })

function lookup(frame: Frame, name: string): Value {
  for (let scope: Scope | undefined = frame.scope; scope; scope = scope.parent) {
    const value = scope.vars.get(name)
    if (value !== undefined) return value
  }
  const given = frame.context.get(name)
  if (given !== undefined) return given
  if (Object.hasOwn(globals, name)) return globals[name] as Value
  return missing(() => {
    const known = [...frame.context.names(), ...Object.keys(globals)]
    for (let scope: Scope | undefined = frame.scope; scope; scope = scope.parent) known.push(...scope.vars.keys())
    return `'${name}' is undefined${suggestion(name, known)}`
  })
}

export function evaluate(node: Expr, frame: Frame): Value {
  const { run } = frame
  run.at = node.at
  spend(run, 1)
  if (++run.depth > run.limits.depth) throw new Trouble('the template is nested too deeply')
  const value = evaluateNode(node, frame)
  run.depth--
  return value
}

function evaluateNode(node: Expr, frame: Frame): Value {
  const { run } = frame
  switch (node.type) {
    case 'const':
      return node.value
    case 'name':
      return lookup(frame, node.name)
    case 'list':
      return node.items.map((one) => evaluate(one, frame))
    case 'tuple':
      return tuple(node.items.map((one) => evaluate(one, frame)))
    case 'dict':
      return new Dict(node.entries.map(([key, value]) => [evaluate(key, frame), evaluate(value, frame)]))
    case 'and':
    case 'or': {
      const left = evaluate(node.left, frame)
      run.at = node.left.at
      return truth(left, run) === (node.type === 'and') ? evaluate(node.right, frame) : left
    }
    case 'if':
      return evaluateIf(node, frame)
    case 'test':
      return evaluateTest(node, frame)
    default:
      return evaluateOperation(node, frame)
  }
}

type Operation = Exclude<Expr, { type: 'const' | 'name' | 'list' | 'tuple' | 'dict' | 'and' | 'or' | 'if' | 'test' }>

function evaluateOperation(node: Operation, frame: Frame): Value {
  const { run } = frame
  /** The place of an error is the operation, not its last operand. */
  const here = (): Run => {
    run.at = node.at
    return run
  }
  switch (node.type) {
    case 'unary': {
      const value = evaluate(node.of, frame)
      return node.op === 'not' ? !truth(value, run) : negate(value, node.op)
    }
    case 'binary': {
      const left = evaluate(node.left, frame)
      const right = evaluate(node.right, frame)
      if (!isMissing(left) && !isMissing(right)) here()
      return binary(node.op, left, right, run)
    }
    case 'concat': {
      const parts = node.items.map((one) => str(evaluate(one, frame), run))
      let size = 0
      for (const part of parts) size += part.length
      allowText(here(), size)
      return parts.join('')
    }
    case 'compare': {
      let left = evaluate(node.first, frame)
      for (const { op, right: other } of node.rest) {
        const right = evaluate(other, frame)
        if (!isMissing(left) && !isMissing(right)) here()
        if (!compare(op, left, right, run)) return false
        left = right
      }
      return true
    }
    case 'attribute': {
      const of = evaluate(node.of, frame)
      run.at = isMissing(of) ? node.of.at : node.at + 1
      return attribute(of, node.name, run)
    }
    case 'item': {
      const of = evaluate(node.of, frame)
      return item(of, evaluate(node.key, frame), here())
    }
    case 'slice': {
      const of = evaluate(node.of, frame)
      const bounds = [node.start, node.stop, node.step].map((bound) => (bound ? evaluate(bound, frame) : null))
      return slice(of, bounds[0] as Value, bounds[1] as Value, bounds[2] as Value, here())
    }
    case 'call': {
      const callee = evaluate(node.of, frame)
      const calleeAt = run.at
      const { args, kwargs } = evaluateArguments(node.args, frame)
      run.at = isMissing(callee) ? calleeAt : node.of.at
      return call(callee, args, kwargs, run)
    }
    case 'filter': {
      const value = evaluate(node.of, frame)
      const { args, kwargs } = evaluateArguments(node.args, frame)
      run.at = node.at
      const filter = filterNamed(node.name)
      run.at = isMissing(value) ? node.of.at : node.at
      return filter(value, args, kwargs, run)
    }
  }
}

function evaluateIf(node: Extract<Expr, { type: 'if' }>, frame: Frame): Value {
  if (truth(evaluate(node.test, frame), frame.run)) return evaluate(node.then, frame)
  if (node.otherwise) return evaluate(node.otherwise, frame)
  return missing('the inline if-expression evaluated to false and no else section was defined.', { lenient: true })
}

function evaluateTest(node: Extract<Expr, { type: 'test' }>, frame: Frame): Value {
  const value = evaluate(node.of, frame)
  const { args, kwargs } = evaluateArguments(node.args, frame)
  frame.run.at = isMissing(value) ? node.of.at : node.at
  return predicateNamed(node.name)(value, [...args, ...kwargs.values()], frame.run) !== node.not
}

export function evaluateArguments(list: Arguments, frame: Frame): { args: Value[]; kwargs: Map<string, Value> } {
  const args: Value[] = []
  const kwargs = new Map<string, Value>()
  for (const { name, spread, value: node } of list.items) {
    const value = evaluate(node, frame)
    if (name !== undefined) kwargs.set(name, value)
    else if (spread === '*') args.push(...iterate(value, frame.run).slice(0, 10_000))
    else if (spread === '**') {
      if (!isDict(value)) throw new Trouble(`argument after ** must be a mapping, not ${typeName(value)}`)
      for (const [key, one] of pairsOf(value, frame.run)) {
        if (typeof key !== 'string') throw new Trouble('keywords must be strings')
        if (kwargs.has(key)) throw new Trouble(`got multiple values for keyword argument '${key}'`)
        kwargs.set(key, one)
      }
    } else args.push(value)
  }
  return { args, kwargs }
}

export function call(callee: Value, args: readonly Value[], kwargs: ReadonlyMap<string, Value>, run: Run): Value {
  if (isMissing(callee)) throw new Trouble(callee.why)
  const target =
    typeof callee === 'object' && callee !== null && 'kind' in callee && (callee.kind === 'function' || isThing(callee))
      ? callee.call
      : undefined
  if (!target) throw new Trouble(`'${typeName(callee)}' object is not callable`)
  spend(run, 5)
  return target(args, kwargs, run)
}
