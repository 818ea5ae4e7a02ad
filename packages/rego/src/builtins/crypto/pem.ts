import { decodeBase64 } from './base64.ts'

export type Pem = { type: string; bytes: Buffer; rest: string }

/** First line without its end and trailing blanks, and what follows. */
const firstLine = (text: string): [string, string] => {
  const end = text.indexOf('\n')
  return end < 0 ? [text.trimEnd(), ''] : [text.slice(0, end).trimEnd(), text.slice(end + 1)]
}

const decoded = (text: string): Buffer | undefined => {
  try {
    return decodeBase64(text.replaceAll(/[ \t]/g, ''))
  } catch {
    return undefined
  }
}

/** The first block that is well formed; what stands before it and broken blocks are passed over. Rule: Go, encoding/pem */
export const decodePem = (text: string): Pem | undefined => {
  const begin = '-----BEGIN '
  const end = '\n-----END '
  let rest = text
  // every broken block costs a look through all that follows
  for (let tries = 0; tries < 1_000; tries++) {
    const from = rest.startsWith(begin) ? 0 : rest.indexOf(`\n${begin}`) + 1
    if (from === 0 && !rest.startsWith(begin)) return undefined
    const [line, after] = firstLine(rest.slice(from + begin.length))
    rest = after
    if (!line.endsWith('-----')) continue
    const type = line.slice(0, -5)
    let headers = 0
    for (;;) {
      if (rest === '') return undefined
      const [header, next] = firstLine(rest)
      if (!header.includes(':')) break
      headers++
      rest = next
    }
    const empty = headers === 0 && rest.startsWith(end.slice(1))
    const stop = empty ? 0 : rest.indexOf(end)
    if (stop < 0) continue
    const [closing, next] = firstLine(rest.slice(stop + end.length - (empty ? 1 : 0)))
    if (closing !== `${type}-----`) continue
    const bytes = decoded(rest.slice(0, stop))
    if (bytes === undefined) continue
    return { type, bytes, rest: next }
  }
  return undefined
}
