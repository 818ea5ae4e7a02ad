import { RegoObject, RegoSet, type Value } from '../value.ts'
import {
  type Address,
  addressText,
  covering,
  holds,
  lastOf,
  type Network,
  onLine,
  parseAddress,
  parseNetwork,
} from './address.ts'
import { type Builtin, BuiltinError, type Builtins, type Call, text, wrong } from './builtin.ts'

const networkOf = (source: string): Network => {
  const found = parseNetwork(source)
  if (found === undefined) throw new BuiltinError(`invalid CIDR address: ${source}`)
  return found
}

const contains = (network: Network, source: string): boolean => {
  const address = parseAddress(source)
  if (address !== undefined) return holds(network, address)
  const inner = parseNetwork(source)
  if (inner === undefined) {
    throw new BuiltinError(`not a valid textual representation of an IP address or CIDR: ${source}`)
  }
  return inner.bits === network.bits && inner.first >= network.first && lastOf(inner) <= lastOf(network)
}

const containing: Builtin = {
  args: ['string', 'string'],
  result: 'boolean',
  eval: (args) => {
    const network = networkOf(text(args, 1))
    if (typeof args[1] !== 'string') throw wrong(1, 'string', args[1] as Value)
    return contains(network, args[1])
  },
}

/** What each member is called in the answer: its index, its key, or itself. */
const members = (value: Value, at: number): readonly (readonly [string, Value])[] => {
  const addressIn = (each: Value): string => {
    const found = Array.isArray(each) ? each[0] : each
    if (typeof each !== 'string' && (!Array.isArray(each) || each.length === 0)) {
      throw new BuiltinError(`operand ${at}: element must be string or non-empty array`)
    }
    if (typeof found !== 'string') throw wrong(1, 'string', found as Value)
    return found
  }
  if (typeof value === 'string') return [[value, value]]
  if (Array.isArray(value)) return value.map((each, index) => [addressIn(each), index])
  if (value instanceof RegoSet) return value.values().map((each) => [addressIn(each), each])
  if (value instanceof RegoObject) return [...value.entries()].map(([key, each]) => [addressIn(each), key])
  return []
}

const containsMatches = (outer: Value, inner: Value, call: Call): Value => {
  const made = new RegoSet()
  const right = members(inner, 2)
  for (const [cidr, name] of members(outer, 1)) {
    const network = networkOf(cidr)
    call.spend(1 + right.length * 2, right.length)
    for (const [address, other] of right) {
      if (!contains(network, address)) continue
      call.spend(1, 64)
      made.add([name, other])
    }
  }
  return made
}

const expand = (network: Network, call: Call): Value => {
  const count = 1n << BigInt(network.bits - network.prefix)
  call.spend(Number(count), Number(count) * 64)
  const made = new RegoSet()
  for (let at = 0n; at < count; at++) made.add(addressText({ bits: network.bits, value: network.first + at }))
  return made
}

type Range = { first: bigint; last: bigint; alone: string | undefined }

/** An address alone stands for its network of old: class A, B or C. */
const rangeOf = (value: Value): Range => {
  if (typeof value !== 'string') throw new BuiltinError('element must be string')
  const address = parseAddress(value)
  const bare = address?.bits === 32 ? parseNetwork(`${addressText(address)}/${classSize(address)}`) : undefined
  if (address !== undefined && bare === undefined) throw new BuiltinError('IPv6 invalid: needs prefix length')
  const network = bare ?? networkOf(value)
  const shown: Address = bare === undefined ? { bits: network.bits, value: network.first } : (address as Address)
  return {
    first: onLine({ bits: network.bits, value: network.first }),
    last: onLine({ bits: network.bits, value: lastOf(network) }),
    alone: `${addressText(shown)}/${network.prefix}`,
  }
}
const classSize = ({ value }: Address): number => {
  const first = Number(value >> 24n)
  return first < 128 ? 8 : first < 192 ? 16 : 24
}

const merge = (value: Value, call: Call): Value => {
  const all = Array.isArray(value) ? value : value instanceof RegoSet ? value.values() : undefined
  if (all === undefined) throw new BuiltinError('operand must be an array')
  call.spend(1 + all.length * 4, all.length * 128)
  const ranges = all.map(rangeOf).sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  const merged: Range[] = []
  for (const range of ranges) {
    const before = merged.at(-1)
    if (before === undefined || range.first > before.last + 1n) merged.push({ ...range })
    else {
      if (range.last > before.last) before.last = range.last
      before.alone = undefined
    }
  }
  const made = new RegoSet()
  for (const { first, last, alone } of merged) {
    for (const each of alone === undefined ? covering(first, last) : [alone]) made.add(each)
  }
  return made
}

const anyOf = ['string', 'array', 'set', 'object'] as const

export const net: Builtins = {
  'net.cidr_contains': containing,
  /** v0 only. */
  'net.cidr_overlap': containing,
  'net.cidr_contains_matches': {
    args: [anyOf, anyOf],
    result: 'set',
    eval: ([outer, inner], call) => containsMatches(outer as Value, inner as Value, call),
  },
  'net.cidr_intersects': {
    args: ['string', 'string'],
    result: 'boolean',
    eval: (args) => {
      const a = networkOf(text(args, 1))
      if (typeof args[1] !== 'string') throw wrong(1, 'string', args[1] as Value)
      const b = networkOf(args[1])
      return a.bits === b.bits && a.first <= lastOf(b) && b.first <= lastOf(a)
    },
  },
  'net.cidr_is_valid': {
    args: ['string'],
    result: 'boolean',
    eval: ([source]) => typeof source === 'string' && parseNetwork(source) !== undefined,
  },
  'net.cidr_expand': { args: ['string'], result: 'set', eval: (args, call) => expand(networkOf(text(args, 1)), call) },
  'net.cidr_merge': { args: [['array', 'set']], result: 'set', eval: ([value], call) => merge(value as Value, call) },
}
