/** A light reading of YAML, line by line, for colour alone: what it gets wrong looks plain and reads the same. */

export type Part = { text: string; kind: 'plain' | 'key' | 'string' | 'number' | 'word' | 'comment' | 'mark' }

const scalar = /^(\s*)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s,[\]{}#][^,[\]{}]*?)?(\s*)(?=$|[,\]}]| #)/
const keyAt = /^([A-Za-z_][\w.\-/]*|"[^"]*")(\s*)(:)(?=\s|$)/

/** Parts of one line; joined they are the line again. `block` says that the line stands inside a text after `|` or `>`. */
export const partsOf = (line: string, block = false): Part[] => {
  const parts: Part[] = []
  const add = (text: string, kind: Part['kind']) => text !== '' && parts.push({ text, kind })
  if (block) return line === '' ? [] : [{ text: line, kind: 'string' }]
  let rest = line
  const eat = (pattern: RegExp): string | null => {
    const found = pattern.exec(rest)?.[0]
    if (found === undefined || found === '') return null
    rest = rest.slice(found.length)
    return found
  }
  while (rest !== '') {
    const space = eat(/^\s+/)
    if (space !== null) {
      add(space, 'plain')
      continue
    }
    if (rest.startsWith('#')) {
      add(rest, 'comment')
      break
    }
    const key = keyAt.exec(rest)
    if (key) {
      add(key[1] ?? '', 'key')
      add((key[2] ?? '') + (key[3] ?? ''), 'mark')
      rest = rest.slice(key[0].length)
      continue
    }
    const mark = eat(/^(?:-(?=\s|$)|[[\]{},]|[|>][+-]?(?=\s*$)|:(?=\s|$))/)
    if (mark !== null) {
      add(mark, 'mark')
      continue
    }
    const value = scalar.exec(rest)?.[2] ?? rest.charAt(0)
    rest = rest.slice(value.length)
    add(value, kindOf(value))
  }
  return parts
}
const kindOf = (value: string): Part['kind'] => {
  if (/^["']/.test(value)) return 'string'
  if (/^[-+]?\d[\d_]*(\.\d+)?$/.test(value)) return 'number'
  if (/^(true|false|null|yes|no|~)$/i.test(value)) return 'word'
  return 'string'
}

/** All lines of a file, aware of block texts. */
export const linesOf = (text: string): Part[][] => {
  let block: number | null = null
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      const indent = line.length - line.trimStart().length
      if (block !== null && (line.trim() === '' || indent > block)) return partsOf(line, true)
      block = null
      const parts = partsOf(line)
      const last = parts.filter(({ kind, text }) => kind !== 'comment' && text.trim() !== '').at(-1)
      if (last?.kind === 'mark' && /^[|>]/.test(last.text)) block = indent
      return parts
    })
}
