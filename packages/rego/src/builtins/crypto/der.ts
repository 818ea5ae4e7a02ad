/** One element of DER; children are read when asked for, so that depth costs nothing until somebody descends. */
export type Der = {
  /** 0 universal, 1 application, 2 context, 3 private. */
  kind: 0 | 1 | 2 | 3
  tag: number
  constructed: boolean
  /** With tag and length. */
  raw: Buffer
  content: Buffer
}

export class DerError extends Error {}

/** The element that `bytes` begins with, and what follows it. @throws DerError */
export const readDer = (bytes: Buffer): { element: Der; rest: Buffer } => {
  const first = bytes[0]
  let length = bytes[1]
  if (first === undefined || length === undefined) throw new DerError('syntax error: data truncated')
  if ((first & 0x1f) === 0x1f) throw new DerError('structure error: tag is not supported')
  let start = 2
  if (length >= 0x80) {
    const count = length & 0x7f
    if (count === 0 || count > 4 || bytes.length < 2 + count) throw new DerError('structure error: length is not valid')
    length = bytes.readUIntBE(2, count)
    start += count
    if (length < 0x80 || bytes[2] === 0) throw new DerError('structure error: non-minimal length')
  }
  if (bytes.length < start + length) throw new DerError('syntax error: data truncated')
  return {
    element: {
      kind: (first >> 6) as Der['kind'],
      tag: first & 0x1f,
      constructed: (first & 0x20) !== 0,
      raw: bytes.subarray(0, start + length),
      content: bytes.subarray(start, start + length),
    },
    rest: bytes.subarray(start + length),
  }
}

export const children = (of: Der): Der[] => {
  const found: Der[] = []
  for (let rest = of.content; rest.length > 0; ) {
    const read = readDer(rest)
    found.push(read.element)
    rest = read.rest
  }
  return found
}

export const sequence = (element: Der | undefined): Der[] => {
  if (element?.kind !== 0 || (element.tag !== 16 && element.tag !== 17))
    throw new DerError("structure error: tags don't match")
  return children(element)
}

export const oid = (element: Der | undefined): number[] => {
  if (element?.kind !== 0 || element.tag !== 6 || element.content.length === 0)
    throw new DerError('structure error: object identifier')
  return oidOf(element.content)
}
const oidOf = (content: Buffer): number[] => {
  const parts: number[] = []
  let held = 0
  for (const byte of content) {
    held = held * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      if (parts.length === 0) {
        const first = Math.min(2, Math.floor(held / 40))
        parts.push(first, held - first * 40)
      } else parts.push(held)
      held = 0
    }
  }
  return parts
}

/** Two's complement. */
export const bigInteger = (element: Der | undefined): bigint => {
  if (element?.kind !== 0 || (element.tag !== 2 && element.tag !== 10) || element.content.length === 0)
    throw new DerError('structure error: integer')
  return BigInt.asIntN(element.content.length * 8, BigInt(`0x${element.content.toString('hex')}`))
}

/** As the Go library reads strings: by their tag. */
export const string = (element: Der): string => {
  if (element.kind === 0 && element.tag === 30) return Buffer.from(element.content).swap16().toString('utf16le')
  return element.content.toString(element.tag === 20 ? 'latin1' : 'utf8')
}

/** UTCTime or GeneralizedTime, to the second. */
export const time = (element: Der | undefined): Date => {
  const text = element?.content.toString('latin1') ?? ''
  const short = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  const long = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  const parts = (element?.tag === 23 ? short : element?.tag === 24 ? long : null)?.slice(1).map(Number)
  if (element?.kind !== 0 || parts === undefined) throw new DerError('malformed time')
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  const full = element.tag === 24 ? year : year >= 50 ? 1900 + year : 2000 + year
  const made = new Date(0)
  made.setUTCFullYear(full, month - 1, day)
  made.setUTCHours(hour, minute, second)
  return made
}
