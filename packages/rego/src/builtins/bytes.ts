/**
 * Rego's strings are bytes that usually are UTF-8. Ours are UTF-16, so a byte that is no part of valid UTF-8 stands as the lone surrogate
 * U+DC00 + byte: `hex.encode(base64.decode(x))` gives the bytes back, and `count` sees one character for each, as OPA does.
 */
const loose = 0xdc00

export const toBytes = (text: string): Uint8Array => {
  if (text.isWellFormed()) return new TextEncoder().encode(text)
  const made: number[] = []
  const encoder = new TextEncoder()
  for (const rune of text) {
    const code = rune.codePointAt(0) as number
    if (code >= loose + 0x80 && code <= loose + 0xff) made.push(code - loose)
    else made.push(...encoder.encode(rune))
  }
  return Uint8Array.from(made)
}

export const fromBytes = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return salvaged(bytes)
  }
}

/** Rule: Go, utf8.DecodeRune: one replacement for every byte that begins no valid sequence. */
const salvaged = (bytes: Uint8Array): string => {
  const made: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceAt(bytes, at)
    if (size === 0) {
      made.push(String.fromCharCode(loose + (bytes[at] as number)))
      at++
    } else {
      made.push(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(at, at + size)))
      at += size
    }
  }
  return made.join('')
}

/** Length of the valid sequence that starts here, or 0. */
const sequenceAt = (bytes: Uint8Array, at: number): number => {
  const first = bytes[at] as number
  if (first < 0x80) return 1
  const size =
    first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0
  for (let next = 1; next < size; next++) {
    const byte = bytes[at + next] ?? 0
    const least = next === 1 && first === 0xe0 ? 0xa0 : next === 1 && first === 0xf0 ? 0x90 : 0x80
    const most = next === 1 && first === 0xed ? 0x9f : next === 1 && first === 0xf4 ? 0x8f : 0xbf
    if (byte < least || byte > most) return 0
  }
  return size
}
