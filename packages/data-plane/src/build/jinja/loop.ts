import { equal, iterate } from './operators.ts'
import { type Run, spend } from './run.ts'
import { func, missing, type Thing, Trouble, type Value } from './values.ts'

export type Text = { readonly parts: string[]; size: number }
export type Loop = {
  readonly run: Run
  readonly keeps: (value: Value) => boolean
  readonly pass: (value: Value, loop: Thing, out: Text | undefined) => 'break' | 'continue' | undefined
  readonly otherwise: (out: Text | undefined) => void
  readonly recursive: boolean
}

/** Runs a `for`: the `loop` object, its filter, its `else`. */
export function loopOver(over: Value, loop: Loop, level = 0, out?: Text): void {
  const all = [...iterate(over, loop.run)]
  const items = all.filter((value) => loop.keeps(value))
  if (items.length === 0) loop.otherwise(out)
  const state: State = { items, index: 0, level, changed: undefined, loop }
  const shown = loopThing(state)
  for (const value of items) {
    spend(loop.run, 1)
    if (loop.pass(value, shown, out) === 'break') return
    state.index++
  }
}

type State = {
  readonly items: readonly Value[]
  index: number
  readonly level: number
  changed: readonly Value[] | undefined
  readonly loop: Loop
}

function loopThing(state: State): Thing {
  const { items, loop } = state
  const members: Readonly<Record<string, () => Value>> = {
    index: () => BigInt(state.index + 1),
    index0: () => BigInt(state.index),
    revindex: () => BigInt(items.length - state.index),
    revindex0: () => BigInt(items.length - state.index - 1),
    first: () => state.index === 0,
    last: () => state.index === items.length - 1,
    length: () => BigInt(items.length),
    depth: () => BigInt(state.level + 1),
    depth0: () => BigInt(state.level),
    previtem: () => items[state.index - 1] ?? missing('there is no previous item', { soft: true }),
    nextitem: () => items[state.index + 1] ?? missing('there is no next item', { soft: true }),
    cycle: () =>
      func('cycle', (args) => {
        if (args.length === 0) throw new Trouble('no items for cycling given')
        return args[state.index % args.length] as Value
      }),
    changed: () =>
      func('changed', (args, _kwargs, run) => {
        const last = state.changed
        state.changed = args
        return !last || last.length !== args.length || !last.every((value, at) => equal(value, args[at] as Value, run))
      }),
  }
  return {
    kind: 'thing',
    type: 'loop',
    attr: (name) => (Object.hasOwn(members, name) ? members[name]?.() : undefined),
    names: () => Object.keys(members),
    call: ([more], _kwargs, run) => {
      if (!loop.recursive) throw new Trouble("the loop must have the 'recursive' marker to be called")
      run.depth += 8
      if (run.depth > run.limits.depth) throw new Trouble('the loop calls itself too deeply')
      const out: Text = { parts: [], size: 0 }
      loopOver(more ?? null, loop, state.level + 1, out)
      run.depth -= 8
      return out.parts.join('')
    },
  }
}
