import { BuiltinError } from '../builtin.ts'

const digits = (last: string): Map<string, number> =>
  new Map([...`ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${last}`].map((each, at) => [each, at]))
const alphabets = { std: digits('+/'), url: digits('-_') }

/**
 * Strict decoding with padding; line ends are skipped, and the error names the first byte that is wrong.
 * Rule: Go, encoding/base64, as OPA's messages show it
 */
export const decodeBase64 = (text: string, alphabet: 'std' | 'url' = 'std'): Buffer => {
  const values = alphabets[alphabet]
  const out = Buffer.alloc(Math.ceil((text.length * 3) / 4))
  let length = 0
  let held = 0
  let count = 0
  let at = 0
  const corrupt = (where: number): BuiltinError => new BuiltinError(`illegal base64 data at input byte ${where}`)
  const skipLines = (): void => {
    while (text[at] === '\n' || text[at] === '\r') at++
  }
  for (;;) {
    skipLines()
    if (at >= text.length) {
      if (count !== 0) throw corrupt(at - count)
      return out.subarray(0, length)
    }
    const char = text[at++] as string
    const value = values.get(char)
    if (value === undefined) {
      if (char !== '=' || count < 2) throw corrupt(at - 1)
      skipLines()
      if (count === 2) {
        if (at >= text.length) throw corrupt(text.length)
        if (text[at] !== '=') throw corrupt(at)
        at++
        skipLines()
      }
      if (at < text.length) throw corrupt(at)
      out[length++] = held >> (count === 2 ? 4 : 10)
      if (count === 3) out[length++] = held >> 2
      return out.subarray(0, length)
    }
    held = (held << 6) | value
    if (++count === 4) {
      out[length++] = held >> 16
      out[length++] = held >> 8
      out[length++] = held
      held = 0
      count = 0
    }
  }
}

/** URL alphabet; missing padding is added first. Rule: RFC 7515, appendix C */
export const decodeBase64Url = (text: string): Buffer => {
  if (text.endsWith('=')) return decodeBase64(text, 'url')
  switch (text.length % 4) {
    case 1:
      throw new BuiltinError(`illegal base64url string: ${text}`)
    case 2:
      return decodeBase64(`${text}==`, 'url')
    case 3:
      return decodeBase64(`${text}=`, 'url')
    default:
      return decodeBase64(text, 'url')
  }
}
