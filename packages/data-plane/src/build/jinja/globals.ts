import { bind, textOf, wholeOf } from './arguments.ts'
import { fill } from './collections.ts'
import { allowItems } from './run.ts'
import { Dict, func, Trouble, thing, type Value, view } from './values.ts'

const range = func('range', (args, _kwargs, run) => {
  const numbers = args.map((arg) => wholeOf('range', arg))
  if (numbers.length < 1 || numbers.length > 3)
    throw new Trouble(`range expected 1 to 3 arguments, got ${numbers.length}`)
  const [start = 0, stop = 0, step = 1] = numbers.length === 1 ? [0, ...numbers] : numbers
  if (step === 0) throw new Trouble('range() arg 3 must not be zero')
  const count = Math.max(0, Math.ceil((stop - start) / step))
  allowItems(run, count)
  const items = Array.from({ length: count }, (_, index) => BigInt(start + index * step))
  return view(items, () => `range(${start}, ${stop}${step === 1 ? '' : `, ${step}`})`)
})

const cycler = func('cycler', (items) => {
  if (items.length === 0) throw new Trouble('at least one item has to be provided')
  let at = 0
  const current = (): Value => items[at % items.length] as Value
  return {
    kind: 'thing',
    type: 'cycler',
    names: () => ['current', 'next', 'reset'],
    attr: (name) => {
      if (name === 'current') return current()
      if (name === 'next')
        return func('next', () => {
          const value = current()
          at++
          return value
        })
      if (name === 'reset')
        return func('reset', () => {
          at = 0
          return null
        })
      return undefined
    },
  }
})

const joiner = func('joiner', (args, kwargs) => {
  const [sep] = bind('joiner', ['sep?'], args, kwargs)
  let used = false
  const call = (): Value => {
    if (used) return textOf('sep', sep, ', ')
    used = true
    return ''
  }
  return thing('joiner', {}, { call })
})

/** What every template knows without being told. */
export const globals: Readonly<Record<string, Value>> = {
  range,
  dict: func('dict', (args, kwargs, run) => fill(new Dict(), args, kwargs, run)),
  namespace: func('namespace', (args, kwargs, run) => {
    const filled = fill(new Dict(), args, kwargs, run)
    return { kind: 'namespace', values: new Map(filled.entries().map(([key, value]) => [String(key), value])) }
  }),
  cycler,
  joiner,
}
