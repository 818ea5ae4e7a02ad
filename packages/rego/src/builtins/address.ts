/** An IP address as a number of 32 or 128 bits. IPv4 within IPv6 (::ffff:0:0/96) counts as IPv4, as in Go. */
export type Address = { bits: 32 | 128; value: bigint }
/** `text` is what was written, with host bits. */
export type Network = { bits: 32 | 128; first: bigint; prefix: number; host: Address }

const mapped = 0xffffn << 32n
const isMapped = (value: bigint): boolean => value >> 32n === 0xffffn

const parseV4 = (text: string): bigint | undefined => {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0n
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    value = (value << 8n) | BigInt(part)
  }
  return value
}

const groupsOf = (text: string): readonly string[] | undefined => {
  if (text === '') return []
  const groups = text.split(':')
  return groups.every((each) => /^[0-9a-fA-F]{1,4}$/.test(each)) ? groups : undefined
}

const parseV6 = (text: string): bigint | undefined => {
  let source = text
  const [, head, tail] = /^(.*:)([^:]*\.[^:]*)$/.exec(text) ?? []
  if (head !== undefined && tail !== undefined) {
    const v4 = parseV4(tail)
    if (v4 === undefined) return undefined
    source = `${head}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`
  }
  const halves = source.split('::')
  if (halves.length > 2) return undefined
  const front = groupsOf(halves[0] as string)
  const back = halves.length === 2 ? groupsOf(halves[1] as string) : []
  if (front === undefined || back === undefined) return undefined
  const missing = 8 - front.length - back.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  return [...front, ...Array<string>(missing).fill('0'), ...back].reduce(
    (value, group) => (value << 16n) | BigInt(Number.parseInt(group, 16)),
    0n,
  )
}

const plain = (value: bigint): Address =>
  isMapped(value) ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value }

/** Without a zone. Rule: Go, net.ParseIP. */
export const parseAddress = (text: string): Address | undefined => {
  if (!text.includes(':')) {
    const value = parseV4(text)
    return value === undefined ? undefined : { bits: 32, value }
  }
  const value = parseV6(text)
  return value === undefined ? undefined : plain(value)
}

export const parseNetwork = (text: string): Network | undefined => {
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  const size = text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(size)) return undefined
  const written = text.slice(0, slash)
  const long = written.includes(':')
  const prefix = Number(size)
  if (prefix > (long ? 128 : 32)) return undefined
  const value = long ? parseV6(written) : parseV4(written)
  if (value === undefined) return undefined
  const host: Address = long ? plain(value) : { bits: 32, value }
  // a mapped network of IPv4 is one of IPv4
  if (long && isMapped(value) && prefix >= 96)
    return network({ bits: 32, value: value & 0xffffffffn }, prefix - 96, host)
  return network({ bits: long ? 128 : 32, value }, prefix, host)
}

const network = ({ bits, value }: Address, prefix: number, host: Address): Network => {
  const free = BigInt(bits - prefix)
  return { bits, first: (value >> free) << free, prefix, host }
}

export const lastOf = ({ bits, first, prefix }: Network): bigint => first | ((1n << BigInt(bits - prefix)) - 1n)

export const holds = (network: Network, address: Address): boolean =>
  network.bits === address.bits && address.value >= network.first && address.value <= lastOf(network)

/** Rule: RFC 5952. */
export const addressText = ({ bits, value }: Address): string => {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.')
  if (isMapped(value)) return addressText({ bits: 32, value: value & 0xffffffffn })
  const groups = Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - at * 16)) & 0xffffn).toString(16))
  let [start, length] = [-1, 1]
  for (let at = 0; at < 8; at++) {
    let run = 0
    while (groups[at + run] === '0') run++
    if (run > length) [start, length] = [at, run]
  }
  if (start < 0) return groups.join(':')
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`
}

/** All addresses on one line, IPv4 where IPv6 has it. */
export const onLine = ({ bits, value }: Address): bigint => (bits === 32 ? mapped | value : value)

/** The fewest networks that hold just these addresses, as text. */
export const covering = (first: bigint, last: bigint): readonly string[] => {
  const made: string[] = []
  for (let from = first; from <= last; ) {
    let size = 0n
    while (size < 128n && ((from >> size) & 1n) === 0n && from + (2n << size) - 1n <= last) size++
    const v4 = isMapped(from) && size <= 32n
    made.push(`${addressText({ bits: 128, value: from })}/${(v4 ? 32 : 128) - Number(size)}`)
    from += 1n << size
  }
  return made
}
