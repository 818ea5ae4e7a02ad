import { RegoObject, type Value } from '../value.ts'
import { type Builtins, text } from './builtin.ts'
import { whole } from './decimal.ts'

const dashed = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i

/** 16 bytes of any of the four ways to write them. Rule: github.com/google/uuid, Parse. */
const bytesOf = (source: string): readonly number[] | undefined => {
  let plain = source
  if (source.length === 45) plain = /^urn:uuid:/i.test(source) ? source.slice(9) : ''
  else if (source.length === 38) plain = source.slice(1, -1)
  const digits = /^[0-9a-f]{32}$/i.test(plain) ? plain : dashed.exec(plain)?.slice(1).join('')
  return digits?.match(/../g)?.map((pair) => Number.parseInt(pair, 16))
}

const variant = (byte: number): string =>
  (byte & 0xc0) === 0x80
    ? 'RFC4122'
    : (byte & 0xe0) === 0xc0
      ? 'Microsoft'
      : (byte & 0xe0) === 0xe0
        ? 'Future'
        : 'Reserved'

const address = (byte: number): string =>
  `${(byte & 2) === 2 ? 'local' : 'global'}:${(byte & 1) === 1 ? 'multicast' : 'unicast'}`

const hexOf = (bytes: readonly number[]): string => bytes.map((each) => each.toString(16).padStart(2, '0')).join('')
/** From 15 October 1582 to 1970, in steps of 100 ns. */
const before1970 = 122_192_928_000_000_000n

const parsed = (bytes: readonly number[]): Value => {
  const at = (index: number): number => bytes[index] as number
  const version = at(6) >> 4
  const made = RegoObject.of([
    ['version', version],
    ['variant', variant(at(8))],
  ])
  if (version !== 1 && version !== 2) return made
  const [low, middle, high] = [hexOf(bytes.slice(0, 4)), hexOf(bytes.slice(4, 6)), hexOf(bytes.slice(6, 8)).slice(1)]
  made.put('time', whole((BigInt(`0x${high}${middle}${low}`) - before1970) * 100n))
  made.put(
    'nodeid',
    bytes
      .slice(10)
      .map((each) => hexOf([each]))
      .join('-'),
  )
  made.put('macvariables', address(at(10)))
  made.put('clocksequence', ((at(8) << 8) | at(9)) & 0x3fff)
  if (version === 2) {
    made.put('id', Number.parseInt(low, 16))
    made.put('domain', ['Person', 'Group', 'Org'][at(9)] ?? `Domain${at(9)}`)
  }
  return made
}

export const uuid: Builtins = {
  'uuid.parse': {
    args: ['string'],
    result: 'object',
    eval: (args) => {
      const bytes = bytesOf(text(args, 1))
      return bytes === undefined ? undefined : parsed(bytes)
    },
  },
  /** Version 4, the same for the same key within one evaluation. */
  'uuid.rfc4122': {
    args: ['string'],
    result: 'string',
    nondeterministic: true,
    eval: (args, call) => {
      const key = `uuid ${text(args, 1)}`
      const known = call.memo.get(key) as string | undefined
      if (known !== undefined) return known
      const bytes = Array.from({ length: 16 }, () => Math.floor(call.random() * 256))
      bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
      bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
      const made = hexOf(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
      call.spend(1, 100)
      call.memo.set(key, made)
      return made
    },
  },
}
