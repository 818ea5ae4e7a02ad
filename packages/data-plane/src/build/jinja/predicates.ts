import { compare } from './operators.ts'
import type { Run } from './run.ts'
import { str } from './text.ts'
import { isDict, isFunc, isList, isMissing, isThing, Trouble, typeName, type Value } from './values.ts'

export type Predicate = (value: Value, args: readonly Value[], run: Run) => boolean

const whole = (value: Value): bigint => {
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'bigint') return value
  throw new Trouble(`a whole number is needed, not ${typeName(value)}`)
}
const strict =
  (test: Predicate): Predicate =>
  (value, args, run) => {
    if (isMissing(value) && !value.lenient) throw new Trouble(value.why)
    return test(value, args, run)
  }
const comparing = (op: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in'): Predicate =>
  strict((value, [other = null], run) => compare(op, value, other, run))
const isNumber = (value: Value): boolean => ['bigint', 'number', 'boolean'].includes(typeof value)
const isIterable = (value: Value): boolean =>
  typeof value === 'string' ||
  isList(value) ||
  isDict(value) ||
  (isMissing(value) && value.lenient) ||
  (typeof value === 'object' && value !== null && (value.kind === 'view' || (value.kind === 'thing' && !!value.items)))
const mod = (value: Value, by: bigint, rest = 0): boolean => {
  if (typeof value === 'number') return ((value % Number(by)) + Number(by)) % Number(by) === rest
  if (by === 0n) throw new Trouble('integer division or modulo by zero')
  return Math.abs(Number(whole(value) % by)) === rest
}

const cased = (same: (text: string) => string, other: (text: string) => string): Predicate =>
  strict((value, _args, run) => {
    const text = str(value, run)
    return text === same(text) && text !== other(text)
  })

export const predicates: Readonly<Record<string, Predicate>> = {
  defined: (value) => !isMissing(value),
  undefined: (value) => isMissing(value),
  none: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  true: (value) => value === true,
  false: (value) => value === false,
  integer: (value) => typeof value === 'bigint',
  float: (value) => typeof value === 'number',
  number: isNumber,
  string: (value) => typeof value === 'string',
  mapping: (value) => isDict(value),
  iterable: strict(isIterable),
  sequence: isIterable,
  callable: (value) => isFunc(value) || (isThing(value) && value.call !== undefined),
  odd: strict((value) => mod(value, 2n, 1)),
  even: strict((value) => mod(value, 2n)),
  divisibleby: strict((value, [by = null]) => mod(value, whole(by))),
  lower: cased(
    (text) => text.toLowerCase(),
    (text) => text.toUpperCase(),
  ),
  upper: cased(
    (text) => text.toUpperCase(),
    (text) => text.toLowerCase(),
  ),
  sameas: (value, [other = null]) => value === other,
  eq: comparing('=='),
  equalto: comparing('=='),
  '==': comparing('=='),
  ne: comparing('!='),
  '!=': comparing('!='),
  lt: comparing('<'),
  lessthan: comparing('<'),
  '<': comparing('<'),
  le: comparing('<='),
  '<=': comparing('<='),
  gt: comparing('>'),
  greaterthan: comparing('>'),
  '>': comparing('>'),
  ge: comparing('>='),
  '>=': comparing('>='),
  in: comparing('in'),
  escaped: () => false,
}
