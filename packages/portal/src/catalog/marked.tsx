import { marked } from './marketplace_filter.ts'

/** Text with the words that were searched for. */
export const Marked = ({ text }: { text: string }) =>
  // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text never move
  marked(text).map((part, at) => (part.hit ? <mark key={at}>{part.text}</mark> : <span key={at}>{part.text}</span>))
