import { isIPv6 } from 'node:net'

/**
 * What guesses from an address are counted under. Whoever has one IPv6 address has the whole /64 around it, and would begin anew with each of
 * them; IPv4 over an IPv6 socket is the IPv4 address. Rule: RFC 4291, 2.5.1 and 2.5.5.2
 */
export const networkOf = (address: string): string => {
  const plain = address.replace(/%.*$/, '').toLowerCase()
  if (!isIPv6(plain)) return plain
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1]
  if (mapped !== undefined) return mapped
  const [left = '', right] = plain.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const before = groups(left)
  const after = right === undefined ? [] : groups(right)
  // an IPv4 tail stands for two groups; it never reaches the first four
  const tail = after.length + (after.at(-1)?.includes('.') ? 1 : 0)
  const all =
    right === undefined ? before : [...before, ...Array(Math.max(0, 8 - before.length - tail)).fill('0'), ...after]
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
