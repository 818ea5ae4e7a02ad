/** The part of Markdown that documentation of policies is written in. Raw HTML is text like any other. */
export type Inline =
  | { is: 'text'; text: string }
  | { is: 'code'; text: string }
  | { is: 'strong' | 'em'; of: Inline[] }
  | { is: 'link'; to: string; of: Inline[] }
export type Block =
  | { is: 'heading'; level: number; of: Inline[] }
  | { is: 'paragraph' | 'quote'; of: Inline[] }
  | { is: 'list'; ordered: boolean; items: Inline[][] }
  | { is: 'code'; text: string }

const bullet = /^\s*[-*+]\s+/
const numbered = /^\s*\d{1,9}[.)]\s+/
const heading = /^(#{1,6})\s+(.*?)\s*#*$/
const fence = /^\s*(```+|~~~+)/

export const blocksOf = (markdown: string): Block[] => {
  const lines = markdown.replaceAll('\r\n', '\n').split('\n')
  const blocks: Block[] = []
  let at = 0
  const take = (while_: (line: string) => boolean): string[] => {
    const from = at
    while (at < lines.length && while_(lines[at] ?? '')) at++
    return lines.slice(from, at)
  }
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const opened = fence.exec(line)?.[1]
    const head = heading.exec(line)
    if (line.trim() === '') at++
    else if (opened) {
      at++
      const text = take((each) => !each.trimStart().startsWith(opened)).join('\n')
      at++
      blocks.push({ is: 'code', text })
    } else if (head) {
      at++
      blocks.push({ is: 'heading', level: head[1]?.length ?? 1, of: inlineOf(head[2] ?? '') })
    } else if (bullet.test(line) || numbered.test(line)) {
      const mark = bullet.test(line) ? bullet : numbered
      const items: string[] = []
      for (const each of take(
        (next) => next.trim() !== '' && (mark.test(next) || /^\s+/.test(next) || !startsBlock(next)),
      ))
        if (mark.test(each)) items.push(each.replace(mark, ''))
        else items.push(`${items.pop() ?? ''} ${each.trim()}`)
      blocks.push({ is: 'list', ordered: mark === numbered, items: items.map(inlineOf) })
    } else if (/^\s*>/.test(line)) {
      const text = take((each) => /^\s*>/.test(each)).map((each) => each.replace(/^\s*>\s?/, ''))
      blocks.push({ is: 'quote', of: inlineOf(text.join(' ')) })
    } else {
      // its first line whatever it is: every round takes one
      at++
      const text = [line, ...take((each) => each.trim() !== '' && !startsBlock(each))]
      blocks.push({ is: 'paragraph', of: inlineOf(text.join(' ')) })
    }
  }
  return blocks
}

const startsBlock = (line: string): boolean =>
  bullet.test(line) || numbered.test(line) || heading.test(line) || fence.test(line) || /^\s*>/.test(line)

const span =
  /(`+)([\s\S]*?[^`])\1(?!`)|\[([^\]]{1,500})\]\(([^()\s]{1,2000})\)|\*\*(.+?)\*\*|(?<![\w*])[*_](?=\S)(.+?)(?<=\S)[*_](?![\w*])/g

const inlineOf = (text: string): Inline[] => {
  const out: Inline[] = []
  let last = 0
  for (const found of text.matchAll(span)) {
    const [whole, , code, label, to, strong, em] = found
    if (found.index > last) out.push({ is: 'text', text: text.slice(last, found.index) })
    last = found.index + whole.length
    if (code !== undefined) out.push({ is: 'code', text: code.trim() })
    else if (label !== undefined && to !== undefined) {
      const safe = safeAddress(to)
      if (safe === null) out.push({ is: 'text', text: label })
      else out.push({ is: 'link', to: safe, of: inlineOf(label) })
    } else if (strong !== undefined) out.push({ is: 'strong', of: inlineOf(strong) })
    else out.push({ is: 'em', of: inlineOf(em ?? '') })
  }
  if (last < text.length) out.push({ is: 'text', text: text.slice(last) })
  return out
}

/** What may be followed: the web, mail, places of this portal. Whoever writes a policy must not run a script in the browser of whoever reads it. */
export const safeAddress = (address: string): string | null => {
  if (/^(?:https?:\/\/|mailto:)[^\s]+$/i.test(address)) return address
  // `//host` and `/\host` leave this place
  return /^\/(?![/\\])[^\s]*$/.test(address) || /^#[^\s]*$/.test(address) ? address : null
}
