import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

/** The bytes of a file, unpacked if its name says that it is packed. */
const bytesOf = (path: string): AsyncIterable<Buffer> => {
  const file = createReadStream(path, { highWaterMark: 1 << 20 })
  return /\.gz$/i.test(path) ? file.pipe(createGunzip()) : file
}

const LF = 10
const CR = 13

/** The first line that ends in another way than the first one does; null when all end alike. The engine says only that it is lost. */
export const firstOtherEnding = async (path: string): Promise<{ line: number; why: string } | null> => {
  let line = 1
  let first: boolean | undefined
  let before = 0
  for await (const chunk of bytesOf(path)) {
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) {
      const carriage = (at === 0 ? before : chunk[at - 1]) === CR
      first ??= carriage
      if (carriage !== first)
        return {
          line,
          why: `this line ends in ${endings(carriage)}, the first one in ${endings(first)}; write all alike`,
        }
      line++
    }
    before = chunk.at(-1) ?? before
  }
  return null
}
const endings = (carriage: boolean): string => (carriage ? 'CR LF' : 'LF')

/** True when a file begins with `[` and does not end with `]`: the engine reads what there is of such a list without a word. */
export const isCutList = async (path: string): Promise<boolean> => {
  let first = ''
  let last = ''
  for await (const chunk of bytesOf(path)) {
    const text = chunk.toString('latin1').trim()
    if (text === '') continue
    if (first === '') first = text.replace(/^\xEF\xBB\xBF\s*/, '')[0] ?? ''
    if (first !== '[') return false
    last = text.at(-1) ?? ''
  }
  return first === '[' && last !== ']'
}
