import type { Value } from '../value.ts'
import { array, type Builtins, integer } from './builtin.ts'

const clamped = (value: number | bigint, least: number, most: number): number =>
  value < least ? least : value > most ? most : Math.trunc(Number(value))

export const arrays: Builtins = {
  'array.concat': {
    args: ['array', 'array'],
    result: 'array',
    eval: (args, call) => {
      const [a, b] = [array(args, 1), array(args, 2)]
      call.spend(1 + ((a.length + b.length) >> 3), (a.length + b.length) * 8)
      return [...a, ...b]
    },
  },
  'array.reverse': { args: ['array'], result: 'array', eval: (args) => [...array(args, 1)].reverse() },
  'array.slice': {
    args: ['array', 'number', 'number'],
    result: 'array',
    eval: (args) => {
      const all = array(args, 1)
      const [from, to] = [integer(args, 2), integer(args, 3)]
      const stop = clamped(to, 0, all.length)
      return all.slice(clamped(from, 0, stop), stop)
    },
  },
  /** One level. */
  'array.flatten': {
    args: ['array'],
    result: 'array',
    eval: (args, call) => {
      const made: Value[] = []
      for (const each of array(args, 1)) {
        if (Array.isArray(each)) for (const inner of each) made.push(inner)
        else made.push(each)
      }
      call.spend(made.length, made.length * 8)
      return made
    },
  },
}
